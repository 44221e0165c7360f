//! L1–L5: how many requests are where, from sums of times.

use super::{Laws, derived, span_seconds};
use crate::metrics::Unit;
use crate::signal::{BackendId, Counter, Distribution, Gauge, Observation, TimeBase};

pub(super) fn fill(seen: &Observation, laws: &mut Laws) {
    laws.decode_concurrency = over_time(seen, Distribution::Itl).or_else(|| over_time(seen, Distribution::DecodeTime));
    laws.before_first_token = over_time(seen, Distribution::Ttft);
    laws.queue_population = over_time(seen, Distribution::QueueTime);
    laws.finish_rate = seen.rate(Counter::Finished).map(|rate| crate::signal::Reading { unit: Unit::RequestsPerSecond, ..rate });
    laws.arrival_rate = arrival_rate(seen, laws);
    laws.drain_seconds = drain(seen, laws);
    laws.token_identity = identity(seen, laws);
}

/// Σ duration over the span is the time-average number of requests inside that phase.
fn over_time(seen: &Observation, distribution: Distribution) -> Option<crate::signal::Reading> {
    let seconds = span_seconds(seen)?;
    let reading = seen.distribution(distribution)?;
    let sum = reading.histogram.sum?;
    derived(sum / seconds, Unit::Count, reading.time_base, &[&reading.source])
}

fn arrival_rate(seen: &Observation, laws: &Laws) -> Option<crate::signal::Reading> {
    let rate = laws.finish_rate.as_ref()?;
    let TimeBase::Window(Some(seconds)) = rate.time_base else {
        return None;
    };
    let running = seen.gauge(Gauge::Running)?;
    let waiting = seen.gauge(Gauge::Waiting)?;
    let before = if seen.restarted() { 0.0 } else { seen.gauge_before(Gauge::Running)?.value + seen.gauge_before(Gauge::Waiting)?.value };
    let growth = running.value + waiting.value - before;
    derived(
        (rate.value + growth / seconds).max(0.0),
        Unit::RequestsPerSecond,
        rate.time_base,
        &[&rate.source, &running.source, &waiting.source],
    )
}

/// Only over a window: a lifetime rate says nothing about how fast today's queue drains.
fn drain(seen: &Observation, laws: &Laws) -> Option<crate::signal::Reading> {
    let rate = laws.finish_rate.as_ref().filter(|rate| matches!(rate.time_base, TimeBase::Window(_)) && rate.value > 0.0)?;
    let waiting = seen.gauge(Gauge::Waiting)?;
    derived(waiting.value / rate.value, Unit::Seconds, rate.time_base, &[&waiting.source, &rate.source])
}

fn identity(seen: &Observation, laws: &Laws) -> Option<crate::signal::Reading> {
    let counter = match seen.last.backend {
        BackendId::Vllm => Counter::OutputTokens,
        BackendId::Sglang => Counter::LiveOutputTokens,
        BackendId::Tgi => return None,
    };
    let tokens = seen.rate(counter)?;
    let concurrency = laws.decode_concurrency.as_ref()?;
    let itl = seen.mean(Distribution::Itl)?;
    derived(tokens.value * itl.value / concurrency.value, Unit::Count, tokens.time_base, &[&tokens.source, &itl.source])
}
