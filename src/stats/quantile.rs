//! Quantiles of a histogram, with their bounds.
//!
//! A bucket says only that a value lies between two bounds. The point estimate is PromQL's, so that it agrees with dashboards; the
//! bracket is what is certain about the observations; the interval adds the sampling error of so many observations.

use super::binomial::{End, quantile_is_at_most};
use super::promql::interpolate;
use crate::metrics::{Bucket, Histogram, Unit};

/// A bucket whose bounds differ by more than this factor is shown as a range, not as a number with three digits.
pub const RESOLUTION_LIMIT: f64 = 1.5;

/// A quantile with everything that is known about it. Upper bounds may be infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    pub q: f64,
    /// Linear inside the bucket, as PromQL does. In the `+Inf` bucket this is the highest finite bound.
    pub point: f64,
    /// Bounds of the bucket that holds the quantile.
    pub bracket: (f64, f64),
    /// The bracket, narrowed by the sum of all observations. Equal to it when the sum is missing or contradicts the buckets.
    pub tightened: (f64, f64),
    /// Bracket and 95 % sampling interval (order statistics, free of any distribution) together.
    pub interval: (f64, f64),
    /// Number of observations.
    pub samples: f64,
    pub place: Place,
}

/// Which kind of bucket holds a quantile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The first one: all that is known is "less than its bound". The mean is the better number.
    First,
    Inside,
    /// The `+Inf` bucket: all that is known is "at least the highest bound".
    Overflow,
}

/// The quantile of a histogram. `None` without observations, without a `+Inf` bucket, with fewer than two buckets, or when `q` is not in 0–1.
#[must_use]
pub fn quantile(histogram: &Histogram, q: f64) -> Option<Quantile> {
    let samples = observations(histogram)?;
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let rank = (q * samples).ceil().clamp(1.0, samples.max(1.0));
    let whole = unit_buckets(histogram);
    let mut below = 0.0;
    let up_to = |(bounds, count)| {
        below += count;
        (bounds, below)
    };
    let filled: Vec<((f64, f64), f64)> = filled(histogram).map(up_to).collect();
    let bracket = edges(&filled, |below| below >= rank, whole);
    let place = if bracket.1.is_infinite() {
        Place::Overflow
    } else if histogram.buckets.first().is_some_and(|first| first.upper == bracket.1) {
        Place::First
    } else {
        Place::Inside
    };
    let point = if whole && place != Place::Overflow {
        bracket.1
    } else {
        let pairs: Vec<(f64, f64)> = histogram.buckets.iter().map(|bucket| (bucket.upper, bucket.cumulative)).collect();
        interpolate(&pairs, q * samples)
    };
    let lowest = histogram.buckets.first().map_or(0.0, |first| first.upper.min(0.0));
    let sampling = sampling_interval(&filled, lowest, q, samples, whole);
    Some(Quantile {
        q,
        point,
        bracket,
        tightened: tightened(histogram, rank, samples, bracket),
        interval: (bracket.0.min(sampling.0), bracket.1.max(sampling.1)),
        samples,
        place,
    })
}

impl Quantile {
    /// True when the bucket is so wide that the point misleads.
    #[must_use]
    pub fn is_coarse(&self) -> bool {
        self.place != Place::Inside || self.bracket.1 > self.bracket.0 * RESOLUTION_LIMIT
    }

    /// The value as it is printed: `≥ 10 s`, `≤ 100 ms`, `0.5–1 s`, or the point when the bucket is narrow.
    #[must_use]
    pub fn show(&self, unit: Unit) -> String {
        match self.place {
            Place::Overflow => format!("≥ {}", unit.show(self.bracket.0)),
            Place::First if self.bracket.0 < self.bracket.1 => format!("≤ {}", unit.show(self.bracket.1)),
            Place::Inside if self.is_coarse() => show_range(unit, self.bracket),
            _ => unit.show(self.point),
        }
    }
}

