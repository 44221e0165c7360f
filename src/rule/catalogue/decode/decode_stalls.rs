//! I03: long gaps between tokens that prefill cannot account for.

use super::pauses;
use super::stalls::{Stalls, unknown_prefill};
use super::{FEW_PREEMPTIONS, GAPS_NEEDED, PAUSES_NEEDED, STALL_SHARE, stall_severity};
use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, StateKind, Symptom, Texts,
    flags, weight,
};
use crate::signal::{BackendId, Counter, Distribution};

/// The cause is found by elimination, which never confirms it.
const CEILING: f64 = 0.65;
/// Copies between KV tiers that take this share of the decode time are named as a likely reason (own judgement).
const TIER_COPIES: f64 = 0.05;

pub(super) static RULE: Rule = Rule {
    id: "decode-stalls",
    code: "I03",
    title: "Decoding stalls",
    kind: BottleneckType::HighLatency,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: &[Symptom::Itl, Symptom::E2e, Symptom::Ttft],
    texts: Texts {
        sees: "Running requests spend 10 % or more of their decode time in long gaps, the prefill work in the window is too small for them or no prefill takes as long, and hardly anything is preempted.",
        why: "The engine stops for reasons outside of scheduling, and every running request stops with it; whoever arrives meanwhile waits. Medians and means look fine meanwhile.",
        what_to_do: "Look at the host beside the gaps: CPU throttling, garbage collection, other processes, network of several nodes, clocks and temperature of the GPU, copies to host memory, compilation.",
        falsifier: "The step log shows long steps only where prompts were computed.",
        sources: &[
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
    let stalls = Stalls::of(ctx)?;
    if stalls.share.value < STALL_SHARE {
        return Outcome::clear(format!("{}.", stalls.words()));
    }
    if ctx.seen.may_have_preempted() {
        return Err(Missing::counter(ctx.backend(), Counter::Preemptions));
    }
    if let Some(preempted) = stalls.preempted.filter(|preempted| *preempted >= FEW_PREEMPTIONS) {
        return Outcome::clear(format!("{}, but {preempted:.2} preemptions per request cause long gaps too.", stalls.words()));
    }
    if stalls.explained() == Some(true) {
        return Outcome::clear(format!("{}, and prefill accounts for them.", stalls.words()));
    }
    if stalls.explained().is_none() {
        return Err(unknown_prefill(ctx));
    }
    if stalls.lonely {
        return Err(Missing::new(
            "more requests decoding at a time: fewer than two do on average",
            "Take the dumps while the server is busier.",
        ));
    }
    if stalls.rare_giants && stalls.beyond_prefill().is_none() {
        return Err(Missing::new(
            "gaps without giant prompts",
            "Prompts of more than ten times the median may make the gaps. Route them elsewhere, or take the dumps while none is sent.",
        ));
    }
    let Some(share) = ctx.law(&Some(stalls.share.clone()), "law.stall_share", "share of decode time in long gaps") else {
        return Outcome::clear("No gaps between tokens were measured.");
    };
    let (against, beside) = too_little_prefill(ctx, &stalls).ok_or_else(|| unknown_prefill(ctx))?;
    let mut case = Case::new(ctx, Basis::Counters)
        .at_most(CEILING)
        .samples(stalls.gaps, GAPS_NEEDED)
        .samples(stalls.pauses.unwrap_or(PAUSES_NEEDED), PAUSES_NEEDED)
        .sees(weight::GAUGE_SUSTAINED, share.clone())
        .sees(weight::LAW, against);
    if stalls.close_call() && stalls.beyond_prefill().is_none() {
        case = case.against("The prefill work is nearly enough for the gaps.");
    }
    if stalls.preempted.is_none() {
        case = case.lacks(&Missing::counter(ctx.backend(), Counter::Preemptions));
    }
    if ctx.state.kind == StateKind::WarmingUp {
        case = case.against("The process is young: compilation and cold caches stop the engine too.");
    }
    case = case.shows(ctx.quantile(Distribution::Itl, 0.99)).shows(ctx.quantile(Distribution::Itl, 0.5));
    let copies = tier_copies(ctx);
    let hint = copies
        .map_or_else(String::new, |share| format!(" Copies to and from host memory took {} of the decode time.", Unit::Ratio.show(share)));
    let late = pauses::hold_up_first_tokens(ctx);
    let also = if late { " Requests that arrive meanwhile get their first token late." } else { "" };
    let severity = stall_severity(ctx, stalls.share.value);
    let mut outcome = case.fire(
        &RULE,
        Account {
            severity: if late { severity.max(ctx.impact(&[Symptom::Ttft]).severity()) } else { severity },
            sentence: format!("{}; {beside}.{also}{hint}", stalls.words()),
            headline: format!(
                "The engine stalls between tokens: at least {} of the decode time is lost in gaps that prefill does not account for.",
                Unit::Ratio.show(stalls.share.value)
            ),
            formula: format!(
                "gaps of {} or more take ≥ {} of decode time, more than prefill work can cause, with few preemptions",
                Unit::Seconds.show(stalls.from),
                Unit::Ratio.show(STALL_SHARE)
            ),
            measure: share,
            threshold: STALL_SHARE,
            actions: actions(ctx, copies.is_some()),
        },
    );
    if let Outcome::Fired(finding) = &mut outcome {
        finding.explains.retain(|symptom| late || *symptom != Symptom::Ttft);
    }
    Ok(outcome)
}

/// Why prefill is not the reason, as evidence and in words.
fn too_little_prefill(ctx: &Context<'_>, stalls: &Stalls) -> Option<(Evidence, String)> {
    let input = ctx.seen.last.text_index;
    if let Some(pauses) = stalls.beyond_prefill() {
        let source = &ctx.seen.distribution(Distribution::Itl)?.source;
        let label = format!("pauses of {} or more, for each request that decodes", Unit::Seconds.show(pauses.from));
        let counted = ctx.computed("law.pauses", &label, pauses.count, Unit::Times, source).inferred();
        let prefills = match pauses.prefills.round() {
            0.0 => "no prefill".to_owned(),
            some => format!("no more than {} prefills", Unit::Count.show(some)),
        };
        let words = format!(
            "these are about {} pauses of {} or more, with {prefills} of {} or more",
            Unit::Count.show(pauses.count.round()),
            Unit::Seconds.show(pauses.from),
            Unit::Seconds.show(pauses.prefills_from),
        );
        return Some((counted, words));
    }
    let (label, about) = match stalls.only_bounded() {
        true => ("most of the time that prefill can have taken", "at most"),
        false => ("share of time that prefill work takes, estimated", "about"),
    };
    let prefill = Evidence::new("law.prefill_work", label, stalls.prefill.as_ref()?.share.clone(), input).inferred();
    let words = format!("prefill takes {about} {} of the time, too little for them", prefill.shown);
    Some((prefill, words))
}

/// SGLang: time spent on copies between KV tiers as a share of decode time, when it is large enough to matter.
fn tier_copies(ctx: &Context<'_>) -> Option<f64> {
    let decode = ctx.seen.sum(Distribution::Itl).filter(|sum| *sum > 0.0)?;
    let copies = [Distribution::LoadBackTime, Distribution::EvictionTime].iter().filter_map(|copies| ctx.seen.sum(*copies)).sum::<f64>();
    let share = copies / decode;
    (share >= TIER_COPIES).then_some(share)
}

fn actions(ctx: &Context<'_>, copies: bool) -> Vec<Action> {
    let verify = "Long gaps take less than 5 % of the decode time at the same load.";
    let backend = ctx.backend();
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(backend, ctx.version(), flag, change, tradeoff, verify);
    let mut actions = vec![Action::plain(
        "Compare the times of the gaps with CPU throttling, other processes on the host, GPU clocks and network counters.",
        "Time to look.",
        verify,
    )];
    let candidates = match backend {
        BackendId::Vllm => vec![
            advise(
                "--enable-logging-iteration-details",
                "Switch it on to see which steps are long and what they held.",
                "One log line per step.",
            ),
            advise(
                "--async-scheduling",
                "Switch it on where it is not the default, so that host work overlaps the GPU.",
                "None known where it is supported.",
            ),
        ],
        BackendId::Sglang => vec![
            advise(
                "SGLANG_ENABLE_METRICS_DEVICE_TIMER",
                "Set it to 1 to tell time on the GPU from time on the host.",
                "A little overhead per step.",
            ),
            advise("--hicache-io-backend", "Try the other copy engine of the host tier.", "None known.").filter(|_| copies),
        ],
        BackendId::Tgi => Vec::new(),
    };
    actions.extend(candidates.into_iter().flatten());
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::ConfidenceWord;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{Gauge, Observation};

    /// 100 s, 100 prompts of 400 tokens with 40 ms of prefill each (4 % of the time), gaps of 20 ms and some of 0.5 to 1 s.
    fn seen(long_gaps: f64, preemptions: f64) -> Observation {
        let steps = |decode: f64, prefill: f64| vec![(16.0, decode), (512.0, prefill), (16_384.0, 0.0), (f64::INFINITY, 0.0)];
        let gaps = |short: f64, long: f64| vec![(0.01, 0.0), (0.025, short), (0.1, 0.0), (0.5, 0.0), (1.0, long), (f64::INFINITY, 0.0)];
        let start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 10.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, 500.0)
            .counter(Counter::Preemptions, 0.0)
            .counter(Counter::PromptTokensComputed, 0.0)
            .latency(Distribution::Ttft, 0.0, 0.05)
            .latency(Distribution::PrefillTime, 0.0, 0.04)
            .latency(Distribution::PromptLength, 0.0, 400.0)
            .histogram(Distribution::StepTokens, &steps(0.0, 0.0), 0.0)
            .histogram(Distribution::Itl, &gaps(0.0, 0.0), 0.0);
        let end = start
            .clone()
            .at(100.0)
            .counter(Counter::Finished, 600.0)
            .counter(Counter::Preemptions, preemptions)
            .counter(Counter::PromptTokensComputed, 40_000.0)
            .latency(Distribution::Ttft, 100.0, 0.05)
            .latency(Distribution::PrefillTime, 100.0, 0.04)
            .latency(Distribution::PromptLength, 100.0, 400.0)
            .histogram(Distribution::StepTokens, &steps(2000.0, 100.0), 20_000.0 + 40_000.0)
            .histogram(Distribution::Itl, &gaps(20_000.0, long_gaps), 400.0 + 0.75 * long_gaps);
        window(start, end)
    }

    #[test]
    fn it_fires_when_prefill_is_too_small_for_the_gaps() {
        // 300 gaps: 150 s of 625 s, 24 %, against 4 % of prefill.
        let outcome = check(&RULE, &seen(300.0, 0.0));
        let finding = fired(&outcome);
        assert!(finding.confidence.value <= CEILING);
        assert!(finding.sentence.contains("24 %"), "{}", finding.sentence);
    }

    #[test]
    fn it_is_clear_without_gaps_and_when_preemptions_account_for_them() {
        assert!(matches!(check(&RULE, &seen(5.0, 0.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(300.0, 30.0)), Outcome::Clear(_)));
    }

    /// Without lengths of prompts only the most that prefill can have taken is known.
    fn without_lengths(prefill: f64) -> Observation {
        let mut seen = seen(300.0, 0.0);
        seen.last = Build::again(&seen.last).latency(Distribution::PrefillTime, 100.0, prefill).0.into();
        seen.last_mut().distributions.remove(&Distribution::PromptLength);
        seen.last_mut().counters.remove(&Counter::PromptTokensComputed);
        seen
    }

    #[test]
    fn it_cannot_know_while_prefill_may_have_taken_enough() {
        // 45 s of prefill in 100 s beside gaps of 24 %, and 100 prefills that take as long as a gap.
        assert!(matches!(check(&RULE, &without_lengths(0.45)), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn it_fires_when_all_prefills_together_are_too_short_for_the_gaps() {
        let mut seen = without_lengths(0.04);
        seen.last_mut().distributions.remove(&Distribution::PrefillTime);
        seen.last = Build::again(&seen.last).latency(Distribution::Ttft, 100.0, 0.04).0.into();
        let outcome = check(&RULE, &seen);
        assert!(fired(&outcome).sentence.contains("prefill takes at most 4 % of the time"), "{}", fired(&outcome).sentence);
    }

    #[test]
    fn it_fires_when_there_are_fewer_prefills_than_pauses_that_take_as_long() {
        // 300 gaps beside six requests that decode are 48 pauses; a tenth of a second is the most that a prefill takes.
        let outcome = check(&RULE, &without_lengths(0.1));
        let finding = fired(&outcome);
        assert!(finding.sentence.contains("about 48 pauses of 500 ms or more, with no prefill of"), "{}", finding.sentence);
        // Half of the time lies in pauses shorter than a second, so that first tokens are in time.
        assert!(!finding.explains.contains(&Symptom::Ttft));
    }

    #[test]
    fn a_pause_of_two_giants_in_a_row_is_theirs() {
        // Six requests decode; 8 pauses of 4 to 6 s beside 20 of 2 to 4 s, and 36 prefills of 2 to 4 s.
        let gaps = [(0.01, 0.0), (0.025, 20_000.0), (0.1, 0.0), (2.0, 0.0), (4.0, 120.0), (6.0, 48.0), (f64::INFINITY, 0.0)];
        let with = |giants: f64| {
            let prefills = [(0.1, 900.0), (2.0, 0.0), (4.0, giants), (f64::INFINITY, 0.0)];
            let at = |seconds: f64, part: f64| {
                let counted = |buckets: &[(f64, f64)]| buckets.iter().map(|(edge, count)| (*edge, count * part)).collect::<Vec<_>>();
                Build::again(&seen(300.0, 0.0).last)
                    .at(seconds)
                    .histogram(Distribution::Itl, &counted(&gaps), 600.0 * part)
                    .histogram(Distribution::PrefillTime, &counted(&prefills), (2.0 * giants + 30.0) * part)
                    .histogram(Distribution::Ttft, &counted(&prefills), (2.0 * giants + 30.0) * part)
            };
            check(&RULE, &window(at(0.0, 0.0), at(100.0, 1.0)))
        };
        assert!(!matches!(with(36.0), Outcome::Fired(_)), "{:?}", with(36.0));
        fired(&with(1.0));
    }

    #[test]
    fn few_pauses_are_little_evidence_however_many_requests_they_stop() {
        // Three pauses of 100 requests in ten seconds, 15 % of their time.
        let gaps = [(0.01, 0.0), (0.025, 50_000.0), (0.1, 0.0), (0.5, 0.0), (1.0, 300.0), (f64::INFINITY, 0.0)];
        let seen = seen(300.0, 0.0);
        let last = Build::again(&seen.last).at(10.0).histogram(Distribution::Itl, &gaps, 1000.0);
        let outcome = check(&RULE, &window(Build::again(&seen.first.expect("a window")), last));
        assert_eq!(fired(&outcome).confidence.word, ConfidenceWord::Possible);
    }

    #[test]
    fn it_cannot_know_from_one_snapshot() {
        assert!(matches!(check(&RULE, &Observation::snapshot(seen(300.0, 0.0).last)), Outcome::NotMeasurable(_)));
    }
}
