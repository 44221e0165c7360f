//! K02: memory is well used.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{Account, Basis, BottleneckType, Case, Checked, Context, Outcome, Role, Rule, Severity, Texts, weight};
use crate::signal::{BackendId, Counter, Gauge};

/// From this usage on SGLang's tuning guide speaks of good use.
const WELL_USED: f64 = 0.90;

pub(super) static RULE: Rule = Rule {
    id: "kv-full-and-healthy",
    code: "K02",
    title: "KV cache well used",
    kind: BottleneckType::MemoryPressure,
    role: Role::Note,
    backends: ALL_BACKENDS,
    explains: &[],
    texts: Texts {
        sees: "The KV cache is at least 90 % full, nothing waits, and nothing is preempted.",
        why: "A full cache is what the memory is for. It becomes a problem only when requests wait for it or are thrown out.",
        what_to_do: "Nothing. Watch for waiting requests and preemptions.",
        falsifier: "Requests wait or are preempted in the next dump.",
        sources: &["SGLang, hyperparameter tuning: token usage above 0.9 is good utilisation."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let usage = ctx.need_gauge(Gauge::KvUsage)?;
    let queue = ctx.queue()?;
    if !ctx.state.serving() || usage.value < WELL_USED {
        return Outcome::clear(format!("The KV cache is {} full.", Unit::Ratio.show(usage.value)));
    }
    if queue.now >= 1.0 {
        return Outcome::clear("The KV cache is full and requests wait.");
    }
    let preempts = ctx.backend() != BackendId::Tgi;
    if preempts && ctx.is_window() && ctx.need_count(Counter::Preemptions)?.value > 0.0 {
        return Outcome::clear("The KV cache is full and requests are preempted.");
    }
    let Some(measure) = ctx.gauge(Gauge::KvUsage) else {
        return Outcome::clear("The KV cache usage is unknown.");
    };
    let case = Case::new(ctx, Basis::Gauges).sees(weight::GAUGE_SUSTAINED, measure.clone()).shows(ctx.gauge(Gauge::Waiting));
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Info,
            sentence: format!("The KV cache is {} full and nothing waits: memory is well used.", Unit::Ratio.show(usage.value)),
            headline: "The KV cache is full and nothing waits: memory is well used.".to_owned(),
            formula: format!("KV usage ≥ {}, waiting 0, no preemption", Unit::Ratio.show(WELL_USED)),
            measure,
            threshold: WELL_USED,
            actions: Vec::new(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot};

    fn full(kv: f64, waiting: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 200.0)
            .gauge(Gauge::Waiting, waiting)
            .gauge(Gauge::KvUsage, kv)
            .counter(Counter::Preemptions, 0.0)
            .counter(Counter::Finished, 500.0)
    }

    #[test]
    fn fires_when_the_cache_is_full_and_nobody_waits() {
        assert_eq!(fired(&check(&RULE, &snapshot(full(0.95, 0.0)))).severity, Severity::Info);
    }

    #[test]
    fn is_clear_when_somebody_waits_or_there_is_room() {
        assert!(matches!(check(&RULE, &snapshot(full(0.95, 3.0))), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &snapshot(full(0.70, 0.0))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_usage() {
        let mut blind = full(0.95, 0.0);
        blind.0.gauges.remove(&Gauge::KvUsage);
        assert!(matches!(check(&RULE, &snapshot(blind)), Outcome::NotMeasurable(_)));
    }
}
