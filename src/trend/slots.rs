//! How much the server can take in: the slots that it was seen to fill, and the rate at which they become free. No server exports its limit.

use super::{Measure, Point, Points};
use crate::stats::{line, mean, median};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Slots {
    /// Requests waited while as many ran: that many slots there are. `capacity` in requests per second.
    Known {
        capacity: f64,
    },
    /// The queue stands.
    Standing {
        capacity: f64,
    },
    /// Nobody waited; `shown` is the highest rate that was served all the same.
    Unknown {
        shown: f64,
    },
    NotMeasurable,
}

/// A cache that full holds requests back by itself.
const ROOM: f64 = 0.8;
/// The newest dumps, all of which show a queue that stands.
const NEWEST: usize = 4;

pub(super) fn slots(points: &Points) -> Slots {
    let (Some(waiting), Some(running)) = (points.series(Measure::Waiting), points.series(Measure::Running)) else {
        return Slots::NotMeasurable;
    };
    let full = points.series(Measure::KvUsage);
    let at = |series: &super::Series, moment: f64| series.points.iter().find(|point| point.at() == moment).map(|point| point.value);
    let room = |point: &Point| full.and_then(|full| at(full, point.at())).is_none_or(|usage| usage < ROOM);
    let most = running.points.iter().map(|point| point.value).fold(0.0, f64::max);
    // The gauge is taken between a finish and the next start at times: one less than the limit is the limit.
    let at_limit =
        |point: &&Point| point.value >= 1.0 && room(point) && at(running, point.at()).is_some_and(|running| running + 1.0 >= most);
    let crowded = waiting.points.iter().filter(at_limit).count();
    if crowded == 0 || most < 1.0 {
        let served = points.series(Measure::Arrivals).map(|series| series.points.iter().map(|point| point.value).fold(0.0, f64::max));
        let waited = waiting.points.iter().any(|point| point.value >= 1.0);
        return served.filter(|_| !waited).map_or(Slots::NotMeasurable, |shown| Slots::Unknown { shown });
    }
    let Some(seconds) = seconds_in_slot(points, most) else { return Slots::NotMeasurable };
    let capacity = most / seconds;
    let newest: Vec<&Point> = waiting.points.iter().rev().take(NEWEST).collect();
    let stands = newest.len() == NEWEST && newest.iter().all(|point| point.value >= 1.0);
    if stands { Slots::Standing { capacity } } else { Slots::Known { capacity } }
}

/// How long a request holds its slot when all are taken: its prefill and its tokens, at the gap of such a batch.
fn seconds_in_slot(points: &Points, batch: f64) -> Option<f64> {
    let gaps = points.series(Measure::Gap)?;
    let with_batch = |gap: &Point| {
        let inside: Vec<f64> = points.within(Measure::Batch, gap.from, gap.to).iter().map(|point| point.value).collect();
        Some((mean(&inside)?, gap.value))
    };
    let both: Vec<(f64, f64)> = gaps.points.iter().filter_map(with_batch).collect();
    let largest = both.iter().map(|point| point.1).fold(0.0, f64::max);
    let fitted = line(&both).filter(|fit| fit.slope > 0.0).map(|fit| fit.at(batch).min(largest));
    let gap = fitted.or_else(|| median(&gaps.values()))?;
    let tokens = median(&points.series(Measure::OutputLength)?.values())?;
    // Nobody waits in the windows with the lowest time to first token: what is left is prefill.
    let prefill =
        points.series(Measure::TtftMean).map_or(0.0, |series| series.points.iter().map(|point| point.value).fold(f64::INFINITY, f64::min));
    Some(tokens * gap + if prefill.is_finite() { prefill } else { 0.0 }).filter(|seconds| *seconds > 0.0)
}

/// The queue that takes so many seconds to drain, where one stands: of the last windows (handbook 5.4).
pub(super) fn queue_for(points: &Points, seconds: f64) -> Option<f64> {
    let newest: Vec<&Point> = points.series(Measure::Waiting)?.points.iter().rev().take(NEWEST).collect();
    if newest.len() < NEWEST || newest.iter().any(|point| point.value < 1.0) {
        return None;
    }
    let from = newest.last()?.at();
    let arrivals = mean(&points.within(Measure::Arrivals, from, points.to).iter().map(|point| point.value).collect::<Vec<_>>())?;
    // What does not arrive to wait is served.
    let growth = (newest.first()?.value - newest.last()?.value) / (points.to - from);
    Some((arrivals - growth) * seconds).filter(|queue| *queue > 0.0)
}
