//! Theil–Sen: the slope that half of all pairs exceed. One wild value in five leaves it where it is.

use super::sample::{median, median_of_sorted};
use super::share::Z95;
use super::trend::MannKendall;
use crate::sorted::sort_by;

/// A line through a series with the interval of its slope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TheilSen {
    pub slope: f64,
    /// Median of y − slope·x.
    pub intercept: f64,
    /// 95 % interval of the slope, by order statistics.
    pub interval: (f64, f64),
}

impl TheilSen {
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    /// What the line leaves of each value.
    #[must_use]
    pub fn residuals(&self, points: &[(f64, f64)]) -> Vec<f64> {
        points.iter().map(|(x, y)| y - self.at(*x)).collect()
    }

    /// How far from `x` the line meets a limit, and the earliest and latest by the slope's interval; infinite where it never does.
    #[must_use]
    pub fn until(&self, x: f64, limit: f64) -> (f64, (f64, f64)) {
        let rest = limit - self.at(x);
        let after = |slope: f64| if rest * slope > 0.0 { rest / slope } else { f64::INFINITY };
        let (a, b) = (after(self.interval.0), after(self.interval.1));
        (after(self.slope), (a.min(b), a.max(b)))
    }
}

/// The line through points (x, y) with different x, in the order of x. `test` is that of the same y.
///
/// The interval is that of Sen: with N pairs and C = z·√variance, the slopes of ranks (N − C)/2 and (N + C)/2 + 1.
#[must_use]
pub fn theil_sen(points: &[(f64, f64)], test: &MannKendall) -> Option<TheilSen> {
    let mut slopes = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    for (place, (x, y)) in points.iter().enumerate() {
        let later = points.iter().skip(place + 1).filter(|later| later.0 > *x);
        slopes.extend(later.map(|(later_x, later_y)| (later_y - y) / (later_x - x)));
    }
    sort_by(&mut slopes, f64::total_cmp);
    let slope = median_of_sorted(&slopes)?;
    let pairs = slopes.len() as f64;
    let half_width = Z95 * test.variance.sqrt();
    let ranked = |rank: f64| {
        let place = (rank.round().clamp(1.0, pairs) - 1.0).max(0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank within the list")]
        let place = place as usize;
        slopes.get(place).copied()
    };
    let interval = (ranked((pairs - half_width) / 2.0)?, ranked((pairs + half_width) / 2.0 + 1.0)?);
    let intercept = median(&points.iter().map(|(x, y)| y - slope * x).collect::<Vec<_>>())?;
    Some(TheilSen { slope, intercept, interval })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{line, mann_kendall};

    fn v5(fourth: f64) -> Vec<(f64, f64)> {
        let values = [0.50, 0.52, 0.55, fourth, 0.58, 0.60, 0.61, 0.65];
        values.into_iter().enumerate().map(|(place, y)| (60.0 * place as f64, y)).collect()
    }

    fn fitted(points: &[(f64, f64)]) -> TheilSen {
        let values: Vec<f64> = points.iter().map(|point| point.1).collect();
        theil_sen(points, &mann_kendall(&values).expect("eight values")).expect("eight points")
    }

    #[test]
    fn the_slope_its_interval_and_when_the_limit_comes() {
        // Handbook V5.
        let line = fitted(&v5(0.53));
        assert!((line.slope - 3.333_33e-4).abs() < 1e-9);
        assert!((line.interval.0 - 2.5e-4).abs() < 1e-12 && (line.interval.1 - 4.444_44e-4).abs() < 1e-9, "{line:?}");
        assert!((line.intercept - 0.5).abs() < 1e-12);
        assert!((line.at(420.0) - 0.64).abs() < 1e-12);
        let (eta, (earliest, latest)) = line.until(420.0, 0.90);
        assert!((eta - 780.0).abs() < 1e-6 && (earliest - 585.0).abs() < 1e-6 && (latest - 1040.0).abs() < 1e-6);
        assert_eq!(line.until(420.0, 0.1).0, f64::INFINITY, "it goes the other way");
    }

    #[test]
    fn one_wild_value_moves_least_squares_and_not_this_line() {
        // Handbook V5: with y[3] = .95 least squares falls to 2.53968e-4.
        let points = v5(0.95);
        assert!((fitted(&points).slope - 3.333_33e-4).abs() < 1e-9);
        assert!((line(&points).expect("eight points").slope - 2.539_68e-4).abs() < 1e-9);
    }
}
