//! Mann–Kendall: does a series rise or fall at all, whatever its shape and its spread.

use super::sample::lag_one;
use super::special::normal_cdf;
use crate::sorted::sort_by;

/// Whether a series goes one way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannKendall {
    /// Pairs that rise less pairs that fall.
    pub s: f64,
    /// Variance of `s` if there is no trend; ties are allowed for.
    pub variance: f64,
    /// With the correction for continuity.
    pub z: f64,
    /// `s` over the number of pairs, −1 to 1.
    pub tau: f64,
    /// Probability of at least this |z| without a trend, 0–1.
    pub p: f64,
}

impl MannKendall {
    /// The same with neighbours that resemble each other: queues and caches keep their level for a while, so that their values tell less
    /// than as many that are independent. `residuals` are what a line leaves of the series; z is multiplied by √((1 − ρ)/(1 + ρ)) where the
    /// lag-1 autocorrelation ρ is positive.
    #[must_use]
    pub fn allowing_for_memory(self, residuals: &[f64]) -> MannKendall {
        /// Below this many residuals their correlation is noise.
        const ENOUGH: usize = 10;
        let memory = if residuals.len() >= ENOUGH { lag_one(residuals).max(0.0) } else { 0.0 };
        let z = self.z * ((1.0 - memory) / (1.0 + memory)).sqrt();
        MannKendall { z, p: two_sided(z), ..self }
    }
}

/// The test over values in the order of time. `None` below three values.
#[must_use]
pub fn mann_kendall(values: &[f64]) -> Option<MannKendall> {
    if values.len() < 3 {
        return None;
    }
    let mut s = 0.0;
    for (place, earlier) in values.iter().enumerate() {
        for later in values.iter().skip(place + 1) {
            s += f64::from(i8::from(later > earlier) - i8::from(later < earlier));
        }
    }
    let n = values.len() as f64;
    let variance = (spread(n) - ties(values).into_iter().map(spread).sum::<f64>()) / 18.0;
    let towards_zero = if s > 0.0 {
        s - 1.0
    } else if s < 0.0 {
        s + 1.0
    } else {
        0.0
    };
    let z = if variance > 0.0 { towards_zero / variance.sqrt() } else { 0.0 };
    Some(MannKendall { s, variance, z, tau: s / (n * (n - 1.0) / 2.0), p: two_sided(z) })
}

fn spread(n: f64) -> f64 {
    n * (n - 1.0) * (2.0 * n + 5.0)
}

/// How many values there are of each.
fn ties(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sort_by(&mut sorted, f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(|equal| equal.len() as f64).collect()
}

fn two_sided(z: f64) -> f64 {
    2.0 * normal_cdf(-z.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_values_that_nearly_always_rise() {
        // Handbook V5.
        let found = mann_kendall(&[0.50, 0.52, 0.55, 0.53, 0.58, 0.60, 0.61, 0.65]).expect("eight values");
        assert_eq!(found.s, 26.0);
        assert!((found.variance - 65.3333).abs() < 1e-4);
        assert!((found.z - 3.09295).abs() < 1e-5);
        assert!((found.p - 0.00198).abs() < 1e-5);
        assert!((found.tau - 0.928_571).abs() < 1e-6);
    }

    #[test]
    fn ties_tell_less_and_equal_values_nothing() {
        // Three pairs of equal values: 6·5·17 − 3·2·1·9 = 456, over 18.
        let tied = mann_kendall(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]).expect("six values");
        assert_eq!((tied.s, tied.variance), (12.0, 456.0 / 18.0));
        let flat = mann_kendall(&[2.0; 9]).expect("nine values");
        assert_eq!((flat.z, flat.p), (0.0, 1.0));
        assert_eq!(mann_kendall(&[1.0, 2.0]), None);
    }

    #[test]
    fn neighbours_that_resemble_each_other_weaken_it() {
        let values: Vec<f64> = (0..20).map(f64::from).collect();
        let found = mann_kendall(&values).expect("twenty values");
        let wave: Vec<f64> = (0..20).map(|at| if at < 10 { 1.0 } else { -1.0 }).collect();
        let weaker = found.allowing_for_memory(&wave);
        let rho = lag_one(&wave);
        assert!((weaker.z - found.z * ((1.0 - rho) / (1.0 + rho)).sqrt()).abs() < 1e-12);
        assert!(weaker.p > found.p);
        assert_eq!(found.allowing_for_memory(&wave[..9]), found, "too few to tell");
    }
}
