//! Sums of a part of the observations.

use crate::metrics::Histogram;

/// What the `n` smallest observations add up to at least: each counts with the lower edge of its bucket, or all with the sum less the
/// upper edges of the others, whichever is more. In the histogram's unit.
#[must_use]
pub fn least_sum(histogram: &Histogram, n: f64) -> Option<f64> {
    let total = histogram.observations()?;
    let n = n.clamp(0.0, total);
    let (mut by_edges, mut others) = (0.0, 0.0);
    let (mut lower, mut below) = (0.0, 0.0);
    for bucket in &histogram.buckets {
        let count = (bucket.cumulative - below).max(0.0);
        let of_n = (n - below).clamp(0.0, count);
        by_edges += of_n * lower;
        if count > of_n {
            others += (count - of_n) * bucket.upper;
        }
        lower = bucket.upper;
        below = bucket.cumulative;
    }
    let by_sum = histogram.sum.map_or(f64::NEG_INFINITY, |sum| sum - others);
    Some(by_edges.max(by_sum))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Bucket;

    fn histogram(sum: f64) -> Histogram {
        let buckets = [(0.1, 6.0), (1.0, 9.0), (f64::INFINITY, 10.0)];
        let buckets = buckets.into_iter().map(|(upper, cumulative)| Bucket { upper, cumulative }).collect();
        Histogram::new(buckets, Some(sum), Some(10.0))
    }

    fn least(sum: f64, n: f64) -> f64 {
        least_sum(&histogram(sum), n).unwrap()
    }

    #[test]
    fn the_others_take_no_more_than_their_upper_edges() {
        // Eight of ten: two in (0.1, 1], by the edges, for the slowest has no upper one.
        assert!((least(5.0, 8.0) - 0.2).abs() < 1e-12);
        // Nine by their edges, all ten by the sum.
        assert!((least(5.0, 9.0) - 0.3).abs() < 1e-12);
        assert!((least(5.0, 10.0) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn the_sum_tells_more_than_the_edges_where_every_bucket_is_closed() {
        let mut closed = histogram(4.9);
        closed.buckets[2].upper = 2.0;
        // Nine of ten: 4.9 − 2.0.
        assert!((least_sum(&closed, 9.0).unwrap() - 2.9).abs() < 1e-12);
    }
}
