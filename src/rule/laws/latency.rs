//! L8–L10: where latency goes.

use super::{Laws, derived, span_seconds};
use crate::metrics::{Histogram, Unit};
use crate::signal::{BackendId, Counter, Distribution, Gauge, Observation, Reading};
use crate::stats::{least_sum, quantile};

/// A pause counts as a stall from five times the median gap, and never below this (handbook L9).
const STALL_FLOOR_SECONDS: f64 = 0.1;
const STALL_MEDIANS: f64 = 5.0;
/// Fewest requests for a prefill cost per token (handbook 1.8, rule I01).
const COST_REQUESTS: f64 = 10.0;

pub(super) fn fill(seen: &Observation, laws: &mut Laws) {
    laws.prefill_cost = prefill_cost(seen);
    laws.prefill_share = prefill_share(seen, laws);
    if let Some((from, share)) = stalls(seen) {
        laws.stall_from = Some(from);
        laws.stall_share = share;
    }
    (laws.frontend_gap, laws.frontend_requests) = frontend_gap(seen).unzip();
}

/// Seconds per uncached prompt token: the P10 of TTFT over the median prompt, or the mean prefill time over the mean prompt,
/// whichever is lower, because queueing and batching inflate both.
fn prefill_cost(seen: &Observation) -> Option<Reading> {
    let prompts = seen.distribution(Distribution::UncachedPromptLength).or_else(|| seen.distribution(Distribution::PromptLength))?;
    if prompts.histogram.observations()? < COST_REQUESTS {
        return None;
    }
    let by_ttft = seen.distribution(Distribution::Ttft).filter(|_| !mostly_queued(seen)).and_then(|ttft| {
        let fast = quantile(&ttft.histogram, 0.10)?;
        let median = quantile(&prompts.histogram, 0.50)?;
        derived(fast.point / median.point, Unit::Seconds, ttft.time_base, &[&ttft.source, &prompts.source])
    });
    let by_phase = seen.mean(Distribution::PrefillTime).and_then(|prefill| {
        let mean = prompts.histogram.mean()?;
        derived(prefill.value / mean, Unit::Seconds, prefill.time_base, &[&prefill.source, &prompts.source])
    });
    match (by_ttft, by_phase) {
        (Some(a), Some(b)) => Some(if a.value <= b.value { a } else { b }),
        (a, b) => a.or(b),
    }
}

/// Where most of the time to first token is queueing, even its fastest tenth says nothing of prefill.
fn mostly_queued(seen: &Observation) -> bool {
    let waited = seen.mean(Distribution::QueueTime);
    waited.zip(seen.mean(Distribution::Ttft)).is_some_and(|(waited, ttft)| waited.value >= 0.5 * ttft.value)
}

fn prefill_share(seen: &Observation, laws: &Laws) -> Option<Reading> {
    if let Some(counted) = prefill_passes(seen) {
        return Some(counted);
    }
    let cost = laws.prefill_cost.as_ref()?;
    let seconds = span_seconds(seen)?;
    let tokens = uncached_tokens(seen)?;
    derived((tokens.value / seconds * cost.value).min(1.0), Unit::Ratio, tokens.time_base, &[&tokens.source, &cost.source])
}

/// SGLang counts its forward passes by kind, and the time of each prefill: their product over the span is the share, whatever shared a
/// pass.
fn prefill_passes(seen: &Observation) -> Option<Reading> {
    let all = seen.count(Counter::Steps)?;
    let graph = seen.count(Counter::DecodeGraphPasses)?.value;
    let eager = seen.count(Counter::DecodeEagerPasses).map_or(0.0, |count| count.value);
    let prefill = seen.mean(Distribution::PrefillTime)?;
    let seconds = span_seconds(seen)?;
    let passes = (all.value - graph - eager).max(0.0);
    derived((passes * prefill.value / seconds).min(1.0), Unit::Ratio, all.time_base, &[&all.source, &prefill.source])
}

/// Prompt tokens that had to be computed.
fn uncached_tokens(seen: &Observation) -> Option<Reading> {
    if let Some(computed) = seen.count(Counter::PromptTokensComputed) {
        return Some(computed);
    }
    let prompt = seen.count(Counter::PromptTokens)?;
    let cached = seen.count(Counter::PromptTokensCached).or_else(|| seen.count(Counter::PrefixHits));
    let value = (prompt.value - cached.map_or(0.0, |cached| cached.value)).max(0.0);
    Some(Reading { value, ..prompt })
}

