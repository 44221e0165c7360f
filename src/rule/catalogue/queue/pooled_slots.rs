//! The limit of sequences of a server of embeddings or scores. Its gauge of running requests reads 0 at any load; but each request takes one
//! step, so that requests over steps are the slots when every step is full.

use super::admission::{Admission, is_budget, is_steady, is_usual, wait_words};
use super::sequence_limit::RULE;
use super::slot_room::actions;
use crate::metrics::{Histogram, Unit};
use crate::rule::{Account, Basis, Checked, Context, Evidence, Missing, Outcome, weight};
use crate::signal::{Caveat, Counter, Distribution, Source};

/// Fewer steps leave room for chance.
const STEPS: f64 = 20.0;
/// As for steps: fewer requests leave room for chance.
const REQUESTS: f64 = 30.0;
const CEILING: f64 = 0.75;
/// What is inside at either end of a window makes the average of a full batch this much off, at most a request.
const OFF: f64 = 0.02;

/// How many requests are computed at a time.
struct Batch {
    each: f64,
    path: &'static str,
    label: &'static str,
    source: Source,
    /// Counted in steps, not averaged over time.
    counted: bool,
}

pub(super) fn check(ctx: &Context<'_>, admission: &Admission) -> Checked {
    ctx.need_window()?;
    if let Some(other) = admission.deferral()? {
        return Outcome::clear(other);
    }
    let Batch { each, path, label, source, counted } = batch(ctx)?;
    let slots = each.round();
    let step = ctx.laws.step_tokens.clone();
    let like_a_budget = step.as_ref().is_some_and(|step| is_budget(step.value));
    if counted && !is_steady(each, like_a_budget) {
        return Outcome::clear(format!("A step computes {} requests on average, which is no steady number.", Unit::Count.show(each)));
    }
    if !counted && (!is_usual(slots) || (each - slots).abs() > (OFF * slots).clamp(0.05, 1.0)) {
        let each = Unit::Count.show(each);
        return Err(Missing::new(
            "the number of engine steps",
            format!(
                "{each} requests are computed at a time on average, which may be a full batch or not; one API server that exports iteration_tokens_total shows how many a step computes."
            ),
        ));
    }
    let measure = ctx.computed(path, label, slots, Unit::Requests, &source).labelled(format!("slots in use ({label})")).inferred();
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
    let computes = if counted { format!("each step computes {limit}") } else { format!("{limit} are computed at a time") };
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("{} while {computes}{tokens}.", admission.waiting()),
            headline: format!("Requests wait{} for one of {limit} slots: {computes}.", wait_words(ctx)),
            formula: if counted {
                format!("requests finished over engine steps = {}, steady, while requests wait", Unit::Count.show(each))
            } else {
                format!("seconds of inference over seconds of the window = {}, while requests wait", Unit::Count.show(each))
            },
            threshold: slots,
            measure,
            actions: actions(ctx, slots, None),
        },
    ))
}

/// By steps where they are counted as such; else by the time that requests spent in inference, which over the window is how many were in
/// it on average (Little's law).
fn batch(ctx: &Context<'_>) -> Result<Batch, Missing> {
    let finished = ctx.count(Counter::Finished).map(|count| count.value).or_else(|| ctx.seen.observations(Distribution::E2e));
    let finished = finished.ok_or_else(|| Missing::counter(ctx.backend(), Counter::Finished))?;
    let steps = ctx.seen.count(Counter::Steps).filter(|_| !ctx.seen.last.has_caveat(Caveat::SeveralApiServers));
    if let Some(steps) = steps {
        if steps.value < STEPS {
            return Err(Missing::samples("engine steps", steps.value, STEPS));
        }
        let (path, label) = ("law.requests_per_step", "requests computed in each step");
        return Ok(Batch { each: finished / steps.value, path, label, source: steps.source, counted: true });
    }
    if finished < REQUESTS {
        return Err(Missing::samples("finished requests", finished, REQUESTS));
    }
    let seconds = ctx.need_seconds()?;
    let times = ctx.need_distribution(Distribution::InferenceTime).or_else(|_| ctx.need_distribution(Distribution::PrefillTime))?;
    let spent = times.histogram.sum.ok_or_else(|| Missing::distribution(ctx.backend(), Distribution::InferenceTime))?;
    let (path, label) = ("law.requests_in_inference", "requests computed at a time, on average");
    Ok(Batch { each: spent / seconds, path, label, source: times.source, counted: false })
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
    fn where_steps_are_not_counted_as_such_the_time_in_inference_tells() {
        // 480 requests in 60 s; `seconds` each make 8 at a time, or 5.5.
        let spent = |seconds: f64| {
            let mut seen = embeddings(8.0);
            let mut build = Build::new(BackendId::Vllm).latency(Distribution::InferenceTime, 80.0, seconds);
            let first = build.0.distributions.remove(&Distribution::InferenceTime);
            let last = Build::new(BackendId::Vllm)
                .latency(Distribution::InferenceTime, 560.0, seconds)
                .0
                .distributions
                .remove(&Distribution::InferenceTime);
            seen.last_mut().caveats.push(Caveat::SeveralApiServers);
            seen.last_mut().distributions.extend(last.map(|spread| (Distribution::InferenceTime, spread)));
            if let Some(before) = seen.first.as_mut() {
                std::sync::Arc::make_mut(before).distributions.extend(first.map(|spread| (Distribution::InferenceTime, spread)));
            }
            check(&RULE, &seen)
        };
        assert_eq!(fired(&spent(1.0)).measure.value, 8.0);
        assert!(matches!(spent(0.69), Outcome::NotMeasurable(_)));
        let mut blind = embeddings(8.0);
        blind.last_mut().caveats.push(Caveat::SeveralApiServers);
        assert!(matches!(check(&RULE, &blind), Outcome::NotMeasurable(_)));
    }
}
