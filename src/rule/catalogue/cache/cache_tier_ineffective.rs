//! C05: a second KV tier finds too little, or brings it back too slowly.

use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Distribution, Reading};

/// Useful share of the tokens looked up in the tier below which it does not help (own judgement).
const USEFUL: f64 = 0.05;
const TOKENS_NEEDED: f64 = 10_000.0;

pub(super) static RULE: Rule = Rule {
    id: "cache-tier-ineffective",
    code: "C05",
    title: "Second cache tier hardly helps",
    kind: BottleneckType::CacheInefficiency,
    role: Role::Risk,
    backends: VLLM_SGLANG,
    explains: &[],
    texts: Texts {
        sees: "A host or external KV tier is in use, and fewer than 5 % of the tokens looked up there were found, or loading a token back takes longer than computing it.",
        why: "The tier costs memory, bandwidth and a look-up on each request. When it finds little, or is slower than the GPU, it delays the first token instead of bringing it forward.",
        what_to_do: "Make the tier larger or faster, or switch it off.",
        falsifier: "Without the tier the first token of the same prompts comes later.",
        sources: &["vLLM: external_prefix_cache counters.", "SGLang, HiCache: load-back time and tokens.", "Own judgement: 5 %."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_window()?;
    if ctx.backend() == BackendId::Sglang { sglang(ctx) } else { vllm(ctx) }
}

fn vllm(ctx: &Context<'_>) -> Checked {
    let looked_up = ctx.need_count(Counter::ExternalQueries)?;
    let found = ctx.need_count(Counter::ExternalHits)?;
    if looked_up.value <= 0.0 {
        return Outcome::clear("No external KV tier was asked.");
    }
    if looked_up.value < TOKENS_NEEDED {
        return Err(Missing::samples("tokens looked up in the external tier", looked_up.value, TOKENS_NEEDED));
    }
    let share = found.value / looked_up.value;
    if share >= USEFUL {
        return Outcome::clear(format!("{} of the tokens looked up in the external tier were found.", Unit::Ratio.show(share)));
    }
    let measure = ctx.computed("prefix_cache.external_hit_rate", "tokens found in the external tier", share, Unit::Ratio, &found.source);
    let case = Case::new(ctx, Basis::Counters).sees(weight::COUNTER, measure.clone()).shows(ctx.count(Counter::ExternalQueries));
    Ok(case.fire(
        &RULE,
        account(
            ctx,
            measure,
            format!("{} of {} looked up in the external tier were found.", Unit::Ratio.show(share), Unit::Tokens.show(looked_up.value)),
        ),
    ))
}

fn sglang(ctx: &Context<'_>) -> Checked {
    let tier = ctx.seen.last.config.host_tier.as_ref();
    if tier.is_some_and(|on| !on.value) {
        return Outcome::clear("There is no second KV tier.");
    }
    if tier.is_none() {
        return Err(Missing::new(
            "signs of a host tier",
            "SGLang exports them with --enable-hierarchical-cache; without it there is nothing to judge.",
        ));
    }
    if let Some(slow) = slower_than_computing(ctx) {
        let (load, compute) = slow;
        let shown = format!("{} per token to load back, {} to compute", Unit::Seconds.show(load.value), Unit::Seconds.show(compute.value));
        let threshold = compute.value;
        let measure = Evidence::new("prefix_cache.load_back_per_token", "time to load a token back", load, ctx.seen.last.text_index);
        let case = Case::new(ctx, Basis::Counters).sees(weight::COUNTER, measure.clone()).shows(ctx.law(
            &ctx.laws.prefill_cost,
            "law.prefill_cost",
            "time to compute a prompt token",
        ));
        let account = Account { threshold, ..account(ctx, measure, format!("The host tier is slower than computing: {shown}.")) };
        return Ok(case.fire(&RULE, account));
    }
    let host = ctx.need_count(Counter::HostHits)?;
    let found = host.value + ctx.seen.count(Counter::StorageHits).map_or(0.0, |reading| reading.value);
    let asked = missed_on_device(ctx, found)?;
    if asked < TOKENS_NEEDED {
        return Err(Missing::samples("tokens looked up in the host tier", asked, TOKENS_NEEDED));
    }
    let share = found / asked;
    if share >= USEFUL {
        return Outcome::clear(format!("{} of the tokens that the device lacked were found in the host tier.", Unit::Ratio.show(share)));
    }
    let measure = ctx.computed("prefix_cache.host_hit_rate", "tokens found in the host tier", share, Unit::Ratio, &host.source);
    let case = Case::new(ctx, Basis::Counters).sees(weight::COUNTER, measure.clone());
    Ok(case.fire(
        &RULE,
        account(
            ctx,
            measure,
            format!("{} of {} that the device lacked were found in the host tier.", Unit::Ratio.show(share), Unit::Tokens.show(asked)),
        ),
    ))
}

/// Tokens that had to be sought beyond the device: those found in the tier, and those computed in the end.
fn missed_on_device(ctx: &Context<'_>, found_in_tier: f64) -> Result<f64, Missing> {
    if let Some(computed) = ctx.seen.count(Counter::PromptTokensComputed) {
        return Ok(computed.value + found_in_tier);
    }
    let (queries, hits) = (ctx.need_count(Counter::PrefixQueries)?, ctx.need_count(Counter::PrefixHits)?);
    Ok((queries.value - hits.value).max(0.0) + found_in_tier)
}

/// Seconds per token to load back and to compute, when the former is longer.
fn slower_than_computing(ctx: &Context<'_>) -> Option<(Reading, Reading)> {
    let tokens = ctx.seen.count(Counter::LoadBackTokens).filter(|tokens| tokens.value >= TOKENS_NEEDED)?;
    let times = ctx.seen.distribution(Distribution::LoadBackTime)?;
    let compute = ctx.laws.prefill_cost.clone()?;
    let load =
        Reading { value: times.histogram.sum? / tokens.value, unit: Unit::Seconds, time_base: ctx.seen.time_base(), source: times.source };
    (load.value > compute.value).then_some((load, compute))
}

fn account(ctx: &Context<'_>, measure: Evidence, sentence: String) -> Account {
    let verify = "More than 5 % of the tokens looked up in the tier are found, and loading one back is faster than computing it.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let candidates = match ctx.backend() {
        BackendId::Sglang => vec![
            advise("--hicache-ratio", "Raise it, so that more stays in the host tier.", "Host memory."),
            advise(
                "--enable-hierarchical-cache",
                "Remove it, if the workload reuses nothing after long pauses.",
                "Evicted prefixes must be computed again.",
            ),
        ],
        _ => vec![
            advise("--kv-offloading-size", "Raise it, so that more stays in the tier.", "Host memory."),
            advise(
                "--kv-transfer-config",
                "Remove the connector, if the workload reuses nothing after long pauses.",
                "Evicted prefixes must be computed again.",
            ),
        ],
    };
    Account {
        severity: ctx.impact(&[crate::rule::Symptom::Ttft]).efficiency().min(crate::rule::Severity::Medium),
        headline: sentence.clone(),
        sentence,
        formula: format!(
            "found in the tier < {} of the tokens looked up there, or slower to load than to compute",
            Unit::Ratio.show(USEFUL)
        ),
        measure,
        threshold: USEFUL,
        actions: candidates.into_iter().flatten().collect::<Vec<Action>>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{Gauge, Observation};

    fn seen(queries: f64, hits: f64) -> Observation {
        let start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 8.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, 1000.0)
            .counter(Counter::ExternalQueries, 0.0)
            .counter(Counter::ExternalHits, 0.0);
        let end = start
            .clone()
            .at(60.0)
            .counter(Counter::Finished, 1200.0)
            .counter(Counter::ExternalQueries, queries)
            .counter(Counter::ExternalHits, hits);
        window(start, end)
    }

    #[test]
    fn it_fires_when_the_external_tier_finds_next_to_nothing() {
        let outcome = check(&RULE, &seen(200_000.0, 2_000.0));
        assert!((fired(&outcome).measure.value - 0.01).abs() < 1e-12);
    }

    #[test]
    fn it_is_clear_when_the_tier_helps_or_is_not_used() {
        assert!(matches!(check(&RULE, &seen(200_000.0, 80_000.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(0.0, 0.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_from_few_tokens_or_without_the_counters() {
        assert!(matches!(check(&RULE, &seen(5_000.0, 0.0)), Outcome::NotMeasurable(_)));
        let mut without = seen(200_000.0, 2_000.0);
        without.last_mut().counters.remove(&Counter::ExternalHits);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
