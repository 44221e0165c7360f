//! E01: the server fails requests.

use super::Endings;
use super::budget::{self, Burn};
use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Symptom, Texts, weight};
use crate::signal::{BackendId, Counter};

pub(super) static RULE: Rule = Rule {
    id: "server-errors",
    code: "E01",
    title: "Server fails requests",
    kind: BottleneckType::Availability,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: &[Symptom::Availability],
    texts: Texts {
        sees: "More requests fail inside the server than the availability target allows, with at least 3 failures and too many for chance. vLLM: finished_reason=\"error\" and HTTP 5xx beyond refusals; SGLang: HTTP 5xx except 503; TGI: generation and incomplete failures.",
        why: "These requests were accepted and lost. Clients see errors, and retries add load.",
        what_to_do: "Read the server's log at the time of the failures: out of memory, CUDA or NCCL errors, a failed KV transfer, a crashed worker.",
        falsifier: "The failures belong to one malformed kind of request, or stop after a deploy that ended within the window.",
        sources: &[
            "SRE workbook, chapter 5: burn rates 14.4, 6, 3 and 1.",
            "vLLM: a request that ends with error is answered with HTTP 500.",
            "TGI router: failures by err label.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let endings = Endings::of(ctx)?;
    let (failed, source) = endings.failed.clone().ok_or_else(|| missing(ctx))?;
    let all = endings.all();
    if all <= 0.0 {
        return Err(Missing::samples("finished requests", 0.0, 100.0));
    }
    let words = format!("{} of {} requests failed inside the server", Unit::Count.show(failed), Unit::Count.show(all));
    let (share, rate, severity) = match budget::burn(ctx, failed, all) {
        Burn::Within if sees_all(ctx) => return Outcome::clear(format!("{words}.")),
        Burn::Within => return Err(missing(ctx)),
        Burn::TooFew => {
            return Err(Missing::new(
                format!("more requests: {words}, which is too few to tell from chance"),
                "Take the second dump later.",
            ));
        }
        Burn::Over { share, rate, severity } => (share, rate, severity),
    };
    let measure = ctx.computed("requests.failed_share", "requests that failed inside the server", share, Unit::Ratio, &source);
    let mut case = Case::new(ctx, Basis::Counters).sees(weight::COUNTER, measure.clone());
    for counter in [Counter::FinishedError, Counter::Http5xx, Counter::ServerErrors, Counter::BatchFailures] {
        case = case.shows(ctx.count(counter).filter(|evidence| evidence.value > 0.0));
    }
    if !ctx.is_window() {
        case = case.lacks(&Missing::second_snapshot());
    }
    if ctx.seen.window.is_some_and(|window| window.restarted) {
        case = case.holds(weight::PROXY);
    }
    let objective = budget::objective(ctx);
    let since = if ctx.is_window() { "" } else { " since the process started" };
    Ok(case.fire(
        &RULE,
        Account {
            severity,
            sentence: format!("{words}{since}: {} times what a target of {} allows.", Unit::Count.show(rate), Unit::Ratio.show(objective)),
            headline: format!("The server fails {} of the requests{since}.", Unit::Ratio.show(share)),
            formula: format!("failed > {} of requests, at least 3 and beyond chance", Unit::Ratio.show(1.0 - objective)),
            measure,
            threshold: 1.0 - objective,
            actions: actions(ctx),
        },
    ))
}

/// vLLM's engine counts its own failures; those of the front end show in HTTP answers only.
fn sees_all(ctx: &Context<'_>) -> bool {
    ctx.backend() != BackendId::Vllm || ctx.seen.count(Counter::Http5xx).is_some()
}

fn missing(ctx: &Context<'_>) -> Missing {
    match ctx.backend() {
        BackendId::Vllm => Missing::new(
            "counts of failed requests",
            "vLLM exports http_requests_total on the same page; 0.13 or later counts finished_reason=\"error\", too.",
        ),
        BackendId::Sglang => Missing::new("HTTP answers by status", "SGLang 0.5.7 or later counts them in http_responses_total."),
        BackendId::Tgi => Missing::counter(ctx.backend(), Counter::ServerErrors),
    }
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "The share of failed requests falls below the target, over at least a thousand requests.";
    let mut actions = vec![Action::plain(
        "Read the server's log at the time of the failures, and restart the replica if a worker is gone.",
        "Running requests are lost at a restart.",
        verify,
    )];
    let count = |counter| ctx.seen.count(counter).map(|count| count.value);
    if ctx.backend() == BackendId::Vllm && count(Counter::FinishedError) > Some(0.0) && count(Counter::Http5xx) == Some(0.0) {
        actions.insert(
            0,
            Action::plain(
                "The engine ended these requests with an error inside answers of HTTP 200: look for a grammar or schema that cannot be satisfied.",
                "Time to look.",
                verify,
            ),
        );
    }
    if ctx.seen.window.is_some_and(|window| window.restarted) {
        actions.push(Action::plain(
            "Find out why the process restarted within the window: look for out-of-memory kills.",
            "Time to look.",
            verify,
        ));
    }
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Severity;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{Gauge, Observation};

    fn seen(served: f64, errors: f64) -> Observation {
        let start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 4.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, 0.0)
            .counter(Counter::FinishedError, 0.0)
            .counter(Counter::Http5xx, 0.0);
        let end = start
            .clone()
            .at(60.0)
            .counter(Counter::Finished, served + errors)
            .counter(Counter::FinishedError, errors)
            .counter(Counter::Http5xx, errors);
        window(start, end)
    }

    #[test]
    fn five_percent_of_errors_burn_the_budget_fifty_times_too_fast() {
        // Handbook section 4: 5 % errors against 99.9 % is B = 50, critical.
        let outcome = check(&RULE, &seen(950.0, 50.0));
        let finding = fired(&outcome);
        assert_eq!(finding.severity, Severity::Critical);
        assert!(finding.sentence.contains("50 times"), "{}", finding.sentence);
    }

    #[test]
    fn a_lifetime_share_is_never_critical() {
        let outcome = check(&RULE, &Observation::snapshot(seen(950.0, 50.0).last));
        let finding = fired(&outcome);
        assert_eq!(finding.severity, Severity::High);
        assert!(finding.confidence.value <= 0.5);
    }

    #[test]
    fn it_is_clear_without_errors() {
        assert!(matches!(check(&RULE, &seen(1000.0, 0.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_from_one_error_among_few_or_without_the_counters() {
        assert!(matches!(check(&RULE, &seen(19.0, 1.0)), Outcome::NotMeasurable(_)));
        let mut without = seen(950.0, 50.0);
        without.last_mut().counters.remove(&Counter::FinishedError);
        without.last_mut().counters.remove(&Counter::Http5xx);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn an_engine_error_and_its_http_answer_count_once() {
        let outcome = check(&RULE, &seen(950.0, 50.0));
        assert!((fired(&outcome).measure.value - 0.05).abs() < 1e-12);
    }
}
