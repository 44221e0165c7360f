//! I04: the GPU waits for the host between steps.

use super::{ITL_SYMPTOMS, drift};
use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Symptom, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Gauge};

/// Below this share of busy time in forward passes the host is in the way (own judgement).
const FORWARD_SHARE: f64 = 0.80;
/// From this share of busy time in scheduler stages that no forward pass overlaps, too (own judgement).
const STAGE_SHARE: f64 = 0.20;
/// A scheduler that was busy for less of the window has too little to say.
const BUSY_SHARE: f64 = 0.10;
/// One that was busy for less than this, with tokens in time, holds nobody up (handbook 1.8: nothing runs most of the window).
const MOSTLY_BUSY: f64 = 0.50;

pub(super) static RULE: Rule = Rule {
    id: "host-overhead",
    code: "I04",
    title: "Host slows the GPU",
    kind: BottleneckType::HighLatency,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: ITL_SYMPTOMS,
    texts: Texts {
        sees: "SGLang: while the scheduler is busy, forward passes take less than 80 % of the time, or scheduler stages that no forward pass overlaps take 20 % or more. vLLM: with few requests decoding, the median gap between tokens is 1.5 times what it was before the window; a mere possibility, because vLLM does not time its forward passes.",
        why: "Each step waits for scheduling, sampling or output on the host, so that the GPU idles between steps and every token comes later.",
        what_to_do: "Overlap or thin out host work: overlapped scheduling, fewer streamed chunks, more and faster CPU cores.",
        falsifier: "With the overlap on and CPU cores free, the share of forward passes stays where it is.",
        sources: &["SGLang, scheduler stage metrics: time by category and overlap.", "Own judgement: 80 %, 20 % and 1.5 times."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    if ctx.backend() == BackendId::Vllm {
        return drift::check(ctx);
    }
    let seconds = ctx.need_seconds()?;
    let idle = ctx.need_count(Counter::IdleSeconds)?;
    let ranks = ctx.seen.count_by_rank(Counter::IdleSeconds).map_or(1, |ranks| ranks.len().max(1)) as f64;
    let busy = seconds * ranks - idle.value;
    if busy < BUSY_SHARE * seconds * ranks {
        return Outcome::clear(format!("The scheduler was idle for {} of the window.", Unit::Ratio.show(idle.value / (seconds * ranks))));
    }
    if busy < MOSTLY_BUSY * seconds * ranks && !ctx.symptoms.get(Symptom::Itl).is_some_and(|seen| seen.violated) {
        let idle = Unit::Ratio.show(idle.value / (seconds * ranks));
        return Outcome::clear(format!(
            "The scheduler was idle for {idle} of the window, and no target on the gap between tokens is missed."
        ));
    }
    let forward = ctx.seen.count(Counter::ForwardSeconds).map(|reading| (reading.value / busy).min(1.0));
    let stages = ctx.seen.count(Counter::HostStageSeconds).map(|reading| (reading.value / busy).min(1.0));
    let waits = forward.map(|share| share < FORWARD_SHARE);
    let works = stages.map(|share| share >= STAGE_SHARE);
    let no_timer = || {
        Missing::new(
            "the time of forward passes",
            "Start SGLang 0.5.12 or later with SGLANG_ENABLE_METRICS_DEVICE_TIMER=1, which measures it on the device.",
        )
    };
    if waits != Some(true) && works != Some(true) {
        return match (forward, stages) {
            (Some(share), _) => Outcome::clear(format!("Forward passes take {} of the busy time.", Unit::Ratio.show(share))),
            (None, _) => Err(no_timer()),
        };
    }
    let mut case = Case::new(ctx, Basis::Counters);
    let mut measure = None;
    if let Some((share, source)) = forward.zip(ctx.seen.count(Counter::ForwardSeconds).map(|reading| reading.source)) {
        let evidence = ctx.computed("engine.forward_share", "share of busy time in forward passes", share, Unit::Ratio, &source);
        case = if share < FORWARD_SHARE {
            case.sees(weight::COUNTER, evidence.clone())
        } else {
            case.against(format!("Forward passes take {}.", evidence.shown))
        };
        measure = Some((evidence, FORWARD_SHARE)).filter(|_| share < FORWARD_SHARE);
    } else {
        case = case.lacks(&no_timer());
    }
    if let Some((share, source)) = stages.zip(ctx.seen.count(Counter::HostStageSeconds).map(|reading| reading.source)) {
        let evidence =
            ctx.computed("engine.host_stage_share", "share of busy time in stages without a forward pass", share, Unit::Ratio, &source);
        if share >= STAGE_SHARE {
            case = case.sees(weight::GAUGE_SUSTAINED, evidence.clone());
            measure = measure.or(Some((evidence, STAGE_SHARE)));
        } else {
            case = case.shows(evidence);
        }
    }
    if ctx.seen.gauge_span(Gauge::Running).is_some_and(|(_, most)| most < 1.0) {
        case = case.against("No request was running at either dump.");
    }
    let Some((measure, threshold)) = measure else {
        return Err(no_timer());
    };
    let shown = measure.shown.clone();
    let what = if threshold == FORWARD_SHARE { "forward passes take only" } else { "host work without a forward pass takes" };
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("While the scheduler is busy, {what} {shown} of the time."),
            headline: format!("The GPU waits for the host: {what} {shown} of the busy time."),
            formula: format!(
                "forward passes < {} of busy time, or stages without one ≥ {}",
                Unit::Ratio.show(FORWARD_SHARE),
                Unit::Ratio.show(STAGE_SHARE)
            ),
            measure,
            threshold,
            actions: actions(ctx),
        },
    ))
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "Forward passes take more than 90 % of the busy time, and the gap between tokens shrinks at the same load.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let mut actions: Vec<Action> = [
        advise("--disable-overlap-schedule", "Remove it, if it is set.", "None known where the overlap is supported."),
        advise("--stream-interval", "Raise it to send several tokens per chunk.", "Text arrives in larger pieces."),
        advise(
            "--num-continuous-decode-steps",
            "Raise it to run several decode steps per scheduling.",
            "New requests wait longer for their first token.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    actions.push(Action::plain("Give the server more and faster CPU cores.", "Cost.", verify));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, check_with, failing, fired, window};
    use crate::signal::{Distribution, Observation};

    /// 100 s of which 10 s idle.
    fn seen(forward: Option<f64>, stages: f64) -> Observation {
        let start = Build::new(BackendId::Sglang)
            .at(0.0)
            .gauge(Gauge::Running, 4.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, 100.0)
            .counter(Counter::IdleSeconds, 0.0)
            .counter(Counter::HostStageSeconds, 0.0);
        let mut end = start
            .clone()
            .at(100.0)
            .counter(Counter::Finished, 200.0)
            .counter(Counter::IdleSeconds, 10.0)
            .counter(Counter::HostStageSeconds, stages);
        let mut start = start;
        if let Some(forward) = forward {
            start = start.counter(Counter::ForwardSeconds, 0.0);
            end = end.counter(Counter::ForwardSeconds, forward);
        }
        window(start, end)
    }

    #[test]
    fn it_fires_when_forward_passes_take_half_of_the_busy_time() {
        let outcome = check(&RULE, &seen(Some(45.0), 30.0));
        let finding = fired(&outcome);
        assert!((finding.measure.value - 0.5).abs() < 1e-12);
        assert!(finding.confidence.value > 0.9);
    }

    #[test]
    fn it_is_clear_when_forward_passes_fill_the_time() {
        assert!(matches!(check(&RULE, &seen(Some(85.0), 3.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_is_clear_on_a_server_that_is_mostly_idle_and_misses_nothing() {
        // Seen on a real server: busy for 1.3 s of 10 s, 23 % of that in stages without a forward pass.
        let mut quiet = seen(None, 7.0);
        quiet.last = Build::again(&quiet.last).counter(Counter::IdleSeconds, 70.0).0.into();
        assert!(matches!(check(&RULE, &quiet), Outcome::Clear(_)));
        let late = [failing(Distribution::Itl, 0.08, 0.05)];
        assert!(matches!(check_with(&RULE, &quiet, &late), Outcome::Fired(_)));
    }

    #[test]
    fn it_cannot_know_without_the_device_timer_or_for_a_vllm_without_a_past() {
        assert!(matches!(check(&RULE, &seen(None, 3.0)), Outcome::NotMeasurable(_)));
        let mut vllm = seen(Some(45.0), 30.0);
        vllm.last_mut().backend = BackendId::Vllm;
        assert!(matches!(check(&RULE, &vllm), Outcome::NotMeasurable(_)));
    }
}
