//! Requests that fail, and outputs that are cut.

mod budget;
mod capacity_rejections;
mod client_disconnects;
mod client_errors;
mod kv_transfer_failures;
mod length_truncation;
mod output_corruption;
mod server_errors;

use crate::rule::{Context, Missing, Rule};
use crate::signal::{BackendId, Counter, Source};

pub(super) const RULES: &[&Rule] = &[
    &server_errors::RULE,
    &capacity_rejections::RULE,
    &client_disconnects::RULE,
    &client_errors::RULE,
    &length_truncation::RULE,
    &output_corruption::RULE,
    &kv_transfer_failures::RULE,
];

/// How requests ended, as far as the server tells. Clients that left and malformed requests are neither served nor failed.
struct Endings {
    served: f64,
    /// Failures of the server's own making.
    failed: Option<(f64, Source)>,
    /// Refused for capacity.
    refused: Option<(f64, Source)>,
}

impl Endings {
    fn of(ctx: &Context<'_>) -> Result<Self, Missing> {
        let counted = |counter| ctx.seen.count(counter).map(|reading| (reading.value, reading.source));
        let value = |counter| counted(counter).map_or(0.0, |(value, _)| value);
        let refused = counted(Counter::CapacityRejections);
        let finished = ctx.need_count(Counter::Finished)?.value;
        Ok(match ctx.backend() {
            BackendId::Vllm => {
                let served = (finished - value(Counter::FinishedError) - value(Counter::FinishedAbort)).max(0.0);
                Endings { served, failed: vllm_failed(ctx, refused.as_ref().map_or(0.0, |(value, _)| *value)), refused }
            }
            // Aborted while running counts as finished there.
            BackendId::Sglang => {
                Endings { served: (finished - value(Counter::Aborted)).max(0.0), failed: counted(Counter::ServerErrors), refused }
            }
            BackendId::Tgi => Endings { served: finished, failed: counted(Counter::ServerErrors), refused },
        })
    }

    fn all(&self) -> f64 {
        let of = |counted: &Option<(f64, Source)>| counted.as_ref().map_or(0.0, |(value, _)| *value);
        self.served + of(&self.failed) + of(&self.refused)
    }
}

/// Engine errors, and HTTP 5xx beyond them and the refusals: an engine error is answered with 500 as well.
fn vllm_failed(ctx: &Context<'_>, refused: f64) -> Option<(f64, Source)> {
    let engine = ctx.seen.count(Counter::FinishedError);
    let http = ctx.seen.count(Counter::Http5xx);
    match (engine, http) {
        (Some(engine), Some(http)) => {
            let beyond = (http.value - engine.value - refused).max(0.0);
            let source = if beyond > 0.0 { crate::rule::laws::join(&[&engine.source, &http.source]) } else { engine.source };
            Some((engine.value + beyond, source))
        }
        (Some(engine), None) => Some((engine.value, engine.source)),
        (None, Some(http)) => Some(((http.value - refused).max(0.0), http.source)),
        (None, None) => None,
    }
}
