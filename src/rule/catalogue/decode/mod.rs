//! Why tokens come slowly or in jerks.

mod cuda_graph_miss;
mod decode_stalls;
mod hardware_floor;
mod host_overhead;
mod poor_speculation;
mod prefill_interference;

use crate::metrics::Unit;
use crate::rule::{Context, Missing, Rule, Severity, Symptom};
use crate::signal::{Distribution, Reading};

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
/// Pauses of up to this many times the prefill work are prefill's (own judgement: both sides are estimates).
const PREFILL_EXPLAINS: f64 = 1.2;
/// Shares from which pauses are a medium and a high problem (own judgement).
const STALL_SHARE_MEDIUM: f64 = 0.20;
const STALL_SHARE_HIGH: f64 = 0.35;
/// Gaps between tokens that a share of time needs to be trusted.
const GAPS_NEEDED: f64 = 1000.0;
/// Below this share of preempted requests, preemptions do not account for pauses.
const FEW_PREEMPTIONS: f64 = 0.05;

/// What slow or jerky decoding makes worse.
const ITL_SYMPTOMS: &[Symptom] = &[Symptom::Itl, Symptom::E2e];

/// The pauses between tokens, and how much of them prefill can account for.
struct Stalls {
    /// L9: share of decode time in pauses, a lower bound.
    share: Reading,
    /// Seconds from which a gap is a pause.
    from: f64,
    /// L8: share of the time that prefill work takes.
    prefill: Option<Reading>,
    gaps: f64,
    /// Preemptions per finished request.
    preempted: Option<f64>,
}

impl Stalls {
    fn of(ctx: &Context<'_>) -> Result<Self, Missing> {
        let gaps = ctx.need_distribution(Distribution::Itl)?.histogram.observations().unwrap_or(0.0);
        if gaps <= 0.0 {
            return Err(Missing::samples("gaps between tokens", 0.0, GAPS_NEEDED));
        }
        Ok(Stalls {
            share: ctx.need_law(&ctx.laws.stall_share, "the share of decode time spent in pauses")?,
            from: ctx.laws.stall_from.unwrap_or(0.0),
            prefill: ctx.laws.prefill_share.clone(),
            gaps,
            preempted: ctx.laws.preemptions_per_request.as_ref().map(|law| law.value),
        })
    }

    fn words(&self) -> String {
        format!("Gaps of {} or more take at least {} of the decode time", Unit::Seconds.show(self.from), Unit::Ratio.show(self.share.value))
    }
}

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

/// The cost of prefill could not be worked out, so that its share of the pauses stays unknown.
fn unknown_prefill() -> Missing {
    Missing::new(
        "the share of time that prefill takes",
        "It follows from time to first token and prompt lengths of at least 10 requests, with the times of the dumps.",
    )
}
