//! A03: the process is young.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::state::{WARM_AFTER_REQUESTS, WARM_AFTER_SECONDS};
use crate::rule::{
    Account, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, StateKind, Texts, weight,
};
use crate::signal::{BackendId, Counter, Reading, TimeBase};

pub(super) static RULE: Rule = Rule {
    id: "warming-up",
    code: "A03",
    title: "Warming up",
    kind: BottleneckType::DataQuality,
    role: Role::Note,
    backends: ALL_BACKENDS,
    explains: &[],
    texts: Texts {
        sees: "The process is younger than five minutes, or has served fewer than 30 requests since its start.",
        why: "Caches are cold, kernels and graphs may still be compiling. Cache rates and trends of a young process say nothing about the old one.",
        what_to_do: "Judge caches and trends later.",
        falsifier: "The same numbers after ten minutes of load.",
        sources: &["Own reasoning: start-up compilation and cache filling are over within minutes."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let age = ctx.seen.last.uptime_seconds();
    let served = ctx.seen.last.counters.get(&Counter::Finished);
    if age.is_none() && served.is_none() {
        return Err(no_age(ctx));
    }
    if served.is_none() && age.is_some_and(|age| age >= WARM_AFTER_SECONDS) {
        // Old enough, but perhaps it has hardly served anybody.
        return Err(Missing::counter(ctx.backend(), Counter::Finished));
    }
    if age.is_none() && ctx.backend() == BackendId::Vllm && ctx.state.kind != StateKind::WarmingUp {
        // It has served enough, but perhaps in its first minutes. The other servers export no start time at all.
        return Err(no_age(ctx));
    }
    if ctx.state.kind != StateKind::WarmingUp {
        return Outcome::clear(match age {
            Some(age) => format!("The process is {} old.", Unit::Seconds.show(age)),
            None => "It has served enough requests to be warm.".to_owned(),
        });
    }
    let young = age.filter(|age| *age < WARM_AFTER_SECONDS);
    let input = ctx.seen.last.text_index;
    let evidence = match (young, &ctx.seen.last.started_at, served) {
        (Some(age), Some((_, source)), _) => {
            let reading = Reading { value: age, unit: Unit::Seconds, time_base: TimeBase::Instant, source: source.clone() };
            Evidence::new("process.age", "age of the process", reading, input)
        }
        (_, _, Some(value)) => {
            let reading =
                Reading { value: value.value, unit: Unit::Requests, time_base: TimeBase::Lifetime(age), source: value.source.clone() };
            Evidence::new(Counter::Finished.path(), "requests served since start", reading, input)
        }
        _ => return Outcome::clear(ctx.state.sentence.clone()),
    };
    let case = Case::new(ctx, Basis::Settings).sees(weight::COUNTER, evidence.clone());
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Info,
            sentence: ctx.state.sentence.clone(),
            headline: format!("Warming up: {}", ctx.state.sentence),
            formula: format!("age < {WARM_AFTER_SECONDS:.0} s, or fewer than {WARM_AFTER_REQUESTS:.0} requests since start"),
            threshold: if young.is_some() { WARM_AFTER_SECONDS } else { WARM_AFTER_REQUESTS },
            measure: evidence,
            actions: Vec::new(),
        },
    ))
}

/// The age follows from the start time and the time of the dump.
fn no_age(ctx: &Context<'_>) -> Missing {
    if ctx.seen.last.started_at.is_some() {
        return Missing::time_of_dump();
    }
    let how = match ctx.backend() {
        BackendId::Vllm => "vLLM exports process_start_time_seconds with one API server.",
        BackendId::Sglang => "SGLang exports no start time. Two dumps tell what happens between them.",
        BackendId::Tgi => "TGI exports no start time. Two dumps tell what happens between them.",
    };
    Missing::new("the start time of the process, and the time of the dump", how)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot};
    use crate::signal::Gauge;

    fn busy() -> Build {
        Build::new(BackendId::Vllm).gauge(Gauge::Running, 3.0).gauge(Gauge::Waiting, 0.0)
    }

    #[test]
    fn fires_when_the_process_is_young() {
        let young = busy().counter(Counter::Finished, 900.0).started(1000.0).at(1100.0);
        assert!((fired(&check(&RULE, &snapshot(young))).measure.value - 100.0).abs() < 1e-9);
    }

    #[test]
    fn fires_when_few_requests_were_served() {
        fired(&check(&RULE, &snapshot(busy().counter(Counter::Finished, 4.0))));
    }

    #[test]
    fn is_clear_when_the_process_is_old_and_busy() {
        let old = busy().counter(Counter::Finished, 900.0).started(1000.0).at(9000.0);
        assert!(matches!(check(&RULE, &snapshot(old)), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_whether_an_old_process_has_served_enough_without_its_count() {
        assert!(matches!(check(&RULE, &snapshot(busy().started(1000.0).at(9000.0))), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn cannot_know_without_a_start_time_or_a_count_of_requests() {
        assert!(matches!(check(&RULE, &snapshot(busy())), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn what_is_said_of_a_missing_start_time_is_said_of_the_server_that_was_given() {
        for (backend, name) in [(BackendId::Vllm, "vLLM"), (BackendId::Sglang, "SGLang"), (BackendId::Tgi, "TGI")] {
            let outcome = check(&RULE, &snapshot(Build::new(backend).gauge(Gauge::Running, 3.0).gauge(Gauge::Waiting, 0.0)));
            let Outcome::NotMeasurable(missing) = outcome else { panic!("{outcome:?}") };
            assert!(missing.how_to_enable.starts_with(name), "{missing:?}");
        }
    }
}
