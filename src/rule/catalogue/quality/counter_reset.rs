//! DQ1: the process restarted inside the window.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, Texts, weight,
};
use crate::signal::{Counter, Reading, TimeBase};

pub(super) static RULE: Rule = Rule {
    id: "counter-reset",
    code: "DQ1",
    title: "Restarted between the dumps",
    kind: BottleneckType::DataQuality,
    role: Role::Note,
    backends: ALL_BACKENDS,
    explains: &[],
    texts: Texts {
        sees: "The start time of the process moved, or a counter fell.",
        why: "Counters begin at zero again. Differences here count from the restart on; what happened before it between the dumps is lost. A server that restarts often is a problem of its own.",
        what_to_do: "Find out why it restarted: pod events, out-of-memory kills, a deployment.",
        falsifier: "The two dumps are of two servers behind one address.",
        sources: &["Prometheus, rate(): a counter that falls was reset."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    ctx.need_window()?;
    if !ctx.seen.restarted() {
        return Outcome::clear("No counter fell and the start time stood still.");
    }
    let (measure, words) = match (&ctx.seen.last.started_at, ctx.seen.last.uptime_seconds()) {
        (Some((_, source)), Some(age)) => {
            let reading = Reading { value: age, unit: Unit::Seconds, time_base: TimeBase::Instant, source: source.clone() };
            let evidence = Evidence::new("process.age", "age of the process at the second dump", reading, ctx.seen.last.text_index);
            (evidence, format!(", {} before the second dump", Unit::Seconds.show(age)))
        }
        _ => match ctx.count(Counter::Finished).or_else(|| ctx.count(Counter::OutputTokens)).or_else(|| ctx.count(Counter::PromptTokens)) {
            Some(evidence) => (evidence.labelled("counted since the restart"), String::new()),
            None => return Err(Missing::new("a counter to show", "Copy the whole /metrics page.")),
        },
    };
    let case = Case::new(ctx, Basis::Settings).sees(weight::COUNTER, measure.clone()).holds(weight::COUNTER);
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Medium,
            sentence: format!("The process restarted between the dumps{words}; counts are of the time since."),
            headline: format!("The process restarted between the dumps{words}."),
            formula: "start time moved, or a counter fell".to_owned(),
            measure,
            threshold: 0.0,
            actions: vec![Action::plain(
                "Look for the reason: pod restarts, out-of-memory kills, a deployment.",
                "None.",
                "No restart in the next hour.",
            )],
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot, window};
    use crate::signal::BackendId;

    fn served(requests: f64) -> Build {
        Build::new(BackendId::Sglang).counter(Counter::Finished, requests)
    }

    #[test]
    fn fires_when_a_counter_fell() {
        assert!(fired(&check(&RULE, &window(served(900.0), served(12.0)))).confidence.value >= 0.7);
    }

    #[test]
    fn fires_when_the_start_time_moved() {
        let outcome = check(&RULE, &window(served(9.0).started(0.0).at(100.0), served(12.0).started(130.0).at(160.0)));
        assert!((fired(&outcome).measure.value - 30.0).abs() < 1e-9);
    }

    #[test]
    fn is_clear_when_counters_grow() {
        assert!(matches!(check(&RULE, &window(served(9.0), served(12.0))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_a_second_snapshot() {
        assert!(matches!(check(&RULE, &snapshot(served(9.0))), Outcome::NotMeasurable(_)));
    }
}
