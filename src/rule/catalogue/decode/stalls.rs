//! The long gaps between tokens, and how much of them prefill can account for.

use super::pauses::{self, AgainstPrefills, Pauses};
use super::{GAPS_NEEDED, PROMPT_TAIL};
use crate::metrics::{Histogram, Unit};
use crate::rule::{Context, Missing};
use crate::signal::{BackendId, Counter, Distribution, Reading};
use crate::stats::{Place, quantile};

/// vLLM: gaps take at most this many times the geometric mean of all prefill work and of that in steps long enough for a gap.
/// On simulated servers prefill causes up to 2.0 times, other stalls 3.3 times and more.
const LONG_STEPS_EXPLAIN: f64 = 2.5;
/// SGLang: gaps take at most this share of the prefill work, which its stage times overstate. Prefill causes up to 0.87 times
/// there, other stalls 0.96 times and more.
const STAGES_EXPLAIN: f64 = 0.9;
/// Within this factor of the limit the comparison says little.
const CLOSE: f64 = 1.15;
/// With fewer requests decoding on average, gaps say more of who happened to be there than of the server.
const DECODING_NEEDED: f64 = 2.0;
/// Fewest requests for a cost per prompt token.
const REQUESTS_NEEDED: f64 = 10.0;
/// A prefill takes at least this share of a fast first token, however long a decode step is.
const LEAST_PREFILL: f64 = 0.3;
/// Gaps that take this many times the most that prefill can have taken are not its doing. The factor allows for more requests decoding
/// while prompts are computed than otherwise.
const BEYOND_BOUND: f64 = 2.0;

/// The long gaps of a window.
pub(super) struct Stalls {
    /// L9: share of decode time in gaps, a lower bound.
    pub share: Reading,
    /// Seconds from which a gap counts.
    pub from: f64,
    /// What prefill can account for; `None` when its cost per token cannot be worked out.
    pub prefill: Option<Prefill>,
    /// The long gaps as pauses of the engine.
    pub pauses: Option<f64>,
    /// Pauses beside the prefills that are long enough for them; `None` where no time of prefills is exported.
    pub against_prefills: Option<AgainstPrefills>,
    pub gaps: f64,
    /// Preemptions per finished request.
    pub preempted: Option<f64>,
    /// A few prompts are far longer than the rest.
    pub rare_giants: bool,
    /// Fewer than two requests decode on average.
    pub lonely: bool,
}

/// Prefill work beside the gaps.
pub(super) struct Prefill {
    /// Share of the window that prefill takes, as a reading to show.
    pub share: Reading,
    /// The largest share of decode time in gaps that this work can cause.
    pub explains: f64,
    /// The share is the most that prefill can have taken, for its cost per token is unknown.
    pub at_most: bool,
}

impl Stalls {
    pub fn of(ctx: &Context<'_>) -> Result<Self, Missing> {
        let gaps = ctx.need_distribution(Distribution::Itl)?.histogram.observations().unwrap_or(0.0);
        if gaps <= 0.0 {
            return Err(Missing::samples("gaps between tokens", 0.0, GAPS_NEEDED));
        }
        let from = ctx.laws.stall_from.unwrap_or(0.0);
        Ok(Stalls {
            share: ctx.need_law(&ctx.laws.stall_share, "the share of decode time spent in long gaps")?,
            from,
            prefill: prefill(ctx, from),
            pauses: pauses::count(ctx, from),
            against_prefills: AgainstPrefills::of(ctx, from),
            gaps,
            preempted: ctx.laws.preemptions_per_request.as_ref().map(|law| law.value),
            rare_giants: rare_giants(ctx),
            lonely: ctx.laws.decode_concurrency.as_ref().is_some_and(|law| law.value < DECODING_NEEDED),
        })
    }

    /// True when the prefill work is large enough for the gaps; `None` when that is not known.
    pub fn explained(&self) -> Option<bool> {
        if self.beyond_prefill().is_some() {
            return Some(false);
        }
        let prefill = self.prefill.as_ref()?;
        if prefill.at_most {
            return (self.share.value > prefill.explains).then_some(false);
        }
        Some(self.share.value <= prefill.explains)
    }

    /// There are more pauses than prefills that take as long.
    pub fn beyond_prefill(&self) -> Option<Pauses> {
        self.against_prefills.as_ref()?.beyond()
    }

