//! I04 for vLLM, which times no forward passes: a step that takes longer than it once did, at a load too low to be the reason.

use super::GAPS_NEEDED;
use super::host_overhead::RULE;
use crate::metrics::Unit;
use crate::rule::{Account, Action, Basis, Case, Checked, Context, Missing, flags, weight};
use crate::signal::Distribution;
use crate::stats::quantile;

/// With at most this many requests decoding on average, a step is as short as it gets (the limit of rule I07).
const FEW: f64 = 4.0;
/// Median gap between tokens over that of the process before the window (handbook I04).
const SLOWER: f64 = 1.5;
/// A slow model looks the same (handbook I04).
const CEILING: f64 = 0.40;
/// Prompts of this many times the usual length slow decoding by themselves (own judgement).
const LONGER_PROMPTS: f64 = 2.0;

pub(super) fn check(ctx: &Context<'_>) -> Checked {
    ctx.need_window()?;
    let unknown = || {
        Missing::new(
            "the time of forward passes, which vLLM does not export",
            "Profile a few steps, or compare with the best inter-token latency that this server once had at the same load.",
        )
    };
    let decoding = ctx.need_law(&ctx.laws.decode_concurrency, "the average number of decoding sequences")?;
    let gaps = ctx.need_distribution(Distribution::Itl)?;
    let first = ctx.seen.first.as_ref().filter(|_| !ctx.seen.restarted()).ok_or_else(unknown)?;
    let past = &first.distributions.get(&Distribution::Itl).ok_or_else(unknown)?.histogram;
    let counted = gaps.histogram.observations().unwrap_or(0.0).min(past.observations().unwrap_or(0.0));
    let (before, now) = quantile(past, 0.5).zip(quantile(&gaps.histogram, 0.5)).ok_or_else(unknown)?;
    let ratio = now.point / before.point;
    // The two medians lie in different buckets, so that interpolation cannot invent the difference.
    if decoding.value > FEW || counted < GAPS_NEEDED || ratio < SLOWER || now.bracket.0 < before.bracket.1 {
        return Err(unknown());
    }
    let Some(measure) = ctx.quantile(Distribution::Itl, 0.5) else {
        return Err(unknown());
    };
    let few = ctx.law(&ctx.laws.decode_concurrency, "law.decode_concurrency", "requests decoding on average");
    let mut case = Case::new(ctx, Basis::Counters).at_most(CEILING).sees(weight::PROXY, measure.clone()).shows(few).lacks(&unknown());
    let usual = first.distributions.get(&Distribution::PromptLength).and_then(|prompts| prompts.histogram.mean());
    let prompts = ctx.seen.mean(Distribution::PromptLength).map(|mean| mean.value);
    if prompts.zip(usual).is_some_and(|(now, usual)| now >= LONGER_PROMPTS * usual) {
        case = case.against("Prompts are twice as long as before the window, which slows each step.");
    }
    let (shown, usually) = (measure.shown.clone(), before.show(Unit::Seconds));
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!(
                "With {} requests decoding on average, the median gap between tokens is {shown}; before the window it was {usually}.",
                Unit::Count.show(decoding.value)
            ),
            headline: format!(
                "Each step takes longer than it did ({shown} against {usually}), at a load too low to be the reason: look at the host."
            ),
            formula: format!("median gap ≥ {SLOWER} times that before the window, with {FEW:.0} or fewer requests decoding"),
            threshold: SLOWER * before.point,
            measure,
            actions: actions(ctx),
        },
    ))
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "The median gap between tokens returns to what it was at the same load.";
    let mut actions =
        vec![Action::plain("Compare CPU load, CPU throttling and GPU clocks with the time when it was faster.", "Time to look.", verify)];
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    actions.extend(advise(
        "--async-scheduling",
        "Switch it on, so that the next step is scheduled while one runs.",
        "Some features do not support it.",
    ));
    actions.extend(advise("--stream-interval", "Raise it to send several tokens per chunk.", "Text arrives in larger pieces."));
    actions.push(Action::plain("Give the server more and faster CPU cores.", "Cost.", verify));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check as run, fired, window};
    use crate::rule::{ConfidenceWord, Outcome};
    use crate::signal::{BackendId, Counter, Gauge, Observation};

    const EDGES: [f64; 5] = [0.01, 0.025, 0.05, 0.1, f64::INFINITY];

    /// 10,000 gaps of about 17 ms before the window, and 3,000 in the given bucket in 60 s of it.
    fn seen(bucket: usize, gap: f64, prompt: f64) -> Observation {
        let server = |counts: [f64; 5], sum: f64, requests: f64, prompts: f64| {
            let mut build = Build::new(BackendId::Vllm)
                .gauge(Gauge::Running, 2.0)
                .gauge(Gauge::Waiting, 0.0)
                .counter(Counter::Finished, requests)
                .histogram(Distribution::Itl, &EDGES.into_iter().zip(counts).collect::<Vec<_>>(), sum);
            build = build.histogram(Distribution::PromptLength, &[(1e6, requests), (f64::INFINITY, 0.0)], prompts);
            build
        };
        let before = [0.0, 10_000.0, 0.0, 0.0, 0.0];
        let mut after = before;
        after[bucket] += 3000.0;
        let first = server(before, 170.0, 100.0, 50_000.0).at(0.0);
        let last = server(after, 170.0 + 3000.0 * gap, 130.0, 50_000.0 + 30.0 * prompt).at(60.0);
        window(first, last)
    }

    #[test]
    fn vllm_is_possible_when_steps_take_twice_as_long_as_before_at_low_load() {
        // 3,000 gaps of 40 ms in 60 s: two requests decode.
        let outcome = run(&RULE, &seen(2, 0.04, 500.0));
        assert_eq!(fired(&outcome).confidence.word, ConfidenceWord::Possible);
        assert!(fired(&outcome).actions.iter().any(|action| action.flag == "--async-scheduling"));
    }

    #[test]
    fn vllm_cannot_know_when_steps_are_as_before_or_the_load_or_the_prompts_explain_them() {
        for other in [seen(1, 0.017, 500.0), seen(3, 0.1, 500.0), seen(2, 0.04, 5000.0)] {
            assert!(matches!(run(&RULE, &other), Outcome::NotMeasurable(_)));
        }
    }
}
