//! What lasts from one change of level to the next: a server that does the same work slower, a prefix cache that no longer hits. No single
//! interval tells that, for each is compared with what was before.

use super::Interval;
use super::verdict::{HEALTHY, STRONG, UNKNOWN, Verdict};
use crate::rule::{Severity, StateKind};
use crate::signal::Moment;
use crate::trend::{Change, Kind, Measure};

/// The same work became slower (handbook T03).
pub const SLOWER: &str = "throughput-regression";
/// The prefix cache hits much less than it did (handbook C02).
pub const THRASHES: &str = "prefix-cache-thrash";

/// A slowdown that is smaller, as a share of the gap before, is a remark and no phase.
const SLOWER_BY: f64 = 0.15;
/// A loss of hits that is smaller, too (handbook C02: 10 points below its own baseline).
const FEWER_HITS: f64 = 0.1;
/// Back to within this share of the level before.
const BACK: f64 = 0.1;

/// What is found beside it weighs less.
const CONSEQUENCE: f64 = 0.3;

/// The title of what lasts.
#[must_use]
pub fn title(id: &str) -> Option<&'static str> {
    match id {
        SLOWER => Some("Same work, slower steps"),
        THRASHES => Some("Prefix cache stopped hitting"),
        _ => None,
    }
}

/// Marks the intervals between a change for the worse and its end, where nothing worse is found.
pub(super) fn settle(intervals: &mut [Interval], moments: &[Moment], changes: &[Change]) {
    for (place, change) in changes.iter().enumerate() {
        let Some((id, before)) = harm(change) else { continue };
        let ends = |later: &&Change| {
            let is_back = || match (id, later.after) {
                (SLOWER, Some(after)) => after <= before * (1.0 + BACK),
                (_, Some(after)) => after >= before * (1.0 - BACK),
                (_, None) => false,
            };
            later.kind == Kind::Restart || (later.measure == change.measure && is_back())
        };
        let end = changes.iter().skip(place + 1).find(ends).map_or(f64::INFINITY, |later| later.at);
        let middle = |interval: &Interval| {
            let (from, to) = (moments.get(interval.end.checked_sub(1)?)?.at?, moments.get(interval.end)?.at?);
            Some((from + to) / 2.0)
        };
        let lasts = |interval: &&mut Interval| middle(interval).is_some_and(|at| (change.at..end).contains(&at)) && !interval.restarted;
        for interval in intervals.iter_mut().filter(lasts) {
            if [HEALTHY, UNKNOWN].contains(&interval.verdict.id) || interval.verdict.severity <= Severity::Low {
                interval.verdict = Verdict { id, strength: STRONG, severity: interval.verdict.severity.max(Severity::Medium) };
            } else if interval.verdict.id != StateKind::Stalled.id() {
                // Requests wait here and there because steps are slower: one such interval is no phase of its own.
                interval.verdict.strength *= CONSEQUENCE;
            }
        }
    }
}

/// What a change for the worse begins, and the level before it.
fn harm(change: &Change) -> Option<(&'static str, f64)> {
    let (before, after) = change.before.zip(change.after)?;
    match (change.kind, change.measure) {
        (Kind::Server, Measure::Gap) if after >= before * (1.0 + SLOWER_BY) => Some((SLOWER, before)),
        (Kind::Cache, Measure::HitShare) if before - after >= FEWER_HITS => Some((THRASHES, before)),
        _ => None,
    }
}
