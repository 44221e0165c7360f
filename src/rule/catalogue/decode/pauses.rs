//! Long gaps counted as pauses of the engine, and whether prefills were long enough to be these pauses.

use crate::metrics::Histogram;
use crate::rule::Context;
use crate::signal::{BackendId, Distribution, Gauge};
use crate::stats::quantile;

/// A pause that a prefill makes is the prefill and what runs beside it: the prefill takes at least this share of it.
const SHARE_OF_PAUSE: f64 = 0.8;
/// Pauses are counted by requests that decode on average, of which a pause may find twice as many.
const MORE_DECODING: f64 = 2.0;
/// As many prefills as pauses, as exactly as pauses can be counted.
const ABOUT: f64 = 1.5;
/// A prefill at either end of the window may be counted in another one.
const ENDS: f64 = 2.0;
/// That prefill is not the reason is said of pauses that take at least this share of the lost time, that it is of all that take a third.
const OF_LOST_TIME: f64 = 0.5;
const OF_LOST_TIME_TO_FIT: f64 = 1.0 / 3.0;

/// Pauses beside prefills, at the lengths where the two fit worst.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AgainstPrefills {
    /// Among the lengths that take half of the lost time.
    most: Pauses,
    /// Among those that take a third.
    many: Pauses,
}

/// Pauses of at least some length beside the prefills that are long enough for them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pauses {
    /// Seconds.
    pub from: f64,
    /// A pause is a gap for every request that decodes: gaps over the requests that decode on average.
    pub count: f64,
    /// Prefills of at least `prefills_from`, no fewer than there were, and rows of shorter ones that add up to that.
    pub prefills: f64,
    /// Seconds.
    pub prefills_from: f64,
}

impl AgainstPrefills {
    /// `None` where no time of prefills is exported.
    pub fn of(ctx: &Context<'_>, from: f64) -> Option<Self> {
        Some(AgainstPrefills { most: worst(ctx, from, OF_LOST_TIME)?, many: worst(ctx, from, OF_LOST_TIME_TO_FIT)? })
    }

    /// Prompts may have made the pauses: there are about as many prefills.
    pub fn fit(&self) -> bool {
        self.many.count <= ABOUT * self.many.prefills
    }

    /// Prompts cannot have made the pauses, for every one needs a prefill that takes most of it.
    pub fn beyond(&self) -> Option<Pauses> {
        Some(self.most).filter(|most| most.count >= MORE_DECODING * most.prefills + ENDS)
    }
}

/// Number of gaps of at least `from` seconds as pauses.
pub(super) fn count(ctx: &Context<'_>, from: f64) -> Option<f64> {
    let gaps = ctx.seen.distribution(Distribution::Itl)?;
    Some(at_least(&gaps.histogram, from) / decoding(ctx)?)
}

/// The pauses that fit prefills worst, among lengths from `from` seconds on that take at least `share` of the lost time.
fn worst(ctx: &Context<'_>, from: f64, share: f64) -> Option<Pauses> {
    let gaps = ctx.seen.distribution(Distribution::Itl)?.histogram;
    let decoding = decoding(ctx)?;
    let all = lost(&gaps, from);
    let edges = || gaps.buckets.iter().map(|bucket| bucket.upper).filter(|edge| edge.is_finite());
    let mut worst: Option<(f64, Pauses)> = None;
    for length in edges().filter(|length| *length >= from && lost(&gaps, *length) >= share * all) {
        let pauses = |from| at_least(&gaps, from) / decoding;
        let (mut prefills, mut prefills_from) = prefills(ctx, SHARE_OF_PAUSE * length)?;
        // Where there are as many prefills as pauses at half that length, a longer pause is several of them.
        for part in edges().filter(|part| (0.5 * length..=length).contains(part)) {
            let (parts, parts_from) = self::prefills(ctx, part)?;
            if pauses(part) <= parts && parts > prefills {
                (prefills, prefills_from) = (parts, parts_from);
            }
        }
        let found = Pauses { from: length, count: pauses(length), prefills, prefills_from };
        let excess = found.count - MORE_DECODING * found.prefills;
        if worst.as_ref().is_none_or(|(most, _)| excess > *most) {
            worst = Some((excess, found));
        }
    }
    Some(worst?.1)
}

