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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::testing::{Build, window};

    #[test]
    fn requests_thrown_out_of_a_full_cache_are_not_gone() {
        // Seen on a real server: 19 first tokens, 14 running, 9 waiting, a full cache, and no preemption counted yet.
        let at = |first_tokens: f64, running: f64, waiting: f64, usage: f64| {
            Build::new(BackendId::Vllm)
                .gauge(Gauge::Running, running)
                .gauge(Gauge::Waiting, waiting)
                .gauge(Gauge::KvUsage, usage)
                .counter(Counter::Finished, 2.0)
                .counter(Counter::Preemptions, 0.0)
                .latency(Distribution::Ttft, first_tokens, 0.1)
        };
        let gone = |usage: f64| requests(&window(at(2.0, 0.0, 0.0, 0.0), at(21.0, 14.0, 9.0, usage))).map(|law| law.value);
        assert_eq!(gone(1.0), Some(0.0));
        assert_eq!(gone(0.6), Some(5.0));
    }
}
