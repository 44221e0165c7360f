//! DQ2: the gauges stand still while the engine works.

use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::state::progress;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Severity, Texts, weight};
use crate::signal::{Counter, Gauge};

/// Decoding sequences by their times against the gauge (handbook DQ2).
const MISMATCH: f64 = 0.30;
/// And by this many at least, for one request more or less proves nothing.
const SEQUENCES: f64 = 1.5;

pub(super) static RULE: Rule = Rule {
    id: "stale-gauges",
    code: "DQ2",
    title: "Gauges stand still",
    kind: BottleneckType::DataQuality,
    role: Role::Note,
    backends: VLLM_SGLANG,
    explains: &[],
    texts: Texts {
        sees: "Running, waiting and KV usage are the same to the last digit at both dumps, while tokens were counted and the average number of decoding sequences is another one.",
        why: "Some servers refresh their gauges seldom, or not at all after an abort. What the gauges say of now may be long past; the counters are right.",
        what_to_do: "Trust the numbers that come from counters. SGLang: a smaller --decode-log-interval refreshes the gauges more often.",
        falsifier: "A third dump shows the same gauges and matching counters.",
        sources: &[
            "SGLang: gauges are set at each prefill and every 40 decode steps.",
            "vLLM issue 29928: gauges freeze after a mass abort until the next step.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    ctx.need_window()?;
    let running = ctx.need_gauge(Gauge::Running)?;
    let decoding = ctx.need_law(&ctx.laws.decode_concurrency, "the average number of decoding sequences")?;
    let preemptions = ctx.need_count(Counter::Preemptions)?;
    if progress(ctx.seen).is_none_or(|moved| moved == 0.0) {
        return Outcome::clear("Nothing was counted that the gauges could have missed.");
    }
    let frozen = [Gauge::Running, Gauge::Waiting, Gauge::KvUsage].iter().all(|gauge| {
        let (before, after) = (ctx.seen.gauge_before(*gauge), ctx.seen.gauge(*gauge));
        before.zip(after).is_none_or(|(before, after)| before.value == after.value)
    });
    if !frozen || running.value < 1.0 {
        return Outcome::clear("The gauges moved between the dumps, or were at rest.");
    }
    let difference = (decoding.value - running.value).abs();
    if difference < SEQUENCES || difference <= MISMATCH * running.value || preemptions.value > 0.0 {
        return Outcome::clear(format!("The gauges agree with {} decoding sequences on average.", Unit::Count.show(decoding.value)));
    }
    let Some(measure) = ctx.gauge(Gauge::Running) else {
        return Err(Missing::gauge(ctx.backend(), Gauge::Running));
    };
    let mut case = Case::new(ctx, Basis::Gauges).sees(weight::GAUGE_ONCE, measure.clone());
    if let Some(law) = ctx.law(&ctx.laws.decode_concurrency, "law.decode_concurrency", "decoding sequences on average") {
        case = case.sees(weight::LAW, law);
    }
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::Info,
            sentence: format!(
                "The gauges say {} running at both dumps, but {} sequences decoded on average.",
                Unit::Count.show(running.value),
                Unit::Count.show(decoding.value)
            ),
            headline: "The gauges stand still while the engine works.".to_owned(),
            formula: format!("gauges equal at both dumps, and |decoding − running| > {} of running", Unit::Ratio.show(MISMATCH)),
            measure,
            threshold: decoding.value,
            actions: vec![Action::plain("Take a third dump, and rely on counters meanwhile.", "None.", "The gauges move.")],
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot, window};
    use crate::signal::{BackendId, Distribution};

    fn gauges(running: f64, gaps: f64) -> Build {
        Build::new(BackendId::Sglang)
            .gauge(Gauge::Running, running)
            .gauge(Gauge::Waiting, 0.0)
            .gauge(Gauge::KvUsage, 0.11)
            .counter(Counter::Preemptions, 0.0)
            .counter(Counter::Finished, gaps / 100.0)
            .latency(Distribution::Itl, gaps, 0.02)
    }

    #[test]
    fn fires_when_gauges_are_frozen_and_counters_tell_another_story() {
        // 24,000 gaps of 20 ms in 60 s are 8 sequences.
        assert_eq!(fired(&check(&RULE, &window(gauges(2.0, 0.0), gauges(2.0, 24_000.0)))).threshold, 8.0);
    }

    #[test]
    fn is_clear_when_the_gauges_agree_with_the_counters() {
        assert!(matches!(check(&RULE, &window(gauges(8.0, 0.0), gauges(8.0, 24_000.0))), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &window(gauges(2.0, 0.0), gauges(5.0, 24_000.0))), Outcome::Clear(_)));
    }

    #[test]
    fn fires_without_one_of_the_gauges_too() {
        let mut seen = window(gauges(2.0, 0.0), gauges(2.0, 24_000.0));
        seen.last_mut().gauges.remove(&Gauge::KvUsage);
        fired(&check(&RULE, &seen));
    }

    #[test]
    fn cannot_know_without_a_second_snapshot() {
        assert!(matches!(check(&RULE, &snapshot(gauges(2.0, 24_000.0))), Outcome::NotMeasurable(_)));
    }
}
