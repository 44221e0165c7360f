//! A quantile of a histogram with the bounds of its bucket, as rules use it. Verdicts on targets use the full interval of `slo`.

use crate::metrics::Histogram;

/// A quantile: the point that PromQL's `histogram_quantile` gives, and the bucket that holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    pub point: f64,
    pub low: f64,
    /// Infinite in the `+Inf` bucket.
    pub high: f64,
}

/// `None` without observations or without at least two buckets, the last one infinite.
#[must_use]
pub fn quantile(histogram: &Histogram, q: f64) -> Option<Quantile> {
    let buckets = &histogram.buckets;
    let last = buckets.last().filter(|bucket| bucket.upper == f64::INFINITY)?;
    if buckets.len() < 2 || last.cumulative <= 0.0 || last.cumulative.is_nan() {
        return None;
    }
    let rank = q * last.cumulative;
    let mut low = 0.0_f64;
    let mut below = 0.0;
    for bucket in buckets {
        if bucket.cumulative >= rank && bucket.cumulative > below {
            if bucket.upper == f64::INFINITY {
                return Some(Quantile { point: low, low, high: f64::INFINITY });
            }
            let floor = if low == 0.0 && bucket.upper <= 0.0 { bucket.upper } else { low };
            let point = floor + (bucket.upper - floor) * ((rank - below) / (bucket.cumulative - below));
            return Some(Quantile { point, low: floor, high: bucket.upper });
        }
        low = bucket.upper;
        below = bucket.cumulative;
    }
    None
}
