//! When a limit will be met if things go on as they do, or why that is not said (handbook 5.4).

use super::levels::levels;
use super::predict::{Course, held_out};
use super::slots::{self, Slots};
use super::trends::of_points;
use super::{Measure, Point, Points, budget};
use crate::metrics::Unit;
use crate::signal::Distribution;
use crate::slo::{Metric, Target};
use crate::stats::{line, median};

/// What is coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    KvExhaustion,
    QueueOnset,
    SloBreach,
    BudgetExhaustion,
}

/// A forecast, or why there is none. Seconds are from the last dump.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    pub what: What,
    /// What is continued.
    pub measure: Measure,
    /// Path of the target, for those of service levels.
    pub target: Option<String>,
    /// In the unit of the measure.
    pub limit: f64,
    /// In half of all courses.
    pub eta: Option<f64>,
    /// 90 %: from 5 to 95 of a hundred courses have met the limit. `None` is later than is looked.
    pub interval: (Option<f64>, Option<f64>),
    /// How far ahead is looked: as far as the dumps look back.
    pub horizon: f64,
    /// Median error on the last quarter, which the fit had not seen, in the unit of the measure.
    pub held_out_error: Option<f64>,
    /// Of the forecast that nothing changes, on the same quarter.
    pub last_value_error: Option<f64>,
    pub withheld: Option<String>,
    /// The value that the course has at the eta's distance, for those who hold it against what came.
    pub course: Option<f64>,
}

/// KV usage from which a forecast calls the cache full (handbook X01): preemption begins when the next block is missing, and the gauge
/// is rounded down by what is evicted at once.
const KV_FULL: f64 = 0.90;
/// Points below which nothing is continued (handbook 5.7).
const LEAST_POINTS: usize = 8;
/// By chance in fewer than one in a hundred.
const TIMES_SCATTER: f64 = 3.0;

#[must_use]
pub fn forecasts(points: &Points, targets: &[Target]) -> Vec<Forecast> {
    let mut found: Vec<Forecast> = kv(points).into_iter().chain(queue(points)).collect();
    found.extend(targets.iter().filter_map(|target| breach(points, target)));
    found.extend(targets.iter().filter_map(|target| budget::forecast(points, target)));
    found
}

/// What is continued, and to where.
pub(super) struct Aim<'a> {
    pub what: What,
    pub measure: Measure,
    pub target: Option<&'a Target>,
    pub limit: f64,
    /// The measure itself meets the limit, scatter and all; else its course does.
    pub scatters: bool,
    /// It adds up.
    pub walks: bool,
}

impl Aim<'_> {
    pub fn withheld(&self, points: &Points, why: impl Into<String>) -> Forecast {
        Forecast {
            what: self.what,
            measure: self.measure,
            target: self.target.map(|target| target.path.clone()),
            limit: self.limit,
            eta: None,
            interval: (None, None),
            horizon: points.to - points.from,
            held_out_error: None,
            last_value_error: None,
            withheld: Some(why.into()),
            course: None,
        }
    }
}

fn kv(points: &Points) -> Option<Forecast> {
    points.series(Measure::KvUsage)?;
    let aim = Aim { what: What::KvExhaustion, measure: Measure::KvUsage, target: None, limit: KV_FULL, scatters: true, walks: false };
    Some(continued(points, &aim))
}

/// The queue begins when more arrives than the slots serve.
fn queue(points: &Points) -> Option<Forecast> {
    points.series(Measure::Arrivals)?;
    let aim = |limit| Aim { what: What::QueueOnset, measure: Measure::Arrivals, target: None, limit, scatters: false, walks: false };
    Some(match slots::slots(points) {
        Slots::Known { capacity, .. } => continued(points, &aim(capacity)),
        Slots::Standing { capacity } => aim(capacity).withheld(points, "Requests wait already."),
        Slots::Unknown { shown } => {
            let found = aim(shown).withheld(
                points,
                "No dump shows requests waiting for a slot, and the limit of running requests is in no metric. Up to the rate that was served so far there is no queue.",
            );
            let earliest = continued(points, &aim(shown));
            Forecast { interval: (earliest.interval.0.filter(|_| earliest.withheld.is_none()), None), ..found }
        }
        Slots::NotMeasurable => return None,
    })
}

