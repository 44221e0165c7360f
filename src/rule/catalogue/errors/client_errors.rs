//! E04: clients send requests that are refused as wrong.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, Texts, weight};
use crate::signal::{BackendId, Counter, Source};

/// From this share on it is worth a note (own judgement).
const NOTE: f64 = 0.05;
/// From this share on it is most likely a bug in a client (own judgement).
const LOW: f64 = 0.20;
const ERRORS_NEEDED: f64 = 5.0;

pub(super) static RULE: Rule = Rule {
    id: "client-errors",
    code: "E04",
    title: "Clients send bad requests",
    kind: BottleneckType::Availability,
    role: Role::Note,
    backends: ALL_BACKENDS,
    explains: &[],
    texts: Texts {
        sees: "5 % or more of the requests are answered with HTTP 4xx, or fail validation or templating in TGI.",
        why: "The server works as it should. From 20 % on, a client or a deployed template is likely broken: too long prompts, wrong model names, missing keys.",
        what_to_do: "Find the client by its access log, and fix what it sends.",
        falsifier: "The answers come from a scanner or a health check that asks for paths that do not exist.",
        sources: &["TGI router: err=\"validation\" and err=\"template\".", "Own judgement: 5 % and 20 %."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let (wrong, all, source) = counts(ctx)?;
    if all <= 0.0 {
        return Err(Missing::samples("requests", 0.0, 30.0));
    }
    let share = wrong / all;
    let words = format!("{} of {} requests were refused as wrong", Unit::Count.show(wrong), Unit::Count.show(all));
    if share < NOTE || wrong < ERRORS_NEEDED {
        return Outcome::clear(format!("{words}."));
    }
    let measure = ctx.computed("requests.client_error_share", "requests refused as wrong", share, Unit::Ratio, &source);
    let since = if ctx.is_window() { "" } else { " since the process started" };
    let case = Case::new(ctx, Basis::Counters).sees(weight::COUNTER, measure.clone());
    Ok(case.fire(
        &RULE,
        Account {
            severity: if share >= LOW { Severity::Low } else { Severity::Info },
            sentence: format!("{words}{since}."),
            headline: format!("Clients send bad requests: {} are refused as wrong{since}.", Unit::Ratio.show(share)),
            formula: format!("refused as wrong ≥ {} of requests", Unit::Ratio.show(NOTE)),
            measure,
            threshold: NOTE,
            actions: vec![Action::plain(
                "Find the client in the access log and fix what it sends.",
                "Time to look.",
                "Fewer than 5 % of the requests are refused as wrong.",
            )],
        },
    ))
}

fn counts(ctx: &Context<'_>) -> Result<(f64, f64, Source), Missing> {
    let value = |counter| ctx.seen.count(counter).map_or(0.0, |reading| reading.value);
    if ctx.backend() == BackendId::Tgi {
        let wrong = ctx.need_count(Counter::ClientErrors)?;
        let served = ctx.need_count(Counter::Finished)?.value + value(Counter::ServerErrors) + value(Counter::CapacityRejections);
        return Ok((wrong.value, wrong.value + served, wrong.source));
    }
    let wrong = ctx.seen.count(Counter::Http4xx).ok_or_else(|| match ctx.backend() {
        BackendId::Vllm => Missing::new("HTTP answers by status", "vLLM's Python front end exports http_requests_total on the same page."),
        _ => Missing::new("HTTP answers by status", "SGLang 0.5.7 or later counts them in http_responses_total."),
    })?;
    let all = wrong.value + value(Counter::Http2xx) + value(Counter::Http5xx);
    Ok((wrong.value, all, wrong.source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::Observation;

    fn seen(good: f64, wrong: f64) -> Observation {
        let start = Build::new(BackendId::Vllm).at(0.0).counter(Counter::Http2xx, 0.0).counter(Counter::Http4xx, 0.0);
        let end = start.clone().at(60.0).counter(Counter::Http2xx, good).counter(Counter::Http4xx, wrong);
        window(start, end)
    }

    #[test]
    fn it_is_a_note_and_from_a_fifth_on_a_finding() {
        assert_eq!(fired(&check(&RULE, &seen(900.0, 100.0))).severity, Severity::Info);
        // Seen on a real server: 33 of 117.
        assert_eq!(fired(&check(&RULE, &seen(84.0, 33.0))).severity, Severity::Low);
    }

    #[test]
    fn it_is_clear_when_requests_are_well_formed() {
        assert!(matches!(check(&RULE, &seen(900.0, 3.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_http_counts() {
        let mut without = seen(900.0, 100.0);
        without.last_mut().counters.remove(&Counter::Http4xx);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
