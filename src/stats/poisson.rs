//! Intervals of a count.

use super::Z95;
use super::special::{gamma_p, gamma_q};

/// Garwood's exact 95 % interval of the mean of a Poisson count.
///
/// Above a million events the Wilson–Hilferty approximation is used, whose relative error is then below 1e-8.
#[must_use]
pub fn garwood(events: f64) -> (f64, f64) {
    if events.is_nan() || events < 0.0 {
        return (0.0, f64::INFINITY);
    }
    let low = if events == 0.0 { 0.0 } else { root(events, -Z95, |mean| gamma_p(events, mean) < TAIL) };
    let high = root(events + 1.0, Z95, |mean| gamma_q(events + 1.0, mean) > TAIL);
    (low, high)
}

const TAIL: f64 = 0.025;

/// Bisects around the approximation; `below` tells that the root lies above.
fn root(shape: f64, z: f64, below: impl Fn(f64) -> bool) -> f64 {
    let guess = wilson_hilferty(shape, z);
    if shape > 1e6 {
        return guess;
    }
    let (mut low, mut high) = (guess / 2.0, guess * 2.0 + 1e-9);
    if !below(low) {
        low = 0.0;
    }
    while below(high) {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
        if high - low <= 1e-14 * high {
            break;
        }
    }
    (low + high) / 2.0
}

/// Quantile of a gamma distribution of unit scale.
fn wilson_hilferty(shape: f64, z: f64) -> f64 {
    let base = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt());
    (shape * base.powi(3)).max(1e-12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors_hold() {
        // Garwood 1936, 95 %; digits as printed in tables.
        let vectors = [(0.0, 0.0, 3.689), (1.0, 0.0253, 5.572), (3.0, 0.6187, 8.767), (10.0, 4.795, 18.390)];
        for (events, low, high) in vectors {
            let found = garwood(events);
            assert!((found.0 - low).abs() < 6e-5 * (1.0 + low * 10.0) && (found.1 - high).abs() < 6e-4, "{events}: {found:?}");
        }
    }

    #[test]
    fn the_interval_narrows_relative_to_the_count_and_joins_the_approximation() {
        let (low, high) = garwood(999_999.0);
        let (next_low, next_high) = garwood(1_000_001.0);
        assert!(next_low - low < 3.0 && next_high - high < 3.0);
        assert!(low < 999_999.0 && high > 999_999.0);
    }

    #[test]
    fn nonsense_is_unbounded() {
        assert_eq!(garwood(f64::NAN), (0.0, f64::INFINITY));
        assert_eq!(garwood(-1.0), (0.0, f64::INFINITY));
    }
}
