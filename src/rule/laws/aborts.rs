//! L11: requests that vanish from vLLM's finish counters.

use super::{Laws, derived};
use crate::metrics::Unit;
use crate::signal::{BackendId, Counter, Distribution, Gauge, Observation, Reading};

/// vLLM drops an aborted request without counting it (its issues 31503 and 55634), so that only differences show it.
pub(super) fn fill(seen: &Observation, laws: &mut Laws) {
    if seen.last.backend != BackendId::Vllm {
        return;
    }
    laws.hidden_aborts = requests(seen);
    laws.hidden_abort_tokens = tokens(seen);
}

/// First tokens minus finishes minus growth of the running set. Requests aborted before their first token leave no trace.
fn requests(seen: &Observation) -> Option<Reading> {
    let first_tokens = seen.distribution(Distribution::Ttft)?;
    let finished = seen.count(Counter::Finished)?;
    let running = seen.gauge(Gauge::Running)?;
    let waiting = seen.gauge(Gauge::Waiting).map_or(0.0, |reading| reading.value);
    let before = seen.gauge_before(Gauge::Running).map_or(0.0, |reading| reading.value)
        + seen.gauge_before(Gauge::Waiting).map_or(0.0, |reading| reading.value);
    // A request in prefill runs without a first token, and a preempted one waits with one: the gauges bound what is in flight.
    let in_flight_low = (running.value - before).min(running.value + waiting - before);
    let in_flight_high = (running.value + waiting - before).max(in_flight_low).max(running.value - before).max(0.0);
    let count = first_tokens.histogram.observations()? - finished.value - in_flight_high;
    derived(count.max(0.0), Unit::Requests, first_tokens.time_base, &[&first_tokens.source, &finished.source, &running.source])
}

/// Prompt tokens of requests past their prefill minus those of finished ones: in flight or abandoned.
fn tokens(seen: &Observation) -> Option<Reading> {
    let all = seen.count(Counter::PromptTokens)?;
    let of_finished = seen.distribution(Distribution::PromptLength)?;
    let finished_tokens = of_finished.histogram.sum?;
    derived((all.value - finished_tokens).max(0.0), Unit::Tokens, all.time_base, &[&all.source, &of_finished.source])
}
