//! Q03: each step is filled up to the token budget, so prompts wait their turn.

use super::admission::{Admission, Budget, KV_ROOM, STEPS_AT_BUDGET, budget, wait_words};
use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::explain::QUEUE_SYMPTOMS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Distribution, Gauge};

/// SGLang: chunks per finished prefill from which prompts are cut up by the budget (handbook Q03).
const CHUNKS_PER_PREFILL: f64 = 2.0;
/// TGI: share of batch merges that name chunking as their reason.
const CHUNKING_SHARE: f64 = 0.5;
/// From this budget on, a step is long because of the work in it, not because of what each step costs anyway (vLLM's guide: above
/// 8192 for throughput).
const LARGE_BUDGET: f64 = 8192.0;

pub(super) static RULE: Rule = Rule {
    id: "token-budget-bound",
    code: "Q03",
    title: "Token budget exhausted",
    kind: BottleneckType::BatchSizeSuboptimal,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: QUEUE_SYMPTOMS,
    texts: Texts {
        sees: "Requests wait while most engine steps carry as many tokens as the budget allows, and the KV cache is less than 80 % full. SGLang: prompts are cut into two or more chunks on average. TGI: most batch merges happen because of chunking.",
        why: "A step computes at most the budgeted number of tokens. When prompts bring more than that, they take several steps each, and those behind them wait.",
        what_to_do: "Raise the token budget; longer steps cost some smoothness between tokens.",
        falsifier: "With a larger budget the steps are filled again and the queue is as long: then compute is the limit.",
        sources: &[
            "vLLM, optimization.md: a larger max_num_batched_tokens gives better time to first token, a smaller one better inter-token latency.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let admission = Admission::of(ctx)?;
    if let Some(sentence) = admission.no_queue() {
        return Outcome::clear(sentence);
    }
    ctx.need_window()?;
    if admission.memory_bound() {
        return Outcome::clear("Requests wait, but memory is the nearer limit.");
    }
    let (_, kv) = admission.kv.ok_or_else(|| Missing::gauge(ctx.backend(), Gauge::KvUsage))?;
    if kv >= KV_ROOM {
        return Outcome::clear(format!(
            "Requests wait, and the KV cache is {} full: memory may be the nearer limit.",
            Unit::Ratio.show(kv)
        ));
    }
    let case = admission.case(ctx, Basis::Counters);
    match ctx.backend() {
        BackendId::Vllm => vllm(ctx, &admission, case),
        BackendId::Sglang => sglang(ctx, &admission, case),
        BackendId::Tgi => tgi(ctx, &admission, case),
    }
}

fn vllm(ctx: &Context<'_>, admission: &Admission, case: Case) -> Checked {
    let steps = ctx.need_distribution(Distribution::StepTokens)?;
    let budget: Budget = budget(ctx).ok_or_else(|| Missing::samples("engine steps", 0.0, 1.0))?;
    let shown = Unit::Ratio.show(budget.share);
    if !(budget.share >= STEPS_AT_BUDGET && budget.prefill && budget.pinned) {
        return Outcome::clear(format!("{shown} of the steps are in the highest token bucket, and they do not stand at a budget."));
    }
    let measure = ctx.computed("law.steps_at_budget", "share of steps at the token budget", budget.share, Unit::Ratio, &steps.source);
    let mut case = case.sees(weight::COUNTER, measure.clone());
    if budget.tokens >= LARGE_BUDGET {
        case = case.against(format!("The budget of {} is large already: compute is the likelier limit.", Unit::Tokens.show(budget.tokens)));
    }
    let what = format!("{shown} of the engine's steps carry {} at most, the token budget", Unit::Tokens.show(budget.tokens));
    Ok(fire(ctx, admission, case, measure, STEPS_AT_BUDGET, what, actions(ctx, Some(budget.tokens))))
}

fn sglang(ctx: &Context<'_>, admission: &Admission, case: Case) -> Checked {
    let prefills = ctx.need_distribution(Distribution::PrefillTime)?;
    let chunks = ctx.seen.observations(Distribution::PrefillChunkTime).unwrap_or(0.0);
    let finished = prefills.histogram.observations().filter(|count| *count > 0.0).ok_or_else(|| Missing::samples("prefills", 0.0, 1.0))?;
    let ratio = chunks / finished;
    let shown = Unit::Count.show(ratio);
    if ratio < CHUNKS_PER_PREFILL {
        return Outcome::clear(format!("A prompt took {shown} further chunks on average."));
    }
    let measure = ctx.computed("law.chunks_per_prefill", "chunks per finished prefill", ratio, Unit::Count, &prefills.source);
    let case = case.sees(weight::COUNTER, measure.clone());
    Ok(fire(
        ctx,
        admission,
        case,
        measure,
        CHUNKS_PER_PREFILL,
        format!("a prompt is cut into {shown} chunks before its last one"),
        actions(ctx, None),
    ))
}

fn tgi(ctx: &Context<'_>, admission: &Admission, case: Case) -> Checked {
    let chunking = ctx.need_count(Counter::ConcatChunking)?;
    let all = [Counter::ConcatChunking, Counter::ConcatBackpressure, Counter::ConcatWaitExceeded];
    let merges: f64 = all.iter().filter_map(|counter| ctx.seen.count(*counter)).map(|count| count.value).sum();
    let share = if merges > 0.0 { chunking.value / merges } else { 0.0 };
    let shown = Unit::Ratio.show(share);
    if share < CHUNKING_SHARE {
        return Outcome::clear(format!("{shown} of the batch merges were chunks."));
    }
    let measure = ctx.computed("law.chunking_share", "share of batch merges for chunking", share, Unit::Ratio, &chunking.source);
    let case = case.sees(weight::LAW, measure.clone());
    Ok(fire(
        ctx,
        admission,
        case,
        measure,
        CHUNKING_SHARE,
        format!("{shown} of the batch merges are chunks of prompts"),
        actions(ctx, None),
    ))
}

fn fire(
    ctx: &Context<'_>,
    admission: &Admission,
    case: Case,
    measure: Evidence,
    threshold: f64,
    what: String,
    actions: Vec<Action>,
) -> Outcome {
    let usage = ctx.gauge(Gauge::KvUsage);
    let case = if let Some(usage) = usage { case.sees(weight::GAUGE_ONCE, usage) } else { case };
    case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("{} requests wait; {what}.", admission.waiting()),
            headline: format!("Requests wait{} for their share of the token budget: {what}.", wait_words(ctx)),
            formula: format!("waiting ≥ 1 all the time, KV usage < {}, and {}", Unit::Ratio.show(KV_ROOM), "steps at their token limit"),
            measure,
            threshold,
            actions,
        },
    )
}

