//! K04: one KV pool is full while another is empty.

use crate::metrics::Unit;
use crate::rule::definition::SGLANG;
use crate::rule::explain::QUEUE_SYMPTOMS;
use crate::rule::{Account, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Texts, flags, weight};
use crate::signal::Gauge;

/// A pool is full from here, and another has room up to there (handbook K04).
const FULL: f64 = 0.90;
const ROOM: f64 = 0.60;

pub(super) static RULE: Rule = Rule {
    id: "hybrid-pool-imbalance",
    code: "K04",
    title: "KV pools out of balance",
    kind: BottleneckType::MemoryPressure,
    role: Role::Cause,
    backends: SGLANG,
    explains: QUEUE_SYMPTOMS,
    texts: Texts {
        sees: "Requests wait while one of the KV pools of a hybrid model (full attention, sliding window, Mamba) is 90 % full and another at most 60 %.",
        why: "A request needs room in every pool. The smallest one decides how many run, and the memory of the others is idle.",
        what_to_do: "Move memory to the full pool.",
        falsifier: "With another split the full pool fills up again and no more requests run.",
        sources: &["SGLang: token_usage is the highest of its pools; swa-full-tokens-ratio and mamba-full-memory-ratio set the split."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let full = ctx.need_gauge(Gauge::FullPoolUsage)?;
    let others: Vec<Gauge> =
        [Gauge::SwaPoolUsage, Gauge::MambaPoolUsage].into_iter().filter(|gauge| ctx.seen.gauge(*gauge).is_some()).collect();
    if others.is_empty() {
        return Err(Missing::gauge(ctx.backend(), Gauge::SwaPoolUsage));
    }
    let queue = ctx.queue()?;
    if !ctx.state.serving() || !queue.standing {
        return Outcome::clear("Nothing waits.");
    }
    for gauge in others {
        let Some((least, most)) = ctx.seen.gauge_span(gauge) else { continue };
        let (full_least, full_most) = ctx.seen.gauge_span(Gauge::FullPoolUsage).unwrap_or((full.value, full.value));
        // A model without such a pool exports it as zero, which is no imbalance.
        let small_is_full = least >= FULL && full_most <= ROOM;
        let small_is_empty = full_least >= FULL && most <= ROOM && most > 0.0;
        if small_is_full || small_is_empty {
            return Ok(fire(ctx, gauge, small_is_full));
        }
    }
    // A pool that is not exported may be the full one.
    if let Some(gauge) = [Gauge::SwaPoolUsage, Gauge::MambaPoolUsage].into_iter().find(|gauge| ctx.seen.gauge(*gauge).is_none()) {
        return Err(Missing::gauge(ctx.backend(), gauge));
    }
    Outcome::clear(format!("The pools fill together; the full-attention pool is {} full.", Unit::Ratio.show(full.value)))
}

fn fire(ctx: &Context<'_>, gauge: Gauge, small_is_full: bool) -> Outcome {
    let (tight, roomy) = if small_is_full { (gauge, Gauge::FullPoolUsage) } else { (Gauge::FullPoolUsage, gauge) };
    let (Some(measure), Some(other)) = (ctx.gauge(tight), ctx.gauge(roomy)) else {
        return Outcome::NotMeasurable(Missing::gauge(ctx.backend(), tight));
    };
    let case = Case::new(ctx, Basis::Gauges).sees(weight::GAUGE_SUSTAINED, measure.clone()).sees(weight::GAUGE_SUSTAINED, other.clone());
    let case = case.shows(ctx.gauge(Gauge::Waiting));
    let (flag, change) = match (gauge, small_is_full) {
        (Gauge::SwaPoolUsage, true) => ("--swa-full-tokens-ratio", "Raise it."),
        (Gauge::SwaPoolUsage, false) => ("--swa-full-tokens-ratio", "Lower it."),
        (_, true) => ("--mamba-full-memory-ratio", "Raise it."),
        (_, false) => ("--mamba-full-memory-ratio", "Lower it."),
    };
    let action = flags::advise(ctx.backend(), ctx.version(), flag, change, "The other pool shrinks.", "Both pools between 60 and 90 %.");
    let words = format!("Requests wait while the pool “{}” is {} full and the other one {}.", tight.words(), measure.shown, other.shown);
    case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: words.clone(),
            headline: words,
            formula: format!("one pool ≥ {}, another ≤ {}, and a queue", Unit::Ratio.show(FULL), Unit::Ratio.show(ROOM)),
            measure,
            threshold: FULL,
            actions: action.into_iter().collect(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot};
    use crate::signal::BackendId;

    fn pools(full: f64, swa: f64) -> Build {
        Build::new(BackendId::Sglang)
            .gauge(Gauge::Running, 8.0)
            .gauge(Gauge::Waiting, 30.0)
            .gauge(Gauge::FullPoolUsage, full)
            .gauge(Gauge::SwaPoolUsage, swa)
    }

    #[test]
    fn fires_when_the_sliding_window_pool_is_full_and_the_other_is_not() {
        assert!(fired(&check(&RULE, &snapshot(pools(0.4, 0.97)))).actions.iter().any(|action| action.flag == "--swa-full-tokens-ratio"));
    }

    #[test]
    fn is_clear_when_a_model_has_no_second_pool() {
        assert!(matches!(check(&RULE, &snapshot(pools(0.97, 0.0).gauge(Gauge::MambaPoolUsage, 0.0))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_pools() {
        let mut blind = pools(0.4, 0.97);
        blind.0.gauges.remove(&Gauge::SwaPoolUsage);
        assert!(matches!(check(&RULE, &snapshot(blind)), Outcome::NotMeasurable(_)));
    }
}
