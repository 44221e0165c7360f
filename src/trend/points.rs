//! The values of a life over time: of each window between neighbouring dumps, and of each dump.

use super::Measure;
use super::totals::Totals;
use crate::metrics::Histogram;
use crate::signal::{BackendId, Moment, Observation};
use crate::stats::quantile;

/// One value. Times are seconds on the clock of the dumps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Where its window begins and ends; the same moment for a gauge.
    pub from: f64,
    pub to: f64,
    pub value: f64,
    /// Events behind it; 1 for a gauge and a rate.
    pub count: f64,
}

impl Point {
    /// The middle of its window.
    #[must_use]
    pub fn at(&self) -> f64 {
        (self.from + self.to) / 2.0
    }
}

/// One quantity over time. A window with too few events is pooled with the next ones; what is left over at the end is dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub measure: Measure,
    pub points: Vec<Point>,
}

/// All quantities of one life.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    pub backend: BackendId,
    /// First and last dump.
    pub from: f64,
    pub to: f64,
    /// Median distance of neighbouring dumps, seconds.
    pub step: f64,
    pub dumps: usize,
    pub series: Vec<Series>,
    /// Windows in which requests waited and not one first token came: the worst moments, and no sample of a latency speaks of them.
    pub silent: Vec<(f64, f64)>,
    /// The newest dump.
    pub last: Moment,
}

impl Points {
    /// The points of one life, its dumps in the order of time. `None` below three dumps that carry times.
    #[must_use]
    pub fn of(moments: &[Moment]) -> Option<Points> {
        let timed: Vec<(f64, &Moment)> = moments.iter().filter_map(|moment| Some((moment.at?, moment))).collect();
        let pairs = timed.iter().zip(timed.iter().skip(1)).filter(|(before, after)| after.0 > before.0);
        let windows: Vec<Totals> =
            pairs.map(|(before, after)| Totals::of(&Observation::between(before.1, after.1), before.0, after.0)).collect();
        let (first, last) = (windows.first()?, windows.last()?);
        let lengths: Vec<f64> = windows.iter().map(|window| window.to - window.from).collect();
        let of = |measure: Measure| {
            let points = match measure.gauge() {
                Some(gauge) => timed
                    .iter()
                    .filter_map(|(at, moment)| Some(Point { from: *at, to: *at, value: moment.gauges.get(&gauge)?.value, count: 1.0 }))
                    .collect(),
                None if measure == Measure::TtftP95 => tails(&windows, measure.enough()),
                None => pooled(&windows, measure),
            };
            Series { measure, points }
        };
        let series: Vec<Series> = Measure::ALL.into_iter().map(of).filter(|series| !series.points.is_empty()).collect();
        let silent = windows.iter().filter(|window| window.silent).map(|window| (window.from, window.to)).collect();
        let (_, last_moment) = timed.last()?;
        Some(Points {
            backend: last_moment.backend,
            from: first.from,
            to: last.to,
            step: crate::stats::median(&lengths)?,
            dumps: windows.len() + 1,
            series,
            silent,
            last: (*last_moment).clone(),
        })
        .filter(|points| points.dumps >= 3)
    }

    #[must_use]
    pub fn series(&self, measure: Measure) -> Option<&Series> {
        self.series.iter().find(|series| series.measure == measure)
    }

    /// Values of a quantity whose windows lie within a span.
    #[must_use]
    pub fn within(&self, measure: Measure, from: f64, to: f64) -> Vec<Point> {
        let inside = |point: &&Point| point.from >= from && point.to <= to;
        self.series(measure).into_iter().flat_map(|series| series.points.iter().filter(inside)).copied().collect()
    }
}

impl Series {
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        self.points.iter().map(|point| point.value).collect()
    }
}

/// Sums over counts, pooled until there are enough events.
fn pooled(windows: &[Totals], measure: Measure) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    let mut open: Option<(f64, f64, f64, f64)> = None;
    for window in windows {
        let Some(part) = window.part(measure) else {
            continue;
        };
        let (from, mut over, mut under, mut count) = open.take().unwrap_or((window.from, 0.0, 0.0, 0.0));
        over += part.over;
        under += part.under;
        count += part.events;
        if under > 0.0 && count >= measure.enough() {
            points.push(Point { from, to: window.to, value: over / under, count });
        } else {
            open = Some((from, over, under, count));
        }
    }
    points.retain(|point| point.value.is_finite());
    points
}

/// P95 of the time to first token, of as many windows as it takes.
fn tails(windows: &[Totals], enough: f64) -> Vec<Point> {
    let (mut points, mut open): (Vec<Point>, Option<(f64, Histogram)>) = (Vec::new(), None);
    for window in windows {
        let Some(histogram) = &window.ttft else { continue };
        let (from, pool) = match open.take() {
            Some((from, mut pool)) => {
                pool.add(histogram);
                (from, pool)
            }
            None => (window.from, histogram.clone()),
        };
        let count = pool.observations().unwrap_or(0.0);
        match quantile(&pool, 0.95).filter(|_| count >= enough) {
            Some(tail) => points.push(Point { from, to: window.to, value: tail.point, count }),
            None => open = Some((from, pool)),
        }
    }
    points
}
