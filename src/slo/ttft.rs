//! Time to first token where it is only bounded.
//!
//! TGI exports none. What it exports are the parts (validation, queue, prefill call) and the whole (request duration). Per request,
//! validation + queue ≤ TTFT ≤ duration is certain; the parts give narrower bounds that hold for any dependence between them, but prefill
//! is timed per call, so they decide no strict percentile. SGLang without `is_streaming` reports the 50th token of non-streaming requests as
//! the first, so the true value lies up to 49 inter-token gaps below.

use super::judge::{ShareWithin, by_interval, by_share, count_words, counted, samples_needed, share_words};
use super::latency::{mean_status as plain_mean, quantile_status as plain};
use super::{Comparison, SloStatus, Target, Verdict};
use crate::metrics::Histogram;
use crate::signal::{BackendId, Caveat, Distribution, DistributionReading, Observation};
use crate::stats::{attainment, binomial_quantile, quantile, show_range, sum_quantile, sum_within, wilson};

/// Gaps between the first token and the 50th, at which SGLang flushes a non-streaming request.
const GAPS_TO_FLUSH: f64 = 49.0;
/// From this percentile on, bounds that rest on prefill calls instead of requests decide nothing.
const STRICT: f64 = 0.99;

pub(super) fn is_only_bounded(seen: &Observation) -> bool {
    let absent = !seen.last.distributions.contains_key(&Distribution::Ttft);
    (seen.last.backend == BackendId::Tgi && absent) || (!absent && seen.last.has_caveat(Caveat::TtftMayMixNonStreaming))
}

pub(super) fn quantile_status(seen: &Observation, target: &Target, q: f64) -> SloStatus {
    if let Some(reading) = seen.distribution(Distribution::Ttft) {
        return mixed_quantile(seen, target, q, &reading);
    }
    match Parts::of(seen) {
        Some(parts) => summed_quantile(seen, target, q, &parts),
        None => SloStatus::no_data(target, seen.time_base(), NO_PARTS),
    }
}

pub(super) fn mean_status(seen: &Observation, target: &Target) -> SloStatus {
    if let Some(reading) = seen.distribution(Distribution::Ttft) {
        let status = plain_mean(seen, target, &reading);
        let Some((low, high)) = status.interval else {
            return status;
        };
        let interval = ((low - flush_delay(seen)).max(0.0), high);
        let verdict = if status.needed.is_some() { status.verdict } else { by_interval(target, interval) };
        return SloStatus { interval: Some(interval), verdict, why: format!("{} {MIXED}", status.why), ..status };
    }
    match Parts::of(seen) {
        Some(parts) => summed_mean(target, &parts),
        None => SloStatus::no_data(target, seen.time_base(), NO_PARTS),
    }
}

const NO_PARTS: &str = "TGI exports no time to first token, and the queue times that could bound it are not in this text.";
const MIXED: &str = "This SGLang does not tell streaming requests apart; a non-streaming one counts its 50th token as the first, so the true \
                     value may be lower by 49 gaps between tokens.";
const PARTS: &str = "TGI exports no time to first token; validation, queue and prefill times bound it.";

/// Longest time by which SGLang may report the first token late. Infinite when the gaps are not known.
fn flush_delay(seen: &Observation) -> f64 {
    seen.mean(Distribution::Itl).map_or(f64::INFINITY, |gap| GAPS_TO_FLUSH * gap.value)
}

fn mixed_quantile(seen: &Observation, target: &Target, q: f64, reading: &DistributionReading) -> SloStatus {
    let status = plain(seen, target, q, reading);
    let delay = flush_delay(seen);
    let shifted = target.value + delay;
    let (Some(within), Some((low, high))) = (attainment(&reading.histogram, target.value), status.interval) else {
        return status;
    };
    // What was reported as within is within; what was reported up to one delay later may have been.
    let late = if shifted.is_finite() { attainment(&reading.histogram, shifted) } else { None };
    let (late_share, late_high) = late.map_or((1.0, 1.0), |late| (late.bounds.1, late.interval.1));
    let share = ShareWithin {
        share: late_share,
        bounds: (within.bounds.0, late_share),
        interval: (within.interval.0, late_high),
        samples: within.samples,
    };
    let interval = ((low - delay).max(0.0), high);
    let verdict = verdict(target, q, &share, interval);
    SloStatus {
        interval: Some(interval),
        verdict,
        needed: samples_needed(verdict, q, &share),
        over_share: Some((1.0 - share.share, 1.0 - share.interval.1, 1.0 - share.interval.0)),
        why: format!("{} of {} within the target. {MIXED}", share_words(share.bounds), counted(share.samples, "observation")),
        ..status
    }
}

fn verdict(target: &Target, q: f64, share: &ShareWithin, interval: (f64, f64)) -> Verdict {
    match target.comparison {
        Comparison::Equal => by_interval(target, interval),
        comparison => by_share(comparison, q, share),
    }
}

/// What TGI exports of the way to the first token.
struct Parts {
    queue: DistributionReading,
    validation: Option<Histogram>,
    prefill: Option<Histogram>,
    whole: Option<Histogram>,
    /// A long prompt is prefilled in several calls, so one call is no upper bound.
    chunked: bool,
}

impl Parts {
    fn of(seen: &Observation) -> Option<Parts> {
        let read = |distribution| seen.distribution(distribution).map(|reading| reading.histogram);
        Some(Parts {
            queue: seen.distribution(Distribution::QueueTime).filter(|queue| queue.histogram.observations().is_some_and(|n| n > 0.0))?,
            validation: read(Distribution::ValidationTime),
            prefill: read(Distribution::PrefillCallTime),
            whole: read(Distribution::E2e),
            chunked: seen.last.config.chunked_prefill.as_ref().is_some_and(|chunked| chunked.value),
        })
    }

