//! D05: requests wait for their grammar to be compiled.

use super::{WAITING_SYMPTOMS, standing};
use crate::metrics::Unit;
use crate::rule::definition::SGLANG;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Texts, flags, weight};
use crate::signal::{Counter, Distribution, Gauge};

/// A grammar that compiles longer than this delays its request noticeably (own judgement).
const COMPILE_SECONDS: f64 = 0.2;
/// With fewer grammars found compiled, most requests pay for a compilation (own judgement).
const HIT_RATE: f64 = 0.5;
const REQUESTS_NEEDED: f64 = 30.0;

pub(super) static RULE: Rule = Rule {
    id: "grammar-bottleneck",
    code: "D05",
    title: "Requests wait for grammars",
    kind: BottleneckType::QueueBuildup,
    role: Role::Cause,
    backends: SGLANG,
    explains: WAITING_SYMPTOMS,
    texts: Texts {
        sees: "Requests with structured output wait for their grammar all through the window, a compilation takes 0.2 s or more on average, and fewer than half of the grammars are found compiled; or compilations time out.",
        why: "A request cannot start before its grammar is compiled on the host. The GPU and the KV cache have room meanwhile.",
        what_to_do: "Use the same schema text for the same purpose, so that it is compiled once; simplify large schemas; try another grammar backend.",
        falsifier: "The grammar queue is empty at finer sampling, or requests without a grammar wait as long.",
        sources: &["SGLang: grammar metrics.", "Own judgement: 0.2 s, half of the grammars."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let waiting = ctx.need_gauge(Gauge::GrammarQueue)?;
    let timeouts = ctx.seen.count(Counter::GrammarTimeouts).filter(|timeouts| ctx.is_window() && timeouts.value > 0.0);
    if timeouts.is_none() && ctx.is_window() && standing(ctx, Gauge::GrammarQueue) != Some(true) {
        return Outcome::clear(format!("{} requests wait for a grammar.", Unit::Count.show(waiting.value)));
    }
    if !ctx.is_window() && waiting.value < 1.0 {
        return Outcome::clear("No request waits for a grammar.");
    }
    ctx.need_window()?;
    let compile = ctx.need_mean(Distribution::GrammarCompileTime)?;
    let hits = ctx
        .seen
        .count(Counter::GrammarRequests)
        .filter(|all| all.value > 0.0)
        .map(|all| ctx.seen.count(Counter::GrammarCacheHits).map_or(0.0, |hits| hits.value) / all.value);
    let slow = compile.value >= COMPILE_SECONDS;
    if timeouts.is_none() && (!slow || hits.is_some_and(|share| share >= HIT_RATE)) {
        return Outcome::clear(format!("A grammar compiles in {} on average.", Unit::Seconds.show(compile.value)));
    }
    let Some(measure) = ctx.mean(Distribution::GrammarCompileTime) else {
        return Err(Missing::distribution(ctx.backend(), Distribution::GrammarCompileTime));
    };
    let mut case =
        Case::new(ctx, Basis::Counters).samples(ctx.seen.observations(Distribution::GrammarCompileTime).unwrap_or(0.0), REQUESTS_NEEDED);
    if let Some(queue) = ctx.gauge(Gauge::GrammarQueue).filter(|_| standing(ctx, Gauge::GrammarQueue) == Some(true)) {
        case = case.sees(weight::GAUGE_SUSTAINED, queue);
    }
    case = if slow { case.sees(weight::COUNTER, measure.clone()) } else { case.shows(measure.clone()) };
    match hits {
        Some(share) if share < HIT_RATE => case = case.holds(weight::LAW).shows(ctx.count(Counter::GrammarCacheHits)),
        Some(_) => {}
        None => case = case.lacks(&Missing::counter(ctx.backend(), Counter::GrammarRequests)),
    }
    if timeouts.is_some()
        && let Some(evidence) = ctx.count(Counter::GrammarTimeouts)
    {
        case = case.sees(weight::COUNTER, evidence);
    }
    let timed_out = timeouts.map_or_else(String::new, |count| format!(" {} compilations timed out.", Unit::Count.show(count.value)));
    let verify = "No request waits for a grammar at the same load, and P95 of the compilation is below 0.2 s.";
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!(
                "{} requests wait for a grammar, which takes {} to compile on average.{timed_out}",
                Unit::Count.show(waiting.value),
                Unit::Seconds.show(compile.value)
            ),
            headline: format!("Requests wait for grammars: a compilation takes {} on average.", Unit::Seconds.show(compile.value)),
            formula: format!(
                "grammar queue ≥ 1 all the time, mean compilation ≥ {}, found compiled < {}; or any timeout",
                Unit::Seconds.show(COMPILE_SECONDS),
                Unit::Ratio.show(HIT_RATE)
            ),
            measure,
            threshold: COMPILE_SECONDS,
            actions: actions(ctx, verify),
        },
    ))
}

fn actions(ctx: &Context<'_>, verify: &str) -> Vec<Action> {
    let reuse =
        Action::plain("Send the same schema text for the same purpose, and simplify large schemas.", "A change in the clients.", verify);
    let backend = flags::advise(
        ctx.backend(),
        ctx.version(),
        "--grammar-backend",
        "Choose xgrammar, if another one is set.",
        "Backends support different parts of JSON Schema.",
        verify,
    );
    [reuse].into_iter().chain(backend).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{BackendId, Observation};

    fn seen(queue: f64, compile: f64, hits: f64) -> Observation {
        let start = Build::new(BackendId::Sglang)
            .at(0.0)
            .gauge(Gauge::Running, 8.0)
            .gauge(Gauge::Waiting, 0.0)
            .gauge(Gauge::GrammarQueue, queue)
            .counter(Counter::Finished, 0.0)
            .counter(Counter::GrammarRequests, 0.0)
            .counter(Counter::GrammarCacheHits, 0.0)
            .latency(Distribution::GrammarCompileTime, 0.0, compile);
        let end = start
            .clone()
            .at(60.0)
            .counter(Counter::Finished, 200.0)
            .counter(Counter::GrammarRequests, 100.0)
            .counter(Counter::GrammarCacheHits, hits)
            .latency(Distribution::GrammarCompileTime, 100.0 - hits, compile);
        window(start, end)
    }

    #[test]
    fn it_fires_when_unique_schemas_queue_for_a_slow_compiler() {
        let outcome = check(&RULE, &seen(12.0, 1.0, 0.0));
        assert!(fired(&outcome).confidence.value >= 0.8);
    }

    #[test]
    fn it_is_clear_when_grammars_are_fast_found_or_nobody_waits() {
        assert!(matches!(check(&RULE, &seen(12.0, 0.01, 0.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(12.0, 1.0, 60.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(0.0, 1.0, 0.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_compile_times() {
        let mut without = seen(12.0, 1.0, 0.0);
        without.last_mut().distributions.remove(&Distribution::GrammarCompileTime);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
