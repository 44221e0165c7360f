//! Least squares: a line, how well it fits, and where between two bounds the next value or the next crossing lies.

use super::special::student_quantile;

/// A line by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    pub slope: f64,
    pub intercept: f64,
    /// Share of the variance that the line explains, 0–1.
    pub r_squared: f64,
    /// Standard error of the slope.
    pub slope_error: f64,
    /// Standard deviation of a value around the line.
    pub scatter: f64,
    pub points: f64,
    pub mean_x: f64,
    /// Sum of squared distances of x from its mean.
    pub spread_x: f64,
}

impl Line {
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    /// Half the width of the interval that a value at `x` lies in with this probability; `memory` widens it for residuals that resemble
    /// their neighbours (their lag-1 autocorrelation).
    #[must_use]
    pub fn half_width(&self, x: f64, probability: f64, memory: f64) -> f64 {
        let memory = memory.clamp(0.0, 0.95);
        let of_mean = (1.0 / self.points + (x - self.mean_x).powi(2) / self.spread_x) * (1.0 + memory) / (1.0 - memory);
        student_quantile((1.0 + probability) / 2.0, self.points - 2.0) * self.scatter * (1.0 + of_mean).sqrt()
    }
}

/// Least squares through points (x, y). `None` below three points or when all x are equal.
#[must_use]
pub fn line(points: &[(f64, f64)]) -> Option<Line> {
    if points.len() < 3 {
        return None;
    }
    let n = points.len() as f64;
    let (mean_x, mean_y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        xx += (x - mean_x).powi(2);
        xy += (x - mean_x) * (y - mean_y);
        yy += (y - mean_y).powi(2);
    }
    let slope = Some(xy / xx).filter(|slope| slope.is_finite())?;
    let intercept = mean_y - slope * mean_x;
    let left: f64 = points.iter().map(|(x, y)| (y - intercept - slope * x).powi(2)).sum();
    let scatter = (left / (n - 2.0)).sqrt();
    let r_squared = if yy > 0.0 { (1.0 - left / yy).clamp(0.0, 1.0) } else { 1.0 };
    Some(Line { slope, intercept, r_squared, slope_error: scatter / xx.sqrt(), scatter, points: n, mean_x, spread_x: xx })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_values_of_a_cache_that_fills() {
        // Handbook V5, and PromQL's predict_linear 600 s on.
        let values = [0.50, 0.52, 0.55, 0.53, 0.58, 0.60, 0.61, 0.65];
        let points: Vec<(f64, f64)> = values.into_iter().enumerate().map(|(place, y)| (60.0 * place as f64, y)).collect();
        let found = line(&points).expect("eight points");
        assert!((found.slope - 3.373_02e-4).abs() < 1e-9);
        assert!((found.intercept - 0.496_667).abs() < 1e-6);
        assert!((found.at(420.0 + 600.0) - 0.840_714).abs() < 1e-6);
        assert!(((0.90 - found.at(420.0)) / found.slope - 775.8).abs() < 0.1);
    }

    #[test]
    fn the_cost_of_a_step_by_its_batch() {
        // Handbook V8.
        let batches = [8.0, 16.0, 24.0, 32.0, 48.0, 64.0, 80.0, 96.0];
        let gaps = [12.8, 14.5, 15.9, 17.8, 21.1, 24.3, 27.4, 30.9];
        let points: Vec<(f64, f64)> = batches.into_iter().zip(gaps).collect();
        let found = line(&points).expect("eight points");
        assert!((found.intercept - 11.1630).abs() < 1e-4 && (found.slope - 0.204_880).abs() < 1e-6);
        assert!((found.r_squared - 0.99972).abs() < 1e-5);
        assert!(((50.0 - found.intercept) / found.slope - 189.56).abs() < 0.01);
        assert!((96.0 / found.at(96.0) * 1e3 - 3113.7).abs() < 0.1);
    }

    #[test]
    fn an_interval_widens_with_distance_and_with_memory() {
        let points: Vec<(f64, f64)> = (0..20).map(|x| (f64::from(x), f64::from(x) + if x % 2 == 0 { 0.5 } else { -0.5 })).collect();
        let found = line(&points).expect("twenty points");
        let near = found.half_width(10.0, 0.9, 0.0);
        assert!(found.half_width(40.0, 0.9, 0.0) > near && found.half_width(10.0, 0.9, 0.6) > near);
        assert!(found.half_width(10.0, 0.99, 0.0) > near);
        assert_eq!(line(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None);
    }
}
