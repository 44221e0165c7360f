//! DQ5: TGI's request count counts twice.

use crate::metrics::Unit;
use crate::rule::definition::TGI;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, Texts, weight};
use crate::signal::{Caveat, Counter};

pub(super) static RULE: Rule = Rule {
    id: "request-count-doubled",
    code: "DQ5",
    title: "Requests are counted twice",
    kind: BottleneckType::DataQuality,
    role: Role::Note,
    backends: TGI,
    explains: &[],
    texts: Texts {
        sees: "tgi_request_count is at least one and a half times all requests that succeeded, failed, or are inside.",
        why: "TGI's OpenAI routes count a request in two places. Success divided by that count shows 50 % on a healthy chat server.",
        what_to_do: "Divide by successes plus failures instead.",
        falsifier: "Half of the requests were lost without being counted as failures.",
        sources: &["TGI, server.rs: chat_completions and generate_internal both count; its issue 1901."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    ctx.need_count(Counter::RequestsReceived)?;
    ctx.need_count(Counter::Finished)?;
    if !ctx.seen.last.has_caveat(Caveat::RequestCountDoubled) {
        return Outcome::clear("The request count agrees with the requests that ended.");
    }
    let Some(measure) = ctx.count(Counter::RequestsReceived) else {
        return Err(Missing::counter(ctx.backend(), Counter::RequestsReceived));
    };
    let case = Case::new(ctx, Basis::Settings).sees(weight::COUNTER, measure.clone()).shows(ctx.count(Counter::Finished));
    let finished = ctx.seen.count(Counter::Finished).map_or(0.0, |count| count.value);
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Info,
            sentence: format!(
                "tgi_request_count says {}, but {} requests ended: OpenAI routes count twice. It is used nowhere here.",
                Unit::Count.show(measure.value),
                Unit::Count.show(finished)
            ),
            headline: "TGI counts requests of its OpenAI routes twice.".to_owned(),
            formula: "received ≥ 1.5 × (succeeded + failed + inside)".to_owned(),
            threshold: 1.5 * finished,
            measure,
            actions: vec![Action::plain(
                "Build success rates from successes and failures.",
                "None.",
                "The rate is near 100 % on a healthy server.",
            )],
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot};
    use crate::signal::BackendId;

    fn server() -> Build {
        Build::new(BackendId::Tgi).counter(Counter::RequestsReceived, 200.0).counter(Counter::Finished, 100.0)
    }

    #[test]
    fn fires_when_the_count_is_twice_the_requests() {
        let mut chat = server();
        chat.0.caveats.push(Caveat::RequestCountDoubled);
        assert_eq!(fired(&check(&RULE, &snapshot(chat))).severity, Severity::Info);
    }

    #[test]
    fn is_clear_when_the_counts_agree() {
        assert!(matches!(check(&RULE, &snapshot(server())), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_count() {
        assert!(matches!(check(&RULE, &snapshot(Build::new(BackendId::Tgi))), Outcome::NotMeasurable(_)));
    }
}