    /// Whether there are about as many prefills as pauses that take as long.
    pub fn fits_prefill(&self) -> Option<bool> {
        self.against_prefills.as_ref().map(AgainstPrefills::fit)
    }

    /// The prefill work is just enough or just too little: either answer is doubtful.
    pub fn close_call(&self) -> bool {
        self.prefill.as_ref().filter(|prefill| !prefill.at_most).is_some_and(|prefill| {
            let ratio = self.share.value / prefill.explains;
            (1.0 / CLOSE..=CLOSE).contains(&ratio)
        })
    }

    /// Only the most that prefill can have taken is known.
    pub fn only_bounded(&self) -> bool {
        self.prefill.as_ref().is_some_and(|prefill| prefill.at_most)
    }

    pub fn words(&self) -> String {
        format!("Gaps of {} or more take at least {} of the decode time", Unit::Seconds.show(self.from), Unit::Ratio.show(self.share.value))
    }
}

/// The cost of prefill could not be worked out, so that its share of the gaps stays unknown.
pub(super) fn unknown_prefill(ctx: &Context<'_>) -> Missing {
    if ctx.seen.distribution(Distribution::PromptLength).is_none() {
        return Missing::distribution(ctx.backend(), Distribution::PromptLength);
    }
    Missing::new(
        "the share of time that prefill takes",
        "It follows from time to first token and prompt lengths of at least 10 requests, with the times of the dumps.",
    )
}

fn prefill(ctx: &Context<'_>, from: f64) -> Option<Prefill> {
    estimated(ctx, from).or_else(|| bounded(ctx))
}

fn estimated(ctx: &Context<'_>, from: f64) -> Option<Prefill> {
    let seconds = ctx.seen.seconds()?;
    let cost = cost_per_token(ctx)?;
    let tokens = uncached_tokens(ctx)?;
    let share = (tokens.value / seconds * cost).min(1.0);
    let explains = if ctx.backend() == BackendId::Sglang {
        STAGES_EXPLAIN * share
    } else {
        let long = (tokens_in_long_work(ctx, from / cost)? / seconds * cost).min(1.0);
        LONG_STEPS_EXPLAIN * (share * long).sqrt()
    };
    let reading = Reading { value: share, unit: Unit::Ratio, time_base: ctx.seen.time_base(), source: tokens.source };
    Some(Prefill { share: reading, explains, at_most: false })
}

/// The most that prefill can have taken: the time of all prefills, as if no two had shared a step; where that is not exported, the time
/// in which any request was before its first token.
fn bounded(ctx: &Context<'_>) -> Option<Prefill> {
    let seconds = ctx.seen.seconds()?;
    let time = ctx.seen.distribution(Distribution::PrefillTime).or_else(|| ctx.seen.distribution(Distribution::Ttft))?;
    if time.histogram.observations()? < REQUESTS_NEEDED {
        return None;
    }
    let share = (time.histogram.sum? / seconds).min(1.0);
    let reading = Reading { value: share, unit: Unit::Ratio, time_base: ctx.seen.time_base(), source: time.source };
    Some(Prefill { share: reading, explains: BEYOND_BOUND * share, at_most: true })
}

/// Seconds per prompt token that had to be computed: a fast first token (vLLM) or the median prefill stage (SGLang) less one decode
/// step, over the median prompt.
fn cost_per_token(ctx: &Context<'_>) -> Option<f64> {
    let uncached = ctx.seen.distribution(Distribution::UncachedPromptLength);
    // Whole prompts stand in for their uncached part, in proportion.
    let part = if uncached.is_some() { 1.0 } else { uncached_part(ctx) };
    let prompts = uncached.or_else(|| ctx.seen.distribution(Distribution::PromptLength))?;
    if prompts.histogram.observations()? < REQUESTS_NEEDED {
        return None;
    }
    let prompt = (part * quantile(&prompts.histogram, 0.5)?.point).max(1.0);
    let (distribution, q) = match ctx.backend() {
        BackendId::Sglang => (Distribution::PrefillTime, 0.5),
        _ => (Distribution::Ttft, 0.1),
    };
    let fast = quantile(&ctx.seen.distribution(distribution)?.histogram, q).filter(|fast| fast.place != Place::First)?.point;
    let step = quantile(&ctx.seen.distribution(Distribution::Itl)?.histogram, 0.5)?.point;
    let cost = (fast - step).max(LEAST_PREFILL * fast) / prompt;
    (cost.is_finite() && cost > 0.0).then_some(cost)
}

