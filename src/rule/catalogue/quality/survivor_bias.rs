//! DQ4: aborted requests are missing from the latencies.

use crate::metrics::Unit;
use crate::rule::definition::VLLM;
use crate::rule::laws::lengths;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, Texts, weight};
use crate::signal::{Caveat, Distribution, Gauge};
use crate::stats::quantile;

/// Share of requests, or of prompt tokens, that vanished (handbook DQ4).
const SHARE: f64 = 0.02;
const REQUESTS: f64 = 100.0;

pub(super) static RULE: Rule = Rule {
    id: "survivor-bias",
    code: "DQ4",
    title: "Aborted requests are not counted",
    kind: BottleneckType::DataQuality,
    role: Role::Note,
    backends: VLLM,
    explains: &[],
    texts: Texts {
        sees: "At least 2 % of the requests that got a first token neither finished nor run, or 2 % of the prompt tokens belong to no finished request.",
        why: "vLLM drops aborted requests without counting them. Latencies and availability speak of the survivors, so that they look best when users give up most.",
        what_to_do: "Read latencies as lower bounds. Count aborts at the gateway.",
        falsifier: "The gateway saw no client go away in the window.",
        sources: &["vLLM issues 31503 and 55634.", "Recorded: 46 disconnects, and finished_reason=\"abort\" stays 0."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    ctx.need_window()?;
    if ctx.seen.last.has_caveat(Caveat::TtftRecordedAgainAfterPreemption) {
        return Err(Missing::new(
            "a count of first tokens that counts each request once",
            "The V0 engine records the first token again after a preemption.",
        ));
    }
    let first_tokens = ctx.need_distribution(Distribution::Ttft)?.histogram.observations().unwrap_or(0.0);
    let vanished = ctx.need_law(&ctx.laws.hidden_aborts, "the requests that vanished")?;
    let tokens = token_share(ctx);
    let share = if first_tokens > 0.0 { vanished.value / first_tokens } else { 0.0 };
    if share < SHARE || vanished.value < 2.0 {
        return Outcome::clear(format!("{} of {} requests vanished.", Unit::Count.show(vanished.value), Unit::Count.show(first_tokens)));
    }
    let Some(measure) = ctx.law(&ctx.laws.hidden_aborts, "law.hidden_aborts", "requests with a first token that neither finished nor run")
    else {
        return Err(Missing::distribution(ctx.backend(), Distribution::Ttft));
    };
    let mut case = Case::new(ctx, Basis::Counters).samples(first_tokens, REQUESTS).sees(weight::LAW, measure.clone());
    if tokens.is_some_and(|share| share >= SHARE)
        && let Some(tokens) = ctx.law(&ctx.laws.hidden_abort_tokens, "law.hidden_abort_tokens", "prompt tokens of unfinished requests")
    {
        case = case.sees(weight::COUNTER, tokens);
    }
    if short_window(ctx) {
        case = case.against("The window is shorter than the slowest requests, so that those in flight blur the count.");
    }
    let shown = Unit::Ratio.show(share);
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Info,
            sentence: format!("Latencies and availability leave out about {shown} of the requests, which were aborted."),
            headline: format!("About {shown} of the requests were aborted and are in no latency."),
            formula: format!(
                "first tokens − finished − growth of running = {} ≥ {}",
                Unit::Count.show(vanished.value),
                Unit::Ratio.show(SHARE)
            ),
            measure,
            threshold: SHARE * first_tokens,
            actions: vec![Action::plain(
                "Count aborted requests at the gateway, and read latencies here as lower bounds.",
                "None.",
                "The share falls below 2 %.",
            )],
        },
    ))
}

/// Prompt tokens of unfinished requests, less those that are still running, as a share of all.
fn token_share(ctx: &Context<'_>) -> Option<f64> {
    let tokens = ctx.laws.hidden_abort_tokens.as_ref()?.value;
    let all = ctx.seen.count(crate::signal::Counter::PromptTokens)?.value;
    let (prompt, _) = lengths(ctx.seen)?;
    let growth = ctx.seen.gauge(Gauge::Running)?.value - ctx.seen.gauge_before(Gauge::Running)?.value;
    (all > 0.0).then_some((tokens - growth.max(0.0) * prompt.value) / all)
}

fn short_window(ctx: &Context<'_>) -> bool {
    let slowest = ctx.seen.distribution(Distribution::E2e).and_then(|e2e| quantile(&e2e.histogram, 0.95));
    slowest.zip(ctx.seen.seconds()).is_some_and(|(p95, seconds)| seconds < p95.bracket.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot, window};
    use crate::signal::{BackendId, Counter};

    fn server(first_tokens: f64, finished: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 0.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, finished)
            .counter(Counter::PromptTokens, first_tokens * 60.0)
            .latency(Distribution::Ttft, first_tokens, 0.2)
            .latency(Distribution::PromptLength, finished, 60.0)
            .latency(Distribution::OutputLength, finished, 60.0)
    }

    #[test]
    fn fires_when_clients_left_in_mid_answer() {
        // Recorded: 84 first tokens, 38 finished.
        let outcome = check(&RULE, &window(server(0.0, 0.0), server(84.0, 38.0)));
        assert_eq!(fired(&outcome).measure.value, 46.0);
    }

    #[test]
    fn is_clear_when_every_first_token_led_to_a_finish() {
        assert!(matches!(check(&RULE, &window(server(0.0, 0.0), server(84.0, 84.0))), Outcome::Clear(_)));
    }

    #[test]
    fn is_clear_when_the_missing_ones_still_run() {
        let running = server(84.0, 80.0).gauge(Gauge::Running, 4.0);
        assert!(matches!(check(&RULE, &window(server(0.0, 0.0), running)), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_a_second_snapshot() {
        assert!(matches!(check(&RULE, &snapshot(server(84.0, 38.0))), Outcome::NotMeasurable(_)));
    }
}
