//! Why tokens come slowly or in jerks.

mod cuda_graph_miss;
mod decode_stalls;
mod drift;
mod hardware_floor;
mod host_overhead;
mod pauses;
mod poor_speculation;
mod prefill_calls;
mod prefill_interference;
mod stalls;

use crate::rule::{Context, Rule, Severity, Symptom};

pub(super) const RULES: &[&Rule] = &[
    &prefill_interference::RULE,
    &decode_stalls::RULE,
    &hardware_floor::RULE,
    &host_overhead::RULE,
    &cuda_graph_miss::RULE,
    &poor_speculation::RULE,
];

/// From this share of decode time spent in pauses, the pauses matter (own judgement; 0.10 separates the simulated causes).
const STALL_SHARE: f64 = 0.10;
/// Shares from which pauses are a medium and a high problem (own judgement).
const STALL_SHARE_MEDIUM: f64 = 0.20;
const STALL_SHARE_HIGH: f64 = 0.35;
/// Gaps between tokens that a share of time needs to be trusted.
const GAPS_NEEDED: f64 = 1000.0;
/// One pause makes a gap for everybody: what is said of gaps rests on as many events as there were pauses (own judgement).
const PAUSES_NEEDED: f64 = 5.0;
/// Prompts whose P99 is this many times their median have a tail; when P90 is below half of that, the tail is rare.
const PROMPT_TAIL: f64 = 10.0;
/// Below this share of preempted requests, preemptions do not account for pauses.
const FEW_PREEMPTIONS: f64 = 0.05;

/// Whether the prefill work is large enough for the long gaps between tokens; `None` when that is not known.
pub(super) fn prefill_explains_gaps(ctx: &Context<'_>) -> Option<bool> {
    stalls::Stalls::of(ctx).ok()?.explained()
}

/// What slow or jerky decoding makes worse.
const ITL_SYMPTOMS: &[Symptom] = &[Symptom::Itl, Symptom::E2e];

/// Severity of pauses: by their share, medium at most while no latency target is missed.
fn stall_severity(ctx: &Context<'_>, share: f64) -> Severity {
    let by_share = if share >= STALL_SHARE_HIGH {
        Severity::High
    } else if share >= STALL_SHARE_MEDIUM {
        Severity::Medium
    } else {
        Severity::Low
    };
    let impact = ctx.impact(ITL_SYMPTOMS);
    if impact.violated { by_share.max(impact.severity()) } else { by_share.min(Severity::Medium) }
}
