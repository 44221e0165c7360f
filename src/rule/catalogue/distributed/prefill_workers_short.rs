//! D06: prefill workers cannot keep up.

use super::role::{Worker, worker};
use super::{WAITING_SYMPTOMS, growth, piles_up, standing};
use crate::metrics::Unit;
use crate::rule::definition::SGLANG;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Texts, weight};
use crate::signal::Gauge;

pub(super) static RULE: Rule = Rule {
    id: "prefill-workers-short",
    code: "D06",
    title: "Too few prefill workers",
    kind: BottleneckType::QueueBuildup,
    role: Role::Cause,
    backends: SGLANG,
    explains: WAITING_SYMPTOMS,
    texts: Texts {
        sees: "On a prefill worker, requests wait for prefill or for their bootstrap all through the window and grow in number, while finished prefills are handed over without piling up.",
        why: "Prompts arrive faster than the prefill workers compute them, so that decode workers run below their capacity and the first token comes late.",
        what_to_do: "Add prefill workers, or turn decode workers into prefill workers.",
        falsifier: "With one more prefill worker the queue grows as fast, or decode workers are full as well.",
        sources: &["SGLang: queues of prefill and decode disaggregation.", "Own judgement: queues at both ends of the window."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if worker(ctx)? != Worker::Prefill {
        return Outcome::clear("This engine is no prefill worker.");
    }
    if !ctx.state.serving() && ctx.seen.gauge(Gauge::PrefillBootstrapQueue).is_none_or(|queue| queue.value < 1.0) {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let waiting = ctx.need_gauge(Gauge::Waiting)?;
    ctx.need_window()?;
    let queues = [Gauge::Waiting, Gauge::PrefillBootstrapQueue];
    let stands = queues.iter().copied().filter(|queue| standing(ctx, *queue) == Some(true)).collect::<Vec<Gauge>>();
    if stands.is_empty() {
        if ctx.seen.gauge(Gauge::PrefillBootstrapQueue).is_none() {
            return Err(Missing::gauge(ctx.backend(), Gauge::PrefillBootstrapQueue));
        }
        return Outcome::clear(format!("{} requests wait for prefill.", Unit::Count.show(waiting.value)));
    }
    if piles_up(ctx) {
        return Outcome::clear("Finished prefills pile up as well: the decode side does not take them.");
    }
    let rises = stands.iter().any(|queue| growth(ctx, *queue).is_some_and(|grown| grown > 0.0));
    let mut case = Case::new(ctx, Basis::Gauges);
    for queue in &stands {
        if let Some(evidence) = ctx.gauge(*queue) {
            case = case.sees(weight::GAUGE_SUSTAINED, evidence);
        }
    }
    if rises {
        case = case.holds(weight::PROXY);
    }
    case = case.lacks(&Missing::new(
        "the decode workers' view",
        "Look at the KV usage and running requests of the decode workers: they should be low.",
    ));
    let total: f64 = stands.iter().filter_map(|queue| ctx.seen.gauge(*queue)).map(|reading| reading.value).sum();
    let measure = Evidence::new(Gauge::Waiting.path(), "requests waiting for prefill", waiting, ctx.seen.last.text_index);
    let trend = if rises { "and their number grows" } else { "at both dumps" };
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("{} requests wait for prefill or its bootstrap, {trend}.", Unit::Count.show(total)),
            headline: format!("The prefill workers cannot keep up: {} requests wait for one.", Unit::Count.show(total)),
            formula: "prefill or bootstrap queue ≥ 1 all the time, and the in-flight queue does not pile up".to_owned(),
            measure,
            threshold: 1.0,
            actions: vec![Action::plain(
                "Add a prefill worker, or turn a decode worker into one.",
                "Cost of the hardware, or less decode capacity.",
                "The prefill queues are empty at the same load.",
            )],
        },
    ))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, source, window};
    use crate::signal::{BackendId, ConfigValue, Counter, Observation};

    pub fn engine(kind: &str) -> Build {
        let value = kind.to_owned();
        Build::new(BackendId::Sglang)
            .at(0.0)
            .gauge(Gauge::Running, 4.0)
            .gauge(Gauge::KvUsage, 0.3)
            .counter(Counter::Finished, 1000.0)
            .config(|config| config.engine_type = Some(ConfigValue { value, inferred: false, source: source("engine_type") }))
    }

    fn seen(kind: &str, waiting: (f64, f64), in_flight: (f64, f64)) -> Observation {
        let at = |build: Build, waiting: f64, in_flight: f64| {
            build.gauge(Gauge::Waiting, waiting).gauge(Gauge::PrefillBootstrapQueue, 0.0).gauge(Gauge::PrefillInflightQueue, in_flight)
        };
        window(
            at(engine(kind), waiting.0, in_flight.0),
            at(engine(kind).at(60.0).counter(Counter::Finished, 1100.0), waiting.1, in_flight.1),
        )
    }

    #[test]
    fn it_fires_when_the_prefill_queue_grows() {
        assert!(fired(&check(&RULE, &seen("prefill", (20.0, 60.0), (0.0, 1.0)))).sentence.contains("grows"));
    }

    #[test]
    fn it_is_clear_without_a_queue_on_other_workers_and_when_decode_does_not_take_the_work() {
        assert!(matches!(check(&RULE, &seen("prefill", (0.0, 1.0), (0.0, 0.0))), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen("unified", (20.0, 60.0), (0.0, 0.0))), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen("prefill", (20.0, 30.0), (5.0, 60.0))), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_the_role() {
        let mut unknown = seen("prefill", (20.0, 60.0), (0.0, 1.0));
        unknown.last_mut().config.engine_type = None;
        assert!(matches!(check(&RULE, &unknown), Outcome::NotMeasurable(_)));
    }
}
