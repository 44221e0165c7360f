//! PromQL's histogram and range functions on plain numbers, for conformance and for comparing with a Prometheus.

use super::range;

pub use super::range::Sample;
use crate::sorted::sort_by;

/// `histogram_quantile` over cumulative buckets `(le, count)` in any order. NaN, +Inf and −Inf as PromQL gives them.
#[must_use]
pub fn histogram_quantile(q: f64, buckets: &[(f64, f64)]) -> f64 {
    if q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    let Some(mut buckets) = prepared(buckets) else {
        return f64::NAN;
    };
    make_monotone(&mut buckets);
    let total = buckets.last().map_or(0.0, |(_, count)| *count);
    if buckets.len() < 2 || total == 0.0 || total.is_nan() {
        return f64::NAN;
    }
    interpolate(&buckets, q * total)
}

/// `histogram_fraction`: share of the observations between two bounds.
#[must_use]
pub fn histogram_fraction(lower: f64, upper: f64, buckets: &[(f64, f64)]) -> f64 {
    let Some(mut buckets) = prepared(buckets) else {
        return f64::NAN;
    };
    make_monotone(&mut buckets);
    let total = buckets.last().map_or(0.0, |(_, count)| *count);
    if total == 0.0 || total.is_nan() || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    (rank_at(&buckets, upper) - rank_at(&buckets, lower)) / total
}

/// `resets`, `changes`, `rate`, `increase`, `delta`, `irate`, `idelta`, `deriv` or `predict_linear` (with its seconds as `argument`) over the
/// samples of one series in the window of `range` seconds that ends `at`. `None` for an unknown name or too few samples.
#[must_use]
pub fn range_function(name: &str, samples: &[Sample], range: f64, at: f64, argument: Option<f64>) -> Option<f64> {
    match name {
        "resets" => range::resets(samples),
        "changes" => range::changes(samples),
        "rate" => range::rate(samples, range, at),
        "increase" => range::increase(samples, range, at),
        "delta" => range::delta(samples, range, at),
        "irate" => range::irate(samples),
        "idelta" => range::idelta(samples),
        "deriv" => range::deriv(samples),
        "predict_linear" => range::predict_linear(samples, at, argument?),
        _ => None,
    }
}

/// The value at a rank of sorted, monotone buckets that end with `+Inf`, linear inside the bucket.
pub(super) fn interpolate(buckets: &[(f64, f64)], rank: f64) -> f64 {
    let index = buckets.iter().take(buckets.len().saturating_sub(1)).position(|(_, count)| *count >= rank);
    let Some(index) = index else {
        // The rank lies in the +Inf bucket, of which only the lower bound is known.
        return buckets.iter().rev().nth(1).map_or(f64::NAN, |(bound, _)| *bound);
    };
    let Some((upper, count)) = buckets.get(index).copied() else {
        return f64::NAN;
    };
    let (lower, below) = match index.checked_sub(1).and_then(|before| buckets.get(before)) {
        Some(before) => *before,
        None if upper <= 0.0 => return upper,
        None => (0.0, 0.0),
    };
    lower + (upper - lower) * ((rank - below) / (count - below))
}

/// Observations at or below `bound`, linear inside the bucket. An infinite bucket counts as standing at its finite bound.
fn rank_at(buckets: &[(f64, f64)], bound: f64) -> f64 {
    let mut below = 0.0;
    let mut lower = f64::NEG_INFINITY;
    for (index, (upper, count)) in buckets.iter().enumerate() {
        if index == 0 && *upper > 0.0 {
            lower = 0.0;
        }
        if lower >= bound {
            return below;
        }
        if *upper > bound {
            let inside = if lower.is_infinite() {
                1.0
            } else if upper.is_infinite() {
                0.0
            } else {
                (bound - lower) / (upper - lower)
            };
            return below + (count - below) * inside;
        }
        below = *count;
        lower = *upper;
    }
    below
}

/// Sorted, with equal bounds added up. `None` without a `+Inf` bucket.
fn prepared(buckets: &[(f64, f64)]) -> Option<Vec<(f64, f64)>> {
    let mut sorted = buckets.to_vec();
    sort_by(&mut sorted, |a, b| a.0.total_cmp(&b.0));
    let mut merged: Vec<(f64, f64)> = Vec::with_capacity(sorted.len());
    for (bound, count) in sorted {
        match merged.last_mut() {
            Some(last) if last.0 == bound => last.1 += count,
            _ => merged.push((bound, count)),
        }
    }
    merged.last().is_some_and(|(bound, _)| *bound == f64::INFINITY).then_some(merged)
}

/// Lifts dips, and flattens differences that are float noise of `rate` and `sum`.
fn make_monotone(buckets: &mut [(f64, f64)]) {
    let mut highest: Option<f64> = None;
    for (_, count) in buckets {
        match highest {
            Some(before) if *count < before || nearly_equal(*count, before) => *count = before,
            _ => highest = Some(*count),
        }
    }
}

fn nearly_equal(a: f64, b: f64) -> bool {
    const TOLERANCE: f64 = 1e-12;
    let size = a.abs() + b.abs();
    a == b || (a != 0.0 && b != 0.0 && size >= f64::MIN_POSITIVE && (a - b).abs() / size.min(f64::MAX) < TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_inputs_answer_as_promql_does() {
        let buckets = [(1.0, 5.0), (f64::INFINITY, 10.0)];
        assert!(histogram_quantile(f64::NAN, &buckets).is_nan());
        assert_eq!(histogram_quantile(-0.1, &buckets), f64::NEG_INFINITY);
        assert_eq!(histogram_quantile(1.1, &buckets), f64::INFINITY);
        assert!(histogram_quantile(0.5, &[]).is_nan());
        assert!(histogram_quantile(0.5, &[(1.0, 5.0)]).is_nan());
        assert!(histogram_quantile(0.5, &[(f64::INFINITY, 5.0)]).is_nan());
        assert!(histogram_fraction(0.0, 1.0, &[]).is_nan());
    }

    #[test]
    fn unknown_functions_and_missing_arguments_have_no_value() {
        let samples = [(0.0, 1.0), (60.0, 2.0)];
        assert_eq!(range_function("sum_over_time", &samples, 60.0, 60.0, None), None);
        assert_eq!(range_function("predict_linear", &samples, 60.0, 60.0, None), None);
        assert_eq!(range_function("rate", &[(0.0, 1.0), (0.0, 2.0)], 60.0, 0.0, None), None);
    }
}
