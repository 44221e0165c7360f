//! The binomial distribution and the test of two rates.

use super::Z95;
use super::special::beta;

/// P(X ≤ k) of n trials with probability p.
#[must_use]
pub fn at_most(k: f64, n: f64, p: f64) -> f64 {
    if k < 0.0 {
        0.0
    } else if k >= n {
        1.0
    } else {
        beta(n - k.floor(), k.floor() + 1.0, 1.0 - p)
    }
}

/// P(X ≥ k) of n trials with probability p.
#[must_use]
pub fn at_least(k: f64, n: f64, p: f64) -> f64 {
    if k <= 0.0 {
        1.0
    } else if k > n {
        0.0
    } else {
        beta(k.ceil(), n - k.ceil() + 1.0, p)
    }
}

/// Most trials that are counted out. Above, the normal approximation alone decides; it is then within a few ranks of the exact answer.
const EXACT: f64 = 1e7;

fn normal_quantile(level: f64, n: f64, p: f64) -> f64 {
    let deviation = (n * p * (1.0 - p)).sqrt();
    let z = if level < 0.5 { -Z95 } else { Z95 };
    (n * p + z * deviation).round().clamp(0.0, n.max(0.0))
}

/// The ends of a 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The quantile at 0.025.
    Low,
    /// The quantile at 0.975.
    High,
}

impl End {
    fn level(self) -> f64 {
        if self == End::Low { 0.025 } else { 0.975 }
    }

    fn z(self) -> f64 {
        if self == End::Low { -Z95 } else { Z95 }
    }
}

/// Whether [`binomial_quantile`] at an end of the interval is at most `k`. Mostly the inequalities of Zubkov and Serov answer (A complete
/// proof of universal inequalities for the distribution function of the binomial law, 2012): with C(k) = Φ(±√(2n·D)), D being the relative
/// entropy of k/n to p, C(k) ≤ P(X ≤ k) ≤ C(k + 1) for 0 < k < n − 1.
#[must_use]
pub fn quantile_is_at_most(k: f64, end: End, n: f64, p: f64) -> bool {
    /// More than the entropy is off by rounding.
    const SLACK: f64 = 1e-6;
    let k = k.floor();
    if n > EXACT {
        return normal_quantile(end.level(), n, p) <= k;
    }
    if k > 0.0 && k < n - 1.0 && 0.0 < p && p < 1.0 {
        let z = |k: f64| {
            let share = k / n;
            let entropy = share * (share / p).ln() + (1.0 - share) * ((1.0 - share) / (1.0 - p)).ln();
            let root = (2.0 * n * entropy).max(0.0).sqrt();
            if share < p { -root } else { root }
        };
        if z(k) > end.z() + SLACK {
            return true;
        }
        if z(k + 1.0) < end.z() - SLACK {
            return false;
        }
    }
    at_most(k, n, p) >= end.level()
}

/// Smallest k with P(X ≤ k) ≥ `level`.
#[must_use]
pub fn binomial_quantile(level: f64, n: f64, p: f64) -> f64 {
    let mut k = normal_quantile(level, n, p);
    if n > EXACT {
        return k;
    }
    if at_most(k, n, p) >= level {
        while k > 0.0 && at_most(k - 1.0, n, p) >= level {
            k -= 1.0;
        }
    } else {
        while k < n && at_most(k, n, p) < level {
            k += 1.0;
        }
    }
    k
}

/// Two-sided p-value of "two Poisson counts over these times have one rate": the conditional binomial test, the smaller tail doubled.
/// `None` without any event or time.
#[must_use]
pub fn same_rate(first: (f64, f64), second: (f64, f64)) -> Option<f64> {
    let ((k1, t1), (k2, t2)) = (first, second);
    let total = k1 + k2;
    if !(total > 0.0 && t1 > 0.0 && t2 > 0.0) {
        return None;
    }
    let p = t1 / (t1 + t2);
    Some((2.0 * at_most(k1, total, p).min(at_least(k1, total, p))).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_add_up_and_match_a_direct_sum() {
        // 10 trials at 0.3: P(X ≤ 3) = 0.649610718 by summing the four terms.
        assert!((at_most(3.0, 10.0, 0.3) - 0.649_610_718_4).abs() < 1e-10);
        assert!((at_most(3.0, 10.0, 0.3) + at_least(4.0, 10.0, 0.3) - 1.0).abs() < 1e-14);
        assert_eq!(at_most(-1.0, 10.0, 0.3), 0.0);
        assert_eq!(at_most(10.0, 10.0, 0.3), 1.0);
        assert_eq!(at_least(0.0, 10.0, 0.3), 1.0);
        assert_eq!(at_least(11.0, 10.0, 0.3), 0.0);
    }

    #[test]
    fn quantiles_give_the_ranks_of_the_order_statistics() {
        // 200 observations: ranks 86–115 for P50, 184–197 for P95, 195–201 for P99 (the upper rank is one above the quantile).
        for (q, low, high) in [(0.5, 86.0, 114.0), (0.95, 184.0, 196.0), (0.99, 195.0, 200.0)] {
            assert_eq!(binomial_quantile(0.025, 200.0, q), low);
            assert_eq!(binomial_quantile(0.975, 200.0, q), high);
        }
    }

    #[test]
    fn quantiles_are_the_smallest_that_reach_the_level() {
        for n in [1.0, 7.0, 59.0, 1000.0, 250_000.0] {
            for level in [0.01, 0.5, 0.99] {
                let k = binomial_quantile(level, n, 0.2);
                assert!(at_most(k, n, 0.2) >= level);
                assert!(k == 0.0 || at_most(k - 1.0, n, 0.2) < level);
            }
        }
    }

    #[test]
    fn a_quantile_is_at_most_itself_and_what_is_above_it() {
        for n in [1.0, 2.0, 7.0, 59.0, 1000.0, 250_000.0, 2e7] {
            for p in [0.001, 0.1, 0.5, 0.9, 0.95, 0.99] {
                for end in [End::Low, End::High] {
                    let quantile = binomial_quantile(end.level(), n, p);
                    for distance in (0..40).map(f64::from).chain([1000.0, n]) {
                        let (above, below) = (quantile + distance, quantile - distance - 1.0);
                        assert!(quantile_is_at_most(above, end, n, p), "{end:?}: {distance} above {quantile} of {n} at {p}");
                        assert!(!quantile_is_at_most(below, end, n, p), "{end:?}: {distance} and 1 below {quantile} of {n} at {p}");
                    }
                }
            }
        }
    }

    #[test]
    fn thirty_against_twelve_in_equal_times_is_a_difference() {
        let p = same_rate((30.0, 60.0), (12.0, 60.0)).expect("counts and times are given");
        assert!((p - 0.0079).abs() < 5e-5, "{p}");
        assert_eq!(same_rate((0.0, 60.0), (0.0, 60.0)), None);
        assert_eq!(same_rate((5.0, 60.0), (5.0, 60.0)), Some(1.0));
    }
}
