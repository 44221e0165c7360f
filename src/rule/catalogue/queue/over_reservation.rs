//! Q09: memory is reserved for output that never comes.

use super::admission::{Admission, RESERVED, gauge_weight, wait_words};
use crate::metrics::Unit;
use crate::rule::definition::SGLANG_TGI;
use crate::rule::explain::QUEUE_SYMPTOMS;
use crate::rule::laws::capacity;
use crate::rule::{Account, Action, Basis, BottleneckType, Checked, Context, Missing, Outcome, Role, Rule, Texts, flags, weight};
use crate::signal::{BackendId, Counter, Distribution, Gauge};

/// TGI: reserved over generated tokens per request (handbook Q09).
const RESERVED_OVER_GENERATED: f64 = 3.0;
/// SGLang: below this usage the pool has room that reservations keep free (SGLang's tuning guide: usage below 0.9 with a queue).
const USAGE: f64 = 0.9;
/// SGLang: assumed share of max_new_tokens; it starts at 0.7 and decays to about 0.1 (its scheduler).
const NEW_TOKEN_RATIO: f64 = 0.4;
/// SGLang never assumes more new tokens than this per request (SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION).
const CLIPPED_NEW_TOKENS: f64 = 4096.0;
/// What the reservations could claim at most must be able to fill this share of the pool, else slots are the limit.
const PLAUSIBLE: f64 = 0.5;

pub(super) static RULE: Rule = Rule {
    id: "over-reservation",
    code: "Q09",
    title: "Memory reserved, not used",
    kind: BottleneckType::QueueBuildup,
    role: Role::Cause,
    backends: SGLANG_TGI,
    explains: QUEUE_SYMPTOMS,
    texts: Texts {
        sees: "Requests wait while memory is kept for output that does not come. TGI: requests reserve at least three times the tokens that they generate. SGLang: token usage is below 90 % while the scheduler assumes 40 % or more of max_new_tokens.",
        why: "Admission counts what a request may generate, not what it does. Clients that ask for far more than they use keep others out of an empty cache.",
        what_to_do: "Ask for realistic output lengths; let SGLang's scheduler reserve less.",
        falsifier: "With lower reservations the number of running requests stays the same.",
        sources: &[
            "TGI, queue.rs: a request is admitted with input plus max_new_tokens.",
            "SGLang, hyperparameter tuning: usage below 0.9 with a queue, lower schedule-conservativeness to 0.3.",
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
    match ctx.backend() {
        BackendId::Tgi => tgi(ctx, &admission),
        BackendId::Sglang | BackendId::Vllm => sglang(ctx, &admission),
    }
}

fn tgi(ctx: &Context<'_>, admission: &Admission) -> Checked {
    let reserved = ctx.need_mean(Distribution::MaxNewTokens)?;
    let generated = ctx.need_mean(Distribution::OutputLength)?;
    let ratio = reserved.value / generated.value.max(1.0);
    let shown = Unit::Count.show(ratio);
    if ratio < RESERVED_OVER_GENERATED {
        return Outcome::clear(format!("Requests reserve {shown} times the tokens that they generate."));
    }
    if admission.kv.is_some_and(|(_, most)| most < RESERVED) {
        return Outcome::clear("The reserved tokens leave room in the batch.");
    }
    let measure = ctx.computed("law.reserved_over_generated", "reserved over generated tokens", ratio, Unit::Multiple, &reserved.source);
    let mut case = admission.case(ctx, Basis::Counters).sees(weight::COUNTER, measure.clone()).shows(ctx.mean(Distribution::MaxNewTokens));
    case = case.shows(ctx.mean(Distribution::OutputLength));
    case = match ctx.gauge(Gauge::KvUsage) {
        Some(usage) => case.sees(gauge_weight(ctx), usage),
        None => case.shows(ctx.gauge(Gauge::ReservedTokens)),
    };
    if ctx.is_window() && admission.kv.is_none() && admission.reserved != Some(true) {
        case = case.against("The reserved tokens do not stand at a limit, so that something else may keep requests waiting.");
    }
    let verify = "The reserved share falls, more requests run at once, and the queue empties.";
    let clients = format!(
        "Let clients send a realistic max_new_tokens: they ask for {} and get {} on average.",
        Unit::Count.show(reserved.value),
        Unit::Count.show(generated.value)
    );
    let mut actions = vec![Action::plain(clients, "Answers that need more are cut.", verify)];
    actions.extend(flags::advise(
        ctx.backend(),
        ctx.version(),
        "--max-total-tokens",
        "Lower it to the longest request that you mean to serve.",
        "Longer requests are refused.",
        verify,
    ));
    let what = format!("each reserves {shown} times the tokens that it generates");
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("{}; {what}.", admission.waiting()),
            headline: format!("Requests wait{} for memory that others reserve and do not use: {what}.", wait_words(ctx)),
            formula: format!("waiting, and reserved over generated tokens {shown} ≥ {RESERVED_OVER_GENERATED}"),
            measure,
            threshold: RESERVED_OVER_GENERATED,
            actions,
        },
    ))
}