/// The most prefills that may have taken so long, and from which length on they are counted.
fn prefills(ctx: &Context<'_>, wanted: f64) -> Option<(f64, f64)> {
    let times = ctx.seen.distribution(Distribution::PrefillTime)?.histogram;
    // vLLM times a prefill when its request has finished: those that still run have had theirs.
    let untimed = match ctx.backend() {
        BackendId::Vllm => ctx.seen.gauge(Gauge::Running)?.value,
        BackendId::Sglang | BackendId::Tgi => 0.0,
    };
    let timed = (at_least(&times, wanted) + untimed, edge_below(&times, wanted));
    // No prefill takes longer than the time to its first token.
    let late =
        ctx.seen.distribution(Distribution::Ttft).map(|late| (at_least(&late.histogram, wanted), edge_below(&late.histogram, wanted)));
    let (count, from) = late.filter(|late| late.0 < timed.0).unwrap_or(timed);
    Some((count + rows(&times, wanted, ctx.seen.seconds()?), from))
}

/// Nobody waits for admission, and pauses that exceed the threshold on the time to first token take enough of the window to meet one
/// arrival in twenty: those come late by the pauses alone.
pub(super) fn hold_up_first_tokens(ctx: &Context<'_>) -> bool {
    const ARRIVALS: f64 = 0.05;
    let Some(limit) = ctx.thetas.ttft.as_ref().map(|theta| theta.seconds) else { return false };
    let gaps = ctx.seen.distribution(Distribution::Itl).map(|gaps| gaps.histogram);
    let paused = gaps.and_then(|gaps| Some(lost(&gaps, limit) / gaps.sum.filter(|sum| *sum > 0.0)?));
    paused.is_some_and(|share| share >= ARRIVALS) && ctx.queue().is_ok_and(|queue| !queue.standing)
}

/// Rows of usual prefills without a step of decoding between them that take so long: each but the first needs a prompt that arrives
/// during the one before.
fn rows(times: &Histogram, wanted: f64, seconds: f64) -> f64 {
    let Some((all, usual)) = times.observations().zip(quantile(times, 0.5)) else { return 0.0 };
    let another = (all / seconds * usual.point).min(1.0);
    let further = (wanted / usual.point.max(f64::MIN_POSITIVE)).ceil() - 1.0;
    all * another.powi(further.clamp(0.0, 1000.0) as i32)
}

fn decoding(ctx: &Context<'_>) -> Option<f64> {
    ctx.laws.decode_concurrency.as_ref().map(|law| law.value).filter(|decoding| *decoding > 0.0)
}

/// The largest bound that is no higher.
fn edge_below(histogram: &Histogram, seconds: f64) -> f64 {
    histogram.buckets.iter().map(|bucket| bucket.upper).rfind(|upper| *upper <= seconds).unwrap_or(0.0)
}

/// Observations that may be this long: all above the largest bound that is no higher.
fn at_least(histogram: &Histogram, seconds: f64) -> f64 {
    let below = histogram.buckets.iter().rfind(|bucket| bucket.upper <= seconds).map_or(0.0, |bucket| bucket.cumulative);
    (histogram.observations().unwrap_or(0.0) - below).max(0.0)
}

/// Seconds surely spent in observations of at least so many seconds.
fn lost(histogram: &Histogram, seconds: f64) -> f64 {
    let (mut total, mut lower, mut below) = (0.0, 0.0, 0.0);
    for bucket in &histogram.buckets {
        if lower >= seconds {
            total += (bucket.cumulative - below) * lower;
        }
        (lower, below) = (bucket.upper, bucket.cumulative);
    }
    total
}
