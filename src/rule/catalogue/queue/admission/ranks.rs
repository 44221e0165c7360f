//! Data-parallel ranks queue apart, each before slots of its own.

use super::busy_ends;
use crate::metrics::Unit;
use crate::rule::Context;
use crate::rule::catalogue::QUEUE_OF_A_RANK;
use crate::signal::{Gauge, Ranks, Snapshot};

/// A rank that runs less than this share of what one with a queue runs has slots free, more than the gauge may miss by.
const FREE: f64 = 0.9;
/// One that runs this many times as much, without a queue, shows that the limit is higher.
const BEYOND: f64 = 1.05;

/// While requests wait on some ranks, another has no queue and slots free, or runs more than those, or half of the ranks have
/// no queue: no limit of slots holds the requests.
pub(in crate::rule::catalogue::queue) fn free_elsewhere(ctx: &Context<'_>) -> Option<String> {
    let mut sentence = None;
    for end in busy_ends(ctx) {
        sentence = Some(other_rank(end)?);
    }
    sentence
}

fn other_rank(end: &Snapshot) -> Option<String> {
    let (waiting, running) = (&end.gauges.get(&Gauge::Waiting)?.ranks, &end.gauges.get(&Gauge::Running)?.ranks);
    let of = |ranks: &Ranks, rank: &str| ranks.iter().find(|(name, _)| name == rank).map(|(_, value)| *value);
    let queued = |rank: &str| of(waiting, rank).is_some_and(|waiting| waiting >= 1.0);
    let (busy, most) = running.iter().filter(|(rank, _)| queued(rank)).max_by(|a, b| a.1.total_cmp(&b.1))?;
    let no_limit = |value: f64| value + 1.0 < FREE * most || value > (BEYOND * most).max(most + 1.0);
    let without = waiting.iter().filter(|(_, waiting)| *waiting == 0.0).count();
    let one_queue = 2 * without >= waiting.len() && waiting.iter().any(|(_, waiting)| *waiting >= QUEUE_OF_A_RANK);
    let (other, value) = running.iter().find(|(rank, value)| of(waiting, rank) == Some(0.0) && (one_queue || no_limit(*value)))?;
    let (most, value) = (Unit::Count.show(*most), Unit::Count.show(*value));
    Some(format!(
        "Requests wait on rank {busy}, which runs {most}, and none on rank {other}, which runs {value}: their spread is the limit."
    ))
}