/// Prompt tokens that had to be computed in the window.
fn uncached_tokens(ctx: &Context<'_>) -> Option<Reading> {
    if let Some(computed) = ctx.seen.count(Counter::PromptTokensComputed) {
        return Some(computed);
    }
    let prompt = ctx.seen.count(Counter::PromptTokens)?;
    let cached = ctx.seen.count(Counter::PromptTokensCached).or_else(|| ctx.seen.count(Counter::PrefixHits));
    let value = (prompt.value - cached.map_or(0.0, |cached| cached.value)).max(0.0);
    Some(Reading { value, ..prompt })
}

/// Share of the prompt tokens that had to be computed; all of them where the cache is not counted.
fn uncached_part(ctx: &Context<'_>) -> f64 {
    let computed = uncached_tokens(ctx).map(|tokens| tokens.value);
    let all = ctx.seen.count(Counter::PromptTokens).map(|tokens| tokens.value).filter(|all| *all > 0.0);
    computed.zip(all).map_or(1.0, |(computed, all)| (computed / all).clamp(0.0, 1.0))
}

/// Tokens computed together with at least `size` others. Early releases count no steps, or those of up to a few hundred tokens only; they
/// compute a prompt in one piece, so that the long prompts stand in for the long steps.
fn tokens_in_long_work(ctx: &Context<'_>, size: f64) -> Option<f64> {
    let reaches = |histogram: &Histogram, size| {
        histogram.buckets.iter().rfind(|bucket| bucket.upper.is_finite()).is_some_and(|last| last.upper >= size)
    };
    if let Some(steps) = ctx.seen.distribution(Distribution::StepTokens).filter(|steps| reaches(&steps.histogram, size)) {
        return Some(tokens_in_long_steps(&steps.histogram, size));
    }
    let part = uncached_part(ctx);
    let prompts = ctx.seen.distribution(Distribution::PromptLength).filter(|prompts| reaches(&prompts.histogram, size / part))?;
    Some(part * tokens_in_long_steps(&prompts.histogram, size / part))
}

/// Tokens in steps of at least `size` tokens: all tokens less those of shorter steps, which are few and well resolved.
fn tokens_in_long_steps(steps: &Histogram, size: f64) -> f64 {
    let (mut low, mut below, mut short) = (0.0, 0.0, 0.0);
    for bucket in steps.buckets.iter().filter(|bucket| bucket.upper.is_finite()) {
        if low >= size {
            break;
        }
        let to = bucket.upper.min(size);
        let share = if bucket.upper > low { (to - low) / (bucket.upper - low) } else { 1.0 };
        short += (bucket.cumulative - below) * share * f64::midpoint(low, to);
        (low, below) = (bucket.upper, bucket.cumulative);
    }
    (steps.sum.unwrap_or(0.0) - short).max(0.0)
}

/// P99 of the prompts is at least ten times the median, and P90 is not: fewer than one prompt in ten is a giant.
pub(super) fn rare_giants(ctx: &Context<'_>) -> bool {
    let Some(prompts) = ctx.seen.distribution(Distribution::PromptLength) else {
        return false;
    };
    let at = |q| quantile(&prompts.histogram, q).map_or(0.0, |found| found.point);
    let median = at(0.5).max(1.0);
    at(0.99) >= PROMPT_TAIL * median && at(0.9) < 0.5 * PROMPT_TAIL * median
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Bucket;

    #[test]
    fn long_steps_hold_what_short_ones_do_not() {
        // 90 decode steps of up to 64 tokens and 10 steps at a budget of 8192.
        let bucket = |upper, cumulative| Bucket { upper, cumulative };
        let steps = Histogram::new(
            vec![bucket(64.0, 90.0), bucket(4096.0, 90.0), bucket(8192.0, 100.0), bucket(16_384.0, 100.0), bucket(f64::INFINITY, 100.0)],
            Some(90.0 * 32.0 + 81_920.0),
            Some(100.0),
        );
        assert_eq!(tokens_in_long_steps(&steps, 2000.0), 81_920.0);
        // Above the budget nothing is left but the rounding of the bucket that holds it.
        assert!(tokens_in_long_steps(&steps, 16_384.0) < 0.3 * 81_920.0);
    }
}
