//! E05: outputs are cut at their limit.

use crate::metrics::Unit;
use crate::rule::definition::VLLM;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, Texts, weight};
use crate::signal::{Counter, Distribution};

/// Shares of finished requests that were cut (own judgement).
const LOW: f64 = 0.30;
const MEDIUM: f64 = 0.60;
const REQUESTS_NEEDED: f64 = 100.0;

pub(super) static RULE: Rule = Rule {
    id: "length-truncation",
    code: "E05",
    title: "Outputs are cut",
    kind: BottleneckType::Availability,
    role: Role::Risk,
    backends: VLLM,
    explains: &[],
    texts: Texts {
        sees: "30 % or more of the finished requests ended because they reached max_tokens or the context limit, and others ended by themselves.",
        why: "Answers stop in mid-sentence. That is a matter of quality, not of speed: latencies even look better for it.",
        what_to_do: "Raise max_tokens in the clients, or the context length of the server, or ask the model for shorter answers.",
        falsifier: "The clients cut on purpose, or a load generator asks for a fixed number of tokens.",
        sources: &["vLLM: finished_reason=\"length\".", "Own judgement: 30 % and 60 %."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let cut = ctx.need_count(Counter::FinishedLength)?;
    let stopped = ctx.need_count(Counter::FinishedStop)?;
    let ended = cut.value + stopped.value;
    let words = format!("{} of {} requests were cut at their limit", Unit::Count.show(cut.value), Unit::Count.show(ended));
    if ended > 0.0 && cut.value / ended < LOW {
        return Outcome::clear(format!("{words}."));
    }
    if ended <= 0.0 || (ended < REQUESTS_NEEDED && !ctx.is_window()) {
        return Err(Missing::samples("finished requests", ended, REQUESTS_NEEDED));
    }
    // Models always end some answers by themselves; a load generator with ignore_eos lets none of them.
    if stopped.value <= 0.0 {
        return Outcome::clear(format!("All {} requests ran to their limit, as those of load generators do.", Unit::Count.show(ended)));
    }
    let share = cut.value / ended;
    let measure = ctx.computed("requests.cut_share", "requests cut at their limit", share, Unit::Ratio, &cut.source);
    let mut case = Case::new(ctx, Basis::Counters)
        .samples(ended, REQUESTS_NEEDED)
        .sees(weight::COUNTER, measure.clone())
        .shows(ctx.mean(Distribution::OutputLength));
    if !ctx.is_window() {
        case = case.lacks(&Missing::second_snapshot());
    }
    let since = if ctx.is_window() { "" } else { " since the process started" };
    Ok(case.fire(
        &RULE,
        Account {
            severity: if share >= MEDIUM { Severity::Medium } else { Severity::Low },
            sentence: format!("{words}{since}."),
            headline: format!("{} of the answers are cut at their token limit{since}.", Unit::Ratio.show(share)),
            formula: format!("finished by length ≥ {} of finished requests, with some that stopped by themselves", Unit::Ratio.show(LOW)),
            measure,
            threshold: LOW,
            actions: vec![Action::plain(
                "Raise max_tokens in the clients, or ask for shorter answers in the prompt.",
                "Longer answers take more time and KV memory.",
                "Fewer than 15 % of the requests end at their limit.",
            )],
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{BackendId, Observation};

    fn seen(stopped: f64, cut: f64) -> Observation {
        let start = Build::new(BackendId::Vllm).at(0.0).counter(Counter::FinishedStop, 0.0).counter(Counter::FinishedLength, 0.0);
        let end = start.clone().at(60.0).counter(Counter::FinishedStop, stopped).counter(Counter::FinishedLength, cut);
        window(start, end)
    }

    #[test]
    fn it_fires_by_the_share_of_cut_answers() {
        assert_eq!(fired(&check(&RULE, &seen(120.0, 80.0))).severity, Severity::Low);
        assert_eq!(fired(&check(&RULE, &seen(20.0, 180.0))).severity, Severity::Medium);
    }

    #[test]
    fn it_is_clear_for_whole_answers_and_for_load_generators() {
        assert!(matches!(check(&RULE, &seen(190.0, 10.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(0.0, 600.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_from_nothing() {
        assert!(matches!(check(&RULE, &seen(0.0, 0.0)), Outcome::NotMeasurable(_)));
        let mut without = seen(120.0, 80.0);
        without.last.counters.remove(&Counter::FinishedStop);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
