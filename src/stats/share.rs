//! Intervals of a share.

/// Two-sided 95 % of the standard normal distribution.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Wilson's 95 % interval of a share: `good` out of `total`. (0, 1) when nothing was seen.
///
/// `good` may be fractional, as from an interpolated bucket.
#[must_use]
pub fn wilson(good: f64, total: f64) -> (f64, f64) {
    if total.is_nan() || total <= 0.0 || good.is_nan() {
        return (0.0, 1.0);
    }
    let share = (good / total).clamp(0.0, 1.0);
    let z2 = Z95 * Z95;
    let centre = share + z2 / (2.0 * total);
    let half = Z95 * (share * (1.0 - share) / total + z2 / (4.0 * total * total)).sqrt();
    let scale = 1.0 + z2 / total;
    // At the two ends the formula is exact there; rounding must not leave them.
    let low = if share == 0.0 { 0.0 } else { ((centre - half) / scale).max(0.0) };
    let high = if share == 1.0 { 1.0 } else { ((centre + half) / scale).min(1.0) };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors_hold() {
        // Wilson score intervals at z = 1.959964, as in any statistics package.
        let vectors = [
            (0.0, 100.0, 0.0, 0.036_993),
            (1.0, 100.0, 0.001_767, 0.054_486),
            (3.0, 1000.0, 0.001_021, 0.008_783),
            (995.0, 1000.0, 0.988_349, 0.997_862),
            (58.0, 60.0, 0.886_362, 0.990_811),
            (570.0, 600.0, 0.929_520, 0.964_755),
            (5880.0, 6000.0, 0.976_138, 0.983_247),
        ];
        for (good, total, low, high) in vectors {
            let (found_low, found_high) = wilson(good, total);
            assert!((found_low - low).abs() < 1e-6 && (found_high - high).abs() < 1e-6, "{good}/{total}: {found_low} {found_high}");
        }
    }

    #[test]
    fn nothing_seen_says_nothing() {
        assert_eq!(wilson(0.0, 0.0), (0.0, 1.0));
        assert_eq!(wilson(f64::NAN, 10.0), (0.0, 1.0));
        assert_eq!(wilson(10.0, 10.0).1, 1.0);
    }
}
