//! L11: requests that vanish from vLLM's finish counters.

use super::{Laws, derived};
use crate::metrics::Unit;
use crate::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Observation, Reading};

/// vLLM drops an aborted request without counting it (its issues 31503 and 55634), so that only differences show it.
pub(super) fn fill(seen: &Observation, laws: &mut Laws) {
    // The V0 engine records a first token again after each preemption, so that the difference counts those.
    if seen.last.backend != BackendId::Vllm || seen.last.has_caveat(Caveat::TtftRecordedAgainAfterPreemption) {
        return;
    }
    laws.hidden_aborts = requests(seen);
    laws.hidden_abort_tokens = tokens(seen);
}

/// First tokens minus finishes minus growth of those inside that had theirs. Requests aborted before their first token leave no trace.
fn requests(seen: &Observation) -> Option<Reading> {
    let first_tokens = seen.distribution(Distribution::Ttft)?;
    let finished = seen.count(Counter::Finished)?;
    let running = seen.gauge(Gauge::Running)?;
    let count = first_tokens.histogram.observations()? - finished.value - seen.growth_past_first_token()?;
    derived(count.max(0.0), Unit::Requests, first_tokens.time_base, &[&first_tokens.source, &finished.source, &running.source])
}

/// Prompt tokens of requests past their prefill minus those of finished ones: in flight or abandoned.
fn tokens(seen: &Observation) -> Option<Reading> {
    let all = seen.count(Counter::PromptTokens)?;
    let of_finished = seen.distribution(Distribution::PromptLength)?;
    let finished_tokens = of_finished.histogram.sum?;
    derived((all.value - finished_tokens).max(0.0), Unit::Tokens, all.time_base, &[&all.source, &of_finished.source])
}
