//! Ranks, adapters, grammars, and prefill or decode workers.

mod decode_workers_short;
mod expert_imbalance;
mod grammar_bottleneck;
mod kv_transfer_slow;
mod lora_thrash;
mod prefill_workers_short;
mod rank_imbalance;
mod role;

use crate::rule::{Context, Rule, Symptom};
use crate::signal::{Gauge, Reading};

pub(super) const RULES: &[&Rule] = &[
    &rank_imbalance::RULE,
    &lora_thrash::RULE,
    &grammar_bottleneck::RULE,
    &prefill_workers_short::RULE,
    &decode_workers_short::RULE,
    &kv_transfer_slow::RULE,
    &expert_imbalance::RULE,
];

/// What a worker that holds requests back makes worse.
const WAITING_SYMPTOMS: &[Symptom] = &[Symptom::Ttft, Symptom::E2e, Symptom::Queue];

/// A gauge that is at least 1 at both ends of a window.
fn standing(ctx: &Context<'_>, gauge: Gauge) -> Option<bool> {
    let (least, _) = ctx.seen.gauge_span(gauge)?;
    Some(ctx.is_window() && least >= 1.0)
}

/// By how much a gauge rose over the window.
fn growth(ctx: &Context<'_>, gauge: Gauge) -> Option<f64> {
    let value = |reading: Reading| reading.value;
    Some(ctx.seen.gauge(gauge).map(value)? - ctx.seen.gauge_before(gauge).map(value)?)
}

/// SGLang prefill worker: finished prefills grow in number, and faster than the requests that wait for prefill.
fn piles_up(ctx: &Context<'_>) -> bool {
    let before_prefill: f64 = [Gauge::Waiting, Gauge::PrefillBootstrapQueue].iter().filter_map(|queue| growth(ctx, *queue)).sum();
    growth(ctx, Gauge::PrefillInflightQueue).is_some_and(|grown| grown >= PILE && grown > before_prefill)
}

/// Finished prefills by which the line must have grown: fewer are on their way at any time (own judgement).
const PILE: f64 = 5.0;
