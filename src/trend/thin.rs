//! Long series are thinned to medians of equal runs before anything looks at pairs of points.

use super::Point;
use crate::stats::median;

/// Pairs of so many points are compared in no time; more are pooled. Times of changes are found among all points afterwards.
pub(super) const MOST: usize = 250;

/// (time, value) of a series, at most [`MOST`] of them.
pub(super) fn thinned(points: &[Point]) -> Vec<(f64, f64)> {
    let run = points.len().div_ceil(MOST).max(1);
    points.chunks(run).filter_map(middle).collect()
}

fn middle(run: &[Point]) -> Option<(f64, f64)> {
    if let [point] = run {
        return Some((point.at(), point.value));
    }
    let of = |get: fn(&Point) -> f64| median(&run.iter().map(get).collect::<Vec<_>>());
    Some((of(Point::at)?, of(|point| point.value)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_series_keeps_its_course() {
        let points: Vec<Point> = (0..1000).map(f64::from).map(|at| Point { from: at, to: at, value: 3.0 * at, count: 1.0 }).collect();
        let thin = thinned(&points);
        assert_eq!(thin.len(), MOST);
        assert_eq!(thin.get(1), Some(&(5.5, 16.5)));
        assert_eq!(thinned(&points[..200]).len(), 200);
    }
}
