//! A01: requests are inside and nothing moves.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::state::{occupied_throughout, progress};
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, StateKind, Symptom, Texts,
    weight,
};
use crate::signal::{Counter, Distribution, Gauge};
use crate::stats::quantile;

/// A frozen engine is certain after this long (handbook A01); shorter windows count in proportion.
const FULL_SECONDS: f64 = 30.0;
/// Below this a long prefill step looks the same.
const LEAST_SECONDS: f64 = 10.0;
/// Two scrapes cannot show that nothing moved in between and stopped (handbook A01: 0.75).
const CEILING: f64 = 0.75;

pub(super) static RULE: Rule = Rule {
    id: "engine-stalled",
    code: "A01",
    title: "Engine stalled",
    kind: BottleneckType::Availability,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: &[Symptom::Availability, Symptom::Ttft, Symptom::Itl, Symptom::E2e, Symptom::Throughput, Symptom::Queue],
    texts: Texts {
        sees: "Requests are inside the server at both dumps, and no token, step or first token was counted between them.",
        why: "The engine hangs. The gauges freeze at harmless values and health checks may still answer, while every request waits.",
        what_to_do: "Look at the engine's log for a CUDA or NCCL hang, restart the replica, and let the liveness probe watch token counters instead of HTTP 200.",
        falsifier: "A third dump shows tokens or steps that moved, or the engine was paused or put to sleep on purpose.",
        sources: &["Recorded: a stopped vLLM worker kept running=2, waiting=0 and answered /metrics in 8 ms."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if ctx.state.kind == StateKind::Sleeping {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_gauge(Gauge::Running)?;
    ctx.need_gauge(Gauge::Waiting)?;
    if ctx.seen.gauge_span(Gauge::Running).zip(ctx.seen.gauge_span(Gauge::Waiting)).is_some_and(|(run, wait)| run.1 + wait.1 == 0.0) {
        return Outcome::clear("No request was inside that could be stuck.");
    }
    ctx.need_window()?;
    let moved = progress(ctx.seen).ok_or_else(|| {
        Missing::new(
            "a counter that moves while tokens are made",
            "Copy the whole /metrics page; SGLang 0.5.7 or later exports realtime_tokens_total.",
        )
    })?;
    if moved > 0.0 {
        return Outcome::clear("Tokens or steps were counted between the dumps.");
    }
    if occupied_throughout(ctx.seen) != Some(true) {
        return Outcome::clear("Nothing moved, but the server was not occupied at both dumps.");
    }
    let seconds = ctx.need_seconds()?;
    if seconds < LEAST_SECONDS {
        return Err(Missing::new(format!("a window of {LEAST_SECONDS:.0} s or more"), "Take the second dump 30 s after the first."));
    }
    Ok(fire(ctx, seconds))
}

fn fire(ctx: &Context<'_>, seconds: f64) -> Outcome {
    let mut case = Case::new(ctx, Basis::Counters).at_most(CEILING).samples(seconds, FULL_SECONDS);
    let tokens = ctx.count(Counter::LiveOutputTokens).or_else(|| ctx.count(Counter::OutputTokens));
    for evidence in [tokens, ctx.count(Counter::Steps)].into_iter().flatten() {
        case = case.sees(weight::GAUGE_SUSTAINED, evidence);
    }
    let Some(running) = ctx.gauge(Gauge::Running) else {
        return Outcome::NotMeasurable(Missing::gauge(ctx.backend(), Gauge::Running));
    };
    case = case.sees(weight::GAUGE_SUSTAINED, running.clone()).shows(ctx.gauge(Gauge::Waiting));
    if giant_prefill(ctx, seconds) {
        case = case.against("Prefills of this length were seen on this server: one very long prompt may be computing.");
    }
    let inside = running.value + ctx.seen.gauge(Gauge::Waiting).map_or(0.0, |waiting| waiting.value);
    let (inside, span) = (Unit::Count.show(inside), Unit::Seconds.show(seconds));
    case.fire(
        &RULE,
        Account {
            severity: if seconds >= FULL_SECONDS { Severity::Critical } else { Severity::High },
            sentence: format!("{inside} requests are inside, and in {span} neither a token nor a step was counted."),
            headline: format!("The engine has stalled: {inside} requests inside, and not one token in {span}."),
            formula: "running + waiting > 0 at both dumps, and no token or step counter moved".to_owned(),
            measure: running,
            threshold: 0.0,
            actions: vec![
                Action::plain(
                    "Read the engine's log for a CUDA, NCCL or out-of-memory error, then restart the replica.",
                    "Requests inside are lost.",
                    "Token and step counters move again.",
                ),
                Action::plain(
                    "Let the liveness probe watch token progress instead of HTTP 200.",
                    "A very long prefill must not trip it.",
                    "The next hang restarts by itself.",
                ),
            ],
        },
    )
}

/// The window is shorter than twice the P99 of this server's own prefills since start.
fn giant_prefill(ctx: &Context<'_>, seconds: f64) -> bool {
    let lifetime = ctx.seen.last.distributions.get(&Distribution::PrefillTime);
    lifetime.and_then(|spread| quantile(&spread.histogram, 0.99)).is_some_and(|p99| seconds < 2.0 * p99.bracket.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot, window};
    use crate::signal::BackendId;

    fn inside(tokens: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 2.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::OutputTokens, tokens)
            .counter(Counter::Steps, tokens)
            .counter(Counter::Finished, 40.0)
    }

    #[test]
    fn fires_when_requests_are_inside_and_no_counter_moves() {
        let outcome = check(&RULE, &window(inside(500.0), inside(500.0)));
        assert_eq!(fired(&outcome).severity, Severity::Critical);
        assert!((fired(&outcome).confidence.value - 0.75).abs() < 1e-12);
    }

    #[test]
    fn fires_when_the_window_is_shorter_but_with_less_confidence() {
        let outcome = check(&RULE, &window(inside(500.0).at(0.0), inside(500.0).at(20.0)));
        assert!(fired(&outcome).confidence.value < 0.75);
    }

    #[test]
    fn is_clear_when_tokens_moved() {
        assert!(matches!(check(&RULE, &window(inside(500.0), inside(501.0))), Outcome::Clear(_)));
    }

    #[test]
    fn is_clear_when_the_engine_sleeps_on_purpose() {
        let asleep = inside(500.0).gauge(Gauge::Awake, 0.0);
        assert!(matches!(check(&RULE, &window(asleep.clone(), asleep)), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_a_second_snapshot() {
        assert!(matches!(check(&RULE, &snapshot(inside(500.0))), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn cannot_know_without_a_counter_that_moves_before_requests_finish() {
        let late = Build::new(BackendId::Sglang)
            .gauge(Gauge::Running, 2.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::OutputTokens, 500.0)
            .counter(Counter::Finished, 40.0);
        assert!(matches!(check(&RULE, &window(late.clone(), late)), Outcome::NotMeasurable(_)));
    }
}
