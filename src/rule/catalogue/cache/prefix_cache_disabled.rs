//! C03: prefix caching is switched off.

use super::{PrefixUse, TOKENS_NEEDED};
use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Reading, TimeBase};

pub(super) static RULE: Rule = Rule {
    id: "prefix-cache-disabled",
    code: "C03",
    title: "Prefix cache is off",
    kind: BottleneckType::CacheInefficiency,
    role: Role::Note,
    backends: VLLM_SGLANG,
    explains: &[],
    texts: Texts {
        sees: "vLLM: the setting enable_prefix_caching is False. SGLang: not one of at least 100,000 prompt tokens was found in the cache and none was ever evicted, which a running cache hardly ever shows.",
        why: "Prompts that begin alike are computed again each time. Whether that matters depends on the prompts.",
        what_to_do: "Switch it on, unless it was switched off for a reason, such as a model that does not support it.",
        falsifier: "With the cache on, the share of prompt tokens found stays near zero.",
        sources: &["vLLM, automatic_prefix_caching.md.", "SGLang: --disable-radix-cache."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if ctx.backend() == BackendId::Sglang { suspected(ctx) } else { by_setting(ctx) }
}

fn by_setting(ctx: &Context<'_>) -> Checked {
    let setting = ctx.seen.last.config.prefix_caching.as_ref().ok_or_else(|| {
        Missing::new("the setting enable_prefix_caching", "It stands in vllm:cache_config_info, which the Rust front end does not export.")
    })?;
    if setting.value {
        return Outcome::clear("The prefix cache is on.");
    }
    let reading = Reading { value: 0.0, unit: Unit::Count, time_base: TimeBase::Config, source: setting.source.clone() };
    let measure = Evidence::new("config.prefix_caching", "prefix caching", reading, ctx.seen.last.text_index).shown_as("off");
    let case = Case::new(ctx, Basis::Settings).sees(weight::COUNTER, measure.clone());
    Ok(case.fire(&RULE, account(ctx, measure, "Prefix caching is switched off.".to_owned(), "enable_prefix_caching is False")))
}

/// SGLang does not export the setting. Even unrelated chats share the beginning of the template, so that exactly nothing is telling.
fn suspected(ctx: &Context<'_>) -> Checked {
    let seen = PrefixUse::of(ctx)?;
    if seen.found > 0.0 {
        return Outcome::clear(format!("{} of the prompt tokens were found in the prefix cache.", Unit::Ratio.show(seen.rate())));
    }
    if seen.looked_up < TOKENS_NEEDED {
        return Err(Missing::samples("prompt tokens looked up", seen.looked_up, TOKENS_NEEDED));
    }
    let evicted = ctx.seen.last.counters.get(&Counter::EvictedTokens).map_or(0.0, |value| value.value);
    if evicted > 0.0 {
        return Outcome::clear("Nothing was found, but cached tokens were evicted: the prefix cache is on.");
    }
    let case = Case::new(ctx, Basis::Counters)
        .at_most(0.49)
        .sees(weight::LAW, seen.evidence.clone())
        .holds(weight::PROXY)
        .lacks(&Missing::new("the setting", "Look for --disable-radix-cache in the start-up arguments or in /server_info."));
    let sentence = format!("Not one of {} looked up was found: the prefix cache seems to be off.", Unit::Tokens.show(seen.looked_up));
    Ok(case.fire(&RULE, account(ctx, seen.evidence, sentence, "no prompt token found and none evicted")))
}

fn account(ctx: &Context<'_>, measure: Evidence, sentence: String, formula: &str) -> Account {
    let verify = "Prompt tokens are found in the prefix cache, and prompts with a known beginning reach their first token sooner.";
    let (flag, change) = match ctx.backend() {
        BackendId::Sglang => ("--disable-radix-cache", "Remove it, if it is set."),
        _ => ("--enable-prefix-caching", "Switch it on."),
    };
    Account {
        severity: Severity::Info,
        headline: sentence.clone(),
        sentence,
        formula: formula.to_owned(),
        measure,
        threshold: 1.0,
        actions: flags::advise(ctx.backend(), ctx.version(), flag, change, "A little host time to hash prompts.", verify)
            .into_iter()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot, source};
    use crate::signal::ConfigValue;

    fn vllm(on: Option<bool>) -> Build {
        Build::new(BackendId::Vllm).config(|config| {
            config.prefix_caching = on.map(|value| ConfigValue { value, inferred: false, source: source("vllm:cache_config_info") })
        })
    }

    #[test]
    fn the_setting_decides_for_vllm() {
        let outcome = check(&RULE, &snapshot(vllm(Some(false))));
        assert_eq!(fired(&outcome).severity, Severity::Info);
        assert!(matches!(check(&RULE, &snapshot(vllm(Some(true)))), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &snapshot(vllm(None))), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn sglang_is_suspected_only_when_exactly_nothing_is_found() {
        let seen = |hits: f64| Build::new(BackendId::Sglang).counter(Counter::PrefixQueries, 5e6).counter(Counter::PrefixHits, hits);
        let outcome = check(&RULE, &snapshot(seen(0.0)));
        assert!(fired(&outcome).confidence.value < 0.5);
        assert!(matches!(check(&RULE, &snapshot(seen(10.0))), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &snapshot(Build::new(BackendId::Sglang))), Outcome::NotMeasurable(_)));
    }
}
