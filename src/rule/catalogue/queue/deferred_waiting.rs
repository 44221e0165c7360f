//! Q08: requests wait for something other than capacity.

use super::admission::{Admission, DEFERRED_SHARE, what_deferred_lack};
use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::explain::QUEUE_SYMPTOMS;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Texts, weight};
use crate::signal::{BackendId, Gauge};

pub(super) static RULE: Rule = Rule {
    id: "deferred-waiting",
    code: "Q08",
    title: "Waiting is deferred",
    kind: BottleneckType::QueueBuildup,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: QUEUE_SYMPTOMS,
    texts: Texts {
        sees: "At least half of the waiting requests are deferred, and the running ones do not stand still at a limit: they wait for an adapter slot, a grammar, or KV data from elsewhere.",
        why: "More memory or more slots do not help a request that waits for something else.",
        what_to_do: "Look at what they wait for: the number of LoRA slots, grammar compilation, or the KV transfer.",
        falsifier: "The deferred share falls below 10 % while the queue stays.",
        sources: &[
            "vLLM 0.20 or later, num_requests_waiting_by_reason: deferred means LoRA budget, KV transfer or a blocked status.",
            "Recorded on vLLM 0.32: with one grammar for all requests and all slots taken, every waiting request is deferred.",
        ],
    },
    check,
};

/// Beside a batch that may be full, being deferred proves nothing.
const OPEN_CEILING: f64 = 0.49;

/// Queues of SGLang beside the main one, each with what its requests wait for.
const SIDE_QUEUES: &[(Gauge, &str)] = &[
    (Gauge::GrammarQueue, "for a grammar"),
    (Gauge::PrefillBootstrapQueue, "for the prefill bootstrap"),
    (Gauge::PrefillInflightQueue, "for the KV transfer out of prefill"),
    (Gauge::DecodePreallocQueue, "for KV space on the decode side"),
    (Gauge::DecodeTransferQueue, "for the KV transfer into decode"),
];

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    match ctx.backend() {
        BackendId::Vllm => vllm(ctx),
        BackendId::Sglang | BackendId::Tgi => sglang(ctx),
    }
}

fn vllm(ctx: &Context<'_>) -> Checked {
    let admission = Admission::of(ctx)?;
    if let Some(sentence) = admission.no_queue() {
        return Outcome::clear(sentence);
    }
    let deferred = ctx.need_gauge(Gauge::WaitingDeferred)?;
    let share = deferred.value / admission.queue.now.max(1.0);
    if admission.deferred != Some(true) {
        return Outcome::clear(format!("{} of the waiting requests are deferred.", Unit::Ratio.show(share)));
    }
    let Some(measure) = ctx.gauge(Gauge::WaitingDeferred) else {
        return Outcome::clear("Nothing is deferred.");
    };
    match admission.deferred_for_slots {
        Some(true) => {
            let running = Unit::Count.show(admission.slots.unwrap_or_default());
            Outcome::clear(format!(
                "{} of the waiting requests are counted as deferred, but {running} run at any time: they wait for a slot first.",
                Unit::Ratio.show(share)
            ))
        }
        Some(false) => Ok(fire(ctx, measure, share, "for an adapter, a grammar or KV data", true)),
        None if !ctx.is_window() && admission.some_ran_at_once == Some(false) => Err(what_deferred_lack()),
        None => Ok(fire(ctx, measure, share, "for an adapter, a grammar, KV data or a slot", false)),
    }
}

fn sglang(ctx: &Context<'_>) -> Checked {
    let waiting = ctx.need_gauge(Gauge::Waiting)?.value;
    let mut found: Option<(Evidence, &str, f64)> = None;
    let mut unknown = None;
    for (gauge, what) in SIDE_QUEUES {
        let Some((least, _)) = ctx.seen.gauge_span(*gauge) else {
            unknown = unknown.or(Some(*gauge));
            continue;
        };
        if least >= 1.0 && least > waiting && found.as_ref().is_none_or(|(_, _, most)| least > *most) {
            found = ctx.gauge(*gauge).map(|evidence| (evidence, *what, least));
        }
    }
    match (found, unknown) {
        (Some((measure, what, least)), _) => Ok(fire(ctx, measure, least / (least + waiting), what, true)),
        (None, Some(gauge)) => Err(Missing::gauge(ctx.backend(), gauge)),
        (None, None) => Outcome::clear("No side queue is longer than the main one."),
    }
}

/// `beside_slots`: it is known that they do not wait for a slot.
fn fire(ctx: &Context<'_>, measure: Evidence, share: f64, what: &str, beside_slots: bool) -> Outcome {
    let mut case = Case::new(ctx, Basis::Gauges)
        .sees(if ctx.is_window() { weight::COUNTER } else { weight::GAUGE_SUSTAINED }, measure.clone())
        .shows(ctx.gauge(Gauge::Waiting))
        .shows(ctx.gauge(Gauge::Running));
    if !beside_slots {
        case = case.at_most(OPEN_CEILING).lacks(&Missing::new(
            "whether they wait for a slot",
            "vLLM counts a request with a grammar as deferred until it runs, also when all slots are taken. Two dumps a few seconds apart show whether the running ones stand still.",
        ));
    }
    let count = Unit::Count.show(measure.value);
    let not_room = if beside_slots { ", not for capacity" } else { "" };
    case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("{count} requests wait {what}; they are {} of all that wait.", Unit::Ratio.show(share)),
            headline: format!("{count} requests wait {what}{not_room}."),
            formula: format!("deferred or side queues ≥ {} of what waits", Unit::Ratio.show(DEFERRED_SHARE)),
            threshold: DEFERRED_SHARE,
            measure,
            actions: vec![Action::plain(
                "Find what they wait for before adding capacity: adapters, grammars, or the KV transfer.",
                "None.",
                "The deferred share falls below 10 %.",
            )],
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot, window};

    fn waiting(deferred: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 4.0)
            .gauge(Gauge::Waiting, 20.0)
            .gauge(Gauge::WaitingDeferred, deferred)
            .counter(crate::signal::Counter::Finished, 100.0)
    }

    #[test]
    fn fires_when_most_of_the_queue_is_deferred() {
        fired(&check(&RULE, &window(waiting(15.0), waiting(18.0).counter(crate::signal::Counter::Finished, 150.0))));
    }

    #[test]
    fn fires_when_a_side_queue_of_sglang_is_longer_than_the_main_one() {
        let grammar = Build::new(BackendId::Sglang).gauge(Gauge::Running, 3.0).gauge(Gauge::Waiting, 0.0).gauge(Gauge::GrammarQueue, 9.0);
        assert!(fired(&check(&RULE, &snapshot(grammar))).sentence.contains("grammar"));
    }

    #[test]
    fn is_clear_when_the_queue_waits_for_capacity() {
        assert!(matches!(check(&RULE, &snapshot(waiting(0.0))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_reasons() {
        let mut blind = waiting(15.0);
        blind.0.gauges.remove(&Gauge::WaitingDeferred);
        assert!(matches!(check(&RULE, &snapshot(blind)), Outcome::NotMeasurable(_)));
    }
}
