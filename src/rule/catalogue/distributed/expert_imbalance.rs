//! D09: experts carry unequal load.

use crate::metrics::Unit;
use crate::rule::definition::SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Symptom, Texts, flags, weight,
};
use crate::signal::Gauge;

/// Mean over largest load of the GPUs below which the slowest one holds up the rest (own judgement; 1 is even).
const BALANCED: f64 = 0.70;
/// The gauge is a mean since the process started.
const CEILING: f64 = 0.75;

pub(super) static RULE: Rule = Rule {
    id: "expert-imbalance",
    code: "D09",
    title: "Experts share load unequally",
    kind: BottleneckType::Imbalance,
    role: Role::Cause,
    backends: SGLANG,
    explains: &[Symptom::Itl, Symptom::E2e, Symptom::Throughput],
    texts: Texts {
        sees: "The mean balance of experts over GPUs is below 0.7, where 1 is even.",
        why: "In each layer every GPU waits for the one with the busiest experts.",
        what_to_do: "Let the server move experts, and keep copies of the busy ones.",
        falsifier: "With balanced experts the step time stays as it is.",
        sources: &["SGLang: eplb_balancedness.", "Own judgement: 0.7."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let balance = ctx.seen.gauge(Gauge::EplbBalancedness).ok_or_else(|| {
        Missing::new(
            "the balance of experts",
            "SGLang 0.5.7 or later exports it for models with experts while their distribution is recorded.",
        )
    })?;
    // A summary without observations reads 0.
    if balance.value <= 0.0 {
        return Err(Missing::samples("recorded forward passes", 0.0, 100.0));
    }
    if balance.value >= BALANCED {
        return Outcome::clear(format!("The experts' balance is {}.", Unit::Ratio.show(balance.value)));
    }
    let measure =
        Evidence::new(Gauge::EplbBalancedness.path(), "balance of experts, mean since start", balance.clone(), ctx.seen.last.text_index);
    let case = Case::new(ctx, Basis::Counters).at_most(CEILING).sees(weight::COUNTER, measure.clone());
    let verify = "The balance is 0.85 or more at the same load.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("The experts' balance is {} on average; 100 % is even.", Unit::Ratio.show(balance.value)),
            headline: format!("Experts share the load unequally: balance {}.", Unit::Ratio.show(balance.value)),
            formula: format!("mean balance of experts < {}", Unit::Ratio.show(BALANCED)),
            measure,
            threshold: BALANCED,
            actions: [
                advise("--enable-eplb", "Switch it on, so that busy experts are moved.", "Short pauses while experts move."),
                advise("--ep-num-redundant-experts", "Keep copies of busy experts.", "GPU memory per copy."),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<Action>>(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{BackendId, Counter, Observation};

    fn seen(balance: Option<f64>) -> Observation {
        let mut start =
            Build::new(BackendId::Sglang).at(0.0).gauge(Gauge::Running, 8.0).gauge(Gauge::Waiting, 0.0).counter(Counter::Finished, 1000.0);
        if let Some(balance) = balance {
            start = start.gauge(Gauge::EplbBalancedness, balance);
        }
        window(start.clone(), start.at(60.0).counter(Counter::Finished, 1100.0))
    }

    #[test]
    fn it_fires_when_experts_are_uneven() {
        assert!((fired(&check(&RULE, &seen(Some(0.5)))).measure.value - 0.5).abs() < 1e-12);
    }

    #[test]
    fn it_is_clear_when_they_are_even() {
        assert!(matches!(check(&RULE, &seen(Some(0.9))), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_a_record() {
        assert!(matches!(check(&RULE, &seen(None)), Outcome::NotMeasurable(_)));
        assert!(matches!(check(&RULE, &seen(Some(0.0))), Outcome::NotMeasurable(_)));
    }
}
