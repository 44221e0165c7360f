//! I01: prompts are computed between the tokens of others.

use super::stalls::{Stalls, unknown_prefill};
use super::{FEW_PREEMPTIONS, GAPS_NEEDED, ITL_SYMPTOMS, PAUSES_NEEDED, PROMPT_TAIL, STALL_SHARE, stall_severity};
use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, Texts, flags, weight,
};
use crate::signal::{BackendId, Caveat, Counter, Distribution};
use crate::stats::quantile;

/// From this many preemptions per finished request on, pauses are waits after preemption (the limit of a high-severity thrash).
const MANY_PREEMPTIONS: f64 = 0.20;
/// Steps of this many times the median tell that prompts travel inside decode steps (own judgement).
const BIG_STEP: f64 = 8.0;
/// SGLang: with this share of busy time in host stages, steps are long for another reason (the limit of rule I04).
const HOST_STAGES: f64 = 0.20;
const REQUESTS_NEEDED: f64 = 30.0;
/// Where only the most that prefill can have taken is known, other stalls are not excluded.
const CEILING_BOUNDED: f64 = 0.45;

pub(super) static RULE: Rule = Rule {
    id: "prefill-interference",
    code: "I01",
    title: "Prefill interrupts decoding",
    kind: BottleneckType::HighLatency,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: ITL_SYMPTOMS,
    texts: Texts {
        sees: "Running requests spend 10 % or more of their decode time in long gaps, and the prefill work in the same window is large enough to account for them; where prompt lengths are not exported, at most possible, as long as there are prefills that take as long as the gaps. For TGI: prefill calls are long beside decode steps and take 20 % or more of the batch time.",
        why: "A step that computes a long prompt holds up every running request. Mean time per output token hides it, readers see text that stops and jumps.",
        what_to_do: "Give prefill a smaller part of each step, or move it to other workers. The first token comes a little later.",
        falsifier: "With a smaller step the gaps stay as they are, or they occur in seconds without any new prompt.",
        sources: &[
            "Sarathi-Serve: decode stalls come from unchunked prefill.",
            "vLLM, optimization.md: a smaller max_num_batched_tokens improves inter-token latency.",
            "Metron: mean time per token masks stalls.",
            "Own judgement: 10 % of decode time; what prefill can cause was calibrated on simulated servers.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_window()?;
    if ctx.backend() == BackendId::Tgi {
        return super::prefill_calls::check(ctx);
    }
    let stalls = Stalls::of(ctx)?;
    if stalls.share.value < STALL_SHARE {
        return Outcome::clear(format!("{}.", stalls.words()));
    }
    if ctx.seen.may_have_preempted() {
        return Err(Missing::counter(ctx.backend(), Counter::Preemptions));
    }
    if let Some(preempted) = stalls.preempted.filter(|preempted| *preempted >= MANY_PREEMPTIONS) {
        return Outcome::clear(format!("{}, but {preempted:.2} preemptions per request account for them.", stalls.words()));
    }
    if stalls.explained() == Some(false) {
        return Outcome::clear(format!("{}, and prefill is too little for them.", stalls.words()));
    }
    // That all prefills together would be enough for the gaps says little: it takes prefills as long as these.
    let Some(prefill) = stalls.prefill.as_ref().filter(|prefill| !prefill.at_most || stalls.fits_prefill() == Some(true)) else {
        return Err(unknown_prefill(ctx));
    };
    if let Some(host) = host_stages(ctx) {
        return Outcome::clear(format!(
            "{}, but host work between steps takes {} of the busy time.",
            stalls.words(),
            Unit::Ratio.show(host)
        ));
    }
    let label = if stalls.only_bounded() {
        "most of the time that prefill can have taken"
    } else {
        "share of time that prefill work takes, estimated"
    };
    let prefill = Evidence::new("law.prefill_work", label, prefill.share.clone(), ctx.seen.last.text_index).inferred();
    let Some(share) = ctx.law(&Some(stalls.share.clone()), "law.stall_share", "share of decode time in long gaps") else {
        return Outcome::clear("No gaps between tokens were measured.");
    };
    let mut case = Case::new(ctx, Basis::Counters)
        .samples(stalls.gaps, GAPS_NEEDED)
        .samples(stalls.pauses.unwrap_or(PAUSES_NEEDED), PAUSES_NEEDED)
        .sees(weight::GAUGE_SUSTAINED, share.clone())
        .sees(weight::LAW, prefill.clone());
    if big_steps(ctx)
        && let Some(steps) = ctx.quantile(Distribution::StepTokens, 0.99)
    {
        case = case.sees(weight::GAUGE_ONCE, steps);
    }
    match stalls.preempted {
        Some(preempted) if preempted >= FEW_PREEMPTIONS => {
            case = case.against(format!("{preempted:.2} preemptions per request cause long gaps too."))
        }
        Some(_) => {}
        None => case = case.lacks(&Missing::counter(ctx.backend(), Counter::Preemptions)),
    }
    if ctx.requests().is_some_and(|requests| requests < REQUESTS_NEEDED) {
        case = case.against("The cost of prefill rests on fewer than 30 requests.");
    }
    if stalls.only_bounded() {
        case = case.at_most(CEILING_BOUNDED).lacks(&unknown_prefill(ctx));
    }
    if stalls.fits_prefill() == Some(false) {
        case = case.against("There are more pauses than prefills that take as long.");
    }
    if stalls.close_call() {
        case = case.against("The prefill work is hardly enough for the gaps.");
    }
    if stalls.lonely {
        case = case.against("Fewer than two requests decode on average, so that hardly anybody is interrupted.");
    }
    if stalls.rare_giants {
        case = case.against(format!(
            "Fewer than one prompt in ten is long, and those are more than {PROMPT_TAIL:.0} times the median: they make the gaps."
        ));
    }
    if ctx.seen.last.has_caveat(Caveat::TtftMayMixNonStreaming) {
        case =
            case.lacks(&Missing::new("gaps of streaming requests alone", "SGLang 0.5.17 or later tells streaming requests from others."));
    }
    case = case.shows(ctx.quantile(Distribution::Itl, 0.99));
    let lost = Unit::Ratio.show(stalls.share.value);
    Ok(case.fire(
        &RULE,
        Account {
            severity: if stalls.rare_giants || stalls.lonely { Severity::Low } else { stall_severity(ctx, stalls.share.value) },
            sentence: match stalls.only_bounded() {
                false => format!("{}; prefill takes about {} of the time and accounts for them.", stalls.words(), prefill.shown),
                true => format!(
                    "{}; prefill takes at most {} of the time, enough for them, but other pauses of the engine are not excluded.",
                    stalls.words(),
                    prefill.shown
                ),
            },
            headline: match stalls.only_bounded() {
                false => format!("New prompts interrupt running requests: at least {} of the decode time is lost in gaps.", lost),
                true => format!(
                    "At least {lost} of the decode time is lost in gaps, most likely because new prompts interrupt running requests."
                ),
            },
            formula: format!(
                "gaps of {} or more take ≥ {} of decode time, and no more than prefill work, {}{} of the time, can cause",
                Unit::Seconds.show(stalls.from),
                Unit::Ratio.show(STALL_SHARE),
                if stalls.only_bounded() { "at most " } else { "" },
                prefill.shown
            ),
            measure: share,
            threshold: STALL_SHARE,
            actions: actions(ctx),
        },
    ))
}

/// SGLang: share of busy time in scheduler stages that no forward pass overlaps, when it is large enough for rule I04.
fn host_stages(ctx: &Context<'_>) -> Option<f64> {
    let ranks = ctx.seen.count_by_rank(Counter::IdleSeconds).map_or(1, |ranks| ranks.len().max(1)) as f64;
    let busy = ctx.seen.seconds()? * ranks - ctx.seen.count(Counter::IdleSeconds)?.value;
    let share = ctx.seen.count(Counter::HostStageSeconds)?.value / busy;
    (busy > 0.0 && share >= HOST_STAGES).then_some(share.min(1.0))
}

fn big_steps(ctx: &Context<'_>) -> bool {
    ctx.seen.distribution(Distribution::StepTokens).is_some_and(|steps| {
        let (high, median) = (quantile(&steps.histogram, 0.99), quantile(&steps.histogram, 0.5));
        high.zip(median).is_some_and(|(high, median)| high.point >= BIG_STEP * median.point.max(1.0))
    })
}

pub(super) fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify =
        "The share of decode time in long gaps halves at the same load, and time to first token does not rise by more than a fifth.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let later = "The first token of new requests comes later.";
    let unchunked = ctx.seen.last.config.chunked_prefill.as_ref().is_none_or(|setting| !setting.value);
    let candidates = match ctx.backend() {
        BackendId::Vllm => vec![
            advise("--max-num-batched-tokens", "Lower it, for example to 2048.", later),
            advise(
                "--long-prefill-token-threshold",
                "Set it to about four times the P90 of prompt lengths, so that long prompts share a step.",
                "Long prompts take longer to their first token.",
            ),
            advise("--prefill-schedule-interval", "Set it to 2 or more, so that prefill runs in every second step only.", later),
        ],
        BackendId::Sglang => vec![
            advise("--chunked-prefill-size", "Lower it, for example to 2048.", later),
            advise(
                "--enable-mixed-chunk",
                "Switch it on, so that prompt chunks run inside decode steps.",
                "Each decode step takes a little longer.",
            ),
            advise("--prefill-decode-interval", "Set it to a few decode rounds between prefills.", later),
        ],
        BackendId::Tgi => vec![
            advise("--max-batch-prefill-tokens", "Lower it, so that a prefill call is shorter.", later),
            // Both are ignored with chunked prefill.
            advise("--waiting-served-ratio", "Raise it, so that prefill interrupts less often.", later).filter(|_| unchunked),
            advise("--max-waiting-tokens", "Raise it, so that more decode steps run between prefills.", later).filter(|_| unchunked),
        ],
    };
    let mut actions: Vec<Action> = candidates.into_iter().flatten().collect();
    actions.push(Action::plain("Serve prefill and decode by separate workers.", "More machines and a fast network between them.", verify));
    actions
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rule::ConfidenceWord;
    use crate::rule::testing::{Build, check, fired, snapshot, window};
    use crate::signal::{Gauge, Observation, Snapshot};

    const GAPS: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, f64::INFINITY];

    fn gaps(counts: [f64; 8]) -> Vec<(f64, f64)> {
        GAPS.iter().copied().zip(counts).collect()
    }

    /// Decode steps of about 10 tokens and steps that hold a prompt.
    fn steps(decode: f64, prefill: f64) -> Vec<(f64, f64)> {
        vec![(16.0, decode), (2048.0, 0.0), (8192.0, prefill), (16_384.0, 0.0), (f64::INFINITY, 0.0)]
    }

    /// 100 s with 100 prompts of 4,000 tokens, each in a step of its own: prefill takes about 20 % of the time by the fastest first
    /// tokens, and can cause gaps of up to half of the decode time.
    fn vllm(long_gaps: f64) -> Observation {
        let start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 10.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, 500.0)
            .counter(Counter::Preemptions, 0.0)
            .counter(Counter::PromptTokensComputed, 0.0)
            .latency(Distribution::Ttft, 0.0, 0.5)
            .latency(Distribution::PrefillTime, 0.0, 0.4)
            .latency(Distribution::PromptLength, 0.0, 4000.0)
            .histogram(Distribution::StepTokens, &steps(0.0, 0.0), 0.0)
            .histogram(Distribution::Itl, &gaps([0.0; 8]), 0.0);
        let end = start
            .clone()
            .at(100.0)
            .counter(Counter::Finished, 600.0)
            .counter(Counter::PromptTokensComputed, 400_000.0)
            .latency(Distribution::Ttft, 100.0, 0.5)
            .latency(Distribution::PrefillTime, 100.0, 0.4)
            .latency(Distribution::PromptLength, 100.0, 4000.0)
            .histogram(Distribution::StepTokens, &steps(2000.0, 100.0), 20_000.0 + 400_000.0)
            // 20,000 gaps of 20 ms, and the long ones of 0.25 to 0.5 s each.
            .histogram(Distribution::Itl, &gaps([0.0, 20_000.0, 0.0, 0.0, 0.0, long_gaps, 0.0, 0.0]), 400.0 + 0.375 * long_gaps);
        window(start, end)
    }

    #[test]
    fn it_fires_when_prefill_is_large_enough_for_the_gaps() {
        // 600 gaps: 150 s of at least 625 s are lost in gaps, 24 %.
        let outcome = check(&RULE, &vllm(600.0));
        let finding = fired(&outcome);
        assert!((finding.measure.value - 0.24).abs() < 0.01, "{}", finding.measure.value);
        assert!(finding.actions.iter().any(|action| action.flag == "--max-num-batched-tokens"));
    }

    #[test]
    fn it_is_possible_when_only_the_most_that_prefill_can_have_taken_is_known() {
        let mut seen = vllm(600.0);
        seen.last_mut().distributions.remove(&Distribution::PromptLength);
        let outcome = check(&RULE, &seen);
        let finding = fired(&outcome);
        assert_eq!(finding.confidence.word, ConfidenceWord::Possible);
        assert!(finding.sentence.contains("other pauses of the engine are not excluded"), "{}", finding.sentence);
    }

    #[test]
    fn it_cannot_know_without_a_time_of_prefills_or_without_preemptions_of_a_nearly_full_cache() {
        let mut seen = vllm(600.0);
        let last = seen.last_mut();
        last.distributions.remove(&Distribution::PromptLength);
        last.distributions.remove(&Distribution::PrefillTime);
        assert!(matches!(check(&RULE, &seen), Outcome::NotMeasurable(_)));
        let filled = |usage: f64| {
            let mut seen = vllm(600.0);
            seen.last = Build::again(&seen.last).gauge(Gauge::KvUsage, usage).0.into();
            seen.first = seen.first.map(|first| Build::again(&first).gauge(Gauge::KvUsage, usage).0.into());
            seen.last_mut().counters.remove(&Counter::Preemptions);
            seen
        };
        assert!(matches!(check(&RULE, &filled(0.9)), Outcome::NotMeasurable(_)));
        fired(&check(&RULE, &filled(0.3)));
    }

    #[test]
    fn prompts_that_the_cache_holds_cost_no_prefill() {
        // 4,000 tokens a prompt, of which 500 are computed: the same time for an eighth of the tokens, so that a token costs eight times.
        let cached = |snapshot: &mut Arc<Snapshot>, computed: f64, all: f64| {
            let mut build = Build::again(snapshot);
            build.0.counters.remove(&Counter::PromptTokensComputed);
            *snapshot = build.counter(Counter::PromptTokens, all).counter(Counter::PromptTokensCached, all - computed).0.into();
        };
        let mut seen = vllm(600.0);
        cached(&mut seen.last, 50_000.0, 400_000.0);
        seen.first.iter_mut().for_each(|first| cached(first, 0.0, 0.0));
        seen.last = Build::again(&seen.last).histogram(Distribution::StepTokens, &steps(2000.0, 100.0), 70_000.0).0.into();
        fired(&check(&RULE, &seen));
    }

    #[test]
    fn it_is_clear_when_gaps_are_rare() {
        assert!(matches!(check(&RULE, &vllm(10.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_is_clear_when_the_gaps_outweigh_the_prefill_work() {
        // 5,000 gaps: 1,250 s of 2,275 s, 55 %.
        assert!(matches!(check(&RULE, &vllm(5000.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_from_one_snapshot_or_without_gaps() {
        let seen = vllm(600.0);
        assert!(matches!(check(&RULE, &Observation::snapshot(seen.last.clone())), Outcome::NotMeasurable(_)));
        let mut without = seen;
        without.last_mut().distributions.remove(&Distribution::Itl);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn a_snapshot_of_an_idle_server_is_clear() {
        let idle = Build::new(BackendId::Vllm).gauge(Gauge::Running, 0.0).gauge(Gauge::Waiting, 0.0);
        assert!(matches!(check(&RULE, &snapshot(idle)), Outcome::Clear(_)));
    }
}
