//! I08: drafted tokens are rejected too often to pay for themselves.

use super::ITL_SYMPTOMS;
use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Gauge};

/// Tokens per verified step below which drafting hardly pays (own judgement: drafting and verifying add some tenths of a step).
const LENGTH: f64 = 1.3;
/// Below this it cannot pay in practice.
const LENGTH_MEDIUM: f64 = 1.15;
/// Accepted share of drafted tokens below which most of the drafting is waste (own judgement).
const ACCEPTED: f64 = 0.30;
/// With this many tokens per step, a low accepted share still leaves a gain.
const LENGTH_GOOD: f64 = 2.0;
const DRAFTS_NEEDED: f64 = 1000.0;
/// From this many decoding requests on, verification competes with decoding for compute.
const HIGH_LOAD: f64 = 64.0;

pub(super) static RULE: Rule = Rule {
    id: "poor-speculation",
    code: "I08",
    title: "Speculation does not pay",
    kind: BottleneckType::HighLatency,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: ITL_SYMPTOMS,
    texts: Texts {
        sees: "Speculative decoding is on, and a verified step yields fewer than 1.3 tokens, or fewer than 30 % of the drafted tokens are accepted.",
        why: "A step with drafts costs more than one without. If d is the cost of one drafted token relative to a plain step, speculation pays only while the accepted share of drafted tokens is above d; below that it slows every request down.",
        what_to_do: "Draft fewer tokens, use another draft method for this traffic, or switch speculation off, above all under high load.",
        falsifier: "Without speculation the time per output token at the same load is longer.",
        sources: &[
            "vLLM, speculative decoding metrics: mean acceptance length = 1 + accepted/drafts.",
            "vLLM, speculative decoding: for medium to low request rates.",
            "Own judgement: 1.3 tokens per step, 30 % accepted.",
        ],
    },
    check,
};

/// What the counters or gauges say of acceptance.
struct Acceptance {
    /// Tokens per verified step, the bonus token included.
    length: f64,
    accepted: Option<f64>,
    /// Verified steps behind the numbers; `None` for gauges.
    drafts: Option<f64>,
    measure: Evidence,
}

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_window()?;
    let seen = match ctx.backend() {
        BackendId::Sglang => sglang(ctx)?,
        _ => vllm(ctx)?,
    };
    let Some(seen) = seen else {
        return Outcome::clear("Speculative decoding is off.");
    };
    let share =
        seen.accepted.map_or_else(String::new, |accepted| format!(", {} of the drafted tokens are accepted", Unit::Ratio.show(accepted)));
    let outputs = ctx.seen.tokens_per_delivery().map_or_else(String::new, |tokens| {
        format!("; an output holds {} on average, with the steps that had no draft", Unit::Tokens.show(tokens.value))
    });
    let words = format!("A verified step yields {} tokens{share}{outputs}", Unit::Count.show(seen.length));
    let low_share = seen.accepted.is_some_and(|accepted| accepted < ACCEPTED);
    if seen.length >= LENGTH && !low_share {
        return Outcome::clear(format!("{words}."));
    }
    let (basis, evidence) =
        if seen.drafts.is_some() { (Basis::Counters, weight::COUNTER) } else { (Basis::Gauges, weight::GAUGE_SUSTAINED) };
    let mut case = Case::new(ctx, basis).sees(evidence, seen.measure.clone());
    if let Some(drafts) = seen.drafts {
        case = case.samples(drafts, DRAFTS_NEEDED);
    }
    if seen.length >= LENGTH_GOOD {
        case = case.against("Each step still yields two tokens or more.");
    }
    let crowded = ctx.laws.decode_concurrency.as_ref().is_some_and(|law| law.value >= HIGH_LOAD);
    if crowded && let Some(law) = ctx.law(&ctx.laws.decode_concurrency, "law.decode_concurrency", "requests decoding on average") {
        case = case.sees(weight::PROXY, law);
    }
    case = case.lacks(&Missing::new("the time per token without speculation", "Run the same load once with speculation switched off."));
    let base = if seen.length < LENGTH_MEDIUM { Severity::Medium } else { Severity::Low };
    let impact = ctx.impact(RULE.explains);
    Ok(case.fire(
        &RULE,
        Account {
            severity: if impact.violated { base.max(impact.severity()) } else { base },
            sentence: format!("{words}."),
            headline: format!("Speculative decoding does not pay: a step yields {} tokens{share}.", Unit::Count.show(seen.length)),
            formula: format!(
                "tokens per verified step < {LENGTH}, or accepted share < {}; it pays while a drafted token costs less than the accepted share of a plain step",
                Unit::Ratio.show(ACCEPTED)
            ),
            threshold: if low_share && seen.length >= LENGTH { ACCEPTED } else { LENGTH },
            measure: seen.measure,
            actions: actions(ctx),
        },
    ))
}

