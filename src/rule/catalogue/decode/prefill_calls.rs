//! I01 for TGI, which has no gaps between tokens: its prefill calls are the gaps.

use super::prefill_interference::{RULE, actions};
use super::stalls::rare_giants;
use super::{PROMPT_TAIL, stall_severity};
use crate::metrics::Unit;
use crate::rule::{Account, Basis, Case, Checked, Context, Missing, Outcome, Severity, weight};
use crate::signal::{Counter, Distribution, Gauge};
use crate::stats::quantile;

/// A prefill call of this many decode steps is felt as a pause (own judgement).
const CALL_OVER_STEP: f64 = 5.0;
/// A pause shorter than this is not felt; the floor of the pause share of the other servers.
const PAUSE_SECONDS: f64 = 0.1;
/// Share of batch time in prefill calls from which it matters (own judgement).
const PREFILL_CALLS: f64 = 0.20;
/// With fewer requests in the decode batch, prefill holds up nobody.
const BATCH_FELT: f64 = 2.0;
/// Calls are seen, gaps are not.
const CEILING: f64 = 0.70;
const REQUESTS_NEEDED: f64 = 30.0;

/// TGI runs a prefill call while the running batch waits for it, so that the calls themselves are the pauses.
pub(super) fn check(ctx: &Context<'_>) -> Checked {
    let prefill = ctx.need_distribution(Distribution::PrefillCallTime)?;
    let decode = ctx.need_distribution(Distribution::DecodeCallTime)?;
    let no_calls = || Missing::samples("prefill and decode calls", 0.0, REQUESTS_NEEDED);
    let (prefill_sum, decode_sum) = prefill.histogram.sum.zip(decode.histogram.sum).ok_or_else(no_calls)?;
    let long_call = quantile(&prefill.histogram, 0.95).ok_or_else(no_calls)?;
    let step = quantile(&decode.histogram, 0.5).ok_or_else(no_calls)?;
    let share = prefill_sum / (prefill_sum + decode_sum);
    let limit = (CALL_OVER_STEP * step.point).max(PAUSE_SECONDS);
    let seen = format!(
        "Prefill calls take {} of the batch time; P95 of a call is {}, a decode step {}",
        Unit::Ratio.show(share),
        long_call.show(Unit::Seconds),
        step.show(Unit::Seconds)
    );
    let batch = decode_batch(ctx).ok_or_else(|| Missing::counter(ctx.backend(), Counter::DecodeCalls))?;
    if share.is_nan() || share < PREFILL_CALLS || long_call.bracket.0 < limit || batch < BATCH_FELT {
        return Outcome::clear(format!("{seen}; {} requests decode at a time.", Unit::Count.show(batch)));
    }
    let measure =
        ctx.computed("law.prefill_call_share", "share of batch time in prefill calls", share, Unit::Ratio, &prefill.source).inferred();
    let mut case = Case::new(ctx, Basis::Counters)
        .samples(prefill.histogram.observations().unwrap_or(0.0), REQUESTS_NEEDED)
        .at_most(CEILING)
        .sees(weight::LAW, measure.clone());
    if let Some(call) = ctx.quantile(Distribution::PrefillCallTime, 0.95) {
        case = case.sees(weight::LAW, call);
    }
    case = case.shows(ctx.quantile(Distribution::DecodeCallTime, 0.5));
    if rare_giants(ctx) {
        case = case.against(format!(
            "Fewer than one prompt in ten is long, and those are more than {PROMPT_TAIL:.0} times the median: they make the calls long."
        ));
    }
    Ok(case.fire(
        &RULE,
        Account {
            severity: if rare_giants(ctx) { Severity::Low } else { stall_severity(ctx, share) },
            sentence: format!("{seen}."),
            headline: format!("New prompts hold up running requests: prefill calls take {} of the batch time.", Unit::Ratio.show(share)),
            formula: format!(
                "prefill share of batch time ≥ {}, and P95 of a prefill call ≥ {}",
                Unit::Ratio.show(PREFILL_CALLS),
                Unit::Seconds.show(limit)
            ),
            measure,
            threshold: PREFILL_CALLS,
            actions: actions(ctx),
        },
    ))
}

/// Requests per decode step. The first token of a request comes from its prefill.
fn decode_batch(ctx: &Context<'_>) -> Option<f64> {
    let (steps, tokens, finished) = (
        ctx.seen.count(Counter::DecodeCalls)?.value,
        ctx.seen.count(Counter::OutputTokens)?.value,
        ctx.seen.count(Counter::Finished)?.value,
    );
    let average = (steps > 0.0).then(|| (tokens - finished).max(0.0) / steps)?;
    Some(average.max(ctx.seen.gauge_span(Gauge::Running).map_or(0.0, |(least, _)| least)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{BackendId, Observation};

    fn tgi_calls(prefill: f64, tokens: f64) -> Observation {
        let start = Build::new(BackendId::Tgi)
            .at(0.0)
            .gauge(Gauge::Running, 8.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, 1000.0)
            .counter(Counter::OutputTokens, 0.0)
            .counter(Counter::DecodeCalls, 0.0)
            .latency(Distribution::PrefillCallTime, 0.0, prefill)
            .latency(Distribution::DecodeCallTime, 0.0, 0.02);
        let end = start
            .clone()
            .at(60.0)
            .counter(Counter::Finished, 1100.0)
            .counter(Counter::OutputTokens, tokens)
            .counter(Counter::DecodeCalls, 2000.0)
            .latency(Distribution::PrefillCallTime, 100.0, prefill)
            .latency(Distribution::DecodeCallTime, 2000.0, 0.02);
        window(start, end)
    }

    #[test]
    fn tgi_fires_on_long_prefill_calls_beside_a_batch_that_decodes() {
        // 100 calls of 0.4 s against 2,000 steps of 20 ms: half of the batch time.
        let outcome = check(&RULE, &tgi_calls(0.4, 16_000.0));
        assert!((fired(&outcome).measure.value - 0.5).abs() < 1e-9);
    }

    #[test]
    fn tgi_is_clear_when_calls_are_short_or_nobody_decodes_beside_them() {
        assert!(matches!(check(&RULE, &tgi_calls(0.04, 16_000.0)), Outcome::Clear(_)));
        let mut alone = tgi_calls(0.4, 2100.0);
        for snapshot in alone.first.iter_mut().chain([&mut alone.last]) {
            std::sync::Arc::make_mut(snapshot).gauges.get_mut(&Gauge::Running).expect("a gauge").value = 1.0;
        }
        assert!(matches!(check(&RULE, &alone), Outcome::Clear(_)));
    }
}
