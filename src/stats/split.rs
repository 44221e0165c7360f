//! Where a series changes its level: the split by energy distance (E-divisive), how sure it is (Welch), and Pettitt's test for short ones.
//!
//! E-divisive is published with a test by random permutations. Here the split is found by the energy and judged by Welch's t, which needs
//! no randomness, as in Hunter; that the best of many places was taken is charged by multiplying p with their number.

use super::sample::mean_and_variance;
use super::special::student_two_sided;

/// A place that parts a series, and the statistic there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Index of the first value after it.
    pub at: usize,
    /// Energy distance between both sides, in the unit of the values.
    pub energy: f64,
    /// nm/(n + m) times the energy.
    pub q: f64,
}

/// The split with the largest q that leaves `least` values on each side.
#[must_use]
pub fn energy_split(values: &[f64], least: usize) -> Option<Split> {
    let least = least.max(2);
    if values.len() < 2 * least {
        return None;
    }
    // Sums of distances within the left side, within the right one, and between them; each step takes one value to the left.
    let to_all = |value: f64, others: &[f64]| others.iter().map(|other| (other - value).abs()).sum::<f64>();
    let (mut left, mut between) = (0.0, 0.0);
    let mut right: f64 = values.iter().enumerate().map(|(place, value)| to_all(*value, values.get(place + 1..).unwrap_or_default())).sum();
    let mut best: Option<Split> = None;
    for (place, value) in values.iter().enumerate() {
        let to_left = to_all(*value, values.get(..place).unwrap_or_default());
        let to_right = to_all(*value, values.get(place + 1..).unwrap_or_default());
        left += to_left;
        right -= to_right;
        between += to_right - to_left;
        let at = place + 1;
        if at < least || values.len() - at < least {
            continue;
        }
        let (n, m) = (at as f64, (values.len() - at) as f64);
        let energy = 2.0 * between / (n * m) - 2.0 * left / (n * (n - 1.0)) - 2.0 * right / (m * (m - 1.0));
        let split = Split { at, energy, q: n * m / (n + m) * energy };
        if best.is_none_or(|best| split.q > best.q) {
            best = Some(split);
        }
    }
    best
}

/// A t-test: whether two lists have one mean, with variances of their own, or one has none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Welch {
    /// Negative when the second mean is higher.
    pub t: f64,
    pub p: f64,
}

impl Welch {
    /// The same for `points` neighbours that resemble each other, by their lag-1 autocorrelation.
    #[must_use]
    pub fn with_memory(self, memory: f64, points: usize) -> Welch {
        if memory <= 0.0 {
            return self;
        }
        let weight = (1.0 - memory) / (1.0 + memory);
        let t = self.t * weight.sqrt();
        Welch { t, p: student_two_sided(t, (points as f64 * weight - 2.0).max(1.0)) }
    }
}

/// Welch's t-test. `None` below two values on a side. Lists without any spread differ for certain or not at all.
#[must_use]
pub fn welch(before: &[f64], after: &[f64]) -> Option<Welch> {
    let ((mean_before, variance_before), (mean_after, variance_after)) = (mean_and_variance(before)?, mean_and_variance(after)?);
    let (a, b) = (variance_before / before.len() as f64, variance_after / after.len() as f64);
    let difference = mean_before - mean_after;
    if a + b <= 0.0 {
        let p = if difference == 0.0 { 1.0 } else { 0.0 };
        return Some(Welch { t: if difference == 0.0 { 0.0 } else { difference.signum() * f64::INFINITY }, p });
    }
    let t = difference / (a + b).sqrt();
    let freedom: f64 = (a + b).powi(2) / (a.powi(2) / (before.len() as f64 - 1.0) + b.powi(2) / (after.len() as f64 - 1.0));
    Some(Welch { t, p: student_two_sided(t, freedom) })
}

/// Student's t-test that the mean is zero.
#[must_use]
pub fn one_sample(values: &[f64]) -> Option<Welch> {
    let (mean, variance) = mean_and_variance(values)?;
    let error = (variance / values.len() as f64).sqrt();
    let t = if mean == 0.0 { 0.0 } else { mean / error };
    let p = if t.is_finite() { student_two_sided(t, values.len() as f64 - 1.0) } else { 0.0 };
    Some(Welch { t, p })
}

/// Pettitt's test for one change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pettitt {
    /// Index of the first value after it.
    pub at: usize,
    pub k: f64,
    /// Approximate, and too large for short series.
    pub p: f64,
}

/// Pettitt's test. `None` below two values.
#[must_use]
pub fn pettitt(values: &[f64]) -> Option<Pettitt> {
    let mut best: Option<(usize, f64)> = None;
    for at in 1..values.len() {
        let (before, after) = values.split_at_checked(at)?;
        let sign = |a: f64, b: f64| f64::from(i8::from(b > a) - i8::from(b < a));
        let u: f64 = before.iter().map(|a| after.iter().map(|b| sign(*a, *b)).sum::<f64>()).sum();
        if best.is_none_or(|(_, most)| u.abs() > most) {
            best = Some((at, u.abs()));
        }
    }
    let ((at, k), n) = (best?, values.len() as f64);
    Some(Pettitt { at, k, p: (2.0 * (-6.0 * k * k / (n.powi(3) + n.powi(2))).exp()).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Handbook V9.
    const STEP: [f64; 12] = [100.0, 103.0, 98.0, 101.0, 99.0, 102.0, 130.0, 128.0, 133.0, 129.0, 131.0, 127.0];

    #[test]
    fn a_step_of_twelve_values_is_found_by_its_energy() {
        let found = energy_split(&STEP, 5).expect("twelve values");
        assert_eq!(found.at, 6);
        assert!((found.q - 160.0).abs() < 1e-9 && (found.energy - 53.333).abs() < 1e-3);
        let (before, after) = STEP.split_at(6);
        let test = welch(before, after).expect("six values a side");
        assert!((test.t + 25.0).abs() < 1e-9 && (test.p - 3.33e-10).abs() < 0.01e-10, "{test:?}");
    }

    #[test]
    fn so_short_a_step_is_weak_by_ranks_alone() {
        let found = pettitt(&STEP).expect("twelve values");
        assert_eq!((found.at, found.k), (6, 36.0));
        assert!((found.p - 0.0314).abs() < 1e-4);
    }

    #[test]
    fn a_split_leaves_enough_on_each_side() {
        assert_eq!(energy_split(&STEP[..9], 5), None);
        let late: Vec<f64> = (0..14).map(|place| if place < 13 { 1.0 } else { 9.0 }).collect();
        assert!(energy_split(&late, 5).is_some_and(|split| (5..=9).contains(&split.at)));
    }

    #[test]
    fn equal_values_are_not_told_apart() {
        let same = welch(&[2.0; 6], &[2.0; 6]).expect("six values a side");
        assert_eq!((same.t, same.p), (0.0, 1.0));
        assert_eq!(welch(&[2.0; 6], &[3.0; 6]).expect("six values a side").p, 0.0);
        assert_eq!(welch(&[1.0], &[2.0, 3.0]), None);
    }
}