fn sglang(ctx: &Context<'_>, admission: &Admission) -> Checked {
    let ratio = ctx.need_gauge(Gauge::NewTokenRatio)?;
    let (_, usage) = admission.kv.ok_or_else(|| Missing::gauge(ctx.backend(), Gauge::KvUsage))?;
    let running = ctx.need_gauge(Gauge::Running)?;
    if usage >= USAGE || ratio.value < NEW_TOKEN_RATIO {
        return Outcome::clear(format!(
            "Token usage is {} and the scheduler assumes {} of max_new_tokens.",
            Unit::Ratio.show(usage),
            Unit::Ratio.show(ratio.value)
        ));
    }
    if admission.reserved == Some(true) {
        return Outcome::clear("The running requests need the reserved memory at their usual length: the cache is simply small.");
    }
    let Some(capacity) = capacity(ctx.seen).map(|capacity| capacity.value) else {
        return Err(Missing::new("the KV capacity", "SGLang 0.5.6 or later exports max_total_num_tokens."));
    };
    if (running.value + 1.0) * CLIPPED_NEW_TOKENS * ratio.value + usage * capacity < PLAUSIBLE * capacity {
        return Outcome::clear("So few requests run that their reservations cannot fill the pool.");
    }
    let Some(measure) = ctx.gauge(Gauge::NewTokenRatio) else {
        return Err(Missing::gauge(ctx.backend(), Gauge::NewTokenRatio));
    };
    let mut case = admission.case(ctx, Basis::Gauges).sees(weight::GAUGE_SUSTAINED, measure.clone());
    if let Some(usage) = ctx.gauge(Gauge::KvUsage) {
        case = case.sees(weight::LAW, usage);
    }
    if ctx.is_window() && ctx.seen.count(Counter::Preemptions).is_some_and(|count| count.value > 0.0) {
        case = case.against("Requests were retracted in the window: the scheduler is careful for a reason.");
    }
    let verify = "Token usage above 90 % with one retraction a minute at most.";
    let change = "Lower it from 1.0 towards 0.3, so that more requests are admitted.";
    let actions = flags::advise(
        ctx.backend(),
        ctx.version(),
        "--schedule-conservativeness",
        change,
        "More retractions when outputs are long.",
        verify,
    );
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!(
                "{} at a token usage of {}; the scheduler assumes that requests use {} of their max_new_tokens.",
                admission.waiting(),
                Unit::Ratio.show(usage),
                Unit::Ratio.show(ratio.value)
            ),
            headline: format!(
                "Requests wait{} for memory that is reserved and not used: token usage is {}.",
                wait_words(ctx),
                Unit::Ratio.show(usage)
            ),
            formula: format!("waiting, token usage < {}, and new_token_ratio ≥ {NEW_TOKEN_RATIO}", Unit::Ratio.show(USAGE)),
            measure,
            threshold: NEW_TOKEN_RATIO,
            actions: actions.into_iter().collect(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, setting, window};

    fn batch(requests: f64, reserved: f64) -> Build {
        Build::new(BackendId::Tgi)
            .gauge(Gauge::Running, 14.0)
            .gauge(Gauge::Waiting, 129.0)
            .gauge(Gauge::ReservedTokens, 5700.0)
            .counter(Counter::Finished, requests)
            .latency(Distribution::MaxNewTokens, requests, reserved)
            .latency(Distribution::OutputLength, requests, 150.0)
            .latency(Distribution::PromptLength, requests, 200.0)
    }

    #[test]
    fn fires_when_requests_reserve_far_more_than_they_generate() {
        // Handbook scenario 31: max_new_tokens 4096 for answers of 150, a ratio of 27.
        let outcome = check(&RULE, &window(batch(0.0, 4096.0), batch(90.0, 4096.0)));
        assert!((fired(&outcome).measure.value - 4096.0 / 150.0).abs() < 1e-9);
    }

    #[test]
    fn is_possible_at_most_while_the_reserved_tokens_are_at_no_limit() {
        // Long prompts hold the others up; requests ask for 3.25 times what they get, as clients do.
        let seen = window(batch(0.0, 490.0).gauge(Gauge::ReservedTokens, 1400.0), batch(90.0, 490.0));
        assert_eq!(fired(&check(&RULE, &seen)).confidence.word, crate::rule::ConfidenceWord::Possible);
        let held = window(batch(0.0, 490.0), batch(90.0, 490.0));
        assert_eq!(fired(&check(&RULE, &held)).confidence.word, crate::rule::ConfidenceWord::Confirmed);
    }

    #[test]
    fn is_clear_when_requests_use_what_they_reserve() {
        assert!(matches!(check(&RULE, &window(batch(0.0, 220.0), batch(90.0, 220.0))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_reservations() {
        let mut blind = batch(90.0, 4096.0);
        blind.0.distributions.remove(&Distribution::MaxNewTokens);
        assert!(matches!(check(&RULE, &window(batch(0.0, 4096.0), blind)), Outcome::NotMeasurable(_)));
    }

    fn sglang(running: f64, usage: f64) -> Build {
        Build::new(BackendId::Sglang)
            .gauge(Gauge::Running, running)
            .gauge(Gauge::Waiting, 40.0)
            .gauge(Gauge::KvUsage, usage)
            .gauge(Gauge::NewTokenRatio, 0.62)
            .counter(Counter::Preemptions, 0.0)
            .counter(Counter::Finished, 500.0)
            .counter(Counter::PromptTokens, 500.0 * 512.0)
            .counter(Counter::OutputTokens, 500.0 * 200.0)
            .config(|config| config.kv_capacity_tokens = setting(400_000.0))
    }

    #[test]
    fn fires_when_sglang_keeps_half_the_pool_for_long_answers_that_stay_short() {
        // Handbook scenario 32: token usage 0.5 with a queue.
        fired(&check(&RULE, &window(sglang(280.0, 0.5), sglang(280.0, 0.5).counter(Counter::Finished, 600.0))));
    }

    #[test]
    fn is_clear_when_so_few_requests_run_that_slots_must_be_the_limit() {
        // Recorded with four slots: new_token_ratio still 0.62 ten seconds after start, token usage 0.
        assert!(matches!(check(&RULE, &window(sglang(4.0, 0.0), sglang(4.0, 0.0).counter(Counter::Finished, 600.0))), Outcome::Clear(_)));
    }
}
