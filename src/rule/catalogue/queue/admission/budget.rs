//! How full the engine's steps are.

use super::slots;
use crate::metrics::{Histogram, Unit};
use crate::rule::Context;
use crate::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Reading, TimeBase};

/// Steps whose tokens are mostly decodes say nothing of the budget: it takes this many tokens per running request.
const TOKENS_PER_RUNNING: f64 = 2.0;
/// A mean this close to a power of two is a budget that every step uses up (vLLM counts a prompt's tokens when its prefill ends, so
/// that single steps show nothing, but the mean is exact).
const CLOSE: f64 = 0.03;
/// Budgets that are met in practice.
const SMALLEST: f64 = 256.0;
const LARGEST: f64 = 65_536.0;
/// Prompt tokens for each output token from which steps are mostly prompts.
const PROMPTS_LEAD: f64 = 5.0;
/// Requests of a step, off a whole number by this at most: few steps are not full.
const STEADY: f64 = 0.05;
const EXACT_STEADY: f64 = 0.005;
/// Share of steps in the highest token bucket from which the budget is the limit, where steps are counted as scheduled (handbook Q03).
const STEPS_AT_BUDGET: f64 = 0.5;
/// TGI: prefill calls per admitted batch from which prompts are cut by the budget, and share of the busy time in them.
const CALLS_PER_BATCH: f64 = 2.0;
const PREFILL_TIME: f64 = 0.8;

/// The token budget as far as the metrics show it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rule::catalogue::queue) struct Budget {
    /// Most steps use it up.
    pub exhausted: bool,
    /// The budget, tokens per step, where the steps tell it.
    pub tokens: f64,
    /// What was measured against it: mean tokens per step, or TGI's prefill calls per batch.
    pub measured: Reading,
    /// What the measure must reach.
    pub limit: f64,
}

/// Over a window only: a lifetime mean decides nothing about now.
pub(super) fn of(ctx: &Context<'_>, slots: Option<f64>) -> Option<Budget> {
    match ctx.backend() {
        BackendId::Vllm => vllm(ctx, slots?),
        BackendId::Sglang => None,
        BackendId::Tgi => tgi(ctx),
    }
}

fn vllm(ctx: &Context<'_>, in_use: f64) -> Option<Budget> {
    let measured = ctx.laws.step_tokens.clone().filter(|mean| matches!(mean.time_base, TimeBase::Window(_)))?;
    let mean = measured.value;
    let prompts = mean >= TOKENS_PER_RUNNING * in_use / ranks(ctx);
    let at_mean = close_to_budget(mean) && slots::exact(ctx, in_use) != Some(true) && !steady_prompts(ctx);
    // Several API servers count parts of steps, so that only the mean is known.
    let top = ctx.seen.distribution(Distribution::StepTokens).and_then(|steps| highest_bucket(&steps.histogram));
    let at_bucket = top.filter(|(share, upper)| *share >= STEPS_AT_BUDGET && upper.is_finite() && mean >= 0.9 * upper);
    let tokens = at_bucket.map_or_else(|| nearest_budget(mean), |(_, upper)| upper);
    Some(Budget { exhausted: prompts && (at_mean || at_bucket.is_some()), tokens, measured, limit: (1.0 - CLOSE) * tokens })
}

/// A server of embeddings or scores whose steps hold a whole number of prompts is held by its slots, or cannot tell.
fn steady_prompts(ctx: &Context<'_>) -> bool {
    let count = |counter| ctx.seen.count(counter).map(|count| count.value);
    let each = count(Counter::Finished).zip(count(Counter::Steps)).map(|(finished, steps)| finished / steps);
    ctx.seen.last.has_caveat(Caveat::Pooling) && each.is_some_and(|each| is_steady(each, true))
}

/// As many requests finish in each step as are a whole number. Beside a round number of tokens it must be exact, for either may be chance.
pub(in crate::rule::catalogue::queue) fn is_steady(each: f64, like_a_budget: bool) -> bool {
    each >= 1.0 - STEADY && (each - each.round()).abs() <= if like_a_budget { EXACT_STEADY } else { STEADY }
}

