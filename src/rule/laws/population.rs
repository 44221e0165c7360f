//! L1–L5: how many requests are where, from sums of times.

use super::{Laws, derived, span_seconds};
use crate::metrics::Unit;
use crate::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Observation, Span, TimeBase};

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
    derived(sum / seconds, Unit::Requests, reading.time_base, &[&reading.source])
}

fn arrival_rate(seen: &Observation, laws: &Laws) -> Option<crate::signal::Reading> {
    let rate = laws.finish_rate.as_ref()?;
    let TimeBase::Window(Span { seconds: Some(seconds), .. }) = rate.time_base else {
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

/// Only over a window: a lifetime rate says nothing about how fast today's queue drains. A request has left the queue by its first token,
/// also one whose client leaves before the end; finished ones leave it too where first tokens are not counted.
fn drain(seen: &Observation, laws: &Laws) -> Option<crate::signal::Reading> {
    let rate = laws.finish_rate.as_ref().filter(|rate| matches!(rate.time_base, TimeBase::Window(_)))?;
    let first_tokens = seen.distribution(Distribution::Ttft).filter(|_| !seen.last.has_caveat(Caveat::TtftRecordedAgainAfterPreemption));
    let per_second = first_tokens.and_then(|ttft| Some(ttft.histogram.observations()? / seen.seconds()?)).unwrap_or(0.0).max(rate.value);
    let waiting = seen.gauge(Gauge::Waiting)?;
    // A queue that shrinks faster than requests get their first tokens is one that clients leave.
    let before = seen.gauge_before(Gauge::Waiting).filter(|_| !seen.restarted());
    let shrank = before.zip(seen.seconds()).map_or(0.0, |(before, seconds)| (before.value - waiting.value) / seconds);
    let per_second = per_second.max(shrank);
    derived(waiting.value / Some(per_second).filter(|rate| *rate > 0.0)?, Unit::Seconds, rate.time_base, &[&waiting.source, &rate.source])
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
    derived(tokens.value * itl.value / concurrency.value, Unit::Multiple, tokens.time_base, &[&tokens.source, &itl.source])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::testing::{Build, snapshot, window};

    fn server(requests: f64, running: f64, waiting: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, running)
            .gauge(Gauge::Waiting, waiting)
            .counter(Counter::Finished, requests)
            .counter(Counter::OutputTokens, requests * 100.0)
            .latency(Distribution::Itl, requests * 100.0, 0.02)
            .latency(Distribution::QueueTime, requests, 5.0)
    }

    fn laws(seen: &Observation) -> Laws {
        let mut laws = Laws::default();
        fill(seen, &mut laws);
        laws
    }

    fn near(reading: &Option<crate::signal::Reading>, expected: f64) {
        assert!(reading.as_ref().is_some_and(|reading| (reading.value - expected).abs() < 1e-9), "{reading:?} against {expected}");
    }

    #[test]
    fn sums_of_times_over_the_window_are_average_populations() {
        // 120 requests of 100 gaps of 20 ms, and 5 s of waiting each, in 60 s.
        let laws = laws(&window(server(0.0, 4.0, 10.0), server(120.0, 4.0, 40.0)));
        near(&laws.decode_concurrency, 4.0);
        near(&laws.queue_population, 10.0);
        near(&laws.finish_rate, 2.0);
        // Two finish a second, and the queue grows by half a request a second.
        near(&laws.arrival_rate, 2.5);
        near(&laws.drain_seconds, 20.0);
        near(&laws.token_identity, 1.0);
    }

    #[test]
    fn requests_that_are_left_after_their_first_token_drain_the_queue_too() {
        // In 60 s 1200 first tokens and 12 finished requests: the clients of the others left.
        let seen = window(
            server(0.0, 32.0, 100.0).latency(Distribution::Ttft, 0.0, 4.0),
            server(12.0, 32.0, 100.0).latency(Distribution::Ttft, 1200.0, 4.0),
        );
        near(&laws(&seen).drain_seconds, 5.0);
    }

    #[test]
    fn a_queue_that_clients_leave_drains_as_fast_as_it_shrinks() {
        // From 400 to 40 in 60 s, of which 12 got their first token: 6 a second.
        near(&laws(&window(server(0.0, 8.0, 400.0), server(12.0, 8.0, 40.0))).drain_seconds, 40.0 / 6.0);
    }

    #[test]
    fn a_lifetime_rate_drains_no_queue() {
        let laws = laws(&snapshot(server(120.0, 4.0, 40.0).started(0.0).at(6000.0)));
        near(&laws.finish_rate, 0.02);
        assert_eq!((laws.drain_seconds, laws.arrival_rate), (None, None));
        assert!(laws.decode_concurrency.is_some_and(|law| law.time_base == TimeBase::Lifetime(Some(6000.0))));
    }

    #[test]
    fn after_a_restart_the_old_population_does_not_count() {
        let seen = window(server(500.0, 90.0, 0.0).started(0.0).at(100.0), server(30.0, 10.0, 0.0).started(130.0).at(160.0));
        // 30 finished and 10 inside in the 30 s since the restart.
        near(&laws(&seen).arrival_rate, 40.0 / 30.0);
    }
}