    /// Parts that are timed per request, then the prefill call.
    fn all(&self) -> Vec<&Histogram> {
        self.before_prefill().into_iter().chain(&self.prefill).collect()
    }

    fn before_prefill(&self) -> Vec<&Histogram> {
        self.validation.iter().chain([&self.queue.histogram]).collect()
    }
}

fn summed_quantile(seen: &Observation, target: &Target, q: f64, parts: &Parts) -> SloStatus {
    let samples = parts.queue.histogram.observations().unwrap_or(0.0);
    let Some((_, before_prefill)) = sum_within(&parts.before_prefill(), target.value) else {
        return SloStatus::no_data(target, seen.time_base(), NO_PARTS);
    };
    let whole = parts.whole.as_ref().and_then(|whole| attainment(whole, target.value)).map_or(0.0, |within| within.bounds.0);
    let summed = sum_within(&parts.all(), target.value).filter(|_| parts.prefill.is_some());
    let certain = share((whole, before_prefill), samples);
    let narrow = share(
        (summed.map_or(whole, |(low, _)| low.max(whole)), summed.map_or(before_prefill, |(_, high)| high.min(before_prefill))),
        samples,
    );

    let value = quantile_bounds(parts, q, samples);
    let mut judged = verdict(target, q, &certain, value);
    let trusted = q < STRICT && !parts.chunked;
    if judged == Verdict::Undetermined && trusted {
        judged = verdict(target, q, &narrow, value);
    }
    let limit = if judged == Verdict::Undetermined && q >= STRICT {
        " Prefill is timed per call, not per request, so a percentile this strict is not decided by it."
    } else if judged == Verdict::Undetermined && parts.chunked {
        " Prefill is chunked, so one call is not the whole prefill of a request."
    } else {
        ""
    };
    let unit = target.metric.unit();
    SloStatus {
        interval: Some(value),
        verdict: judged,
        samples: Some(samples),
        needed: samples_needed(judged, q, &narrow),
        over_share: Some((1.0 - narrow.share, 1.0 - narrow.interval.1, 1.0 - narrow.interval.0)),
        shown_value: show_range(unit, value),
        counted: true,
        why: format!("{PARTS} {} of {} within the target.{limit}", share_words(narrow.bounds), counted(samples, "request")),
        source: parts.queue.source.clone(),
        ..SloStatus::no_data(target, parts.queue.time_base, "")
    }
}

/// The optimistic end is the estimate: what cannot be known is not held against the server.
fn share(bounds: (f64, f64), samples: f64) -> ShareWithin {
    let interval = (wilson(bounds.0 * samples, samples).0, wilson(bounds.1 * samples, samples).1);
    ShareWithin { share: bounds.1, bounds, interval, samples }
}

/// Bounds of the quantile itself: by the parts, never above the whole request, and with the sampling error of so many requests.
fn quantile_bounds(parts: &Parts, q: f64, samples: f64) -> (f64, f64) {
    let (low_q, high_q) = sampled_quantiles(q, samples);
    let lowest = |parts: &[&Histogram]| sum_quantile(parts, low_q).map_or(0.0, |(low, _)| low);
    let low = lowest(&parts.all()).max(lowest(&parts.before_prefill()));
    let Some(high_q) = high_q else {
        return (low, f64::INFINITY);
    };
    let whole = parts.whole.as_ref().and_then(|whole| quantile(whole, high_q)).map_or(f64::INFINITY, |found| found.bracket.1);
    let summed = if parts.chunked || parts.prefill.is_none() { None } else { sum_quantile(&parts.all(), high_q) };
    let high = summed.map_or(whole, |(_, high)| high.min(whole));
    (low.min(high), high)
}

/// The shares whose quantiles enclose the `q` quantile at 95 %. The upper one is `None` when it lies beyond the last request.
fn sampled_quantiles(q: f64, samples: f64) -> (f64, Option<f64>) {
    let low = binomial_quantile(0.025, samples, q) / samples;
    let high = (binomial_quantile(0.975, samples, q) + 1.0) / samples;
    (low, (high <= 1.0).then_some(high))
}

/// Means add up exactly per request; the prefill call of a request lies between the fastest and the slowest call.
fn summed_mean(target: &Target, parts: &Parts) -> SloStatus {
    let samples = parts.queue.histogram.observations().unwrap_or(0.0);
    let before: f64 = parts.before_prefill().iter().filter_map(|part| part.mean()).sum();
    let slowest = parts.prefill.as_ref().and_then(|prefill| quantile(prefill, 1.0)).map_or(f64::INFINITY, |found| found.bracket.1);
    let whole = parts.whole.as_ref().and_then(Histogram::mean).unwrap_or(f64::INFINITY);
    let prefill_bound = if parts.chunked { f64::INFINITY } else { before + slowest };
    let interval = (before, prefill_bound.min(whole).max(before));
    SloStatus {
        interval: Some(interval),
        verdict: by_interval(target, interval),
        samples: Some(samples),
        shown_value: show_range(target.metric.unit(), interval),
        counted: true,
        why: format!("{PARTS} The mean lies in that range for {}.", count_words(samples, "request")),
        source: parts.queue.source.clone(),
        ..SloStatus::no_data(target, parts.queue.time_base, "")
    }
}