/// Each rank has a budget and slots of its own.
fn ranks(ctx: &Context<'_>) -> f64 {
    ctx.seen.last.gauges.get(&Gauge::Running).map_or(1, |running| running.ranks.len().max(1)) as f64
}

fn nearest_budget(mean: f64) -> f64 {
    2.0_f64.powf(mean.max(1.0).log2().round()).clamp(SMALLEST, LARGEST)
}

pub(in crate::rule::catalogue::queue) fn close_to_budget(mean: f64) -> bool {
    (mean / nearest_budget(mean) - 1.0).abs() <= CLOSE
}

/// In one snapshot: the mean step since start looks like a budget, or TGI cuts its batches, which casts doubt on other limits.
pub(in crate::rule::catalogue::queue) fn lifetime_budget(ctx: &Context<'_>) -> bool {
    let steps = ctx.seen.mean(Distribution::StepTokens).map(|mean| mean.value);
    if ctx.seen.last.has_caveat(Caveat::SeveralApiServers) {
        // What a step holds is not known there; with nothing but prompts to compute it may be any budget.
        return prompts_lead(ctx);
    }
    let running = ctx.seen.gauge(Gauge::Running).map_or(0.0, |running| running.value);
    let calls = ctx.seen.count(Counter::PrefillCalls).map(|calls| calls.value);
    let batches = ctx.seen.observations(Distribution::AdmittedBatch).filter(|batches| *batches > 0.0);
    steps.is_some_and(|mean| mean >= TOKENS_PER_RUNNING * running && close_to_budget(mean))
        || calls.zip(batches).is_some_and(|(calls, batches)| calls / batches >= CALLS_PER_BATCH)
}

/// Prompts are most of what is computed, so far as is known.
pub(in crate::rule::catalogue::queue) fn prompts_lead(ctx: &Context<'_>) -> bool {
    let count = |counter| ctx.seen.count(counter).map(|count| count.value);
    let prompt = count(Counter::PromptTokensComputed).or_else(|| count(Counter::PromptTokens));
    // What is not known may be so.
    prompt.zip(count(Counter::OutputTokens)).is_none_or(|(prompt, output)| prompt >= PROMPTS_LEAD * output)
}

/// Share of steps in the highest bucket that holds any, and its upper bound.
fn highest_bucket(histogram: &Histogram) -> Option<(f64, f64)> {
    let total = histogram.observations().filter(|total| *total > 0.0)?;
    let mut below = 0.0;
    let mut top = None;
    for bucket in &histogram.buckets {
        if bucket.cumulative > below {
            top = Some(((bucket.cumulative - below) / total, bucket.upper));
        }
        below = bucket.cumulative;
    }
    top
}

/// TGI runs prefill calls back to back when prompts do not fit its budget, and each call moves the running decodes along.
fn tgi(ctx: &Context<'_>) -> Option<Budget> {
    let calls = ctx.seen.count(Counter::PrefillCalls).filter(|calls| matches!(calls.time_base, TimeBase::Window(_)))?;
    let batches = ctx.seen.observations(Distribution::AdmittedBatch).filter(|batches| *batches > 0.0)?;
    let prefill = ctx.seen.sum(Distribution::PrefillCallTime)?;
    let decode = ctx.seen.sum(Distribution::DecodeCallTime).unwrap_or(0.0);
    let per_batch = calls.value / batches;
    let prompt = ctx.seen.mean(Distribution::PromptLength)?.value;
    let admitted = ctx.seen.mean(Distribution::AdmittedBatch)?.value;
    let running = super::while_waiting(ctx, Gauge::Running).map_or(0.0, |(_, most)| most);
    let exhausted = per_batch >= CALLS_PER_BATCH && prefill >= PREFILL_TIME * (prefill + decode);
    let measured = Reading { value: per_batch, unit: Unit::Multiple, time_base: calls.time_base, source: calls.source };
    Some(Budget { exhausted, tokens: prompt * admitted / per_batch.max(1.0) + running, measured, limit: CALLS_PER_BATCH })
}
