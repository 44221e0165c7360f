//! A logarithmic axis: latencies span five decades, and their bucket bounds grow by factors.

/// Maps positive values to 0–1 by their logarithm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogAxis {
    low: f64,
    high: f64,
}

/// A labelled place on an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    pub value: f64,
    /// 0–1.
    pub at: f64,
}

impl LogAxis {
    /// `None` unless `0 < low < high < ∞`.
    #[must_use]
    pub fn new(low: f64, high: f64) -> Option<Self> {
        (low > 0.0 && low < high && high.is_finite()).then_some(LogAxis { low, high })
    }

    /// Place of a value; what lies outside sits at the nearer end.
    #[must_use]
    pub fn at(&self, value: f64) -> f64 {
        if value <= self.low {
            return 0.0;
        }
        ((value / self.low).ln() / (self.high / self.low).ln()).clamp(0.0, 1.0)
    }

    /// Round values inside the axis, as many as fit into `most`: from a dozen of each decade down to one in every fourth.
    #[must_use]
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        let steps: [(&[f64], i32); 7] = [
            (&[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0], 1),
            (&[1.0, 1.5, 2.0, 3.0, 5.0, 7.0], 1),
            (&[1.0, 2.0, 5.0], 1),
            (&[1.0, 3.0], 1),
            (&[1.0], 1),
            (&[1.0], 2),
            (&[1.0], 4),
        ];
        steps.iter().map(|(mantissas, stride)| self.decades(mantissas, *stride)).find(|ticks| ticks.len() <= most).unwrap_or_default()
    }

    fn decades(&self, mantissas: &[f64], stride: i32) -> Vec<Tick> {
        let first = self.low.log10().floor() as i32;
        let last = self.high.log10().ceil() as i32;
        (first..=last)
            .filter(|exponent| exponent.rem_euclid(stride) == 0)
            .flat_map(|exponent| mantissas.iter().map(move |mantissa| mantissa * 10f64.powi(exponent)))
            // Ten to a negative power is off by a rounding error, which must not push a bound off its own axis.
            .filter(|value| *value >= self.low * (1.0 - 1e-9) && *value <= self.high * (1.0 + 1e-9))
            .map(|value| Tick { value, at: self.at(value) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_factors_are_equal_distances() {
        let axis = LogAxis::new(0.01, 100.0).unwrap();
        assert!((axis.at(1.0) - 0.5).abs() < 1e-12);
        assert!((axis.at(10.0) - 0.75).abs() < 1e-12);
        assert_eq!((axis.at(0.0), axis.at(-3.0), axis.at(1e9)), (0.0, 0.0, 1.0));
    }

    #[test]
    fn ticks_are_round_and_thin_out_when_the_axis_is_long() {
        let values = |low, high, most| LogAxis::new(low, high).unwrap().ticks(most).iter().map(|tick| tick.value).collect::<Vec<_>>();
        assert_eq!(values(0.3, 20.0, 8), [0.5, 1.0, 2.0, 5.0, 10.0, 20.0]);
        assert_eq!(values(20.0, 50.0, 7), [20.0, 25.0, 30.0, 40.0, 50.0]);
        assert_eq!(values(0.001, 1000.0, 8), [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]);
        assert!(values(1e-6, 1e6, 5).len() <= 5);
    }

    #[test]
    fn an_axis_without_length_is_refused() {
        assert!(LogAxis::new(1.0, 1.0).is_none());
        assert!(LogAxis::new(0.0, 1.0).is_none());
        assert!(LogAxis::new(1.0, f64::INFINITY).is_none());
        assert!(LogAxis::new(f64::NAN, 1.0).is_none());
    }
}