fn actions(ctx: &Context<'_>, tokens: Option<f64>) -> Vec<Action> {
    let verify =
        "Fewer than 30 % of the steps at the budget, shorter time to first token, and the P99 gap between tokens not more than 20 % up.";
    let tradeoff = "Longer steps: the slowest gaps between tokens grow, and activations need a little more memory.";
    let change = tokens.map_or_else(
        || "Raise it, for example to twice its value.".to_owned(),
        |tokens| format!("Raise it from {} to {}.", Unit::Count.show(tokens), Unit::Count.show(tokens * 4.0)),
    );
    let flag: &[&str] = match ctx.backend() {
        BackendId::Vllm => &["--max-num-batched-tokens"],
        BackendId::Sglang => &["--chunked-prefill-size", "--max-prefill-tokens"],
        BackendId::Tgi => &["--max-batch-prefill-tokens"],
    };
    flag.iter().filter_map(|flag| flags::advise(ctx.backend(), ctx.version(), flag, change.clone(), tradeoff, verify)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};

    fn steps(share_at_budget: f64) -> Build {
        let total = 1000.0;
        let top = total * share_at_budget;
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 25.0)
            .gauge(Gauge::Waiting, 12.0)
            .gauge(Gauge::KvUsage, 0.13)
            .counter(Counter::Preemptions, 0.0)
            .counter(Counter::Finished, 400.0)
            .latency(Distribution::Ttft, 400.0, 3.0)
            .histogram(
                Distribution::StepTokens,
                &[(64.0, total - top), (512.0, top), (f64::INFINITY, 0.0)],
                top * 512.0 + (total - top) * 30.0,
            )
    }

    fn start() -> Build {
        steps(0.0).counter(Counter::Finished, 0.0).latency(Distribution::Ttft, 0.0, 3.0).histogram(
            Distribution::StepTokens,
            &[(64.0, 0.0), (512.0, 0.0), (f64::INFINITY, 0.0)],
            0.0,
        )
    }

    #[test]
    fn fires_when_every_step_is_at_the_budget() {
        // Handbook Q03, budget_small: all steps at a cap of 512, 25 running, KV 13 % full.
        let outcome = check(&RULE, &window(start(), steps(1.0)));
        assert!(fired(&outcome).confidence.value > 0.8);
        assert!(fired(&outcome).actions.iter().any(|action| action.flag == "--max-num-batched-tokens"));
    }

    #[test]
    fn is_clear_when_full_steps_are_rare() {
        assert!(matches!(check(&RULE, &window(start(), steps(0.2))), Outcome::Clear(_)));
    }

    #[test]
    fn is_clear_when_steps_carry_one_token_for_each_of_many_running_requests() {
        let decodes = |build: Build| build.gauge(Gauge::Running, 500.0);
        assert!(matches!(check(&RULE, &window(decodes(start()), decodes(steps(1.0)))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_steps() {
        let mut blind = steps(1.0);
        blind.0.distributions.remove(&Distribution::StepTokens);
        assert!(matches!(check(&RULE, &window(start(), blind)), Outcome::NotMeasurable(_)));
    }
}
