//! Whether counts that should be alike are alike.

use super::special::gamma_q;

/// How unevenly a total is spread over parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dispersion {
    /// Largest part over the mean part.
    pub max_over_mean: f64,
    /// Σ(x − mean)²/mean.
    pub chi_squared: f64,
    /// Probability of at least this chi-squared among Poisson counts of one rate, with parts − 1 degrees of freedom.
    pub p: f64,
}

/// Dispersion of counts. `None` with fewer than two parts, a negative part, or nothing counted.
///
/// Large counts make trivial differences significant: ask for a ratio as well.
#[must_use]
pub fn dispersion(counts: &[f64]) -> Option<Dispersion> {
    if counts.len() < 2 || counts.iter().any(|count| !count.is_finite() || *count < 0.0) {
        return None;
    }
    let parts = counts.len() as f64;
    let mean = counts.iter().sum::<f64>() / parts;
    if mean <= 0.0 {
        return None;
    }
    let most = counts.iter().copied().fold(0.0, f64::max);
    let chi_squared = counts.iter().map(|count| (count - mean).powi(2) / mean).sum();
    Some(Dispersion { max_over_mean: most / mean, chi_squared, p: gamma_q((parts - 1.0) / 2.0, chi_squared / 2.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_ranks_one_of_them_with_twice_the_load_are_uneven() {
        // Handbook V11: χ² 72.053, p ≈ 1.6e-15, max/mean 1.6.
        let uneven = dispersion(&[120.0, 118.0, 122.0, 240.0]).expect("four counts");
        assert!((uneven.chi_squared - 72.053).abs() < 1e-3);
        assert!((uneven.max_over_mean - 1.6).abs() < 1e-12);
        assert!(uneven.p > 1.0e-15 && uneven.p < 2.0e-15);
    }

    #[test]
    fn four_alike_ranks_are_even() {
        // Handbook V11: χ² 0.98, p 0.806, max/mean 1.08.
        let even = dispersion(&[100.0, 95.0, 108.0, 97.0]).expect("four counts");
        assert!((even.chi_squared - 0.98).abs() < 1e-9);
        assert!((even.p - 0.806).abs() < 1e-3);
    }

    #[test]
    fn nothing_to_compare_is_no_dispersion() {
        assert_eq!(dispersion(&[5.0]), None);
        assert_eq!(dispersion(&[0.0, 0.0]), None);
        assert_eq!(dispersion(&[5.0, f64::NAN]), None);
    }
}
