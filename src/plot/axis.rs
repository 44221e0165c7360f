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

/// From here on a label ends at its place, because it would stick out.
pub const LATE: f64 = 0.95;

/// The labels that find room beside each other, from left to right, on an axis as wide as this many characters. A label is its place,
/// 0–1, and its length in characters; those that are kept already stay.
#[must_use]
pub fn roomy(labels: &[(f64, usize)], room: f64, mut kept: Vec<bool>) -> Vec<bool> {
    const GAP: f64 = 1.5;
    let ends = |(place, length): (f64, usize)| {
        let (at, length) = (place * room, length as f64 + GAP);
        if place > LATE { [at - length, at] } else { [at - length / 2.0, at + length / 2.0] }
    };
    kept.resize(labels.len(), false);
    for (index, label) in labels.iter().enumerate() {
        let [start, end] = ends(*label);
        let apart = |other: &(f64, usize)| {
            let [from, to] = ends(*other);
            end <= from || to <= start
        };
        let free = labels.iter().zip(&kept).filter(|(_, kept)| **kept).all(|(other, _)| apart(other));
        if let Some(kept) = kept.get_mut(index) {
            *kept = *kept || free;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_would_overlap_are_left_out_and_come_back_with_room() {
        let labels = [(0.0, 6), (0.5, 6), (0.6, 6), (1.0, 6)];
        assert_eq!(roomy(&labels, 30.0, Vec::new()), [true, true, false, true]);
        assert_eq!(roomy(&labels, 80.0, Vec::new()), [true; 4]);
        // The late label ends at its place: 24 to 30 of 30 characters, and the one at 0.75 reaches to 26.
        assert_eq!(roomy(&[(0.75, 6), (1.0, 6)], 30.0, Vec::new()), [true, false]);
        assert_eq!(roomy(&[(0.75, 6), (1.0, 6)], 30.0, vec![false, true]), [false, true], "what is kept already stays");
        assert_eq!(roomy(&[], 30.0, Vec::new()), [false; 0]);
    }

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
