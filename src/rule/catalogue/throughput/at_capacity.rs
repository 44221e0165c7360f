//! T02: the server is full and still keeps its promises.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::words::requests_wait;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, Texts, weight};
use crate::signal::Gauge;
use crate::slo::Verdict;

/// KV work from which no more should be offered (the planning limit of the handbook, 0.80 to 0.85).
const FULL: f64 = 0.85;

pub(super) static RULE: Rule = Rule {
    id: "at-capacity",
    code: "T02",
    title: "At capacity, targets met",
    kind: BottleneckType::LowThroughput,
    role: Role::Note,
    backends: ALL_BACKENDS,
    explains: &[],
    texts: Texts {
        sees: "Requests wait all through the window, and every service level that can be decided is met.",
        why: "The server works at its limit, which is what batch work wants. For interactive work it is the point where more load turns into waiting.",
        what_to_do: "Nothing for batch work. For interactive work, plan for more capacity before the load grows.",
        falsifier: "More load raises the finished requests per second without longer waits.",
        sources: &["SGLang, hyperparameter tuning: a standing queue is healthy for offline work."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_window()?;
    let queue = ctx.queue()?;
    if !queue.standing {
        return Outcome::clear(format!("{}.", requests_wait(queue.now)));
    }
    if ctx.symptoms.seen.iter().any(|seen| seen.violated) {
        return Outcome::clear("Requests wait, and a service level is missed.");
    }
    let met = ctx.slo.iter().filter(|status| status.verdict == Verdict::Pass).count();
    if met == 0 {
        return Err(Missing::new(
            "a service level that can be decided",
            "Set targets, or take the second dump later, so that more requests finish.",
        ));
    }
    let rate = ctx.need_law(&ctx.laws.finish_rate, "finished requests per second")?;
    let Some(measure) = ctx.gauge(Gauge::Waiting) else {
        return Err(Missing::gauge(ctx.backend(), Gauge::Waiting));
    };
    let headroom = ctx.laws.kv_work.as_ref().map(|law| (FULL - law.value).max(0.0));
    let memory = headroom.map_or_else(String::new, |room| format!(" KV memory has {} to spare.", Unit::Ratio.show(room)));
    let case = Case::new(ctx, Basis::Gauges)
        .sees(weight::GAUGE_SUSTAINED, measure.clone())
        .shows(ctx.law(&ctx.laws.finish_rate, "law.finish_rate", "finished requests per second"))
        .shows(ctx.law(&ctx.laws.decode_concurrency, "law.decode_concurrency", "requests decoding on average"))
        .shows(ctx.law(&ctx.laws.kv_work, "law.kv_work", "KV work offered"));
    let sentence = format!(
        "{}, {} finish per second, and {met} of {} targets are met, none is missed.{memory}",
        requests_wait(queue.now),
        Unit::Count.show(rate.value),
        ctx.slo.len()
    );
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Info,
            headline: format!("At capacity: {}, and no target is missed.", requests_wait(queue.now)),
            sentence,
            formula: "waiting ≥ 1 all the time, and no service level missed".to_owned(),
            measure,
            threshold: 1.0,
            actions: vec![Action::plain(
                "For interactive work, add a replica before the load grows.",
                "Cost of the hardware.",
                "No request waits at the same load.",
            )],
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, check_with, fired, source, window};
    use crate::signal::{BackendId, Counter, Observation, TimeBase};
    use crate::slo::{Comparison, Metric, SloStatus, Target};

    fn seen(waiting: f64) -> Observation {
        let start =
            Build::new(BackendId::Vllm).at(0.0).gauge(Gauge::Running, 64.0).gauge(Gauge::Waiting, waiting).counter(Counter::Finished, 0.0);
        let end = start.clone().at(60.0).counter(Counter::Finished, 600.0);
        window(start, end)
    }

    fn status(verdict: Verdict) -> SloStatus {
        SloStatus {
            target: Target {
                name: "first token".to_owned(),
                metric: Metric::Gauge(Gauge::Waiting),
                path: "queue.waiting".to_owned(),
                comparison: Comparison::LessOrEqual,
                value: 10.0,
                asked: 10.0,
                scale: 1.0,
                description: None,
            },
            current: Some(20.0),
            interval: None,
            verdict,
            samples: None,
            needed: None,
            over_share: None,
            unit: Unit::Requests,
            time_base: TimeBase::Instant,
            source: source("waiting"),
            shown_value: String::new(),
            counted: false,
            why: String::new(),
        }
    }

    #[test]
    fn it_is_a_note_when_requests_wait_and_targets_are_met() {
        let outcome = check_with(&RULE, &seen(20.0), &[status(Verdict::Pass)]);
        assert_eq!(fired(&outcome).severity, Severity::Info);
    }

    #[test]
    fn it_is_clear_without_a_queue_or_with_a_missed_target() {
        assert!(matches!(check_with(&RULE, &seen(0.0), &[status(Verdict::Pass)]), Outcome::Clear(_)));
        assert!(matches!(check_with(&RULE, &seen(20.0), &[status(Verdict::Fail)]), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_targets_or_a_window() {
        assert!(matches!(check(&RULE, &seen(20.0)), Outcome::NotMeasurable(_)));
        assert!(matches!(check_with(&RULE, &Observation::snapshot(seen(20.0).last), &[status(Verdict::Pass)]), Outcome::NotMeasurable(_)));
    }
}
