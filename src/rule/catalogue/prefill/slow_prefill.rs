//! P01: the first token is late because computing the prompt takes so long.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::laws::lengths;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Queue, Role, Rule, Symptom, Texts,
    TtftTarget, flags, weight,
};
use crate::signal::{BackendId, Caveat, Distribution, Reading};

/// Share of the time to first token from which prefill is the cause (handbook P01).
const SHARE: f64 = 0.5;
/// Queueing above this share is the cause instead.
const QUEUE_SHARE: f64 = 0.5;
/// Requests for a P95 with a finite interval.
const REQUESTS: f64 = 59.0;
/// Without times of the phases: prompts from this length on are long, and with fewer requests than this before their first token, hardly
/// anybody waits (own judgement).
const LONG_PROMPT: f64 = 2000.0;
const HARDLY_ANYBODY: f64 = 1.0;
const CEILING_WITHOUT_PHASES: f64 = 0.45;
/// Where the mean is less than this share of the threshold, the usual prompt is in time and the few late ones are another matter (an
/// exponential spread has its P95 at three times the mean).
const MEAN_OF_LIMIT: f64 = 1.0 / 3.0;

pub(super) static RULE: Rule = Rule {
    id: "slow-prefill",
    code: "P01",
    title: "Prompts take long to compute",
    kind: BottleneckType::HighLatency,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: &[Symptom::Ttft, Symptom::E2e],
    texts: Texts {
        sees: "The target on the time to first token is missed, hardly anything waits, and at least half of that time is prefill (with the wait for the end of a running step). Only possible while the target is not decided but looks missed, and for SGLang before 0.5.3, which times no prefill, when prompts are long and hardly a request is ahead.",
        why: "Computing a prompt takes time in proportion to its uncached tokens. No queue setting changes that.",
        what_to_do: "Compute less (prefix caching, shorter prompts), compute faster (tensor parallel, fp8), or allow long prompts more time.",
        falsifier: "The time to first token of short prompts is as long.",
        sources: &[
            "Etalon: a fixed time to first token is infeasible for long prompts.",
            "vLLM, optimization.md: a larger max_num_batched_tokens for better time to first token.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    if ctx.seen.last.config.engine_type.as_ref().is_some_and(|role| role.value == "decode") {
        return Outcome::clear("A decode worker computes no prompts; its requests wait for those of others and for their KV.");
    }
    ctx.need_window()?;
    let queue = ctx.queue()?;
    let target = ctx.need_ttft_target()?;
    if target == TtftTarget::Met {
        return Outcome::clear("No target on the time to first token is missed.");
    }
    if ctx.backend() == BackendId::Sglang && ctx.seen.mean(Distribution::PrefillTime).is_none() {
        return without_phases(ctx, &queue, &target);
    }
    let waited = ctx.need_mean(Distribution::QueueTime)?;
    let prefill = prefill_time(ctx)?;
    let ttft = match ctx.backend() {
        // Without a time to first token its parts stand in for it.
        BackendId::Tgi => {
            let validation = ctx.need_mean(Distribution::ValidationTime)?;
            Reading { value: validation.value + waited.value + prefill.value, ..waited.clone() }
        }
        BackendId::Vllm | BackendId::Sglang => ctx.need_mean(Distribution::Ttft)?,
    };
    if let TtftTarget::Open { limit, estimated: false, .. } = &target
        && ttft.value < *limit
    {
        // Within it on average; what the slowest take is not exported.
        return Err(Missing::distribution(ctx.backend(), Distribution::Ttft));
    }
    let limit = match &target {
        TtftTarget::Open { limit, .. } => Some(*limit),
        _ => ctx.thetas.ttft.as_ref().map(|theta| theta.seconds),
    };
    if let Some(limit) = limit.filter(|limit| ttft.value < MEAN_OF_LIMIT * limit) {
        let (mean, limit) = (Unit::Seconds.show(ttft.value), Unit::Seconds.show(limit));
        return Outcome::clear(format!("The first token takes {mean} on average, far below {limit}: only a few are late."));
    }
    if queue.standing || waited.value > QUEUE_SHARE * ttft.value {
        return Outcome::clear(format!(
            "Requests wait {} of {} before their prefill.",
            Unit::Seconds.show(waited.value),
            Unit::Seconds.show(ttft.value)
        ));
    }
    // Arrivals during a long step wait for its end, in neither queue nor prefill time; that wait is prefill of others.
    let step_wait = (ttft.value - waited.value - prefill.value).clamp(0.0, 2.0 * prefill.value);
    let share = (prefill.value + step_wait) / ttft.value;
    if share < SHARE {
        return Outcome::clear(format!("Prefill is {} of the time to first token.", Unit::Ratio.show(share)));
    }
    Ok(fire(ctx, &ttft, &prefill, share, &target))
}

/// SGLang before 0.5.3 times neither queue nor prefill. When hardly anybody is before the first token and prompts are long, computing
/// them is what is left, or reading them in the front end.
fn without_phases(ctx: &Context<'_>, queue: &Queue, target: &TtftTarget) -> Checked {
    let no_phases = || Missing::distribution(ctx.backend(), Distribution::PrefillTime);
    let ttft = ctx.need_mean(Distribution::Ttft)?;
    let before = ctx.need_law(&ctx.laws.before_first_token, "the requests before their first token")?;
    let (prompt, _) = lengths(ctx.seen).ok_or_else(no_phases)?;
    if queue.standing || before.value >= HARDLY_ANYBODY || prompt.value < LONG_PROMPT {
        return Err(no_phases());
    }
    let input = ctx.seen.last.text_index;
    let measure = Evidence::new("ttft.mean", "mean time to first token", ttft.clone(), input);
    let inside = Evidence::new("law.before_first_token", "requests before their first token, on average", before, input).inferred();
    let length = Evidence::new("prompt_length.mean", "mean prompt length", prompt.clone(), input);
    let mut case = Case::new(ctx, Basis::Counters)
        .samples(ctx.requests().unwrap_or(0.0), REQUESTS)
        .at_most(CEILING_WITHOUT_PHASES)
        .sees(weight::LAW, inside)
        .sees(weight::LAW, length)
        .lacks(&no_phases());
    if let TtftTarget::Open { why, .. } = target {
        case = case.against(format!("The target on the time to first token is not proven to be missed. {why}"));
    }
    let (shown, tokens) = (Unit::Seconds.show(ttft.value), Unit::Tokens.show(prompt.value));
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("The first token takes {shown} for prompts of {tokens} on average, with hardly a request ahead of it."),
            headline: format!("The first token is late, most likely because computing prompts of {tokens} takes {shown}, with nothing waiting."),
            formula: format!(
                "TTFT target missed, nothing waits, fewer than {HARDLY_ANYBODY:.0} request before its first token on average, mean prompt ≥ {}",
                Unit::Tokens.show(LONG_PROMPT)
            ),
            measure,
            threshold: ctx.thetas.ttft.as_ref().map_or(0.0, |theta| theta.seconds),
            actions: actions(ctx),
        },
    ))
}

