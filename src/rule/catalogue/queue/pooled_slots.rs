//! The limit of sequences of a server of embeddings or scores. Its gauge of running requests reads 0 at any load; but each request takes one
//! step, so that requests over steps are the slots when every step is full.

use super::admission::{Admission, is_budget, is_steady, is_usual, wait_words};
use super::sequence_limit::RULE;
use super::slot_room::actions;
use crate::metrics::{Histogram, Unit};
use crate::rule::{Account, Basis, Checked, Context, Evidence, Missing, Outcome, weight};
use crate::signal::{Caveat, Counter, Distribution};

/// Fewer steps leave room for chance.
const STEPS: f64 = 20.0;
const CEILING: f64 = 0.75;

pub(super) fn check(ctx: &Context<'_>, admission: &Admission) -> Checked {
    ctx.need_window()?;
    if let Some(other) = admission.deferral()? {
        return Outcome::clear(other);
    }
    if ctx.seen.last.has_caveat(Caveat::SeveralApiServers) {
        return Err(Missing::new(
            "the number of engine steps",
            "With several API servers vLLM counts a step up to once for each; one API server shows how many requests a step computes.",
        ));
    }
    let steps = ctx.need_count(Counter::Steps)?;
    let finished = ctx.need_count(Counter::Finished)?;
    if steps.value < STEPS {
        return Err(Missing::samples("engine steps", steps.value, STEPS));
    }
    let each = finished.value / steps.value;
    let slots = each.round();
    let step = ctx.laws.step_tokens.clone();
    let like_a_budget = step.as_ref().is_some_and(|step| is_budget(step.value));
    if !is_steady(each, like_a_budget) {
        return Outcome::clear(format!("A step computes {} requests on average, which is no steady number.", Unit::Count.show(each)));
    }
    let measure = ctx
        .computed("law.requests_per_step", "requests computed in each step", slots, Unit::Requests, &steps.source)
        .labelled("slots in use (requests computed in each step)")
        .inferred();
    let mut case = admission.case(ctx, Basis::Counters).at_most(CEILING).sees(weight::COUNTER, measure.clone());
    if !is_usual(slots) {
        case = case.against(format!("{} is no number that people choose for a limit.", Unit::Count.show(slots)));
    }
    if let Some(step) = &step {
        let evidence = Evidence::new("engine.step_tokens.mean", "mean tokens per engine step", step.clone(), ctx.seen.last.text_index);
        case = case.shows(Some(evidence));
        if like_a_budget && alike(ctx) {
            case = case.against("With prompts of one length, an exhausted token budget would hold the same number in each step.");
        }
    }
    let limit = Unit::Count.show(slots);
    let tokens = step.map_or_else(String::new, |step| format!(" of {} in all", Unit::Tokens.show(step.value)));
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("{} while each step computes {limit} requests{tokens}.", admission.waiting()),
            headline: format!("Requests wait{} for one of {limit} slots: each step computes {limit} of them.", wait_words(ctx)),
            formula: format!("requests finished over engine steps = {}, steady, while requests wait", Unit::Count.show(each)),
            threshold: slots,
            measure,
            actions: actions(ctx, slots, None),
        },
    ))
}

/// All prompts lie in one bucket of lengths.
fn alike(ctx: &Context<'_>) -> bool {
    let used = |histogram: &Histogram| {
        let mut below = 0.0;
        histogram.buckets.iter().filter(|bucket| std::mem::replace(&mut below, bucket.cumulative) < bucket.cumulative).count()
    };
    ctx.seen.distribution(Distribution::PromptLength).is_none_or(|lengths| used(&lengths.histogram) <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{BackendId, Gauge, Observation};

    /// 64 clients of an embedding server whose steps compute `each` prompts of 200 tokens.
    fn embeddings(each: f64) -> Observation {
        let at = |steps: f64| {
            let mut build = Build::new(BackendId::Vllm)
                .gauge(Gauge::Running, 0.0)
                .gauge(Gauge::Waiting, 48.0)
                .gauge(Gauge::KvUsage, 0.0)
                .counter(Counter::Preemptions, 0.0)
                .counter(Counter::Steps, steps)
                .counter(Counter::Finished, steps * each)
                .counter(Counter::OutputTokens, 0.0)
                .latency(Distribution::Ttft, steps * each, 0.8)
                .latency(Distribution::QueueTime, steps * each, 0.6)
                .latency(Distribution::PromptLength, steps * each, 200.0)
                .latency(Distribution::StepTokens, steps, 200.0 * each);
            build.0.caveats.push(Caveat::Pooling);
            build
        };
        window(at(10.0), at(70.0))
    }

    #[test]
    fn it_fires_when_every_step_computes_the_same_number_of_requests() {
        let outcome = check(&RULE, &embeddings(8.0));
        assert_eq!(fired(&outcome).measure.value, 8.0);
        assert!(fired(&outcome).actions.iter().any(|action| action.flag == "--max-num-seqs"));
    }

    #[test]
    fn it_is_clear_when_the_number_is_not_steady_and_doubts_where_a_budget_would_look_the_same() {
        assert!(matches!(check(&RULE, &embeddings(10.4)), Outcome::Clear(_)));
        // Ten of 200 tokens are 2,000 of a budget of 2,048.
        let doubted = check(&RULE, &embeddings(10.0));
        assert!(fired(&doubted).confidence.value < fired(&check(&RULE, &embeddings(8.0))).confidence.value);
    }

    #[test]
    fn it_cannot_know_where_steps_are_not_counted_as_such() {
        let mut several = embeddings(8.0);
        several.last_mut().caveats.push(Caveat::SeveralApiServers);
        assert!(matches!(check(&RULE, &several), Outcome::NotMeasurable(_)));
    }
}
