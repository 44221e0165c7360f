//! A02: nothing to do.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{
    Account, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, StateKind, Texts, weight,
};
use crate::signal::{Counter, Distribution, Gauge};

pub(super) static RULE: Rule = Rule {
    id: "idle",
    code: "A02",
    title: "Idle",
    kind: BottleneckType::LowThroughput,
    role: Role::Note,
    backends: ALL_BACKENDS,
    explains: &[],
    texts: Texts {
        sees: "Nothing runs and nothing waits; over a window, fewer than 0.1 requests finish per second and fewer than 0.2 are inside on average.",
        why: "An idle server is neither healthy nor sick. Low throughput, small batches and a cold cache say nothing here, so no rule judges them.",
        what_to_do: "Take the dump while the server is under load.",
        falsifier: "A second dump a minute later shows requests running or token counters that moved.",
        sources: &["Own reasoning: a request every ten seconds exercises nothing."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let running = ctx.need_gauge(Gauge::Running)?;
    ctx.need_gauge(Gauge::Waiting)?;
    if ctx.state.kind != StateKind::Idle && crate::rule::state::may_be_idle(ctx.seen, ctx.laws) {
        return Err(Missing::distribution(ctx.backend(), Distribution::E2e));
    }
    if ctx.state.kind != StateKind::Idle {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let measure = Evidence::new(Gauge::Running.path(), Gauge::Running.words(), running, ctx.seen.last.text_index);
    let mut case = Case::new(ctx, Basis::Counters).sees(weight::GAUGE_SUSTAINED, measure.clone());
    if let Some(waiting) = ctx.gauge(Gauge::Waiting) {
        case = case.sees(weight::GAUGE_SUSTAINED, waiting);
    }
    if ctx.is_window()
        && let Some(finished) = ctx.count(Counter::Finished)
    {
        case = case.sees(weight::COUNTER, finished);
    }
    case = case.shows(ctx.law(&ctx.laws.decode_concurrency, "law.decode_concurrency", "decoding sequences on average"));
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Info,
            sentence: ctx.state.sentence.clone(),
            headline: format!("Idle: {}", ctx.state.sentence),
            formula: format!(
                "running {} and waiting 0; in a window also fewer than {} finishes per second",
                Unit::Count.show(measure.value),
                crate::rule::state::IDLE_REQUESTS_PER_S
            ),
            threshold: crate::rule::state::IDLE_REQUESTS_PER_S,
            measure,
            actions: Vec::new(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot, window};
    use crate::signal::BackendId;

    fn quiet() -> Build {
        Build::new(BackendId::Vllm).gauge(Gauge::Running, 0.0).gauge(Gauge::Waiting, 0.0).counter(Counter::Finished, 2.0)
    }

    #[test]
    fn fires_when_nothing_runs() {
        assert_eq!(fired(&check(&RULE, &snapshot(quiet()))).severity, Severity::Info);
        assert_eq!(fired(&check(&RULE, &window(quiet(), quiet()))).confidence.word, crate::rule::ConfidenceWord::Confirmed);
    }

    #[test]
    fn is_clear_when_requests_finish_between_the_dumps_although_none_runs_at_either() {
        let busy = quiet().counter(Counter::Finished, 62.0).latency(Distribution::Itl, 6000.0, 0.01);
        assert!(matches!(check(&RULE, &window(quiet().latency(Distribution::Itl, 0.0, 0.01), busy)), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_whether_more_were_inside_in_between_without_their_times() {
        // One finished in 60 s, and one runs at the second dump.
        let one = quiet().counter(Counter::Finished, 3.0).gauge(Gauge::Running, 1.0);
        assert!(matches!(check(&RULE, &window(quiet(), one)), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn cannot_know_without_the_running_gauge() {
        assert!(matches!(check(&RULE, &snapshot(Build::new(BackendId::Vllm))), Outcome::NotMeasurable(_)));
    }
}
