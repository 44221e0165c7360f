//! I07: a nearly empty server already misses the latency target.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::words::pace;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, StateKind, Symptom, Texts,
    flags, weight,
};
use crate::signal::{BackendId, Distribution, Gauge, Reading};
use crate::stats::quantile;

/// At most this many requests decode on average in a window that shows the unloaded speed.
const UNLOADED: f64 = 4.0;
/// From this share of the threshold on, load has no room left below it.
const FLOOR_SHARE: f64 = 0.8;
const REQUESTS_NEEDED: f64 = 30.0;

pub(super) static RULE: Rule = Rule {
    id: "hardware-floor",
    code: "I07",
    title: "Too slow even without load",
    kind: BottleneckType::HighLatency,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: &[Symptom::Ttft, Symptom::Itl, Symptom::E2e],
    texts: Texts {
        sees: "In a window with at most 4 requests decoding and none waiting, the median gap between tokens is already 80 % or more of its threshold.",
        why: "No scheduler setting makes a step faster than it is with an almost empty batch. The target cannot be met with this model on this hardware.",
        what_to_do: "Make the step itself cheaper (quantised weights, more GPUs per model, a faster GPU, a smaller model, speculative decoding), or change the target.",
        falsifier: "A window of the same server with as little load shows gaps well below the threshold, or the host is busy with something else.",
        sources: &["The active service level.", "Own judgement: 80 % of the threshold, at most 4 decoding requests."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() && ctx.state.kind != StateKind::Idle {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_window()?;
    let theta = ctx.thetas.itl.as_ref().ok_or_else(|| {
        Missing::new("a threshold for the gap between tokens", "Set a service level on inter-token latency or time per output token.")
    })?;
    let distribution = if ctx.backend() == BackendId::Tgi { Distribution::DecodeCallTime } else { ctx.seen.token_pace() };
    let gaps = ctx.need_distribution(distribution)?;
    let median = quantile(&gaps.histogram, 0.5).ok_or_else(|| Missing::samples("gaps between tokens", 0.0, REQUESTS_NEEDED))?;
    let limit = FLOOR_SHARE * theta.seconds;
    let (pace, shown) = (pace(distribution), median.show(Unit::Seconds));
    let words = format!("The median {pace} is {shown}, the threshold {}", Unit::Seconds.show(theta.seconds));
    if median.point < limit {
        return Outcome::clear(format!("{words}."));
    }
    // Where the limit lies inside the bucket of the median, the mean tells more: gaps are skewed to long ones, so that the median lies below it.
    if let Some(mean) = gaps.histogram.mean().filter(|mean| median.bracket.0 < limit && *mean < limit) {
        return Outcome::clear(format!("{words}, and the mean {}.", Unit::Seconds.show(mean)));
    }
    let decoding = decoding(ctx)?;
    let (_, waiting) = ctx.seen.gauge_span(Gauge::Waiting).ok_or_else(|| Missing::gauge(ctx.backend(), Gauge::Waiting))?;
    if decoding.value > UNLOADED || waiting >= 1.0 {
        return Err(Missing::new(
            "a window with little load (at most 4 requests decoding, none waiting)",
            "Take two dumps at a quiet time to see how fast the server is at its best.",
        ));
    }
    let Some(measure) = ctx.quantile(distribution, 0.5) else {
        return Err(Missing::samples("gaps between tokens", 0.0, REQUESTS_NEEDED));
    };
    // The whole bucket above the limit is proof; a bucket that straddles it is not.
    let evidence = if median.bracket.0 >= limit { weight::COUNTER } else { weight::GAUGE_SUSTAINED };
    let average =
        Evidence::new("law.decode_concurrency", "requests decoding on average", decoding.clone(), ctx.seen.last.text_index).inferred();
    let mut case = Case::new(ctx, Basis::Counters)
        .samples(ctx.requests().unwrap_or(0.0), REQUESTS_NEEDED)
        .sees(evidence, measure.clone())
        .shows(average)
        .shows(ctx.gauge(Gauge::Waiting));
    if ctx.state.kind == StateKind::WarmingUp {
        case = case.against("The process is young: compilation slows the first steps.");
    }
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("{words}, with {} requests decoding on average and none waiting.", Unit::Count.show(decoding.value)),
            headline: format!(
                "Tokens come every {} even without load, and the threshold is {}: no scheduler setting can meet it.",
                measure.shown,
                Unit::Seconds.show(theta.seconds)
            ),
            formula: format!(
                "median gap ≥ {} of the threshold, with at most {UNLOADED} requests decoding and none waiting",
                Unit::Ratio.show(FLOOR_SHARE)
            ),
            measure,
            threshold: limit,
            actions: actions(ctx),
        },
    ))
}

