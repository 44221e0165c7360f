//! When numbers prove a verdict.

use super::{Comparison, Target, Verdict};
use crate::metrics;
use crate::stats::{quantile_needed, share_needed};

/// Requests below which no latency percentile is said to fail, however clear it looks: the first ones compile and warm up.
const ENOUGH_TO_FAIL: f64 = 30.0;

/// What is known of the share of observations within a threshold.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShareWithin {
    /// Best estimate.
    pub share: f64,
    /// What is certain of these observations, without sampling error.
    pub bounds: (f64, f64),
    /// The 95 % interval.
    pub interval: (f64, f64),
    pub samples: f64,
}

/// Verdict on "the `objective` quantile is below (or above) the threshold": a percentile target is a statement about the share within it.
///
/// Passing needs enough observations for a finite interval of that quantile ([`quantile_needed`]). Failing is a statement about the
/// lower end only and needs fewer.
pub(super) fn by_share(comparison: Comparison, objective: f64, within: &ShareWithin) -> Verdict {
    let needed = quantile_needed(objective).unwrap_or(f64::INFINITY);
    let enough_to_pass = within.samples >= needed;
    let enough_to_fail = within.samples >= needed.min(ENOUGH_TO_FAIL);
    let mostly_within = within.interval.0 >= objective;
    let mostly_over = within.interval.1 < objective;
    let (met, missed) = if comparison.wants_low() { (mostly_within, mostly_over) } else { (mostly_over, mostly_within) };
    if met && enough_to_pass {
        Verdict::Pass
    } else if missed && enough_to_fail {
        Verdict::Fail
    } else {
        Verdict::Undetermined
    }
}

/// Verdict on a value that is known within an interval.
pub(super) fn by_interval(target: &Target, interval: (f64, f64)) -> Verdict {
    let scaled = (interval.0 * target.scale, interval.1 * target.scale);
    match target.comparison.holds_over(scaled, target.asked) {
        Some(true) => Verdict::Pass,
        Some(false) => Verdict::Fail,
        None => Verdict::Undetermined,
    }
}

/// Number of samples that could decide, when more samples could.
pub(super) fn samples_needed(verdict: Verdict, objective: f64, within: &ShareWithin) -> Option<f64> {
    if verdict != Verdict::Undetermined {
        return None;
    }
    let minimum = quantile_needed(objective)?;
    if within.samples < minimum {
        return Some(minimum);
    }
    // A threshold inside a bucket whose two sides disagree stays open with any number of samples.
    let settles = (within.bounds.0 >= objective) == (within.bounds.1 >= objective);
    let nearer = if within.bounds.0 >= objective { within.bounds.0 } else { within.bounds.1 };
    share_needed(nearer, objective).filter(|needed| settles && *needed > within.samples)
}

/// The share in words, to begin a sentence with: `97.2 %`, `Between 85 % and 93 %`.
pub(super) fn share_words((low, high): (f64, f64)) -> String {
    if (high - low).abs() < 5e-4 { share_word(low) } else { format!("Between {} and {}", share_word(low), share_word(high)) }
}

/// Two shares as a range: `79.4–89.3 %`.
pub(super) fn share_range((low, high): (f64, f64)) -> String {
    let low = share_word(low);
    format!("{}–{}", low.strip_suffix(" %").unwrap_or(&low), share_word(high))
}

/// What was counted and the verb for it: `1 request was`, `1,204 requests were`.
pub(super) fn counted(count: f64, what: &str) -> String {
    format!("{} {}", count_words(count, what), if count == 1.0 { "was" } else { "were" })
}

/// A share with as many digits as its distance from 0 and 1 needs: 99.97 % must not read 100 %.
pub(super) fn share_word(share: f64) -> String {
    let percent = share * 100.0;
    let distance = percent.min(100.0 - percent);
    if distance <= 0.0 {
        return format!("{percent:.0} %");
    }
    let decimals = if distance >= 1.0 {
        1
    } else if distance >= 0.1 {
        2
    } else {
        4
    };
    let text = format!("{percent:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

/// A number of things in words: `1 request`, `1,204 requests`.
pub(super) fn count_words(count: f64, what: &str) -> String {
    metrics::counted(count, what, &format!("{what}s"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::wilson;

    fn within(good: f64, samples: f64) -> ShareWithin {
        let share = good / samples;
        ShareWithin { share, bounds: (share, share), interval: wilson(good, samples), samples }
    }

    #[test]
    fn passing_needs_the_minimum_even_when_all_are_within() {
        let verdict = |n: f64| by_share(Comparison::LessOrEqual, 0.95, &within(n, n));
        assert_eq!(verdict(58.0), Verdict::Undetermined);
        assert_eq!(samples_needed(Verdict::Undetermined, 0.95, &within(58.0, 58.0)), Some(59.0));
        assert_eq!(verdict(1000.0), Verdict::Pass);
    }

    #[test]
    fn failing_needs_thirty_observations_and_proof() {
        assert_eq!(by_share(Comparison::LessOrEqual, 0.99, &within(10.0, 29.0)), Verdict::Undetermined);
        assert_eq!(by_share(Comparison::LessOrEqual, 0.99, &within(10.0, 30.0)), Verdict::Fail);
        // 38 of 40 within: Wilson reaches to 98.6 %, so 95 % is not excluded.
        assert_eq!(by_share(Comparison::LessOrEqual, 0.95, &within(38.0, 40.0)), Verdict::Undetermined);
        // The median needs six observations for either verdict.
        assert_eq!(by_share(Comparison::LessOrEqual, 0.5, &within(0.0, 6.0)), Verdict::Fail);
    }

    #[test]
    fn lower_bounds_on_a_latency_turn_the_verdict_around() {
        assert_eq!(by_share(Comparison::Greater, 0.95, &within(1000.0, 1000.0)), Verdict::Fail);
        assert_eq!(by_share(Comparison::Greater, 0.95, &within(100.0, 1000.0)), Verdict::Pass);
    }

    #[test]
    fn a_bucket_that_straddles_the_objective_needs_another_threshold_not_more_samples() {
        let straddling = ShareWithin { share: 0.94, bounds: (0.9, 0.97), interval: (0.88, 0.98), samples: 1000.0 };
        assert_eq!(samples_needed(Verdict::Undetermined, 0.95, &straddling), None);
        let one_sided = ShareWithin { share: 0.94, bounds: (0.93, 0.94), interval: (0.91, 0.96), samples: 500.0 };
        assert_eq!(samples_needed(Verdict::Undetermined, 0.95, &one_sided), Some(1825.0));
    }

    #[test]
    fn shares_keep_the_digits_that_matter() {
        assert_eq!(share_word(0.9997), "99.97 %");
        assert_eq!(share_word(0.999_99), "99.999 %");
        assert_eq!(share_word(1.0), "100 %");
        assert_eq!(share_word(0.85), "85 %");
        assert_eq!(share_word(0.0), "0 %");
        assert_eq!(share_words((0.85, 0.93)), "Between 85 % and 93 %");
        assert_eq!(share_range((0.794, 0.893)), "79.4–89.3 %");
        assert_eq!(counted(1.0, "request"), "1 request was");
        assert_eq!(count_words(1.0, "request"), "1 request");
        assert_eq!(count_words(1204.0, "request"), "1,204 requests");
    }
}
