//! Whether the caches earn their keep.

mod cache_tier_ineffective;
mod multimodal_cache_miss;
mod no_prefix_reuse;
mod prefix_cache_disabled;

use crate::metrics::Unit;
use crate::rule::{Context, Evidence, Missing, Rule};
use crate::signal::{BackendId, Caveat, Counter};

pub(super) const RULES: &[&Rule] =
    &[&no_prefix_reuse::RULE, &prefix_cache_disabled::RULE, &cache_tier_ineffective::RULE, &multimodal_cache_miss::RULE];

/// Tokens that must have been looked up before a hit rate means anything.
const TOKENS_NEEDED: f64 = 100_000.0;

/// Prompt tokens looked up in the prefix cache, and those found.
struct PrefixUse {
    looked_up: f64,
    found: f64,
    /// The hit rate as evidence.
    evidence: Evidence,
    /// vLLM up to 0.26 counts a look-up again at each scheduling retry, so that the hit rate reads too low.
    inflated: bool,
}

impl PrefixUse {
    /// From prompt tokens by source where they are counted, because each prompt is counted once there; else from look-ups.
    fn of(ctx: &Context<'_>) -> Result<Self, Missing> {
        let by_source = ctx.seen.count(Counter::PromptTokensCached).zip(ctx.seen.count(Counter::PromptTokens));
        let direct = by_source.filter(|_| ctx.backend() == BackendId::Vllm);
        let inflated = direct.is_none() && ctx.seen.last.has_caveat(Caveat::PrefixQueriesInflated);
        let (found, looked_up) = match direct {
            Some(pair) => pair,
            None => (ctx.need_count(Counter::PrefixHits)?, ctx.need_count(Counter::PrefixQueries)?),
        };
        let rate = if looked_up.value > 0.0 { found.value / looked_up.value } else { 0.0 };
        let evidence = ctx.computed("prefix_cache.hit_rate", "prompt tokens found in the prefix cache", rate, Unit::Ratio, &found.source);
        Ok(PrefixUse { looked_up: looked_up.value, found: found.value, evidence, inflated })
    }

    fn rate(&self) -> f64 {
        self.evidence.value
    }
}
