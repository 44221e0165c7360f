//! Stalls that a single interval does not prove, because the gauges of the server may show a moment that is over.

use super::Interval;
use super::verdict::{Verdict, is_quiet};
use crate::metrics::Histogram;
use crate::rule::{Diagnosis, StateKind, occupied_throughout, progress};
use crate::signal::{Distribution, Moment, Observation};

/// Intervals before a stretch without progress that show how long things take.
const BEFORE: usize = 8;
/// A gap that is at least so long, as a share of the stretch, spans it: of a stretch between two dumps, and by the lower bound of its bucket.
const SPANS: f64 = 0.4;

/// Takes stretches without progress for stalls where more than one interval shows that requests were inside: several dumps that agree for
/// longer than a gauge lags behind, or what came afterwards.
pub(super) fn settle(intervals: &mut [Interval], moments: &[Moment], judge: &dyn Fn(&Observation) -> Diagnosis) {
    let mut start = 0;
    while let Some(begin) = intervals.iter().skip(start).position(is_still).map(|at| at + start) {
        let end = begin + intervals.iter().skip(begin).take_while(|interval| is_still(interval)).count();
        start = end;
        let run = intervals.get(begin..end).unwrap_or_default();
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if run.iter().all(is_stalled) || is_quiet(&first.seen) {
            continue;
        }
        let (Some(from), Some(to)) = (moments.get(first.end - 1), moments.get(last.end)) else { continue };
        let whole = Observation::between(from, to);
        let of_whole = Verdict::of(&whole, &judge(&whole));
        let before = intervals.get(begin.saturating_sub(BEFORE)..begin).unwrap_or_default();
        let seconds: Option<f64> = run.iter().map(Interval::seconds).sum();
        let spanned = || seconds.zip(intervals.get(end)).is_some_and(|(seconds, after)| spans(before, after, seconds));
        let verdict = match run.iter().find(|interval| is_stalled(interval)) {
            _ if of_whole.id == StateKind::Stalled.id() => of_whole,
            Some(stalled) => stalled.verdict,
            None if spanned() => Verdict::stalled(),
            None => continue,
        };
        intervals.iter_mut().skip(begin).take(end - begin).for_each(|interval| interval.verdict = verdict);
    }
}

/// Nothing moved, and it is not known that nobody was inside.
fn is_still(interval: &Interval) -> bool {
    let seen = &interval.seen;
    !interval.restarted && progress_of_any_kind(seen) && occupied_throughout(seen) != Some(false) && !is_quiet(seen)
}

fn progress_of_any_kind(seen: &Observation) -> bool {
    progress(seen).map_or_else(|| super::verdict::requests(seen) == 0.0, |moved| moved == 0.0)
}

fn is_stalled(interval: &Interval) -> bool {
    interval.verdict.id == StateKind::Stalled.id()
}

/// A gap between two tokens that ended after the stretch is as long as that, and none before it was: the request was inside.
fn spans(before: &[Interval], after: &Interval, seconds: f64) -> bool {
    let longest = |interval: &Interval, distribution| interval.seen.distribution(distribution).and_then(|gaps| longest(&gaps.histogram));
    [Distribution::Itl, Distribution::DecodeCallTime, Distribution::Ttft].iter().any(|distribution| {
        let Some((lower, top)) = longest(after, *distribution) else { return false };
        let long = lower > 0.0 && lower >= (SPANS * seconds).min(top);
        long && before.iter().filter_map(|interval| longest(interval, *distribution)).all(|(usual, _)| usual < lower)
    })
}

/// Lower bound of the highest bucket that holds anything, and the highest finite bound of all.
fn longest(histogram: &Histogram) -> Option<(f64, f64)> {
    let counts = |place: usize| histogram.buckets.get(place).map_or(0.0, |bucket| bucket.cumulative);
    let place = (0..histogram.buckets.len()).rev().find(|place| counts(*place) > place.checked_sub(1).map_or(0.0, counts))?;
    let lower = place.checked_sub(1).and_then(|below| histogram.buckets.get(below)).map_or(0.0, |bucket| bucket.upper);
    let top = histogram.buckets.iter().map(|bucket| bucket.upper).filter(|upper| upper.is_finite()).fold(0.0, f64::max);
    Some((lower, top))
}
