//! How long a process has been busy since its start.

use super::Context;
use crate::signal::{BackendId, Counter, Distribution, Observation};

/// Fewer running requests at this moment say little of how many ran on average.
const RUNNING: f64 = 1.0;

/// Seconds in which the engine made steps, from its own counts: their number times the mean gap between tokens, which is the length of
/// a step; where steps are not counted, the sum of the gaps over the number of requests that run now.
pub(super) fn seconds(ctx: &Context<'_>) -> Option<f64> {
    let seen = ctx.seen;
    let busy = match ctx.backend() {
        BackendId::Tgi => seen.sum(Distribution::PrefillCallTime)? + seen.sum(Distribution::DecodeCallTime)?,
        BackendId::Vllm | BackendId::Sglang => by_steps(seen).or_else(|| by_running(seen))?,
    };
    let whole = seen.last.uptime_seconds().unwrap_or(f64::INFINITY);
    Some(busy.min(whole)).filter(|seconds| *seconds > 0.0 && seconds.is_finite())
}

fn by_steps(seen: &Observation) -> Option<f64> {
    let gap = seen.mean(Distribution::Itl)?.value;
    let steps = seen.count(Counter::Steps).map(|steps| steps.value).or_else(|| seen.observations(Distribution::StepTokens))?;
    Some(steps * gap)
}

fn by_running(seen: &Observation) -> Option<f64> {
    let running = seen.gauge(crate::signal::Gauge::Running)?.value;
    let decoding = seen.sum(Distribution::Itl)?;
    (running >= RUNNING).then(|| decoding / running)
}