fn vllm(ctx: &Context<'_>) -> Result<Option<Acceptance>, Missing> {
    let counter = |counter| {
        ctx.seen.count(counter).ok_or_else(|| {
            Missing::feature(
                "speculation counters",
                "vLLM exports them while speculative decoding is on; without it there is nothing to judge.",
            )
        })
    };
    let (drafts, drafted, accepted) =
        (counter(Counter::SpecDrafts)?, counter(Counter::SpecDraftTokens)?, counter(Counter::SpecAcceptedTokens)?);
    if drafts.value <= 0.0 || drafted.value <= 0.0 {
        return Err(Missing::samples("drafts", drafts.value, DRAFTS_NEEDED));
    }
    let length = 1.0 + accepted.value / drafts.value;
    let share = accepted.value / drafted.value;
    let measure = measure(ctx, length, share, &accepted.source);
    Ok(Some(Acceptance { length, accepted: Some(share), drafts: Some(drafts.value), measure }))
}

/// SGLang counts verified steps of finished requests in newer releases; older ones have gauges of the last batches only.
fn sglang(ctx: &Context<'_>) -> Result<Option<Acceptance>, Missing> {
    let on = ctx.seen.gauge_span(Gauge::SpecAcceptLength);
    // The gauge reads 0 while speculation is off.
    if on.is_some_and(|(_, most)| most <= 0.0) {
        return Ok(None);
    }
    if let (Some(calls), Some(tokens)) = (ctx.seen.count(Counter::SpecVerifyCalls), ctx.seen.count(Counter::OutputTokens))
        && calls.value > 0.0
        && tokens.value > 0.0
    {
        let length = tokens.value / calls.value;
        let drafted = ctx.seen.last.config.speculative_tokens.as_ref().map(|setting| setting.value).filter(|drafted| *drafted > 1.0);
        let share = drafted.map(|drafted| ((length - 1.0) / (drafted - 1.0)).clamp(0.0, 1.0));
        let measure = measure(ctx, length, share.unwrap_or(1.0), &calls.source);
        return Ok(Some(Acceptance { length, accepted: share, drafts: Some(calls.value), measure }));
    }
    let length = ctx.need_gauge(Gauge::SpecAcceptLength)?;
    let (_, most) = on.unwrap_or((length.value, length.value));
    let measure = Evidence::new("speculation.accept_length", "tokens per verified step, as reported", length, ctx.seen.last.text_index);
    Ok(Some(Acceptance { length: most, accepted: None, drafts: None, measure }))
}