/// Requests decoding on average: L1, or for TGI the sum of inference time over the window.
fn decoding(ctx: &Context<'_>) -> Result<Reading, Missing> {
    if ctx.backend() != BackendId::Tgi {
        return ctx.need_law(&ctx.laws.decode_concurrency, "the number of requests decoding on average");
    }
    let seconds = ctx.need_seconds()?;
    let inference = ctx.need_distribution(Distribution::InferenceTime)?;
    let sum = inference.histogram.sum.ok_or_else(|| Missing::distribution(ctx.backend(), Distribution::InferenceTime))?;
    Ok(Reading { value: sum / seconds, unit: Unit::Requests, time_base: inference.time_base, source: inference.source })
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "The median gap between tokens at little load is 80 % of the threshold or less.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let accuracy = "Some accuracy; check on your own task.";
    let sync = "More GPUs per replica, and synchronisation between them on every step.";
    let candidates = match ctx.backend() {
        BackendId::Vllm => vec![
            advise("--quantization", "Serve weights in fp8 or 4 bit: a decode step reads them all.", accuracy),
            advise("--tensor-parallel-size", "Split the model over more GPUs.", sync),
            advise(
                "--speculative-config",
                "Draft tokens; with little load it shortens the time per token.",
                "More work per step; it stops paying under high load.",
            ),
        ],
        BackendId::Sglang => vec![
            advise("--quantization", "Serve weights in fp8: a decode step reads them all.", accuracy),
            advise("--tp-size", "Split the model over more GPUs.", sync),
            advise(
                "--speculative-algorithm",
                "Draft tokens; with little load it shortens the time per token.",
                "More work per step; it stops paying under high load.",
            ),
        ],
        BackendId::Tgi => vec![
            advise("--quantize", "Serve weights in fp8 or AWQ: a decode step reads them all.", accuracy),
            advise("--num-shard", "Split the model over more GPUs.", sync),
            advise("--speculate", "Draft tokens by n-grams.", "The gain depends on the task."),
        ],
    };
    let mut actions: Vec<Action> = candidates.into_iter().flatten().collect();
    actions.push(Action::plain("Use a faster GPU or a smaller model, or change the target.", "Cost, quality, or the promise.", verify));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{Counter, Observation};

    /// 60 requests with 100 gaps each in 300 s; the tests' threshold is 50 ms.
    fn seen(gap: f64, waiting: f64) -> Observation {
        let start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 2.0)
            .gauge(Gauge::Waiting, waiting)
            .counter(Counter::Finished, 100.0)
            .latency(Distribution::Ttft, 0.0, 0.1)
            .latency(Distribution::Itl, 0.0, gap);
        let end = start.clone().at(300.0).counter(Counter::Finished, 160.0).latency(Distribution::Ttft, 60.0, 0.1).latency(
            Distribution::Itl,
            6000.0,
            gap,
        );
        window(start, end)
    }

    #[test]
    fn it_fires_when_two_requests_at_a_time_are_already_too_slow() {
        // Gaps of 80 ms lie in the bucket from 50 to 100 ms, all of it above 40 ms; 1.6 requests decode on average.
        let outcome = check(&RULE, &seen(0.08, 0.0));
        assert!(fired(&outcome).confidence.value >= 0.79);
    }

    #[test]
    fn it_is_clear_when_tokens_come_fast() {
        assert!(matches!(check(&RULE, &seen(0.02, 0.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_under_load_or_from_one_snapshot() {
        assert!(matches!(check(&RULE, &seen(0.08, 5.0)), Outcome::NotMeasurable(_)));
        // 0.9 s per gap: 18 requests decode on average.
        assert!(matches!(check(&RULE, &seen(0.9, 0.0)), Outcome::NotMeasurable(_)));
        assert!(matches!(check(&RULE, &Observation::snapshot(seen(0.08, 0.0).last)), Outcome::NotMeasurable(_)));
    }
}
