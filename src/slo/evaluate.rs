//! Holding targets against an observation.

use super::latency::{mean_status, quantile_status};
use super::{Metric, SloStatus, Target, Verdict, availability, judge, rates, ttft};
use crate::metrics::{Unit, capital};
use crate::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Observation, Refusal, TimeBase};

/// Judges every target. The order is kept.
#[must_use]
pub fn evaluate(seen: &Observation, targets: &[Target]) -> Vec<SloStatus> {
    targets.iter().map(|target| status(seen, target)).collect()
}

fn status(seen: &Observation, target: &Target) -> SloStatus {
    match target.metric {
        Metric::Quantile(distribution, q) => percentile(seen, target, distribution, q),
        Metric::Mean(distribution) => mean(seen, target, distribution),
        Metric::MeanPerToken => mean(seen, target, per_token(seen)),
        Metric::Availability => availability::status(seen, target),
        Metric::RequestsPerSecond => rates::requests(seen, target),
        Metric::OutputTokensPerSecond => rates::output_tokens(seen, target),
        Metric::PreemptionsPerMinute => rates::preemptions(seen, target),
        Metric::Gauge(gauge) => at_one_moment(seen, target, gauge),
        Metric::PrefixHitRate => hit_rate(seen, target),
    }
}

fn percentile(seen: &Observation, target: &Target, distribution: Distribution, q: f64) -> SloStatus {
    if let Some(status) = recorded_wrongly(seen, target, distribution) {
        return status;
    }
    if distribution == Distribution::Ttft && ttft::is_only_bounded(seen) {
        return ttft::quantile_status(seen, target, q);
    }
    match seen.distribution(distribution) {
        Some(reading) => quantile_status(seen, target, q, &reading),
        None => SloStatus::no_data(target, seen.time_base(), absent(seen, distribution)),
    }
}

fn mean(seen: &Observation, target: &Target, distribution: Distribution) -> SloStatus {
    if let Some(status) = recorded_wrongly(seen, target, distribution) {
        return status;
    }
    if distribution == Distribution::Ttft && ttft::is_only_bounded(seen) {
        return ttft::mean_status(seen, target);
    }
    match seen.distribution(distribution) {
        Some(reading) => mean_status(seen, target, &reading),
        None => SloStatus::no_data(target, seen.time_base(), absent(seen, distribution)),
    }
}

/// A latency that cannot be true is not judged.
fn recorded_wrongly(seen: &Observation, target: &Target, distribution: Distribution) -> Option<SloStatus> {
    let found = seen.contradiction().filter(|found| found.broken == distribution)?;
    let why = format!(
        "A mean {} of {} beside a mean {} of {} cannot be: it is recorded wrongly and not judged.",
        found.broken.words(),
        Unit::Seconds.show(found.mean),
        found.other.words(),
        Unit::Seconds.show(found.other_mean)
    );
    Some(SloStatus::no_data(target, seen.time_base(), why))
}

/// Which of the two per-token distributions the classic metric of one name means here.
fn per_token(seen: &Observation) -> Distribution {
    if seen.last.distributions.contains_key(&Distribution::Itl) { Distribution::Itl } else { Distribution::Tpot }
}

/// Why a distribution is not there, with where to look instead.
fn absent(seen: &Observation, distribution: Distribution) -> String {
    let words = distribution.words();
    if seen.refusals().contains(&Refusal::BucketsChanged(distribution)) {
        return format!("The bucket bounds of {words} changed between the dumps, so no difference can be taken.");
    }
    let backend = seen.last.backend;
    match (backend, distribution) {
        (BackendId::Tgi, Distribution::Itl) => {
            "TGI exports no gaps between tokens; tpot.* gives its average per request, prefill included.".to_owned()
        }
        (_, Distribution::Tpot) if seen.last.distributions.contains_key(&Distribution::Itl) => {
            format!("This release of {} exports no average per request; itl.* gives the gaps between tokens.", backend.name())
        }
        _ => format!("{} is not in this text: the server does not export it, or nothing was observed yet.", capital(words)),
    }
}

/// A gauge: one moment, or the two ends of a window.
fn at_one_moment(seen: &Observation, target: &Target, gauge: Gauge) -> SloStatus {
    let (Some(reading), Some(span)) = (seen.gauge(gauge), seen.gauge_span(gauge)) else {
        return SloStatus::no_data(target, TimeBase::Instant, format!("{} is not in this text.", capital(gauge.words())));
    };
    let verdict = judge::by_interval(target, span);
    let both = seen.gauge_before(gauge).is_some();
    let condition = format!("{} {}", target.comparison.symbol(), reading.unit.show(target.value));
    let mut why = match (both, verdict) {
        (false, Verdict::Pass) => format!("At the moment of the dump it met {condition}. One moment says nothing of the time between."),
        (false, _) => format!("At the moment of the dump it did not meet {condition}. A second dump shows whether that lasts."),
        (true, Verdict::Pass) => format!("It met {condition} at both ends of the window."),
        (true, Verdict::Fail) => format!("It did not meet {condition} at either end of the window."),
        (true, _) => format!("It met {condition} at one end of the window and not at the other."),
    };
    if gauge == Gauge::KvUsage && seen.last.backend == BackendId::Tgi {
        why.push_str(" TGI reserves tokens in advance: this is the reserved share.");
    }
    SloStatus {
        current: Some(reading.value),
        interval: Some(span),
        verdict,
        shown_value: reading.unit.show(reading.value),
        why,
        source: reading.source,
        ..SloStatus::no_data(target, reading.time_base, "")
    }
}

/// Tokens found over tokens looked up, never the gauge of the last batch.
fn hit_rate(seen: &Observation, target: &Target) -> SloStatus {
    let counts = seen.count(Counter::PrefixHits).zip(seen.count(Counter::PrefixQueries));
    let Some((hits, queries)) = counts.filter(|(_, queries)| queries.value > 0.0) else {
        return reported_only(seen, target, Gauge::CacheHitRateGauge, "Nothing was looked up in the prefix cache in this span.");
    };
    let rate = (hits.value / queries.value).clamp(0.0, 1.0);
    let base = SloStatus {
        current: Some(rate),
        samples: Some(queries.value),
        shown_value: Unit::Ratio.show(rate),
        source: hits.source,
        ..SloStatus::no_data(target, hits.time_base, "")
    };
    if seen.last.has_caveat(Caveat::PrefixQueriesInflated) {
        let why = "This vLLM counts look-ups again at every scheduling retry, so the rate is not judged.".to_owned();
        return SloStatus { verdict: Verdict::Undetermined, why, ..base };
    }
    let why = format!("{} of {} were found.", Unit::Tokens.show(hits.value), Unit::Tokens.show(queries.value));
    SloStatus { verdict: judge::by_interval(target, (rate, rate)), interval: Some((rate, rate)), why, ..base }
}

/// A gauge that the server computes over its last batch or report: shown, but no verdict hangs on it.
pub(super) fn reported_only(seen: &Observation, target: &Target, gauge: Gauge, otherwise: &str) -> SloStatus {
    let Some(reading) = seen.gauge(gauge) else {
        return SloStatus::no_data(target, seen.time_base(), otherwise);
    };
    SloStatus {
        current: Some(reading.value),
        verdict: Verdict::Undetermined,
        shown_value: reading.unit.show(reading.value),
        why: format!("{otherwise} The server's own figure covers its last batch or report only; it is shown, not judged."),
        source: reading.source,
        ..SloStatus::no_data(target, reading.time_base, "")
    }
}
