//! Where a quantity goes: Mann–Kendall says whether it goes anywhere, Theil–Sen how fast (handbook 5.2).

use super::thin::thinned;
use super::{Measure, Point, Points, Series};
use crate::stats::{MannKendall, TheilSen, line, mann_kendall, mean, median, median_deviation, one_sample, theil_sen};

/// A movement that is no chance and large enough to matter. Times are seconds on the clock of the dumps, slopes per second.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    pub measure: Measure,
    pub line: TheilSen,
    /// With the guard for neighbours that resemble each other.
    pub test: MannKendall,
    pub from: f64,
    pub to: f64,
    pub points: usize,
}

impl Trend {
    /// The line at both ends.
    #[must_use]
    pub fn ends(&self) -> (f64, f64) {
        (self.line.at(self.from), self.line.at(self.to))
    }
}

/// Windows below which nothing is said.
const LEAST_POINTS: usize = 8;
/// A trend is of so long a span or of so many points, or as clear as one of many (own judgement: ten dumps 10 s apart, a queue that doubles).
const LEAST_SECONDS: f64 = 300.0;
const MANY_POINTS: usize = 20;
/// By chance in fewer than one in a hundred (handbook 5.2), for what fills up and ends badly; of the other dozen each is looked at, so that
/// each is asked for more.
const SIGNIFICANT: f64 = 0.01;
const OF_MANY: f64 = 0.001;
/// From the first to the last point it moves at least by this share of the median …
const LEAST_SHARE: f64 = 0.05;
/// … and by so many times the scatter around the line.
const TIMES_SCATTER: f64 = 3.0;

/// All trends, in the order of [`Measure::ALL`].
#[must_use]
pub fn trends(points: &Points) -> Vec<Trend> {
    points.series.iter().filter(|series| series.measure.is_shown()).filter_map(trend).collect()
}

/// The trend of one series; `None` where it has none.
#[must_use]
pub fn trend(series: &Series) -> Option<Trend> {
    of_points(series.measure, &series.points)
}

pub(super) fn of_points(measure: Measure, points: &[Point]) -> Option<Trend> {
    let thin = thinned(points);
    if thin.len() < LEAST_POINTS {
        return None;
    }
    let values: Vec<f64> = thin.iter().map(|point| point.1).collect();
    let raw = mann_kendall(&values)?;
    if raw.p >= SIGNIFICANT {
        return None;
    }
    let line = theil_sen(&thin, &raw)?;
    let residuals = line.residuals(&thin);
    let memory = raw.allowing_for_memory(&residuals);
    // A bent course looks like memory too: a walk that goes one way is none by chance.
    let drift = raw.p.max(drift(&values));
    let test = if drift < memory.p { MannKendall { p: drift, ..raw } } else { memory };
    let (from, to) = (thin.first()?.0, thin.last()?.0);
    let long = to - from >= LEAST_SECONDS || points.len() >= MANY_POINTS;
    let moved = (line.slope * (to - from)).abs();
    let least = (LEAST_SHARE * median(&values)?.abs()).max(TIMES_SCATTER * median_deviation(&residuals)?).max(measure.least());
    let fills = matches!(measure, Measure::Waiting | Measure::Running | Measure::KvUsage);
    let asked = if long && fills { SIGNIFICANT } else { OF_MANY };
    let real = test.p < asked && moved >= least && !is_step(&thin);
    real.then_some(Trend { measure, line, test, from, to, points: points.len() })
}

/// Probability that the steps of a walk without a direction lead so far.
fn drift(values: &[f64]) -> f64 {
    let steps: Vec<f64> = values.iter().zip(values.iter().skip(1)).map(|(a, b)| b - a).collect();
    one_sample(&steps).map_or(1.0, |test| test.p)
}

/// Two levels fit better than a line: a change, no trend.
fn is_step(thin: &[(f64, f64)]) -> bool {
    const A_SIDE: usize = 3;
    /// Two levels have one more number to fit with, the place.
    const CLEARLY_LESS: f64 = 0.7;
    let Some(line) = line(thin) else { return false };
    let of_line = line.scatter.powi(2) * (line.points - 2.0);
    let squares = |part: &[(f64, f64)]| {
        let values: Vec<f64> = part.iter().map(|point| point.1).collect();
        mean(&values).map_or(0.0, |mean| values.iter().map(|value| (value - mean).powi(2)).sum())
    };
    let split = |at| thin.split_at_checked(at).map(|(before, after)| squares(before) + squares(after));
    let best = (A_SIDE..=thin.len().saturating_sub(A_SIDE)).filter_map(split).fold(f64::INFINITY, f64::min);
    best < CLEARLY_LESS * of_line
}