/// When a latency target is missed on average.
fn breach(points: &Points, target: &Target) -> Option<Forecast> {
    let measure = match target.metric {
        Metric::Quantile(Distribution::Ttft, _) | Metric::Mean(Distribution::Ttft) => Measure::TtftMean,
        Metric::Quantile(Distribution::Itl, _) | Metric::Mean(Distribution::Itl) | Metric::MeanPerToken => Measure::Gap,
        Metric::Quantile(Distribution::E2e, _) | Metric::Mean(Distribution::E2e) => Measure::E2e,
        _ => return None,
    };
    points.series(measure)?;
    let aim = |measure, limit, walks| Aim { what: What::SloBreach, measure, target: Some(target), limit, scatters: false, walks };
    // A queue that grows shows in the gauge long before it shows in a latency.
    if measure == Measure::TtftMean
        && let Some(limit) = slots::queue_for(points, target.value)
    {
        let found = continued(points, &aim(Measure::Waiting, limit, true));
        if found.withheld.is_none() {
            return Some(found);
        }
    }
    if measure == Measure::Gap
        && let Some(limit) = batch_for(points, target.value)
    {
        let found = continued(points, &aim(Measure::Batch, limit, false));
        if found.withheld.is_none() {
            return Some(found);
        }
    }
    Some(continued(points, &aim(measure, target.value, false)))
}

/// The batch at which the gap between tokens meets a target (handbook L6, X03).
fn batch_for(points: &Points, seconds: f64) -> Option<f64> {
    const FITS: f64 = 0.5;
    const RANGE: f64 = 2.0;
    let gaps = points.series(Measure::Gap)?;
    let of_window = |gap: &Point| {
        let inside: Vec<f64> = points.within(Measure::Batch, gap.from, gap.to).iter().map(|point| point.value).collect();
        Some((crate::stats::mean(&inside)?, gap.value))
    };
    let both: Vec<(f64, f64)> = gaps.points.iter().filter_map(of_window).collect();
    let (least, most) = both.iter().fold((f64::INFINITY, 0.0f64), |(least, most), point| (least.min(point.0), most.max(point.0)));
    let fit = line(&both).filter(|fit| both.len() >= LEAST_POINTS && most >= RANGE * least && fit.r_squared >= FITS && fit.slope > 0.0)?;
    Some((seconds - fit.intercept) / fit.slope)
}

/// Continues a measure to the limit, after its last change of level, and asks whether that can be believed.
pub(super) fn continued(points: &Points, aim: &Aim<'_>) -> Forecast {
    let Some(series) = points.series(aim.measure) else { return aim.withheld(points, "Not measurable.") };
    let since = levels(series).last().map_or(points.from, |level| level.at);
    let part: Vec<Point> = series.points.iter().filter(|point| point.from >= since).copied().collect();
    let name = aim.measure.words();
    if part.len() < LEAST_POINTS {
        let sentence = format!("Only {} values of the {name} since its level last changed; {LEAST_POINTS} are needed.", part.len());
        return aim.withheld(points, sentence);
    }
    let recent: Vec<f64> = part.iter().rev().take(3).map(|point| point.value).collect();
    if median(&recent).is_some_and(|now| now >= aim.limit) {
        return aim.withheld(points, format!("The {name} is there already."));
    }
    let (Some(first), Some(last)) = (part.first(), part.last()) else { return aim.withheld(points, "Not measurable.") };
    let horizon = last.to - first.from;
    if of_points(aim.measure, &part).is_none_or(|trend| trend.line.slope <= 0.0) {
        return Forecast { horizon, ..aim.withheld(points, format!("The {name} shows no rising trend.")) };
    }
    let course = if aim.walks { Course::walking(&part) } else { Course::of(&part) };
    let (Some(course), Some(tried)) = (course, held_out(&part, aim.walks)) else { return aim.withheld(points, "Not measurable.") };
    let tested =
        Forecast { horizon, held_out_error: Some(tried.error), last_value_error: Some(tried.last_value), ..aim.withheld(points, "") };
    let show = |value: f64| aim.measure.unit().show(value);
    if tried.error > TIMES_SCATTER * tried.scatter.max(aim.measure.least() / TIMES_SCATTER) {
        let why = format!("Fitted to the first three quarters, it misses the last one by {}.", show(tried.error));
        return Forecast { withheld: Some(why), ..tested };
    }
    if tried.error > tried.last_value {
        let why = format!("On the last quarter it errs by {}; that nothing changes, by {}.", show(tried.error), show(tried.last_value));
        return Forecast { withheld: Some(why), ..tested };
    }
    let end = last.at();
    // From the last value to the last dump.
    let late = points.to - end;
    let reach = 4.0 * horizon;
    let step = if aim.measure.gauge().is_some() { points.step } else { (last.to - last.from).max(points.step) };
    let meeting = course.meets(aim.limit, end, step, reach, aim.scatters);
    let from_last = |seconds: Option<f64>| seconds.map(|seconds| (seconds - late).max(0.0));
    let found = Forecast { interval: (from_last(meeting.earliest), from_last(meeting.latest)), withheld: None, ..tested };
    match from_last(meeting.middle).filter(|eta| *eta <= horizon) {
        Some(eta) => Forecast { course: Some(course.at(points.to + eta, end)), eta: Some(eta), ..found },
        None => {
            let why = format!("Not within {}, which is as far as the dumps look back.", Unit::Seconds.show(horizon));
            Forecast { withheld: Some(why), ..found }
        }
    }
}
