//! Q03: each step is filled up to the token budget, so prompts wait their turn.

use super::admission::{Admission, KV_ROOM, LARGE_BUDGET, wait_words};
use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::explain::QUEUE_SYMPTOMS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Texts, flags, weight,
};
use crate::signal::{BackendId, Caveat, Distribution, Gauge};

/// SGLang: chunks per finished prefill from which prompts are cut up by the budget (handbook Q03).
const CHUNKS_PER_PREFILL: f64 = 2.0;

pub(super) static RULE: Rule = Rule {
    id: "token-budget-bound",
    code: "Q03",
    title: "Token budget exhausted",
    kind: BottleneckType::BatchSizeSuboptimal,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: QUEUE_SYMPTOMS,
    texts: Texts {
        sees: "Requests wait while the engine's steps carry as many tokens as a budget below 8192 allows, and the KV cache is less than 80 % full. vLLM: the mean step is a power of two to within 3 %, or most steps are in the highest bucket. SGLang: prompts are cut into two or more chunks on average. TGI: an admitted batch takes two or more prefill calls, which fill the time.",
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
    if ctx.backend() == BackendId::Tgi && admission.budget.is_none() {
        return Err(Missing::new(
            "the prefill calls and the admitted batches of the window",
            "TGI exports both with its own router and the v2 or v3 backend.",
        ));
    }
    // TGI's reservations stand still at a small budget too, so that the budget is asked first there.
    if admission.memory_bound() && !(ctx.backend() == BackendId::Tgi && admission.small_budget() == Some(true)) {
        return Outcome::clear("Requests wait, but memory is the nearer limit.");
    }
    match admission.kv {
        Some((_, kv)) if kv >= KV_ROOM => {
            let full = ctx.kv_full_now().unwrap_or_default();
            return Outcome::clear(format!("Requests wait, and the KV cache is {full}: memory may be the nearer limit."));
        }
        None if ctx.backend() != BackendId::Tgi => return Err(Missing::gauge(ctx.backend(), Gauge::KvUsage)),
        _ => {}
    }
    if admission.slow_tokens == Some(true) {
        return Outcome::clear("Tokens come too slowly already; longer steps would slow them further.");
    }
    let case = admission.case(ctx, Basis::Counters);
    match ctx.backend() {
        BackendId::Vllm => vllm(ctx, &admission, case),
        BackendId::Sglang => sglang(ctx, &admission, case),
        BackendId::Tgi => tgi(ctx, &admission, case),
    }
}

fn vllm(ctx: &Context<'_>, admission: &Admission, case: Case) -> Checked {
    if ctx.seen.last.has_caveat(Caveat::SeveralApiServers) && ctx.laws.step_tokens.is_none() {
        return Err(Missing::new(
            "the tokens of an engine step",
            "With several API servers vLLM counts a step up to once for each; give the time of each dump, then it follows from the tokens and the gaps between them.",
        ));
    }
    if ctx.laws.step_tokens.is_none() {
        ctx.need_distribution(Distribution::StepTokens)?;
    }
    let budget = admission.budget.as_ref().ok_or_else(|| Missing::samples("engine steps", 0.0, 1.0))?;
    let mean = Unit::Tokens.show(budget.measured.value);
    if !budget.exhausted {
        return Outcome::clear(format!("A step carries {mean} on average, which is no budget."));
    }
    if budget.tokens >= LARGE_BUDGET {
        return Outcome::clear(format!(
            "Steps use up a budget of {}, which is large: compute is the limit.",
            Unit::Tokens.show(budget.tokens)
        ));
    }
    let measure =
        Evidence::new("engine.step_tokens.mean", "mean tokens per engine step", budget.measured.clone(), ctx.seen.last.text_index);
    let case = case.sees(weight::COUNTER, measure.clone());
    let what = format!("each engine step carries {}, the token budget", Unit::Tokens.show(budget.tokens));
    Ok(fire(ctx, admission, case, measure, budget.limit, what, actions(ctx, Some(budget.tokens))))
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
    let measure = ctx.computed("law.chunks_per_prefill", "chunks over finished prefills", ratio, Unit::Multiple, &prefills.source);
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
    ctx.need_distribution(Distribution::PrefillCallTime)?;
    let budget = admission.budget.as_ref().ok_or_else(|| Missing::samples("prefill calls", 0.0, 1.0))?;
    let shown = Unit::Count.show(budget.measured.value);
    if !budget.exhausted {
        return Outcome::clear(format!("An admitted batch takes {shown} prefill calls."));
    }
    if budget.tokens >= LARGE_BUDGET {
        return Outcome::clear(format!(
            "Prefill calls use about {}, a large budget: compute is the limit.",
            Unit::Tokens.show(budget.tokens)
        ));
    }
    let label = "prefill calls per admitted batch";
    let measure = Evidence::new("law.prefill_calls_per_batch", label, budget.measured.clone(), ctx.seen.last.text_index);
    let case = case.sees(weight::COUNTER, measure.clone());
    let what = format!("a batch is cut into {shown} prefill calls of about {}", Unit::Tokens.show(budget.tokens));
    Ok(fire(ctx, admission, case, measure, budget.limit, what, actions(ctx, None)))
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
            sentence: format!("{}; {what}.", admission.waiting()),
            headline: format!("Requests wait{} for their share of the token budget: {what}.", wait_words(ctx)),
            formula: format!("waiting ≥ 1 all the time, KV usage < {}, and {}", Unit::Ratio.show(KV_ROOM), "steps at their token limit"),
            measure,
            threshold,
            actions,
        },
    )
}

fn actions(ctx: &Context<'_>, tokens: Option<f64>) -> Vec<Action> {
    let verify = "Steps below the budget, shorter time to first token, and the P99 gap between tokens not more than 20 % up.";
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
    use crate::signal::Counter;

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
    fn is_clear_when_the_budget_is_large() {
        let large = |build: Build, steps: f64| {
            build.histogram(Distribution::StepTokens, &[(64.0, 0.0), (512.0, 0.0), (16_384.0, steps), (f64::INFINITY, 0.0)], steps * 8192.0)
        };
        assert!(matches!(check(&RULE, &window(large(start(), 0.0), large(steps(1.0), 1000.0))), Outcome::Clear(_)));
    }

    #[test]
    fn fires_when_prompts_are_counted_at_their_end_but_the_mean_step_is_a_budget() {
        // vLLM's V1 engine: most steps show decodes only, few show whole prompts; simulated 512.2 tokens on average.
        let late = steps(1.0).histogram(
            Distribution::StepTokens,
            &[(64.0, 750.0), (512.0, 0.0), (2048.0, 200.0), (4096.0, 50.0), (f64::INFINITY, 0.0)],
            512_194.0,
        );
        let begin = start().histogram(
            Distribution::StepTokens,
            &[(64.0, 0.0), (512.0, 0.0), (2048.0, 0.0), (4096.0, 0.0), (f64::INFINITY, 0.0)],
            0.0,
        );
        fired(&check(&RULE, &window(begin, late)));
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
