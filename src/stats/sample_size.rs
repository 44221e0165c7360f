//! How many observations a statement needs.

use super::Z95;

/// Smallest n for which the 95 % interval of the `q` quantile is finite on both sides: 1 − qⁿ − (1 − q)ⁿ ≥ 0.95.
///
/// `None` unless 0 < q < 1.
#[must_use]
pub fn quantile_needed(q: f64) -> Option<f64> {
    if !(q > 0.0 && q < 1.0) {
        return None;
    }
    let reaches = |n: f64| 1.0 - q.powf(n) - (1.0 - q).powf(n) >= LEVEL;
    // The larger of q and 1 − q alone nearly decides.
    let mut n = ((1.0 - LEVEL).ln() / q.max(1.0 - q).ln()).floor().max(1.0);
    while !reaches(n) {
        n += 1.0;
    }
    Some(n)
}

/// Requests without a single failure that prove an availability of at least `objective` at 95 %. `None` unless 0 < objective < 1.
#[must_use]
pub fn zero_failures_needed(objective: f64) -> Option<f64> {
    (objective > 0.0 && objective < 1.0).then(|| ((1.0 - LEVEL).ln() / objective.ln()).ceil())
}

/// Smallest n at which Wilson's interval around `share` leaves out `objective`. `None` when they are equal.
#[must_use]
pub fn share_needed(share: f64, objective: f64) -> Option<f64> {
    let distance = share - objective;
    let needed = (Z95 * Z95 * objective * (1.0 - objective) / (distance * distance)).ceil();
    needed.is_finite().then_some(needed.max(1.0))
}

/// Requests per window that show a change from one share to another, with 80 % power at the 5 % level. `None` when they are equal.
#[must_use]
pub fn detectable_change(from: f64, to: f64) -> Option<f64> {
    // 1.96 + 0.84, the customary rounding.
    const POWER: f64 = 2.8;
    let difference = from - to;
    let needed = (POWER * POWER * (from * (1.0 - from) + to * (1.0 - to)) / (difference * difference)).ceil();
    needed.is_finite().then_some(needed)
}

const LEVEL: f64 = 0.95;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_need_many_observations() {
        // By the formula itself: 0.95^58 is still above 0.05, 0.95^59 is not.
        for (q, n) in [(0.5, 6.0), (0.9, 29.0), (0.95, 59.0), (0.99, 299.0), (0.999, 2995.0), (0.05, 59.0)] {
            assert_eq!(quantile_needed(q), Some(n), "{q}");
        }
        for q in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(quantile_needed(q), None);
        }
    }

    #[test]
    fn proving_an_availability_needs_the_rule_of_three() {
        for (objective, n) in [(0.99, 299.0), (0.995, 598.0), (0.999, 2995.0), (0.9999, 29_956.0)] {
            assert_eq!(zero_failures_needed(objective), Some(n));
        }
        assert_eq!(zero_failures_needed(1.0), None);
    }

    #[test]
    fn small_changes_need_large_windows() {
        for (from, to, n) in [(0.01, 0.02, 2313.0), (0.05, 0.10, 432.0), (0.001, 0.005, 2928.0)] {
            assert_eq!(detectable_change(from, to), Some(n));
        }
        assert_eq!(detectable_change(0.1, 0.1), None);
    }

    #[test]
    fn share_needed_is_where_wilson_turns() {
        let n = share_needed(0.90, 0.95).expect("the shares differ");
        assert!(super::super::wilson(0.9 * n, n).1 <= 0.95);
        assert!(super::super::wilson(0.9 * (n - 1.0), n - 1.0).1 > 0.95);
        assert_eq!(share_needed(0.95, 0.95), None);
    }
}
