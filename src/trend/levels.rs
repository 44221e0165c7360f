//! Where one quantity changes its level: E-divisive finds the place, Welch's t says whether it is real (handbook 5.5).

use super::thin::thinned;
use super::{Measure, Series};
use crate::sorted::sort;
use crate::stats::{energy_split, lag_one, line, mean, median, pettitt, welch};

/// A change of level of one quantity. Times are seconds on the clock of the dumps.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    pub measure: Measure,
    /// Between the last point before and the first after it.
    pub at: f64,
    /// Medians of the points since the change before this one, and up to the next one.
    pub before: f64,
    pub after: f64,
    /// Of the difference, the choice among places and the memory of the series allowed for.
    pub p: f64,
}

/// Points a side, and of the part that is split (handbook 5.5); fewer leave it to Pettitt's test.
const A_SIDE: usize = 5;
const LEAST_POINTS: usize = 12;
const FEW_POINTS: usize = 8;
/// From Hunter (handbook 5.5), for the mean; medians have to agree.
const SIGNIFICANT: f64 = 0.001;
const LEAST_SHARE: f64 = 0.05;
/// Pettitt's p, which is too large for so few points.
const BY_RANKS: f64 = 0.05;
/// Below this many residuals their correlation is noise.
const ENOUGH: usize = 10;
/// Latencies that vary by more are compared by their logarithms (handbook 5.1).
const WIDE: f64 = 3.0;

/// The changes of level of a series, in the order of time.
#[must_use]
pub fn levels(series: &Series) -> Vec<Level> {
    let thin = thinned(&series.points);
    let scaled = scaled(&thin);
    let mut places = Vec::new();
    split(&thin, &scaled, 0, &mut places);
    sort(&mut places);
    // Several steps look like memory until all are known; then the weakest goes until each that is left holds against its neighbours.
    loop {
        let parts = Parts::new(&scaled, &places);
        let judged: Vec<Judged> = (0..places.len()).filter_map(|place| parts.judge(place, series.measure, &thin)).collect();
        let weakest = (0..judged.len()).max_by(|a, b| weight(judged.get(*a)).total_cmp(&weight(judged.get(*b))));
        match weakest.filter(|place| weight(judged.get(*place)) > SIGNIFICANT) {
            Some(place) if place < places.len() => drop(places.remove(place)),
            _ => {
                let level = |(place, judged): (&usize, Judged)| {
                    let at = moment(series, &thin, *place);
                    Level { measure: series.measure, at, before: judged.before, after: judged.after, p: judged.p }
                };
                return places.iter().zip(judged).map(level).collect();
            }
        }
    }
}

/// What is said of one place: p, or 1 where the levels are too close to matter.
struct Judged {
    p: f64,
    before: f64,
    after: f64,
}

fn weight(judged: Option<&Judged>) -> f64 {
    judged.map_or(1.0, |judged| judged.p)
}

/// A series in parts, and how much neighbours resemble each other within them.
struct Parts<'a> {
    scaled: &'a [f64],
    ends: Vec<usize>,
    memory: f64,
}

