//! The share of observations within a threshold, with bounds.

use super::quantile::observations;
use super::wilson;
use crate::metrics::Histogram;

/// How many observations were at or below a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attainment {
    /// Linear inside the bucket that holds the threshold.
    pub share: f64,
    /// Certain bounds: the shares at the two bucket bounds around the threshold. Equal when the threshold is a bucket bound.
    pub bounds: (f64, f64),
    /// 95 % interval: the bounds with Wilson's sampling error.
    pub interval: (f64, f64),
    /// The bucket bounds around the threshold; the upper one may be infinite.
    pub edges: (f64, f64),
    pub samples: f64,
}

/// Share of the observations at or below `threshold`. `None` when the histogram cannot be read or the threshold is not a number ≥ 0.
#[must_use]
pub fn attainment(histogram: &Histogram, threshold: f64) -> Option<Attainment> {
    let samples = observations(histogram)?;
    if threshold.is_nan() || threshold < 0.0 {
        return None;
    }
    let mut lower = (0.0, 0.0);
    let mut upper = (f64::INFINITY, samples);
    for bucket in &histogram.buckets {
        if same(bucket.upper, threshold) {
            lower = (bucket.upper, bucket.cumulative);
            upper = lower;
            break;
        }
        if bucket.upper > threshold {
            upper = (bucket.upper, bucket.cumulative);
            break;
        }
        lower = (bucket.upper, bucket.cumulative);
    }
    let inside = if upper.0.is_infinite() || upper.0 <= lower.0 { 0.0 } else { (threshold - lower.0) / (upper.0 - lower.0) };
    let count = lower.1 + (upper.1 - lower.1) * inside;
    Some(Attainment {
        share: count / samples,
        bounds: (lower.1 / samples, upper.1 / samples),
        interval: (wilson(lower.1, samples).0, wilson(upper.1, samples).1),
        edges: (lower.0, upper.0),
        samples,
    })
}

/// A threshold that was typed in milliseconds may differ from the bound by a rounding error.
fn same(bound: f64, threshold: f64) -> bool {
    bound == threshold || (bound.is_finite() && (bound - threshold).abs() <= 1e-9 * bound.abs())
}

impl Attainment {
    /// True when the threshold is a bucket bound, so that only sampling error remains.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.edges.0 == self.edges.1
    }

    /// Share above the threshold as (estimate, low, high), the 95 % interval.
    #[must_use]
    pub fn over(&self) -> (f64, f64, f64) {
        (1.0 - self.share, 1.0 - self.interval.1, 1.0 - self.interval.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Bucket;

    fn histogram() -> Histogram {
        let bounds = [0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, f64::INFINITY];
        let cumulative = [20.0, 110.0, 170.0, 186.0, 192.0, 198.0, 200.0, 200.0];
        let buckets = bounds.iter().zip(cumulative).map(|(upper, cumulative)| Bucket { upper: *upper, cumulative }).collect();
        Histogram::new(buckets, None, None)
    }

    #[test]
    fn a_threshold_inside_a_bucket_is_bounded_by_both_sides() {
        // 170 of 200 at 0.5 s, 186 at 0.75 s, 0.6 s is two fifths of the way; Wilson at both.
        let found = attainment(&histogram(), 0.6).expect("200 observations");
        assert!((found.share - 0.882).abs() < 1e-12);
        assert_eq!(found.bounds, (0.85, 0.93));
        assert!((found.interval.0 - 0.7939).abs() < 5e-5 && (found.interval.1 - 0.9578).abs() < 5e-5, "{:?}", found.interval);
        assert!(!found.is_exact());
        let (over, low, high) = found.over();
        assert!((over - 0.118).abs() < 1e-12 && low < over && over < high);
    }

    #[test]
    fn a_threshold_on_a_bound_leaves_sampling_error_only() {
        let found = attainment(&histogram(), 0.5).expect("200 observations");
        assert!(found.is_exact());
        assert_eq!(found.bounds, (0.85, 0.85));
        let typed_in_milliseconds = attainment(&histogram(), 750.0 * 0.001).expect("200 observations");
        assert!(typed_in_milliseconds.is_exact());
    }

    #[test]
    fn beyond_the_highest_bound_only_the_lower_share_is_known() {
        let mut open = histogram();
        if let Some(last) = open.buckets.last_mut() {
            last.cumulative = 220.0;
        }
        let found = attainment(&open, 60.0).expect("220 observations");
        assert_eq!(found.edges, (5.0, f64::INFINITY));
        assert_eq!((found.share, found.bounds), (200.0 / 220.0, (200.0 / 220.0, 1.0)));
    }

    #[test]
    fn below_the_first_bound_the_share_starts_at_zero() {
        let found = attainment(&histogram(), 0.05).expect("200 observations");
        assert_eq!((found.share, found.bounds), (0.05, (0.0, 0.1)));
        assert_eq!(attainment(&histogram(), -1.0), None);
        assert_eq!(attainment(&histogram(), f64::NAN), None);
    }
}
