//! E02: requests are refused because the server is full.

use super::Endings;
use super::budget::{self, Burn};
use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, StateKind, Symptom, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Distribution, Gauge};

/// TGI: with a smaller share of the latency in the queue, the limit refuses work that would have been served in time (own judgement).
const QUEUE_SHARE: f64 = 0.25;

pub(super) static RULE: Rule = Rule {
    id: "capacity-rejections",
    code: "E02",
    title: "Requests are refused",
    kind: BottleneckType::Availability,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: &[Symptom::Availability],
    texts: Texts {
        sees: "More requests are refused for capacity than the availability target allows: vLLM admission rejections, SGLang HTTP 503, TGI overloaded (429).",
        why: "A refusal protects the requests that are inside from waiting too long. Each one is still a failed request for its client.",
        what_to_do: "Remove what makes requests wait, or add replicas. Raise the limit only while a full queue drains faster than the target on the first token.",
        falsifier: "The refused requests come from a contractual rate limit, which counts them on purpose.",
        sources: &[
            "TGI launcher: --max-concurrent-requests refuses instead of letting clients wait too long.",
            "vLLM: max_num_queued_tokens is the target time to first token times the prefill speed.",
            "SRE workbook, chapter 5: burn rates.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let endings = Endings::of(ctx)?;
    let (refused, source) = endings.refused.clone().ok_or_else(|| missing(ctx))?;
    let all = endings.all();
    if all <= 0.0 {
        return Err(Missing::samples("finished requests", 0.0, 100.0));
    }
    let words = format!("{} of {} requests were refused for capacity", Unit::Count.show(refused), Unit::Count.show(all));
    let (share, rate, severity) = match budget::burn(ctx, refused, all) {
        Burn::Within => return Outcome::clear(format!("{words}.")),
        Burn::TooFew => {
            return Err(Missing::new(
                format!("more requests: {words}, which is too few to tell from chance"),
                "Take the second dump later.",
            ));
        }
        Burn::Over { share, rate, severity } => (share, rate, severity),
    };
    let measure = ctx.computed("requests.refused_share", "requests refused for capacity", share, Unit::Ratio, &source);
    let mut case = Case::new(ctx, Basis::Counters)
        .sees(weight::COUNTER, measure.clone())
        .shows(ctx.count(Counter::CapacityRejections))
        .shows(ctx.gauge(Gauge::Waiting))
        .shows(ctx.gauge(Gauge::Running));
    if !ctx.is_window() {
        case = case.lacks(&Missing::second_snapshot());
    }
    let since = if ctx.is_window() { "" } else { " since the process started" };
    let objective = budget::objective(ctx);
    let queue = queue_share(ctx)
        .map_or_else(String::new, |share| format!(" Served requests spend {} of their time in the queue.", Unit::Ratio.show(share)));
    Ok(case.fire(
        &RULE,
        Account {
            severity,
            sentence: format!(
                "{words}{since}: {} times what a target of {} allows.{queue}",
                Unit::Count.show(rate),
                Unit::Ratio.show(objective)
            ),
            headline: headline(ctx, &Unit::Ratio.show(share)),
            formula: format!("refused > {} of requests, at least 3 and beyond chance", Unit::Ratio.show(1.0 - objective)),
            measure,
            threshold: 1.0 - objective,
            actions: actions(ctx),
        },
    ))
}

/// What one dump counts may be long past.
fn headline(ctx: &Context<'_>, share: &str) -> String {
    if ctx.is_window() {
        return format!("The server is full and refuses {share} of the requests{}.", what_is_full(ctx));
    }
    let now = if ctx.state.kind == StateKind::Idle { " Now nothing is running or waiting." } else { "" };
    format!("{share} of the requests were refused for capacity since the process started.{now}")
}

/// What refuses, and what is full behind it as far as the gauges show: the KV cache, or slots that stand still.
fn what_is_full(ctx: &Context<'_>) -> String {
    /// As for the rules of the queue: full, and with room.
    const FULL: f64 = 0.95;
    const ROOM: f64 = 0.80;
    let Some((waiting, running)) = ctx.seen.gauge(Gauge::Waiting).zip(ctx.seen.gauge(Gauge::Running)) else { return String::new() };
    if waiting.value < 1.0 {
        return String::new();
    }
    let (waiting, shown) = (Unit::Count.show(waiting.value), Unit::Count.show(running.value));
    let limit = match ctx.backend() {
        BackendId::Tgi => format!("its limit of requests inside is reached ({waiting} wait, {shown} run)"),
        BackendId::Vllm | BackendId::Sglang => format!("its queue is at its limit ({waiting} wait)"),
    };
    let kv = ctx.seen.gauge_span(Gauge::KvUsage);
    let stands = ctx.seen.gauge_span(Gauge::Running).is_some_and(|(least, most)| least >= 1.0 && most - least <= (0.05 * most).max(1.0));
    let behind = match kv {
        Some((_, most)) if most >= FULL => format!(", and behind it the KV cache is {} full", Unit::Ratio.show(most)),
        Some((_, most)) if most < ROOM && stands => {
            format!(", and behind it {shown} run at any time while the KV cache has room: the slots are taken")
        }
        None if stands => format!(", and behind it {shown} run at any time"),
        _ => String::new(),
    };
    format!(": {limit}{behind}")
}

fn missing(ctx: &Context<'_>) -> Missing {
    match ctx.backend() {
        BackendId::Vllm => Missing::new(
            "counts of refused requests",
            "vLLM 0.32 or later counts them; vLLM refuses only when --max-num-queued-reqs or --max-num-queued-tokens is set.",
        ),
        BackendId::Sglang => Missing::new("HTTP answers by status", "SGLang 0.5.7 or later counts them in http_responses_total."),
        BackendId::Tgi => Missing::counter(ctx.backend(), Counter::CapacityRejections),
    }
}

/// Share of the end-to-end time that served requests spend waiting.
fn queue_share(ctx: &Context<'_>) -> Option<f64> {
    let share = ctx.seen.sum(Distribution::QueueTime)? / ctx.seen.sum(Distribution::E2e)?;
    share.is_finite().then_some(share)
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "Fewer requests are refused at the same load, and time to first token stays within its target.";
    let (flag, change) = match ctx.backend() {
        BackendId::Vllm => ("--max-num-queued-reqs", "Raise it."),
        BackendId::Sglang => ("--max-queued-requests", "Raise it."),
        BackendId::Tgi => ("--max-concurrent-requests", "Raise it."),
    };
    // More queue is no help once the queue itself takes longer than the target allows.
    let drains = ctx.laws.drain_seconds.as_ref().zip(ctx.thetas.ttft.as_ref()).map(|(drain, theta)| drain.value < theta.seconds);
    let room = drains.unwrap_or_else(|| queue_share(ctx).is_some_and(|share| share < QUEUE_SHARE));
    let raise = flags::advise(ctx.backend(), ctx.version(), flag, change, "Accepted requests wait longer.", verify).filter(|_| room);
    let replicas = Action::plain("Add a replica, or remove the cause that makes requests wait.", "Cost of the hardware.", verify);
    raise.into_iter().chain([replicas]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{Observation, Source, Value};

    fn seen(served: f64, refused: f64, queue_seconds: f64) -> Observation {
        let start = Build::new(BackendId::Tgi)
            .at(0.0)
            .gauge(Gauge::Running, 64.0)
            .gauge(Gauge::Waiting, 64.0)
            .counter(Counter::Finished, 0.0)
            .counter(Counter::CapacityRejections, 0.0)
            .latency(Distribution::E2e, 0.0, 10.0)
            .latency(Distribution::QueueTime, 0.0, queue_seconds);
        let end = start
            .clone()
            .at(60.0)
            .counter(Counter::Finished, served)
            .counter(Counter::CapacityRejections, refused)
            .latency(Distribution::E2e, served, 10.0)
            .latency(Distribution::QueueTime, served, queue_seconds);
        window(start, end)
    }

    #[test]
    fn it_fires_and_advises_capacity_when_the_queue_is_already_long() {
        // 64 wait while 5 finish per second: the queue drains in 12.8 s, far above the test's 1 s.
        let outcome = check(&RULE, &seen(300.0, 100.0, 6.0));
        let finding = fired(&outcome);
        assert!((finding.measure.value - 0.25).abs() < 1e-12);
        assert!(finding.actions.iter().all(|action| action.flag.is_empty()));
    }

    #[test]
    fn it_says_what_is_full_behind_the_limit_that_refuses() {
        let headline = |backend: BackendId, kv: Option<f64>| {
            let with = |mut build: Build| {
                build.0.backend = backend;
                kv.into_iter().fold(build, |build, kv| build.gauge(Gauge::KvUsage, kv))
            };
            let at = |served: f64, refused: f64| {
                with(Build::new(backend))
                    .gauge(Gauge::Running, 64.0)
                    .gauge(Gauge::Waiting, 32.0)
                    .counter(Counter::Finished, served)
                    .counter(Counter::CapacityRejections, refused)
            };
            fired(&check(&RULE, &window(at(0.0, 0.0), at(300.0, 100.0)))).headline.clone()
        };
        let slots = headline(BackendId::Vllm, Some(0.2));
        assert!(slots.contains("queue is at its limit (32 wait)") && slots.contains("slots are taken"), "{slots}");
        let memory = headline(BackendId::Vllm, Some(0.99));
        assert!(memory.contains("KV cache is 99"), "{memory}");
        let tgi = headline(BackendId::Tgi, None);
        assert!(tgi.contains("limit of requests inside is reached (32 wait, 64 run)"), "{tgi}");
    }

    #[test]
    fn it_advises_a_higher_limit_when_the_queue_drains_in_time() {
        // 100 finish per second: 0.64 s.
        let outcome = check(&RULE, &seen(6000.0, 1000.0, 0.5));
        assert!(fired(&outcome).actions.iter().any(|action| action.flag == "--max-concurrent-requests"));
    }

    #[test]
    fn one_dump_of_an_idle_server_speaks_of_the_past() {
        let busy = Observation::snapshot(seen(300.0, 100.0, 6.0).last);
        let outcome = check(&RULE, &busy);
        assert_eq!(fired(&outcome).headline, "25 % of the requests were refused for capacity since the process started.");
        let mut idle = busy.clone();
        for gauge in [Gauge::Running, Gauge::Waiting] {
            idle.last_mut().gauges.insert(gauge, Value::of_one(0.0, Source::default()));
        }
        let outcome = check(&RULE, &idle);
        let said = &fired(&outcome).headline;
        assert!(said.contains("were refused") && said.ends_with("Now nothing is running or waiting."), "{said}");
        assert!(fired(&check(&RULE, &seen(300.0, 100.0, 6.0))).headline.contains("is full and refuses"));
    }

    #[test]
    fn it_is_clear_when_nothing_is_refused() {
        assert!(matches!(check(&RULE, &seen(300.0, 0.0, 6.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_the_counter() {
        let mut without = seen(300.0, 100.0, 6.0);
        without.last_mut().counters.remove(&Counter::CapacityRejections);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
