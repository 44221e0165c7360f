//! F01: requests are late before the scheduler ever sees them.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Symptom, Texts, flags, weight,
};
use crate::signal::{BackendId, Caveat, Counter, Distribution, Reading};

/// Share of the time to first token, and seconds, from which the front end is the cause (own judgement; healthy: 5 ms).
const SHARE: f64 = 0.30;
const SECONDS: f64 = 0.050;
/// A Python process that uses this much of a core can do no more.
const ONE_CORE: f64 = 0.9;
const REQUESTS: f64 = 30.0;
/// Requests that arrive during a step wait for its end; up to this many steps explain the gap without a slow front end.
const STEPS: f64 = 2.0;

pub(super) static RULE: Rule = Rule {
    id: "frontend-bound",
    code: "F01",
    title: "Front end too slow",
    kind: BottleneckType::HighLatency,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: &[Symptom::Ttft, Symptom::E2e],
    texts: Texts {
        sees: "Nothing waits in the scheduler's queue, but the time to first token is longer than queue and prefill together: by 50 ms at least, and by 30 % of it. TGI: validation takes that long.",
        why: "The time goes into tokenising, preparing images, or an overloaded API process, before the engine knows of the request. The engine's gauges look calm.",
        what_to_do: "Give the front end more processes or cores.",
        falsifier: "More API servers or tokeniser workers do not shorten the gap.",
        sources: &[
            "vLLM: time to first token starts at arrival in the API server, queue time in the engine core.",
            "vLLM, optimization.md: CPU cores and --api-server-count.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_window()?;
    let queue = ctx.queue()?;
    let (gap, whole) = match ctx.backend() {
        BackendId::Tgi => {
            let validation = ctx.need_mean(Distribution::ValidationTime)?;
            let waited = ctx.need_mean(Distribution::QueueTime)?;
            let whole = validation.value + waited.value;
            (validation, whole)
        }
        BackendId::Vllm | BackendId::Sglang => {
            let ttft = ctx.need_mean(Distribution::Ttft)?;
            ctx.need_mean(Distribution::QueueTime)?;
            ctx.need_mean(Distribution::PrefillTime)?;
            let gap = ctx.laws.frontend_gap.clone().ok_or_else(|| Missing::samples("requests that began and finished", 0.0, REQUESTS))?;
            (gap, ttft.value)
        }
    };
    if ctx.seen.last.has_caveat(Caveat::TtftMayMixNonStreaming) {
        // Requests that do not stream show their fiftieth token as the first.
        let late = 49.0 * ctx.need_mean(Distribution::Itl)?.value;
        if gap.value - late < SECONDS.max(SHARE * whole) && gap.value >= SECONDS.max(SHARE * whole) {
            return Err(Missing::new(
                "the label is_streaming on the time to first token",
                "SGLang 0.5.17 or later writes it; without it, requests that do not stream look like a slow front end.",
            ));
        }
    }
    let requests = ctx.laws.frontend_requests.unwrap_or(0.0);
    if requests < REQUESTS / 3.0 {
        return Err(Missing::samples("requests that began and finished", requests, REQUESTS));
    }
    let limit = SECONDS.max(SHARE * whole);
    if gap.value < limit {
        if on_average(ctx).is_some_and(|gap| gap >= limit) {
            return Err(Missing::new(
                "the queue time of the requests that are still inside",
                "It is recorded when they finish; take the dumps further apart.",
            ));
        }
        return Outcome::clear(format!("The front end takes {} of {}.", Unit::Seconds.show(gap.value.max(0.0)), Unit::Seconds.show(whole)));
    }
    if queue.standing {
        return Outcome::clear("Requests wait in the scheduler's queue, whose time is recorded late; the gap is no sign of the front end.");
    }
    if let Some(step) = long_steps(ctx, gap.value) {
        return Outcome::clear(format!("Engine steps take {} on average: requests wait for the end of a step.", Unit::Seconds.show(step)));
    }
    Ok(fire(ctx, &gap, whole, requests))
}

/// The gap between the means as they are, of whatever requests.
fn on_average(ctx: &Context<'_>) -> Option<f64> {
    let mean = |distribution| ctx.seen.mean(distribution).map(|mean| mean.value);
    Some(mean(Distribution::Ttft)? - mean(Distribution::QueueTime)? - mean(Distribution::PrefillTime)?)
}

/// Mean length of a step, when arrivals that wait for the end of one explain the gap.
fn long_steps(ctx: &Context<'_>, gap: f64) -> Option<f64> {
    let prefill = ctx.seen.mean(Distribution::PrefillTime).map(|mean| mean.value);
    let busy = ctx.laws.step_seconds;
    // A server that is seldom busy has few steps; its prefill time then tells how long one takes.
    let step = match (busy, prefill) {
        (Some(busy), Some(prefill)) => busy.min(prefill),
        (busy, prefill) => busy.or(prefill)?,
    };
    (gap <= STEPS * step).then_some(step)
}

fn fire(ctx: &Context<'_>, gap: &Reading, whole: f64, requests: f64) -> Outcome {
    let measure = Evidence::new("law.frontend_gap", "time before the scheduler", gap.clone(), ctx.seen.last.text_index).inferred();
    let mut case =
        Case::new(ctx, Basis::Counters).samples(requests, REQUESTS).sees(weight::COUNTER, measure.clone()).holds(weight::GAUGE_ONCE);
    for evidence in [ctx.mean(Distribution::Ttft), ctx.mean(Distribution::QueueTime), ctx.mean(Distribution::PrefillTime)] {
        case = case.shows(evidence);
    }
    if let Some(cores) = ctx.seen.rate(Counter::CpuSeconds) {
        let evidence = ctx.computed("process.cpu", "cores used by the API server", cores.value, Unit::Cores, &cores.source);
        case = if cores.value >= ONE_CORE { case.sees(weight::PROXY, evidence) } else { case.shows(evidence) };
    }
    if ctx.seen.count(Counter::MultimodalQueries).is_some_and(|count| count.value > 0.0) {
        case = case.against("Images or audio are prepared there, which is slow by nature.");
    }
    let shown = Unit::Seconds.show(gap.value);
    case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!(
                "{shown} of {} pass before the scheduler sees a request, and nothing waits in its queue.",
                Unit::Seconds.show(whole)
            ),
            headline: format!("Requests spend {shown} in the front end before the engine sees them."),
            formula: format!(
                "mean TTFT − queue − prefill = {shown} ≥ {} and ≥ {} of TTFT",
                Unit::Seconds.show(SECONDS),
                Unit::Ratio.show(SHARE)
            ),
            measure,
            threshold: SECONDS,
            actions: actions(ctx),
        },
    )
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "The gap falls below 50 ms at the same load.";
    let (flag, change, tradeoff) = match ctx.backend() {
        BackendId::Vllm => (
            "--api-server-count",
            "Start more API servers, and give them CPU cores of their own.",
            "Process metrics vanish above one; the multimodal cache is no longer shared.",
        ),
        BackendId::Sglang => ("--tokenizer-worker-num", "Start more tokeniser workers.", "More CPU and memory on the host."),
        BackendId::Tgi => ("--validation-workers", "Raise it from its default of 2.", "More CPU on the host."),
    };
    let mut actions: Vec<Action> = flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify).into_iter().collect();
    actions.push(Action::plain("Give the host more CPU cores.", "Cost of the hardware.", verify));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::Gauge;

    fn server(requests: f64, ttft: f64, prefill: f64, steps: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 5.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, requests)
            .counter(Counter::Steps, steps)
            .latency(Distribution::Ttft, requests, ttft)
            .latency(Distribution::QueueTime, requests, 0.0)
            .latency(Distribution::PrefillTime, requests, prefill)
    }

    #[test]
    fn fires_when_the_scheduler_sees_requests_late() {
        // Handbook F01: gap 1.67 s, 98 % of the time to first token.
        let empty = server(0.0, 1.7, 0.03, 0.0).gauge(Gauge::Running, 0.0);
        let outcome = check(&RULE, &window(empty, server(300.0, 1.7, 0.03, 3000.0)));
        assert!((fired(&outcome).measure.value - 1.67).abs() < 1e-9);
        assert!(fired(&outcome).confidence.value > 0.8);
    }

    #[test]
    fn is_clear_when_the_gap_is_small() {
        assert!(matches!(check(&RULE, &window(server(0.0, 0.05, 0.03, 0.0), server(300.0, 0.05, 0.03, 3000.0))), Outcome::Clear(_)));
    }

    #[test]
    fn is_clear_when_arrivals_wait_for_the_end_of_a_long_step() {
        // Observed 2: with long prompts the time in the engine's input queue is in neither queue nor prefill time.
        assert!(matches!(check(&RULE, &window(server(0.0, 2.2, 1.2, 0.0), server(40.0, 2.2, 1.2, 60.0))), Outcome::Clear(_)));
    }

    /// 124 first tokens after 35 ms and 8 after 1.85 s, of requests that wait for slots and have not finished.
    fn building_up(finished: f64, queue: f64) -> Outcome {
        let at = |first: f64, late: f64, finished: f64| {
            let gaps = [(0.05, first), (0.5, 0.0), (1.0, 0.0), (2.5, late), (f64::INFINITY, 0.0)];
            server(finished, 0.0, 0.032, finished * 10.0).histogram(Distribution::Ttft, &gaps, 0.035 * first + 1.85 * late).latency(
                Distribution::QueueTime,
                finished,
                queue,
            )
        };
        check(&RULE, &window(at(0.0, 0.0, 0.0), at(124.0, 8.0, finished)))
    }

    #[test]
    fn cannot_know_while_a_queue_builds_up_whose_time_is_not_recorded_yet() {
        // Seen on a real server: mean time to first token 149 ms, queue 62 ms and prefill 32 ms of those that finished.
        assert!(matches!(building_up(130.0, 0.062), Outcome::NotMeasurable(_)));
        assert!(matches!(building_up(7.0, 0.0), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn cannot_know_without_the_prefill_time() {
        let mut blind = server(300.0, 1.7, 0.03, 3000.0);
        blind.0.distributions.remove(&Distribution::PrefillTime);
        assert!(matches!(check(&RULE, &window(server(0.0, 1.7, 0.03, 0.0), blind)), Outcome::NotMeasurable(_)));
    }
}
