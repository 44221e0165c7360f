//! Whatever the observations are, the bounds that a histogram gives hold for them.

use proptest::prelude::*;
use servescope::metrics::{Bucket, Histogram};
use servescope::stats::{attainment, garwood, quantile, wilson};

/// vLLM's TTFT bounds up to 80 s, in seconds.
const BOUNDS: [f64; 20] =
    [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0, f64::INFINITY];

fn histogram(observations: &[f64]) -> Histogram {
    let buckets = BOUNDS
        .iter()
        .map(|upper| Bucket { upper: *upper, cumulative: observations.iter().filter(|value| *value <= upper).count() as f64 })
        .collect();
    Histogram::new(buckets, Some(observations.iter().sum()), Some(observations.len() as f64))
}

/// The observation with rank ⌈q·n⌉, which is what PromQL's rank means.
fn true_quantile(observations: &[f64], q: f64) -> f64 {
    let mut sorted = observations.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (q * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted[rank - 1]
}

/// Latencies over five decades, some beyond the highest bound.
fn latencies() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-4.0..2.5f64).prop_map(|exponent| 10f64.powf(exponent)), 1..400)
}

fn shares() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.5), Just(0.95), Just(0.99), 0.0..=1.0f64]
}

proptest! {
    #[test]
    fn the_true_quantile_lies_in_bracket_and_sum_bounds(observations in latencies(), q in shares()) {
        let found = quantile(&histogram(&observations), q).expect("there are observations");
        let truth = true_quantile(&observations, q);
        let slack = 1e-9 * truth;
        prop_assert!(found.bracket.0 <= truth && truth <= found.bracket.1, "{truth} outside {:?}", found.bracket);
        prop_assert!(found.tightened.0 - slack <= truth && truth <= found.tightened.1 + slack, "{truth} outside {:?}", found.tightened);
    }

    #[test]
    fn each_bound_contains_the_next_narrower_one(observations in latencies(), q in shares()) {
        let found = quantile(&histogram(&observations), q).expect("there are observations");
        prop_assert!(found.bracket.0 <= found.point && found.point <= found.bracket.1);
        prop_assert!(found.interval.0 <= found.bracket.0 && found.bracket.1 <= found.interval.1);
        prop_assert!(found.bracket.0 <= found.tightened.0 && found.tightened.1 <= found.bracket.1);
    }

    #[test]
    fn quantiles_do_not_fall_as_q_grows(observations in latencies(), a in shares(), b in shares()) {
        let histogram = histogram(&observations);
        let low = quantile(&histogram, a.min(b)).expect("there are observations");
        let high = quantile(&histogram, a.max(b)).expect("there are observations");
        prop_assert!(low.point <= high.point && low.bracket.0 <= high.bracket.0 && low.bracket.1 <= high.bracket.1);
    }

    #[test]
    fn merging_is_commutative_and_means_all_observations(a in latencies(), b in latencies()) {
        let merged = histogram(&a).plus(&histogram(&b));
        let other = histogram(&b).plus(&histogram(&a));
        prop_assert_eq!(&merged.buckets, &other.buckets);
        let all: Vec<f64> = a.iter().chain(&b).copied().collect();
        prop_assert_eq!(&merged.buckets, &histogram(&all).buckets);
    }

    #[test]
    fn a_window_is_what_was_observed_in_it(before in latencies(), during in latencies()) {
        let all: Vec<f64> = before.iter().chain(&during).copied().collect();
        let window = histogram(&all).since(&histogram(&before)).expect("counts only grew");
        prop_assert_eq!(&window.buckets, &histogram(&during).buckets);
    }

    #[test]
    fn the_true_share_lies_in_the_bounds(observations in latencies(), threshold in 0.0..100.0f64) {
        let found = attainment(&histogram(&observations), threshold).expect("there are observations");
        let truth = observations.iter().filter(|value| **value <= threshold).count() as f64 / observations.len() as f64;
        prop_assert!(found.bounds.0 <= truth && truth <= found.bounds.1);
        prop_assert!(found.interval.0 <= found.bounds.0 && found.bounds.1 <= found.interval.1);
        prop_assert!(found.bounds.0 <= found.share && found.share <= found.bounds.1);
    }

    #[test]
    fn intervals_hold_their_estimate_and_grow_with_it(good in 0u32..5000, more in 0u32..5000) {
        let total = f64::from(good + more).max(1.0);
        let (low, high) = wilson(f64::from(good), total);
        prop_assert!(low <= f64::from(good) / total && f64::from(good) / total <= high);
        let (low, high) = garwood(f64::from(good));
        let (next_low, next_high) = garwood(f64::from(good + 1));
        prop_assert!(low <= f64::from(good) && f64::from(good) <= high && low < next_low && high < next_high);
    }
}
