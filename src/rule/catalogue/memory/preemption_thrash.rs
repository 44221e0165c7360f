//! K01: running requests are thrown out and computed again.

use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, Symptom, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Gauge};
use crate::stats::garwood;

/// Preemptions per finished request: low, medium, high, critical (own judgement, calibrated in simulation).
const LADDER: [(f64, Severity); 4] = [(0.50, Severity::Critical), (0.20, Severity::High), (0.05, Severity::Medium), (0.01, Severity::Low)];
const MOVES_A_P95: f64 = 0.05;
/// One a minute is fine (SGLang, hyperparameter tuning).
const PER_MINUTE: f64 = 1.0;
/// Fewer events than this must be beyond chance by their Poisson interval.
const EVENTS: f64 = 5.0;
/// More decoding sequences by their waiting times than running ones: preempted ones wait in mid-answer (simulated: 1.15 to 1.20).
const WAITING_IN_DECODE: f64 = 1.15;
/// Below this usage memory is no reason to preempt; priorities or a pause are.
const KV_REASON: f64 = 0.70;

pub(super) static RULE: Rule = Rule {
    id: "preemption-thrash",
    code: "K01",
    title: "Running requests are preempted",
    kind: BottleneckType::MemoryPressure,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: &[Symptom::Itl, Symptom::E2e, Symptom::Ttft],
    texts: Texts {
        sees: "Between two dumps more than one preemption a minute was counted, and more than one for every hundred finished requests.",
        why: "A preempted request loses its KV cache, waits, and is computed again. Its user sees a pause of seconds in mid-answer, and the work is done twice.",
        what_to_do: "Give the KV cache more room, or admit fewer requests at a time.",
        falsifier: "The counter stands still in a later window under the same load.",
        sources: &[
            "vLLM, optimization.md: raise gpu_memory_utilization or lower max_num_seqs when preemptions occur.",
            "SGLang, hyperparameter tuning: about one retraction a minute is okay.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let counted = ctx.need_count(Counter::Preemptions)?;
    ctx.need_window()?;
    let finished = ctx.need_count(Counter::Finished)?;
    if counted.value == 0.0 {
        return Outcome::clear("No preemption was counted between the dumps.");
    }
    let requests = finished.value.max(1.0);
    let ratio = counted.value / requests;
    let (low, _) = garwood(counted.value);
    let few = counted.value < EVENTS && low / requests < 0.01;
    let seldom = ctx.seen.seconds().is_some_and(|seconds| counted.value / seconds * 60.0 <= PER_MINUTE);
    let Some((_, step)) = LADDER.iter().find(|(least, _)| ratio >= *least).filter(|_| !few && !seldom) else {
        return Outcome::clear(format!(
            "{} preemptions for {} finished requests: too few to matter.",
            Unit::Count.show(counted.value),
            Unit::Count.show(finished.value)
        ));
    };
    Ok(fire(ctx, ratio, *step, counted.value, finished.value))
}

fn fire(ctx: &Context<'_>, ratio: f64, step: Severity, preemptions: f64, finished: f64) -> Outcome {
    let Some(measure) = ctx.law(&ctx.laws.preemptions_per_request, "law.preemptions_per_request", "preemptions per finished request")
    else {
        return Outcome::NotMeasurable(Missing::counter(ctx.backend(), Counter::Finished));
    };
    let mut case = Case::new(ctx, Basis::Counters).samples(preemptions, EVENTS).sees(weight::COUNTER, measure.clone());
    case = case.shows(ctx.count(Counter::Preemptions)).shows(ctx.gauge(Gauge::KvUsage));
    let running = ctx.seen.gauge_span(Gauge::Running).map(|(_, most)| most);
    let decoding = ctx.law(&ctx.laws.decode_concurrency, "law.decode_concurrency", "sequences decoding or waiting in mid-answer");
    case = match (decoding, running) {
        (Some(decoding), Some(running)) if decoding.value > WAITING_IN_DECODE * running.max(1.0) => case.sees(weight::LAW, decoding),
        (decoding, _) => case.shows(decoding),
    };
    case = case.shows(ctx.count(Counter::RetractedTokens));
    // SGLang's usage falls again once its scheduler reserves more, so low usage says nothing there.
    if ctx.backend() == BackendId::Vllm && ctx.seen.gauge_span(Gauge::KvUsage).is_some_and(|(_, most)| most < KV_REASON) {
        case = case.against("KV usage was below 70 % at both dumps: priorities or a pause may be the reason.");
    }
    // What happens to fewer than one request in twenty moves no P95.
    let explains = if ratio >= MOVES_A_P95 { RULE.explains } else { &[] };
    let impact = ctx.impact(explains);
    let severity = if impact.violated { step.max(impact.severity()) } else { step.min(Severity::Medium) };
    let event = if ctx.backend() == BackendId::Sglang { "retractions" } else { "preemptions" };
    let (counted, done) = (Unit::Count.show(preemptions), Unit::Count.show(finished));
    let outcome = case.fire(
        &RULE,
        Account {
            severity,
            sentence: format!("{counted} {event} for {done} finished requests between the dumps."),
            headline: format!("Running requests are thrown out of the KV cache: {counted} {event} for {done} finished requests."),
            formula: format!("{event} per finished request {} ≥ 0.01, and more than one a minute", Unit::Count.show(ratio)),
            measure,
            threshold: 0.01,
            actions: actions(ctx),
        },
    );
    match outcome {
        Outcome::Fired(mut finding) => {
            finding.explains = explains.to_vec();
            Outcome::Fired(finding)
        }
        other => other,
    }
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "Fewer than 1 % of requests preempted, and at most one a minute.";
    let running = ctx.seen.gauge_span(Gauge::Running).map(|(least, _)| least).filter(|least| *least >= 2.0);
    let fewer = running.map_or_else(
        || "Lower it, so that the running requests fit.".to_owned(),
        |least| format!("Lower it to about {}, which fitted at the quieter of the two dumps.", Unit::Count.show(least)),
    );
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let actions = match ctx.backend() {
        BackendId::Vllm => vec![
            advise("--max-num-seqs", &fewer, "More waiting before the first token instead of pauses in mid-answer."),
            advise("--watermark", "Keep 2 to 5 % of the blocks free at admission.", "A little less concurrency."),
            advise("--gpu-memory-utilization", "Raise it in small steps towards 0.95.", "Less headroom before the GPU runs out of memory."),
        ],
        BackendId::Sglang | BackendId::Tgi => vec![
            advise("--schedule-conservativeness", "Raise it from 1.0 to 1.3.", "Fewer requests at a time."),
            advise("--mem-fraction-static", "Raise it in steps of 0.01.", "Less room for activations."),
        ],
    };
    actions.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, check_with, failing, fired, snapshot, window};
    use crate::signal::Distribution;

    fn after(preemptions: f64, finished: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 14.0)
            .gauge(Gauge::Waiting, 80.0)
            .gauge(Gauge::KvUsage, 0.95)
            .counter(Counter::Preemptions, preemptions)
            .counter(Counter::Finished, finished)
    }

    #[test]
    fn fires_when_requests_are_preempted_more_often_than_they_finish() {
        // Recorded with 40 KV blocks: 145 preemptions for 67 finished requests.
        let outcome = check(&RULE, &window(after(15.0, 7.0), after(160.0, 74.0)));
        let finding = fired(&outcome);
        assert_eq!(finding.severity, Severity::Medium, "no target is missed");
        assert!((finding.measure.value - 145.0 / 67.0).abs() < 1e-12);
    }

    #[test]
    fn is_low_when_so_few_are_preempted_that_no_p95_moves() {
        let outcome = check_with(&RULE, &window(after(0.0, 0.0), after(9.0, 545.0)), &[failing(Distribution::Ttft, 600.0, 1.0)]);
        let finding = fired(&outcome);
        assert_eq!(finding.severity, Severity::Low);
        assert!(finding.explains.is_empty());
    }

    #[test]
    fn is_clear_when_two_preemptions_may_be_chance() {
        assert!(matches!(check(&RULE, &window(after(0.0, 0.0), after(2.0, 60.0))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_a_second_snapshot_however_many_the_past_saw() {
        assert!(matches!(check(&RULE, &snapshot(after(5231.0, 900.0))), Outcome::NotMeasurable(_)));
    }
}
