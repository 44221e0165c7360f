//! C03: prefix caching is switched off.

use crate::metrics::Unit;
use crate::rule::definition::VLLM;
use crate::rule::{
    Account, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, Texts, flags, weight,
};
use crate::signal::{Reading, TimeBase};

pub(super) static RULE: Rule = Rule {
    id: "prefix-cache-disabled",
    code: "C03",
    title: "Prefix cache is off",
    kind: BottleneckType::CacheInefficiency,
    role: Role::Note,
    // SGLang and TGI do not export the setting, and finding nothing is not the same as not looking.
    backends: VLLM,
    explains: &[],
    texts: Texts {
        sees: "The setting enable_prefix_caching is False.",
        why: "Prompts that begin alike are computed again each time. Whether that matters depends on the prompts.",
        what_to_do: "Switch it on, unless it was switched off for a reason, such as a model that does not support it.",
        falsifier: "With the cache on, the share of prompt tokens found stays near zero.",
        sources: &["vLLM, automatic_prefix_caching.md.", "vLLM: enable_prefix_caching in vllm:cache_config_info."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let setting = ctx.seen.last.config.prefix_caching.as_ref().ok_or_else(|| {
        Missing::new("the setting enable_prefix_caching", "It stands in vllm:cache_config_info, which the Rust front end does not export.")
    })?;
    if setting.value {
        return Outcome::clear("The prefix cache is on.");
    }
    let reading = Reading { value: 0.0, unit: Unit::Flag, time_base: TimeBase::Config, source: setting.source.clone() };
    let measure = Evidence::new("config.prefix_caching", "prefix caching", reading, ctx.seen.last.text_index);
    let case = Case::new(ctx, Basis::Settings).sees(weight::COUNTER, measure.clone());
    let verify = "Prompt tokens are found in the prefix cache, and prompts with a known beginning reach their first token sooner.";
    let price = "A little host time to hash prompts.";
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Info,
            sentence: "Prefix caching is switched off.".to_owned(),
            headline: "Prefix caching is switched off.".to_owned(),
            formula: "enable_prefix_caching is False".to_owned(),
            measure,
            threshold: 1.0,
            actions: flags::advise(ctx.backend(), ctx.version(), "--enable-prefix-caching", "Switch it on.", price, verify)
                .into_iter()
                .collect(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot, source};
    use crate::signal::{BackendId, ConfigValue};

    fn vllm(on: Option<bool>) -> Build {
        Build::new(BackendId::Vllm).config(|config| {
            config.prefix_caching = on.map(|value| ConfigValue { value, inferred: false, source: source("vllm:cache_config_info") })
        })
    }

    #[test]
    fn it_is_a_note_when_the_setting_says_off() {
        let outcome = check(&RULE, &snapshot(vllm(Some(false))));
        assert_eq!(fired(&outcome).severity, Severity::Info);
    }

    #[test]
    fn it_is_clear_when_the_setting_says_on() {
        assert!(matches!(check(&RULE, &snapshot(vllm(Some(true)))), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_the_setting() {
        assert!(matches!(check(&RULE, &snapshot(vllm(None))), Outcome::NotMeasurable(_)));
    }
}
