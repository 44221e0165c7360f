//! Percentiles and means of a histogram.

use super::judge::{ShareWithin, by_interval, by_share, count_words, counted, samples_needed, share_range, share_word, share_words};
use super::metric::percent;
use super::{Comparison, SloStatus, Target, Verdict};
use crate::metrics::{Histogram, Unit, capital};
use crate::signal::{BackendId, Distribution, DistributionReading, Observation};
use crate::stats::{Attainment, Z95, attainment, quantile, quantile_needed, show_range};

/// Observations below which no mean is judged.
const MEAN_NEEDS: f64 = 10.0;

/// `ttft.p95 <= 1.0` as "95 % of the requests were within 1 s".
pub(super) fn quantile_status(seen: &Observation, target: &Target, q: f64, reading: &DistributionReading) -> SloStatus {
    let histogram = &reading.histogram;
    let (Some(found), Some(within)) = (quantile(histogram, q), attainment(histogram, target.value)) else {
        return SloStatus::no_data(target, seen.time_base(), no_observations(reading));
    };
    let share = ShareWithin::from(&within);
    let verdict = match target.comparison {
        Comparison::Equal => by_interval(target, found.interval),
        comparison => by_share(comparison, q, &share),
    };
    let unit = target.metric.unit();
    SloStatus {
        current: Some(found.point),
        interval: Some(found.interval),
        verdict,
        samples: Some(found.samples),
        needed: samples_needed(verdict, q, &share),
        over_share: Some(over(&within)),
        shown_value: found.show(unit),
        counted: true,
        why: format!("{}{}", explain(target, q, &within, verdict), remark(seen, reading)),
        time_base: reading.time_base,
        source: reading.source.clone(),
        ..SloStatus::no_data(target, reading.time_base, "")
    }
}

/// Share over the target. Above the highest bucket bound nothing is known, and what is not known is not held against the server.
fn over(within: &Attainment) -> (f64, f64, f64) {
    let (estimate, low, high) = within.over();
    if within.edges.1.is_infinite() { (1.0 - within.bounds.1, low, high) } else { (estimate, low, high) }
}

impl From<&Attainment> for ShareWithin {
    fn from(found: &Attainment) -> ShareWithin {
        ShareWithin { share: found.share, bounds: found.bounds, interval: found.interval, samples: found.samples }
    }
}

/// The sentence behind a percentile verdict.
fn explain(target: &Target, q: f64, within: &Attainment, verdict: Verdict) -> String {
    if target.comparison == Comparison::Equal {
        return format!("Equality is judged within ±0.01 against the bounds of P{}.", percent(q));
    }
    let unit = target.metric.unit();
    let threshold = unit.show(target.value);
    let stated = format!("{} of {} within {threshold}", share_words(within.bounds), counted(within.samples, "observation"));
    let asked = if target.comparison.wants_low() {
        format!("{} are asked", share_word(q))
    } else {
        format!("less than {} are asked", share_word(q))
    };
    let interval = share_range(within.interval);
    if verdict != Verdict::Undetermined {
        // Of very many requests the interval rounds to the share itself, and says no more.
        let (low, high) = within.interval;
        let interval = if share_word(low) == share_word(high) { String::new() } else { format!(" (95 % interval {interval})") };
        return format!("{stated}{interval}; {asked}.");
    }
    if let Some(needed) = quantile_needed(q).filter(|needed| within.samples < *needed) {
        let leaning = leaning(target.comparison, q, within.share);
        return format!("{stated}, but P{} needs at least {} for a verdict. It leans to {leaning}.", percent(q), Unit::Count.show(needed));
    }
    if within.edges.1.is_infinite() {
        let highest = unit.show(within.edges.0);
        return format!(
            "{threshold} lies above the highest bucket bound, {highest}: {stated}; {asked}. Only targets up to {highest} can be decided."
        );
    }
    let leaning = leaning(target.comparison, q, within.share);
    if within.bounds.0 < q && q <= within.bounds.1 {
        let (lower, upper) = (unit.show(within.edges.0), unit.show(within.edges.1));
        let bucket = show_range(unit, within.edges);
        return format!(
            "{threshold} lies inside the bucket {bucket}: {stated}; {asked}. Targets of {lower} and {upper} can be decided. It leans to {leaning}."
        );
    }
    let more = samples_needed(verdict, q, &ShareWithin::from(within))
        .map_or_else(String::new, |needed| format!(" About {} could decide.", count_words(needed, "observation")));
    format!("{stated}; {asked}, which the 95 % interval {interval} leaves open.{more} It leans to {leaning}.")
}

