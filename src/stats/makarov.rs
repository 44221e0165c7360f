//! Bounds on the distribution of a sum when only the distributions of its parts are known.

use crate::metrics::Histogram;

/// Bounds on P(x₁ + x₂ + … ≤ t), whatever the parts have to do with each other (Makarov 1981), from histograms of parts that are ≥ 0.
///
/// Lower: the largest Σ F(sᵢ) − (k − 1) over all splits s of t. Upper: the smallest Σ F(sᵢ). Both are reached with all splits but one on
/// bucket bounds. `None` when a part has no observations or there are no parts.
#[must_use]
pub fn sum_within(parts: &[&Histogram], t: f64) -> Option<(f64, f64)> {
    let steps = steps(parts)?;
    Some((lower(&steps, t).max(0.0), upper(&steps, t).min(1.0)))
}

/// Bounds on the `q` quantile of the sum. The upper one is infinite when it may lie above the highest bounds.
#[must_use]
pub fn sum_quantile(parts: &[&Histogram], q: f64) -> Option<(f64, f64)> {
    let steps = steps(parts)?;
    let highest: f64 = steps.iter().map(|part| part.iter().rfind(|(bound, _)| bound.is_finite()).map_or(0.0, |(bound, _)| *bound)).sum();
    let low = first_reaching(highest, |t| upper(&steps, t) >= q).unwrap_or(highest);
    let high = first_reaching(highest, |t| lower(&steps, t) >= q).unwrap_or(f64::INFINITY);
    Some((low, high))
}

/// Bounds with the share of the observations at or below them; those that touch no filled bucket are left out.
type Steps = Vec<(f64, f64)>;

fn steps(parts: &[&Histogram]) -> Option<Vec<Steps>> {
    if parts.is_empty() {
        return None;
    }
    parts
        .iter()
        .map(|histogram| {
            let total = super::quantile::observations(histogram)?;
            let mut steps: Steps = Vec::new();
            let mut before = (f64::NEG_INFINITY, 0.0);
            for bucket in &histogram.buckets {
                let this = (bucket.upper, bucket.cumulative / total);
                if this.1 > before.1 {
                    // Both edges of a filled bucket matter: below the lower one nothing of it is counted.
                    if before.0 > 0.0 && steps.last() != Some(&before) {
                        steps.push(before);
                    }
                    steps.push(this);
                }
                before = this;
            }
            (!steps.is_empty()).then_some(steps)
        })
        .collect()
}

/// Largest Σ F(sᵢ) − (k − 1), with F read at the bound at or below sᵢ.
fn lower(parts: &[Steps], left: f64) -> f64 {
    match parts.split_first() {
        None => 0.0,
        Some((last, [])) => below(last, left),
        Some((part, rest)) => {
            let within = part.iter().take_while(|(bound, _)| *bound <= left);
            within.map(|(bound, share)| share - 1.0 + lower(rest, left - bound)).fold(0.0, f64::max)
        }
    }
}

/// Smallest Σ F(sᵢ), with F read at the bound at or above sᵢ, and 0 at or below zero.
fn upper(parts: &[Steps], left: f64) -> f64 {
    match parts.split_first() {
        None => 0.0,
        Some((last, [])) => above(last, left),
        Some((part, rest)) => {
            let finite = part.iter().take_while(|(bound, _)| bound.is_finite());
            finite.map(|(bound, share)| share + upper(rest, left - bound)).fold(upper(rest, left), f64::min)
        }
    }
}

fn below(steps: &Steps, s: f64) -> f64 {
    let index = steps.partition_point(|(bound, _)| *bound <= s);
    index.checked_sub(1).and_then(|last| steps.get(last)).map_or(0.0, |(_, share)| *share)
}

fn above(steps: &Steps, s: f64) -> f64 {
    if s <= 0.0 {
        return 0.0;
    }
    let index = steps.partition_point(|(bound, _)| *bound < s);
    steps.get(index).map_or(1.0, |(_, share)| *share)
}

/// Smallest t in 0..=highest with `reached(t)`, to nine digits; the functions are steps, so the result is a sum of bounds.
fn first_reaching(highest: f64, reached: impl Fn(f64) -> bool) -> Option<f64> {
    if !reached(highest) {
        return None;
    }
    let (mut low, mut high) = (0.0, highest);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
        if high - low <= 1e-9 * high {
            break;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Bucket;

    fn histogram(bounds: &[f64], cumulative: &[f64]) -> Histogram {
        let buckets = bounds.iter().zip(cumulative).map(|(upper, cumulative)| Bucket { upper: *upper, cumulative: *cumulative }).collect();
        Histogram::new(buckets, None, None)
    }

    #[test]
    fn parts_that_are_certain_give_a_certain_sum() {
        // All queue times in (1, 2], all prefill times in (0, 1]: the sum lies in (1, 3].
        let queue = histogram(&[1.0, 2.0, f64::INFINITY], &[0.0, 10.0, 10.0]);
        let prefill = histogram(&[1.0, f64::INFINITY], &[10.0, 10.0]);
        assert_eq!(sum_within(&[&queue, &prefill], 3.0), Some((1.0, 1.0)));
        assert_eq!(sum_within(&[&queue, &prefill], 2.0).map(|bounds| bounds.0), Some(0.0));
        let (low, high) = sum_quantile(&[&queue, &prefill], 0.5).expect("both have observations");
        assert!((high - 3.0).abs() < 1e-6 && low <= 1.0 + 1e-6, "{low} {high}");
    }

    #[test]
    fn dependence_is_what_remains_open() {
        // Half of each part is short (≤ 1), half long (≤ 4). Short may meet short, or long: at t = 2 both 0 and 1/2 are possible.
        let part = histogram(&[1.0, 4.0, f64::INFINITY], &[5.0, 10.0, 10.0]);
        let (low, high) = sum_within(&[&part, &part], 2.0).expect("both have observations");
        assert_eq!(low, 0.0);
        assert!(high >= 0.5);
        let (low, _) = sum_within(&[&part, &part], 5.0).expect("both have observations");
        assert_eq!(low, 0.5);
    }

    #[test]
    fn nothing_observed_bounds_nothing() {
        let empty = histogram(&[1.0, f64::INFINITY], &[0.0, 0.0]);
        assert_eq!(sum_within(&[&empty], 1.0), None);
        assert_eq!(sum_within(&[], 1.0), None);
        let open = histogram(&[1.0, f64::INFINITY], &[5.0, 10.0]);
        assert_eq!(sum_quantile(&[&open], 0.9), Some((1.0, f64::INFINITY)));
    }
}