/// Two bounds with their unit: `1–2.5 s`, `500 ms–1 s`, `≥ 10 s`.
#[must_use]
pub fn show_range(unit: Unit, (low, high): (f64, f64)) -> String {
    if high.is_infinite() {
        return format!("≥ {}", unit.show(low));
    }
    let ((number, low_unit), (_, high_unit)) = (unit.parts(low), unit.parts(high));
    let (low, high) = (unit.show(low), unit.show(high));
    if low == high {
        return high;
    }
    // `1 token` and `2 tokens` have one unit.
    let once = !low_unit.is_empty() && (number == "0" || low_unit.trim_end_matches('s') == high_unit.trim_end_matches('s'));
    if once { format!("{number}–{high}") } else { format!("{low}–{high}") }
}

/// Geometric interpolation inside the bucket, for bounds that grow by a factor as TGI's do. A second opinion on the point, nothing more.
#[must_use]
pub fn log_linear(histogram: &Histogram, q: f64) -> Option<f64> {
    let found = quantile(histogram, q)?;
    let (low, high) = found.bracket;
    if found.place != Place::Inside || low <= 0.0 || low == high {
        return Some(found.point);
    }
    let share = ((found.point - low) / (high - low)).clamp(0.0, 1.0);
    Some(low * (high / low).powf(share))
}

/// True when the bounds count one by one (TGI's `tgi_batch_next_size`): then a bucket is a whole number, and its bound the exact value.
#[must_use]
pub fn unit_buckets(histogram: &Histogram) -> bool {
    const AT_LEAST: usize = 8;
    let finite: Vec<f64> = histogram.buckets.iter().map(|bucket| bucket.upper).filter(|upper| upper.is_finite()).collect();
    finite.len() >= AT_LEAST
        && finite.first().is_some_and(|first| *first == 0.0 || *first == 1.0)
        && finite.iter().zip(finite.iter().skip(1)).all(|(a, b)| b - a == 1.0)
}

/// False when the sum of the observations cannot come from these buckets: Σ lower bounds ≤ sum ≤ Σ upper bounds is violated.
#[must_use]
pub fn is_consistent(histogram: &Histogram) -> bool {
    let Some(sum) = histogram.sum else {
        return true;
    };
    let (mut low, mut high) = (0.0, 0.0);
    for (bounds, count) in filled(histogram) {
        low += bounds.0 * count;
        high += bounds.1 * count;
    }
    // Sums of many floats, and differences of such sums, are not exact.
    let slack = 1e-6 * low.abs().max(sum.abs()) + 1e-9;
    sum.is_finite() && sum >= low - slack && sum <= high + slack
}

/// Number of observations of a histogram that can be read at all.
pub(super) fn observations(histogram: &Histogram) -> Option<f64> {
    let last = histogram.buckets.last()?;
    let readable = histogram.buckets.len() >= 2 && last.upper == f64::INFINITY && last.cumulative > 0.0 && last.cumulative.is_finite();
    readable.then_some(last.cumulative)
}

/// Buckets with their bounds and own counts.
pub(super) fn filled(histogram: &Histogram) -> impl Iterator<Item = ((f64, f64), f64)> + '_ {
    let mut before = Bucket { upper: f64::NAN, cumulative: 0.0 };
    histogram.buckets.iter().filter_map(move |bucket| {
        let lower = if before.upper.is_nan() { bucket.upper.min(0.0) } else { before.upper };
        let count = bucket.cumulative - before.cumulative;
        before = *bucket;
        (count > 0.0).then_some(((lower, bucket.upper), count))
    })
}

/// Bounds of an observation, which is in the first of the filled buckets of which so many observations up to its bound satisfy; more
/// satisfy as well.
fn edges(buckets: &[((f64, f64), f64)], satisfies: impl Fn(f64) -> bool, whole: bool) -> (f64, f64) {
    let first = buckets.partition_point(|(_, below)| !satisfies(*below));
    let (low, high) = buckets.get(first).or(buckets.last()).map_or((0.0, f64::INFINITY), |(bounds, _)| *bounds);
    if whole && high.is_finite() && low > 0.0 { (high, high) } else { (low, high) }
}