/// The number that condemns it: tokens per step, or the accepted share when the former is fine.
fn measure(ctx: &Context<'_>, length: f64, share: f64, source: &crate::signal::Source) -> Evidence {
    if share < ACCEPTED && length >= LENGTH {
        ctx.computed("speculation.accepted_share", "accepted share of drafted tokens", share, Unit::Ratio, source)
    } else {
        ctx.computed("speculation.tokens_per_step", "tokens per verified step", length, Unit::Tokens, source)
    }
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "Time per output token falls at the same load, or stays the same with fewer drafted tokens.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let fewer = "Fewer tokens per step where drafts do fit.";
    let candidates = match ctx.backend() {
        BackendId::Vllm => vec![advise(
            "--speculative-config",
            "Lower num_speculative_tokens, change the method, or remove the setting to switch speculation off.",
            fewer,
        )],
        BackendId::Sglang => vec![
            advise("--speculative-num-draft-tokens", "Lower it.", fewer),
            advise("--speculative-algorithm", "Remove it to switch speculation off.", "Slower single requests where drafts do fit."),
        ],
        BackendId::Tgi => Vec::new(),
    };
    candidates.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::Observation;

    fn base(backend: BackendId) -> Build {
        Build::new(backend).at(0.0).gauge(Gauge::Running, 8.0).gauge(Gauge::Waiting, 0.0).counter(Counter::Finished, 100.0)
    }

    /// 10,000 drafts of 5 tokens.
    fn seen(accepted: f64) -> Observation {
        let zero = |build: Build| {
            build.counter(Counter::SpecDrafts, 0.0).counter(Counter::SpecDraftTokens, 0.0).counter(Counter::SpecAcceptedTokens, 0.0)
        };
        let start = zero(base(BackendId::Vllm));
        let end = start
            .clone()
            .at(60.0)
            .counter(Counter::Finished, 200.0)
            .counter(Counter::SpecDrafts, 10_000.0)
            .counter(Counter::SpecDraftTokens, 50_000.0)
            .counter(Counter::SpecAcceptedTokens, accepted);
        window(start, end)
    }

    #[test]
    fn it_fires_when_few_drafted_tokens_are_accepted() {
        // 15 % accepted: 1.75 tokens per step.
        let outcome = check(&RULE, &seen(7_500.0));
        let finding = fired(&outcome);
        assert!((finding.measure.value - 0.15).abs() < 1e-12);
        assert_eq!(finding.severity, Severity::Low);
    }

    #[test]
    fn a_step_that_yields_hardly_more_than_one_token_is_worse() {
        let outcome = check(&RULE, &seen(1_000.0));
        let finding = fired(&outcome);
        assert!((finding.measure.value - 1.1).abs() < 1e-12);
        assert_eq!(finding.severity, Severity::Medium);
    }

    #[test]
    fn a_low_share_with_a_long_step_is_doubted() {
        // 25 % of 5 tokens: 2.25 tokens per step.
        let outcome = check(&RULE, &seen(12_500.0));
        assert!(fired(&outcome).confidence.value <= 0.4 + 1e-12);
    }

    #[test]
    fn it_is_clear_when_drafts_fit_or_speculation_is_off() {
        assert!(matches!(check(&RULE, &seen(40_000.0)), Outcome::Clear(_)));
        let off = base(BackendId::Sglang).gauge(Gauge::SpecAcceptLength, 0.0);
        assert!(matches!(check(&RULE, &window(off.clone(), off.at(60.0).counter(Counter::Finished, 200.0))), Outcome::Clear(_)));
    }

    #[test]
    fn sglang_counts_tokens_per_verified_step() {
        let start = base(BackendId::Sglang)
            .gauge(Gauge::SpecAcceptLength, 1.2)
            .counter(Counter::SpecVerifyCalls, 0.0)
            .counter(Counter::OutputTokens, 0.0);
        let end = start
            .clone()
            .at(60.0)
            .counter(Counter::Finished, 200.0)
            .counter(Counter::SpecVerifyCalls, 5_000.0)
            .counter(Counter::OutputTokens, 6_000.0);
        let outcome = check(&RULE, &window(start, end));
        assert!((fired(&outcome).measure.value - 1.2).abs() < 1e-12);
    }

    #[test]
    fn it_cannot_know_without_the_counters() {
        let mut without = seen(7_500.0);
        without.last_mut().counters.remove(&Counter::SpecDrafts);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
