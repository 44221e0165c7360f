//! Double exponential smoothing, for the eye: decisions rest on the values themselves.

/// Prometheus' `double_exponential_smoothing` (once `holt_winters`), at each value instead of the last one alone. Empty below two values.
#[must_use]
pub fn smooth(values: &[f64], level: f64, trend: f64) -> Vec<f64> {
    let (Some(first), Some(second)) = (values.first(), values.get(1)) else { return Vec::new() };
    let (mut before, mut now, mut slope) = (0.0, *first, second - first);
    let mut smoothed = vec![now];
    for (place, value) in values.iter().enumerate().skip(1) {
        if place > 1 {
            slope = trend * (now - before) + (1.0 - trend) * slope;
        }
        (before, now) = (now, level * value + (1.0 - level) * (now + slope));
        smoothed.push(now);
    }
    smoothed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_is_that_of_prometheus() {
        // Handbook V6.
        let values = [0.50, 0.52, 0.55, 0.53, 0.58, 0.60, 0.61, 0.65];
        let last = |level, trend| *smooth(&values, level, trend).last().expect("eight values");
        assert!((last(0.5, 0.5) - 0.640_854_492_187_5).abs() < 1e-12);
        assert!((last(0.3, 0.1) - 0.638_475_360_2).abs() < 1e-10);
        assert_eq!(smooth(&values, 0.5, 0.5).len(), values.len());
        assert_eq!(smooth(&[1.0], 0.5, 0.5), Vec::<f64>::new());
    }
}
