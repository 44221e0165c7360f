//! E06: outputs are broken: repetition without end, or invalid numbers in the model.

use crate::metrics::Unit;
use crate::rule::definition::VLLM;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, Texts, flags, weight,
};
use crate::signal::Counter;

/// From this share of outputs stopped for repetition on, something is wrong with model, sampling or prompts (own judgement).
const REPETITION: f64 = 0.01;
const REQUESTS_NEEDED: f64 = 100.0;
/// Fewer repetitions than this may be chance.
const REPETITIONS_NEEDED: f64 = 3.0;

pub(super) static RULE: Rule = Rule {
    id: "output-corruption",
    code: "E06",
    title: "Outputs are broken",
    kind: BottleneckType::Availability,
    role: Role::Risk,
    backends: VLLM,
    explains: &[],
    texts: Texts {
        sees: "Any request had NaN logits, or 1 % or more of the outputs were stopped because they repeated themselves.",
        why: "The server answers in time, and the answers are worthless. NaN logits point at a broken kernel, a bad quantisation or failing hardware.",
        what_to_do: "For NaN: compare with another replica, then check quantisation, KV cache type and GPU errors. For repetition: check sampling settings and the chat template.",
        falsifier: "Another replica with the same settings shows the same share on the same prompts: then the model or the prompts do it.",
        sources: &["vLLM: corrupted_requests_total and finished_reason=\"repetition\".", "Own judgement: 1 %."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let corrupted = ctx.seen.count(Counter::Corrupted);
    if let Some(corrupted) = corrupted.clone().filter(|corrupted| corrupted.value > 0.0) {
        let measure = ctx.computed("requests.corrupted", "requests with NaN logits", corrupted.value, Unit::Requests, &corrupted.source);
        let sentence = format!("{} had NaN logits.", Unit::Requests.show(corrupted.value));
        return Ok(Case::new(ctx, Basis::Counters).sees(weight::COUNTER, measure.clone()).fire(
            &RULE,
            Account {
                severity: Severity::High,
                headline: format!("The model computes invalid numbers: {sentence}"),
                sentence,
                formula: "any request with NaN logits".to_owned(),
                measure,
                threshold: 0.0,
                actions: corrupted_actions(ctx),
            },
        ));
    }
    let repeated = ctx.seen.count(Counter::FinishedRepetition);
    let finished = ctx.need_count(Counter::Finished)?.value;
    if let Some(repeated) = repeated.as_ref()
        && finished > 0.0
        && repeated.value / finished >= REPETITION
        && repeated.value >= REPETITIONS_NEEDED
    {
        let share = repeated.value / finished;
        let measure = ctx.computed("requests.repetition_share", "outputs stopped for repetition", share, Unit::Ratio, &repeated.source);
        let sentence = format!(
            "{} of {} outputs were stopped because they repeated themselves.",
            Unit::Count.show(repeated.value),
            Unit::Count.show(finished)
        );
        return Ok(Case::new(ctx, Basis::Counters).samples(finished, REQUESTS_NEEDED).sees(weight::COUNTER, measure.clone()).fire(
            &RULE,
            Account {
                severity: Severity::Low,
                headline: format!("{} of the outputs repeat themselves without end.", Unit::Ratio.show(share)),
                sentence,
                formula: format!("stopped for repetition ≥ {} of finished requests", Unit::Ratio.show(REPETITION)),
                measure,
                threshold: REPETITION,
                actions: vec![Action::plain(
                    "Check sampling settings and the chat template on one of the repeating prompts.",
                    "Time to look.",
                    "Fewer than 0.5 % of the outputs are stopped for repetition.",
                )],
            },
        ));
    }
    match (repeated, corrupted) {
        (Some(_), Some(_)) => Outcome::clear("No request had NaN logits, and outputs do not repeat themselves."),
        (None, _) => Err(Missing::new("outputs stopped for repetition", "vLLM 0.17.1 or later counts them.")),
        (_, None) => Err(Missing::new("requests with NaN logits", "Start vLLM 0.11.1 or later with VLLM_COMPUTE_NANS_IN_LOGITS=1.")),
    }
}

fn corrupted_actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "No further request with NaN logits over a thousand requests.";
    let mut actions = vec![Action::plain(
        "Take the replica out of service and compare it with another one: GPU errors, driver, kernels.",
        "Less capacity meanwhile.",
        verify,
    )];
    actions.extend(flags::advise(
        ctx.backend(),
        ctx.version(),
        "--kv-cache-dtype",
        "Go back to auto, if it was set to fp8.",
        "Half the tokens fit the KV cache.",
        verify,
    ));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot};
    use crate::signal::{BackendId, Observation};

    fn seen(repeated: f64, corrupted: f64) -> Observation {
        snapshot(
            Build::new(BackendId::Vllm)
                .counter(Counter::Finished, 1000.0)
                .counter(Counter::FinishedRepetition, repeated)
                .counter(Counter::Corrupted, corrupted),
        )
    }

    #[test]
    fn one_request_with_nan_logits_is_high() {
        let outcome = check(&RULE, &seen(0.0, 1.0));
        assert_eq!(fired(&outcome).severity, Severity::High);
    }

    #[test]
    fn repeating_outputs_are_low() {
        let outcome = check(&RULE, &seen(30.0, 0.0));
        assert_eq!(fired(&outcome).severity, Severity::Low);
    }

    #[test]
    fn it_is_clear_when_both_are_counted_and_absent() {
        assert!(matches!(check(&RULE, &seen(2.0, 0.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_while_nan_logits_are_not_counted() {
        let mut without = seen(0.0, 0.0);
        without.last_mut().counters.remove(&Counter::Corrupted);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
