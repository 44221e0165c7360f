//! C01: prompts do not share beginnings.

use super::{PrefixUse, TOKENS_NEEDED};
use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, StateKind, Texts, weight,
};
use crate::signal::{BackendId, Counter, Distribution, Gauge};

/// Below this share of prompt tokens found, nothing is reused (own judgement).
const HIT_RATE: f64 = 0.05;
/// vLLM: sampled blocks that were reused, as a share of all sampled blocks, below which reuse does not happen (own judgement).
const REUSED_BLOCKS: f64 = 0.05;
/// SGLang: evicted tokens as a share of looked-up ones below which eviction is not the reason (own judgement).
const EVICTED: f64 = 0.01;

/// From this KV usage, or this many preemptions per request, cached prefixes are pushed out at once (the limits of rules K02 and K01).
const KV_FULL: f64 = 0.90;
const PREEMPTIONS: f64 = 0.01;

pub(super) static RULE: Rule = Rule {
    id: "no-prefix-reuse",
    code: "C01",
    title: "Prompts share no beginnings",
    kind: BottleneckType::CacheInefficiency,
    role: Role::Note,
    backends: VLLM_SGLANG,
    explains: &[],
    texts: Texts {
        sees: "The prefix cache is on, at least 100,000 prompt tokens were looked up in the window, and fewer than 5 % were found.",
        why: "Nothing is wrong with the server: the workload has no shared prompt beginnings, so that every prompt is computed in full. Caches of any size would not change that.",
        what_to_do: "If the prompts do have common parts (system prompt, examples, documents), put them first and keep them byte for byte the same.",
        falsifier: "With identical prompt beginnings sent twice in a row, the second one is not found either.",
        sources: &["vLLM, automatic_prefix_caching.md: equal beginnings are reused.", "Own judgement: 5 % of 100,000 tokens."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    ctx.need_window()?;
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    if ctx.seen.last.config.prefix_caching.as_ref().is_some_and(|on| !on.value) {
        return Outcome::clear("The prefix cache is switched off.");
    }
    let seen = PrefixUse::of(ctx)?;
    if seen.looked_up > 0.0 && seen.rate() >= HIT_RATE {
        return Outcome::clear(format!("{} of the prompt tokens were found in the prefix cache.", Unit::Ratio.show(seen.rate())));
    }
    if seen.looked_up < TOKENS_NEEDED {
        return Err(Missing::samples("prompt tokens looked up", seen.looked_up, TOKENS_NEEDED));
    }
    if ctx.state.kind == StateKind::WarmingUp {
        return Err(Missing::new("a warm cache", "Take the dumps after the first five minutes of the process."));
    }
    if pressed(ctx) {
        return Err(Missing::new(
            "room in the KV cache",
            "A full KV cache pushes cached prefixes out, so that reuse cannot be judged. Take the dumps at less load.",
        ));
    }
    let mut case = Case::new(ctx, Basis::Counters).sees(weight::COUNTER, seen.evidence.clone());
    match unused(ctx, seen.looked_up) {
        Some(true) => case = case.holds(weight::LAW),
        // Unique prompts are evicted as well: eviction alone proves nothing.
        Some(false) if ctx.backend() == BackendId::Sglang => {}
        Some(false) => case = case.against("Sampled blocks are reused, so that a larger cache might find more."),
        None => {
            case = case.lacks(&match ctx.backend() {
                BackendId::Sglang => Missing::counter(ctx.backend(), Counter::EvictedTokens),
                _ => Missing::new("reuse of sampled KV blocks", "Start vLLM 0.12 or later with --kv-cache-metrics."),
            });
        }
    }
    if ctx.backend() == BackendId::Sglang && seen.found <= 0.0 {
        case = case.lacks(&Missing::new(
            "the setting of the prefix cache",
            "Look for --disable-radix-cache in the start-up arguments or in /server_info.",
        ));
    }
    if seen.inflated {
        case = case.against("This release counts a look-up again each time a waiting request is tried, which lowers the hit rate.");
    }
    let verify = "The share of prompt tokens found rises with the new prompt layout.";
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Info,
            sentence: format!(
                "{} of {} looked up were found in the prefix cache: the prompts share no beginnings.",
                Unit::Ratio.show(seen.rate()),
                Unit::Tokens.show(seen.looked_up)
            ),
            headline: "The prompts share no beginnings, so that the prefix cache has nothing to reuse.".to_owned(),
            formula: format!("found < {} of at least {} looked up", Unit::Ratio.show(HIT_RATE), Unit::Tokens.show(TOKENS_NEEDED)),
            measure: seen.evidence,
            threshold: HIT_RATE,
            actions: vec![Action::plain("Put the parts that all prompts share at their beginning.", "A change in the client.", verify)],
        },
    ))
}

/// The KV cache is nearly full or preempts, which leaves no room for cached prefixes.
fn pressed(ctx: &Context<'_>) -> bool {
    let full = ctx.seen.gauge_span(Gauge::KvUsage).is_some_and(|(_, most)| most >= KV_FULL);
    full || ctx.laws.preemptions_per_request.as_ref().is_some_and(|law| law.value >= PREEMPTIONS)
}

/// True when nothing suggests that a larger cache would find more; `None` when it is not measured.
fn unused(ctx: &Context<'_>, looked_up: f64) -> Option<bool> {
    match ctx.backend() {
        BackendId::Sglang => Some(ctx.seen.count(Counter::EvictedTokens)?.value / looked_up < EVICTED),
        _ => {
            let blocks = ctx.seen.observations(Distribution::KvBlockLifetime).filter(|blocks| *blocks > 0.0)?;
            Some(ctx.seen.observations(Distribution::KvReuseGap)? / blocks < REUSED_BLOCKS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::Observation;

    fn seen(prompt: f64, cached: f64) -> Observation {
        let start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 8.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, 1000.0)
            .counter(Counter::PromptTokens, 0.0)
            .counter(Counter::PromptTokensCached, 0.0);
        let end = start
            .clone()
            .at(60.0)
            .counter(Counter::Finished, 1200.0)
            .counter(Counter::PromptTokens, prompt)
            .counter(Counter::PromptTokensCached, cached);
        window(start, end)
    }

    #[test]
    fn it_is_a_note_when_unique_prompts_find_nothing() {
        let outcome = check(&RULE, &seen(300_000.0, 300.0));
        let finding = fired(&outcome);
        assert_eq!((finding.severity, finding.role), (Severity::Info, Role::Note));
    }

    #[test]
    fn it_is_clear_when_prompts_are_reused() {
        assert!(matches!(check(&RULE, &seen(300_000.0, 200_000.0)), Outcome::Clear(_)));
    }

    #[test]
    fn a_full_cache_cannot_tell() {
        let mut full = seen(300_000.0, 300.0);
        full.last = Build::again(&full.last).gauge(Gauge::KvUsage, 0.98).0.into();
        assert!(matches!(check(&RULE, &full), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn it_cannot_know_from_few_tokens_or_without_the_counters() {
        assert!(matches!(check(&RULE, &seen(50_000.0, 0.0)), Outcome::NotMeasurable(_)));
        let mut without = seen(300_000.0, 300.0);
        without.last_mut().counters.remove(&Counter::PromptTokensCached);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