fn stalls(seen: &Observation) -> Option<(f64, Option<Reading>)> {
    let itl = seen.distribution(Distribution::Itl)?;
    let median = quantile(&itl.histogram, 0.50)?;
    let at_least = (STALL_MEDIANS * median.point).max(STALL_FLOOR_SECONDS);
    let from = itl.histogram.buckets.iter().map(|bucket| bucket.upper).find(|upper| *upper >= at_least && upper.is_finite())?;
    let sum = itl.histogram.sum.filter(|sum| *sum > 0.0)?;
    Some((from, derived(time_above(&itl.histogram, from) / sum, Unit::Ratio, itl.time_base, &[&itl.source])))
}

/// Seconds surely spent in observations above `from`: each counts with the lower edge of its bucket.
fn time_above(histogram: &Histogram, from: f64) -> f64 {
    let mut total = 0.0;
    let (mut lower, mut below) = (0.0, 0.0);
    for bucket in &histogram.buckets {
        if lower >= from {
            total += (bucket.cumulative - below) * lower;
        }
        lower = bucket.upper;
        below = bucket.cumulative;
    }
    total
}

/// What is left of TTFT when queue and prefill are taken off, and of how many requests. TGI has no TTFT; its validation time is the same
/// thing.
///
/// vLLM records queue and prefill when a request finishes, the first token at once. While a queue builds up, the requests that are inside
/// have waited longest, and only their first tokens are recorded. Any of the first tokens may be theirs, so the gap is what the fastest of
/// the others leave at least.
fn frontend_gap(seen: &Observation) -> Option<(Reading, f64)> {
    if seen.last.backend == BackendId::Tgi {
        return seen.mean(Distribution::ValidationTime).zip(seen.observations(Distribution::ValidationTime));
    }
    let ttft = seen.distribution(Distribution::Ttft)?;
    let queue = seen.distribution(Distribution::QueueTime)?;
    let prefill = seen.distribution(Distribution::PrefillTime)?;
    let first_tokens = ttft.histogram.observations()?;
    let timed = prefill.histogram.observations()?;
    let earlier = if seen.last.backend == BackendId::Vllm && !seen.restarted() {
        seen.gauge_before(Gauge::Running).map_or(0.0, |running| running.value)
    } else {
        0.0
    };
    let untimed = (first_tokens - timed + earlier).max(0.0);
    let both = Some(first_tokens - untimed).filter(|both| *both > 0.0)?;
    let gap = if untimed == 0.0 {
        ttft.histogram.mean()? - queue.histogram.mean()? - prefill.histogram.mean()?
    } else {
        (least_sum(&ttft.histogram, both)? - queue.histogram.sum? - prefill.histogram.sum?) / both
    };
    let sources = [&ttft.source, &queue.source, &prefill.source];
    derived(gap, Unit::Seconds, ttft.time_base, &sources).zip(Some(both))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Bucket;
    use crate::signal::testing::{Build, window};

    /// 60 first tokens after 0.1 s and ten finished requests that waited 5 s, with so many running at the first dump.
    fn gap_after(running: f64) -> Option<(Reading, f64)> {
        let at = |first_tokens: f64, finished: f64| {
            Build::new(BackendId::Vllm)
                .gauge(Gauge::Running, running)
                .latency(Distribution::Ttft, first_tokens, 0.1)
                .latency(Distribution::QueueTime, finished, 5.0)
                .latency(Distribution::PrefillTime, finished, 0.03)
        };
        frontend_gap(&window(at(0.0, 0.0), at(60.0, 10.0)))
    }

    #[test]
    fn there_is_no_gap_where_all_that_finished_may_have_begun_before() {
        assert!(gap_after(4.0).is_some_and(|(gap, requests)| gap.value < 0.0 && requests == 6.0));
        assert_eq!(gap_after(10.0), None);
        assert_eq!(gap_after(50.0), None);
    }

    #[test]
    fn the_stall_share_of_vector_four_is_its_lower_bound() {
        // Handbook V4: sum 3200 s, 600 gaps in (0.5,0.75], 400 in (0.75,1]; share above 0.1 s at least 0.1875.
        let edges = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, f64::INFINITY];
        let counts = [0.0, 90_000.0, 8_000.0, 800.0, 200.0, 0.0, 0.0, 0.0, 0.0, 0.0, 600.0, 400.0, 0.0];
        let mut total = 0.0;
        let buckets = edges
            .iter()
            .zip(counts)
            .map(|(upper, count)| {
                total += count;
                Bucket { upper: *upper, cumulative: total }
            })
            .collect();
        let histogram = Histogram::new(buckets, Some(3200.0), Some(total));
        assert!((time_above(&histogram, 0.1) / 3200.0 - 0.1875).abs() < 1e-12);
    }
}