fn leaning(comparison: Comparison, q: f64, share: f64) -> &'static str {
    if (share >= q) == comparison.wants_low() { "pass" } else { "fail" }
}

/// What the backend's own meaning of a distribution adds.
fn remark(seen: &Observation, reading: &DistributionReading) -> &'static str {
    match (seen.last.backend, reading.distribution) {
        (BackendId::Tgi, Distribution::Tpot) => " TGI's average includes prefill, so short answers read high.",
        _ => "",
    }
}

/// The mean of all observations, with the sampling error that their spread over the buckets implies.
pub(super) fn mean_status(seen: &Observation, target: &Target, reading: &DistributionReading) -> SloStatus {
    let histogram = &reading.histogram;
    let (Some(mean), Some(samples)) = (histogram.mean(), histogram.observations()) else {
        return SloStatus::no_data(target, seen.time_base(), no_observations(reading));
    };
    let half = Z95 * (variance(histogram, mean) / samples).sqrt();
    let interval = ((mean - half).max(0.0), mean + half);
    let proven = by_interval(target, interval);
    let verdict = if samples < MEAN_NEEDS { Verdict::Undetermined } else { proven };
    let unit = target.metric.unit();
    let (shown, threshold) = (unit.show(mean), unit.show(target.value));
    let why = if samples < MEAN_NEEDS {
        format!("A mean of {} is too thin for a verdict; it needs {MEAN_NEEDS}.", count_words(samples, "observation"))
    } else {
        format!(
            "The mean of {} is {shown} (95 % interval {}); {} {threshold} is asked.",
            count_words(samples, "observation"),
            show_range(unit, interval),
            target.comparison.symbol()
        )
    };
    let why = format!("{why}{}", remark(seen, reading));
    SloStatus {
        current: Some(mean),
        interval: Some(interval),
        verdict,
        samples: Some(samples),
        needed: (samples < MEAN_NEEDS).then_some(MEAN_NEEDS),
        over_share: attainment(histogram, target.value).map(|within| within.over()),
        shown_value: shown,
        counted: true,
        why,
        time_base: reading.time_base,
        source: reading.source.clone(),
        ..SloStatus::no_data(target, reading.time_base, "")
    }
}

/// Variance with every observation in the middle of its bucket; those above the highest bound stand where the sum puts them.
fn variance(histogram: &Histogram, mean: f64) -> f64 {
    let (mut lower, mut below) = (0.0f64, 0.0);
    let (mut placed, mut squares, mut samples) = (0.0, 0.0, 0.0);
    for bucket in &histogram.buckets {
        let count = bucket.cumulative - below;
        let value = if bucket.upper.is_finite() {
            f64::midpoint(lower, bucket.upper)
        } else {
            let rest = histogram.sum.map_or(lower, |sum| (sum - placed) / count.max(1.0));
            rest.max(lower)
        };
        placed += value * count;
        squares += (value - mean) * (value - mean) * count;
        samples += count;
        below = bucket.cumulative;
        lower = bucket.upper;
    }
    if samples > 0.0 { squares / samples } else { 0.0 }
}

pub(super) fn no_observations(reading: &DistributionReading) -> String {
    let (histogram, unit) = (&reading.histogram, reading.distribution.unit());
    if histogram.is_lumped() {
        let mean = histogram.mean().map_or_else(String::new, |mean| format!(": a mean of {}", unit.show(mean)));
        let count = histogram.observations().map_or_else(String::new, |count| format!(" over {}", count_words(count, "observation")));
        return format!(
            "The text has no buckets of {}, only sum and count{mean}{count}. Quantiles need the buckets.",
            reading.distribution.words()
        );
    }
    format!("{} has no observation in this span, so there is nothing to judge.", capital(reading.distribution.words()))
}