impl<'a> Parts<'a> {
    fn new(scaled: &'a [f64], places: &[usize]) -> Parts<'a> {
        let ends: Vec<usize> = [0].into_iter().chain(places.iter().copied()).chain([scaled.len()]).collect();
        let mut residuals = Vec::with_capacity(scaled.len());
        for pair in ends.windows(2) {
            let [from, to] = pair else { continue };
            let part = scaled.get(*from..*to).unwrap_or_default();
            let middle = mean(part).unwrap_or(0.0);
            residuals.extend(part.iter().map(|value| value - middle));
        }
        let memory = if residuals.len() >= ENOUGH { lag_one(&residuals).max(0.0) } else { 0.0 };
        Parts { scaled, ends, memory }
    }

    fn judge(&self, place: usize, measure: Measure, thin: &[(f64, f64)]) -> Option<Judged> {
        let [from, at, to] = self.ends.get(place..place + 3)? else { return None };
        let (before, after) = (self.scaled.get(*from..*at)?, self.scaled.get(*at..*to)?);
        let level = |from: usize, to: usize| median(&thin.get(from..to)?.iter().map(|point| point.1).collect::<Vec<_>>());
        let (level_before, level_after) = (level(*from, *at)?, level(*at, *to)?);
        let p = welch(before, after)?.with_memory(self.memory, before.len() + after.len()).p;
        let p = if is_large(measure, level_before, level_after) { p } else { 1.0 };
        Some(Judged { p, before: level_before, after: level_after })
    }
}

fn scaled(thin: &[(f64, f64)]) -> Vec<f64> {
    let values: Vec<f64> = thin.iter().map(|point| point.1).collect();
    let (least, most) = values.iter().fold((f64::INFINITY, 0.0f64), |(least, most), value| (least.min(*value), most.max(*value)));
    if least > 0.0 && most > WIDE * least { values.iter().map(|value| value.ln()).collect() } else { values }
}

/// Splits a part and then both of its parts; places are counted from the beginning of the series.
fn split(thin: &[(f64, f64)], scaled: &[f64], offset: usize, places: &mut Vec<usize>) {
    let place = match scaled.len() {
        few if few < FEW_POINTS => None,
        few if few < LEAST_POINTS => pettitt(scaled).filter(|found| found.p <= BY_RANKS).map(|found| found.at),
        _ => energy_split(scaled, A_SIDE).map(|found| found.at),
    };
    let Some(at) = place else { return };
    let (Some((before, after)), Some((thin_before, thin_after))) = (scaled.split_at_checked(at), thin.split_at_checked(at)) else { return };
    let choices = (scaled.len() as f64 - 2.0 * A_SIDE as f64 + 1.0).max(1.0);
    let p = welch(before, after).map_or(1.0, |test| test.p);
    if p * choices > SIGNIFICANT || is_ramp(thin, scaled, at) {
        return;
    }
    places.push(offset + at);
    split(thin_before, before, offset, places);
    split(thin_after, after, offset + at, places);
}

fn is_large(measure: Measure, before: f64, after: f64) -> bool {
    let moved = (after - before).abs();
    moved >= LEAST_SHARE * before.abs() && moved >= measure.least()
}

/// A line fits the part better than two levels.
fn is_ramp(thin: &[(f64, f64)], scaled: &[f64], at: usize) -> bool {
    let points: Vec<(f64, f64)> = thin.iter().zip(scaled).map(|(point, value)| (point.0, *value)).collect();
    let Some(line) = line(&points) else { return false };
    let squares = |part: &[f64]| mean(part).map_or(0.0, |mean| part.iter().map(|value| (value - mean).powi(2)).sum::<f64>());
    let of_levels = scaled.split_at_checked(at).map_or(f64::INFINITY, |(before, after)| squares(before) + squares(after));
    line.scatter.powi(2) * (line.points - 2.0) <= of_levels
}

/// The moment of a change, found among all points where they were thinned: the split with the least squares near the thinned one.
fn moment(series: &Series, thin: &[(f64, f64)], at: usize) -> f64 {
    let points = &series.points;
    let run = points.len().div_ceil(thin.len().max(1)).max(1);
    let near = at * run;
    let (from, to) = (near.saturating_sub(4 * run), (near + 4 * run).min(points.len()));
    let mut best = near;
    if run > 1 {
        let values: Vec<f64> = points.get(from..to).unwrap_or_default().iter().map(|point| point.value).collect();
        let squares = |part: &[f64]| mean(part).map_or(0.0, |mean| part.iter().map(|value| (value - mean).powi(2)).sum::<f64>());
        let cost = |at: &usize| values.split_at_checked(*at).map_or(f64::INFINITY, |(a, b)| squares(a) + squares(b));
        let place = (1..values.len()).min_by(|a, b| cost(a).total_cmp(&cost(b)));
        best = place.map_or(near, |place| from + place);
    }
    let before = best.checked_sub(1).and_then(|place| points.get(place)).map(|point| point.to);
    let after = points.get(best).map(|point| point.from);
    match (before, after) {
        (Some(before), Some(after)) => (before + after) / 2.0,
        (before, after) => before.or(after).unwrap_or(0.0),
    }
}