fn sampling_interval(filled: &[((f64, f64), f64)], lowest: f64, q: f64, samples: f64, whole: bool) -> (f64, f64) {
    // The ranks of the order statistics; which bucket they are in is all that matters.
    let has_low = |below: f64| quantile_is_at_most(below, End::Low, samples, q);
    let has_high = |below: f64| quantile_is_at_most(below - 1.0, End::High, samples, q);
    let low = if has_low(0.0) { lowest } else { edges(filled, has_low, whole).0 };
    let high = if has_high(samples) { edges(filled, has_high, whole).1 } else { f64::INFINITY };
    (low, high)
}

/// What the sum adds: if all observations below this rank are as small as they can be, the rest of the sum is shared by those from this
/// rank on, of which it is the smallest; and the mirror image from above.
fn tightened(histogram: &Histogram, rank: f64, samples: f64, bracket: (f64, f64)) -> (f64, f64) {
    let Some(sum) = histogram.sum.filter(|_| is_consistent(histogram)) else {
        return bracket;
    };
    let (mut below, mut low_sum, mut high_sum) = (0.0, 0.0, 0.0);
    for (bounds, count) in filled(histogram) {
        let lower_ranks = (rank - 1.0 - below).clamp(0.0, count);
        let higher_ranks = (below + count - rank).clamp(0.0, count);
        low_sum += bounds.0 * lower_ranks;
        if higher_ranks > 0.0 {
            high_sum += bounds.1 * higher_ranks;
        }
        below += count;
    }
    let high = bracket.1.min((sum - low_sum) / (samples - rank + 1.0));
    let low = bracket.0.max((sum - high_sum) / rank);
    // Rounding of the sum must not turn the bounds around.
    if low <= high { (low, high) } else { bracket }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(bounds: &[f64], cumulative: &[f64], sum: f64) -> Histogram {
        let buckets = bounds.iter().zip(cumulative).map(|(upper, cumulative)| Bucket { upper: *upper, cumulative: *cumulative }).collect();
        Histogram::new(buckets, Some(sum), None)
    }

    /// 200 observations over the usual latency bounds.
    fn two_hundred() -> Histogram {
        histogram(&[0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, f64::INFINITY], &[20.0, 110.0, 170.0, 186.0, 192.0, 198.0, 200.0, 200.0], 71.4)
    }

    #[test]
    fn points_brackets_and_intervals_of_two_hundred_observations() {
        // Point by PromQL's formula; interval by the binomial ranks 86–115, 184–197 and 195–201 of 200.
        let expected = [
            (0.5, 0.233_333, (0.1, 0.25), (0.1, 0.5)),
            (0.9, 0.656_25, (0.5, 0.75), (0.5, 1.0)),
            (0.95, 0.916_667, (0.75, 1.0), (0.5, 2.5)),
            (0.99, 2.5, (1.0, 2.5), (1.0, f64::INFINITY)),
        ];
        for (q, point, bracket, interval) in expected {
            let found = quantile(&two_hundred(), q).expect("200 observations");
            assert!((found.point - point).abs() < 1e-6, "P{q}: {}", found.point);
            assert_eq!(found.bracket, bracket, "P{q}");
            assert_eq!(found.interval, interval, "P{q}");
        }
    }

    #[test]
    fn the_sum_bounds_what_the_last_bucket_cannot() {
        // 5 of 100 lie above 10 s; the others take at least 50·0 + 30·1 + 10·2.5 + 5·5 = 80 of the 190 s, which leaves 110 s for the five.
        let histogram = histogram(&[1.0, 2.5, 5.0, 10.0, f64::INFINITY], &[50.0, 80.0, 90.0, 95.0, 100.0], 190.0);
        for (q, highest) in [(1.0, 70.0), (0.99, 40.0), (0.98, 30.0), (0.96, 22.0)] {
            let found = quantile(&histogram, q).expect("100 observations");
            assert_eq!(found.point, 10.0);
            assert_eq!(found.place, Place::Overflow);
            assert_eq!(found.bracket, (10.0, f64::INFINITY));
            assert!((found.tightened.1 - highest).abs() < 1e-9, "P{q}: {:?}", found.tightened);
            assert_eq!(found.show(Unit::Seconds), "≥ 10 s");
        }
    }

    #[test]
    fn a_mean_hides_stalls_that_the_tail_shows() {
        // Gaps between tokens on vLLM's bounds: 1 % of them last half a second or more, and the mean is still 32 ms.
        let bounds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.5, 0.75, 1.0, f64::INFINITY];
        let counts = [0.0, 90_000.0, 98_000.0, 98_800.0, 99_000.0, 99_000.0, 99_600.0, 100_000.0, 100_000.0];
        let histogram = histogram(&bounds, &counts, 3200.0);
        assert!((histogram.mean().expect("a mean") - 0.032).abs() < 1e-12);
        for (q, point) in [(0.5, 0.018_333), (0.95, 0.040_625), (0.99, 0.1)] {
            assert!((quantile(&histogram, q).expect("observations").point - point).abs() < 1e-6);
        }
        assert!(is_consistent(&histogram));
    }

    #[test]
    fn the_first_bucket_says_only_less_than() {
        // SGLang's TTFT starts at 0.1 s: a fast server reads 50 ms whatever the truth.
        let found = quantile(&histogram(&[0.1, 0.2, f64::INFINITY], &[100.0, 100.0, 100.0], 0.7), 0.5).expect("100 observations");
        assert_eq!(found.place, Place::First);
        assert_eq!(found.point, 0.05);
        assert_eq!(found.show(Unit::Seconds), "≤ 100 ms");
        // Half of the observations share at most 0.7 s.
        assert!(found.tightened.1 < 0.014);
    }

    #[test]
    fn whole_numbers_are_not_interpolated() {
        let mut bounds: Vec<f64> = (1..=16).map(f64::from).collect();
        bounds.push(f64::INFINITY);
        let mut cumulative = vec![60.0, 70.0];
        cumulative.resize(17, 100.0);
        let found = quantile(&histogram(&bounds, &cumulative, 180.0), 0.9).expect("100 observations");
        assert_eq!((found.point, found.bracket), (3.0, (3.0, 3.0)));
        assert_eq!(found.show(Unit::Requests), "3 requests");
        let first = quantile(&histogram(&bounds, &cumulative, 180.0), 0.5).expect("100 observations");
        assert_eq!(first.point, 1.0);
    }

    #[test]
    fn a_sum_that_contradicts_the_buckets_is_not_used() {
        let broken = histogram(&[1.0, 2.0, f64::INFINITY], &[0.0, 100.0, 100.0], 5.0);
        assert!(!is_consistent(&broken));
        assert_eq!(quantile(&broken, 0.5).expect("100 observations").tightened, (1.0, 2.0));
    }

    #[test]
    fn unreadable_histograms_have_no_quantile() {
        for (bounds, counts) in
            [(&[1.0, 2.0][..], &[5.0, 10.0][..]), (&[f64::INFINITY], &[10.0]), (&[1.0, f64::INFINITY], &[0.0, 0.0]), (&[], &[])]
        {
            assert_eq!(quantile(&histogram(bounds, counts, 1.0), 0.5), None);
        }
        for q in [-0.1, 1.1, f64::NAN] {
            assert_eq!(quantile(&two_hundred(), q), None);
        }
    }

    #[test]
    fn ranges_share_their_unit_when_they_can() {
        assert_eq!(show_range(Unit::Seconds, (1.0, 2.5)), "1–2.5 s");
        assert_eq!(show_range(Unit::Seconds, (0.5, 1.0)), "500 ms–1 s");
        assert_eq!(show_range(Unit::Seconds, (0.0, 0.1)), "0–100 ms");
        assert_eq!(show_range(Unit::Tokens, (1.0, 2.0)), "1–2 tokens");
        assert_eq!(show_range(Unit::Ratio, (0.5, 0.75)), "50–75 %");
        assert_eq!(show_range(Unit::Seconds, (10.0, f64::INFINITY)), "≥ 10 s");
    }

    #[test]
    fn geometric_interpolation_stays_in_the_bucket() {
        let point = log_linear(&two_hundred(), 0.95).expect("200 observations");
        assert!((point - 0.75 * (4.0f64 / 3.0).powf(2.0 / 3.0)).abs() < 1e-12);
        assert_eq!(log_linear(&two_hundred(), 0.05), Some(0.05));
    }
}