/// Prefill per request. TGI times calls, of which a prompt takes several when it is cut.
fn prefill_time(ctx: &Context<'_>) -> Result<Reading, Missing> {
    if ctx.backend() != BackendId::Tgi {
        return ctx.need_mean(Distribution::PrefillTime);
    }
    let call = ctx.need_mean(Distribution::PrefillCallTime)?;
    let calls = ctx.seen.observations(Distribution::PrefillCallTime).unwrap_or(1.0);
    let batches = ctx.need_distribution(Distribution::AdmittedBatch)?.histogram.observations().filter(|batches| *batches > 0.0);
    let batches = batches.unwrap_or(calls);
    Ok(Reading { value: call.value * (calls / batches).max(1.0), ..call })
}

fn fire(ctx: &Context<'_>, ttft: &Reading, prefill: &Reading, share: f64, target: &TtftTarget) -> Outcome {
    let input = ctx.seen.last.text_index;
    let measure = Evidence::new("prefill_time.mean", "mean prefill time", prefill.clone(), input);
    let requests = ctx.requests().unwrap_or(0.0);
    let mut case = Case::new(ctx, Basis::Counters).samples(requests, REQUESTS).sees(weight::GAUGE_SUSTAINED, measure.clone());
    case = case.sees(weight::LAW, ctx.computed("law.prefill_of_ttft", "prefill as a share of TTFT", share, Unit::Ratio, &prefill.source));
    case = case.shows(ctx.mean(Distribution::QueueTime)).shows(ctx.mean(Distribution::Ttft));
    case = case.shows(ctx.mean(Distribution::UncachedPromptLength).or_else(|| ctx.mean(Distribution::PromptLength)));
    if let TtftTarget::Open { why, .. } = target {
        case = case.against(format!("The target on the time to first token is not proven to be missed. {why}"));
    } else if ctx.seen.last.has_caveat(Caveat::TtftMayMixNonStreaming) {
        case = case.against("Requests without streaming may be mixed into the time to first token.");
    }
    let prompt = ctx.seen.mean(Distribution::UncachedPromptLength).or_else(|| ctx.seen.mean(Distribution::PromptLength));
    let (rate, fit) = match (&prompt, &ctx.thetas.ttft) {
        (Some(prompt), theta) if prefill.value > 0.0 => {
            let per_second = prompt.value / prefill.value;
            let fit = theta.as_ref().map_or_else(String::new, |theta| {
                let tokens = (theta.seconds * per_second).max(1.0);
                format!(" At this speed about {} fit into {}.", Unit::Tokens.show(tokens), Unit::Seconds.show(theta.seconds))
            });
            (format!(" ({} per second for prompts of {} on average)", Unit::Tokens.show(per_second), Unit::Tokens.show(prompt.value)), fit)
        }
        _ => (String::new(), String::new()),
    };
    let shown = Unit::Seconds.show(prefill.value);
    case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("Prefill takes {shown} of a time to first token of {}{rate}.{fit}", Unit::Seconds.show(ttft.value)),
            headline: format!("The first token is late because computing the prompt takes {shown}, with nothing waiting."),
            formula: format!(
                "TTFT target missed, hardly any queue, prefill share {} ≥ {}",
                Unit::Ratio.show(share),
                Unit::Ratio.show(SHARE)
            ),
            measure,
            threshold: SHARE * ttft.value,
            actions: actions(ctx),
        },
    )
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "Less prefill time per thousand uncached prompt tokens, and the target met.";
    let mut actions = Vec::new();
    let off = ctx.seen.last.config.prefix_caching.as_ref().is_some_and(|on| !on.value);
    let (budget, parallel) = match ctx.backend() {
        BackendId::Vllm => ("--max-num-batched-tokens", "--tensor-parallel-size"),
        BackendId::Sglang => ("--chunked-prefill-size", "--tp-size"),
        BackendId::Tgi => ("--max-batch-prefill-tokens", "--num-shard"),
    };
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    if off {
        actions.extend(advise("--enable-prefix-caching", "Switch it on, where prompts share their beginning.", "None worth naming."));
    }
    actions.extend(advise(
        budget,
        "Raise it above the usual prompt length, so that a prompt takes one step.",
        "Longer gaps between the tokens of others.",
    ));
    actions.extend(advise(parallel, "Spread the model over more GPUs.", "Synchronisation on every step."));
    actions.push(Action::plain("Put what prompts share at their beginning, and shorten the rest.", "Work on the prompts.", verify));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::ConfidenceWord;
    use crate::rule::testing::{Build, check, check_with, failing, fired, window};
    use crate::signal::{Counter, Gauge};
    use crate::slo::{SloStatus, Verdict};

    fn server(requests: f64, prefill: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 2.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, requests)
            .latency(Distribution::Ttft, requests, 3.0)
            .latency(Distribution::QueueTime, requests, 0.01)
            .latency(Distribution::PrefillTime, requests, prefill)
            .latency(Distribution::PromptLength, requests, 4000.0)
    }

    #[test]
    fn fires_when_prefill_is_most_of_a_missed_target() {
        let seen = window(server(0.0, 2.5), server(80.0, 2.5));
        let outcome = check_with(&RULE, &seen, &[failing(Distribution::Ttft, 4.0, 1.0)]);
        assert!(fired(&outcome).sentence.contains("1,600 tokens per second"), "{}", fired(&outcome).sentence);
    }

    #[test]
    fn is_clear_when_the_queue_takes_the_time() {
        let queued = |requests: f64| server(requests, 0.1).latency(Distribution::QueueTime, requests, 2.8);
        let seen = window(queued(0.0), queued(80.0));
        assert!(matches!(check_with(&RULE, &seen, &[failing(Distribution::Ttft, 4.0, 1.0)]), Outcome::Clear(_)));
    }

    #[test]
    fn is_clear_when_only_a_few_are_late_and_the_usual_prompt_is_far_within_the_target() {
        // Seen on a real server: 45 ms of prefill in 53 ms on average, and a P99 target of 0.5 s that leans to fail.
        let quick = |requests: f64| server(requests, 0.045).latency(Distribution::Ttft, requests, 0.053);
        let open = SloStatus { verdict: Verdict::Undetermined, ..failing(Distribution::Ttft, 0.57, 0.5) };
        assert!(matches!(check_with(&RULE, &window(quick(0.0), quick(72.0)), &[open]), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_a_target() {
        assert!(matches!(check(&RULE, &window(server(0.0, 2.5), server(80.0, 2.5))), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn is_possible_while_the_target_is_open_and_the_estimate_misses_it() {
        let open = SloStatus { verdict: Verdict::Undetermined, ..failing(Distribution::Ttft, 1.4, 1.0) };
        let seen = window(server(0.0, 2.5), server(80.0, 2.5));
        let outcome = check_with(&RULE, &seen, std::slice::from_ref(&open));
        assert_eq!(fired(&outcome).confidence.word, ConfidenceWord::Possible);
        let met = SloStatus { current: Some(0.6), ..open };
        assert!(matches!(check_with(&RULE, &seen, &[met]), Outcome::Clear(_)));
    }

    #[test]
    fn is_possible_for_an_old_sglang_with_long_prompts_and_nobody_ahead() {
        let old = |requests: f64, prompt: f64| {
            Build::new(BackendId::Sglang)
                .gauge(Gauge::Running, 1.0)
                .gauge(Gauge::Waiting, 0.0)
                .counter(Counter::Finished, requests)
                .counter(Counter::PromptTokens, requests * prompt)
                .counter(Counter::OutputTokens, requests * 100.0)
                .latency(Distribution::Ttft, requests, 3.0)
        };
        let late = [failing(Distribution::Ttft, 4.0, 1.0)];
        // 80 requests of 3 s in 600 s: 0.4 before their first token on average.
        let ten_minutes = |prompt| window(old(0.0, prompt).at(0.0), old(80.0, prompt).at(600.0));
        let outcome = check_with(&RULE, &ten_minutes(40_000.0), &late);
        assert_eq!(fired(&outcome).confidence.word, ConfidenceWord::Possible);
        assert!(matches!(check_with(&RULE, &ten_minutes(500.0), &late), Outcome::NotMeasurable(_)));
    }
}
