//! Least squares with two causes: what a value would be elsewhere, and how far that may be off.

/// `y = a + b·x₁ + c·x₂` by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    mean: [f64; 3],
    slopes: [f64; 2],
    /// Inverse of the matrix of squares and products of both causes, as (11, 12, 22).
    inverse: [f64; 3],
    scatter: f64,
    points: f64,
}

impl Plane {
    /// The value there, and the standard error of that mean.
    #[must_use]
    pub fn at(&self, x: [f64; 2]) -> (f64, f64) {
        let ([x1, x2], [m1, m2, my], [b, c], [i11, i12, i22]) = (x, self.mean, self.slopes, self.inverse);
        let (d1, d2) = (x1 - m1, x2 - m2);
        let leverage = 1.0 / self.points + d1 * d1 * i11 + 2.0 * d1 * d2 * i12 + d2 * d2 * i22;
        (my + b * d1 + c * d2, self.scatter * leverage.max(0.0).sqrt())
    }
}

/// The plane through points (x₁, x₂, y). A cause that does not vary, or only together with the other, is given no weight. `None` below six points.
#[must_use]
pub fn plane(points: &[[f64; 3]]) -> Option<Plane> {
    /// Below this share of a cause's own spread is left once the other one is known, they are one cause.
    const APART: f64 = 0.05;
    if points.len() < 6 {
        return None;
    }
    let n = points.len() as f64;
    let mut mean = [0.0; 3];
    for point in points {
        for (sum, value) in mean.iter_mut().zip(point) {
            *sum += value / n;
        }
    }
    let [m1, m2, my] = mean;
    let (mut s11, mut s12, mut s22, mut s1y, mut s2y) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for [x1, x2, y] in points {
        let (d1, d2, dy) = (x1 - m1, x2 - m2, y - my);
        s11 += d1 * d1;
        s12 += d1 * d2;
        s22 += d2 * d2;
        s1y += d1 * dy;
        s2y += d2 * dy;
    }
    let determinant = s11 * s22 - s12 * s12;
    let (slopes, inverse) = if determinant > APART * s11 * s22 && s11 > 0.0 && s22 > 0.0 {
        let inverse = [s22 / determinant, -s12 / determinant, s11 / determinant];
        let [i11, i12, i22] = inverse;
        ([i11 * s1y + i12 * s2y, i12 * s1y + i22 * s2y], inverse)
    } else if s11 > 0.0 {
        ([s1y / s11, 0.0], [1.0 / s11, 0.0, 0.0])
    } else if s22 > 0.0 {
        ([0.0, s2y / s22], [0.0, 0.0, 1.0 / s22])
    } else {
        ([0.0, 0.0], [0.0; 3])
    };
    let [b, c] = slopes;
    let left: f64 = points.iter().map(|[x1, x2, y]| (y - my - b * (x1 - m1) - c * (x2 - m2)).powi(2)).sum();
    Some(Plane { mean, slopes, inverse, scatter: (left / (n - 3.0)).sqrt(), points: n })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(batch: f64, prefill: f64, noise: f64) -> [f64; 3] {
        [batch, prefill, 0.013 + 0.0009 * batch + 1e-6 * prefill + noise]
    }

    #[test]
    fn two_causes_are_told_apart() {
        let points: Vec<[f64; 3]> =
            (0..20).map(|i| step(f64::from(i % 7), f64::from(i % 5) * 300.0, if i % 2 == 0 { 1e-5 } else { -1e-5 })).collect();
        let fitted = plane(&points).expect("twenty points");
        let (value, error) = fitted.at([10.0, 1000.0]);
        assert!((value - 0.023).abs() < 1e-4, "{value}");
        assert!(error > 0.0 && error < 1e-4);
    }

    #[test]
    fn causes_that_go_together_count_once() {
        let points: Vec<[f64; 3]> = (0..10).map(|i| step(f64::from(i), f64::from(i) * 100.0, 0.0)).collect();
        let (value, _) = plane(&points).expect("ten points").at([12.0, 1200.0]);
        assert!((value - 0.025).abs() < 1e-9);
        let (still, _) = plane(&[[1.0, 2.0, 3.0]; 8]).expect("eight points").at([5.0, 5.0]);
        assert_eq!(still, 3.0, "nothing varied");
    }
}
