//! Gauges that stand still beside counters that do not move: an engine that hangs, or something else that this text allows.

use super::Context;
use crate::signal::{BackendId, Caveat, Counter, Distribution, Observation};
use crate::stats::quantile;

/// Below this a long prefill step looks like a stall.
pub(super) const LEAST_SECONDS: f64 = 10.0;

/// What else shows gauges that stand still, likeliest first: clauses after "the same shows".
pub(super) fn others(ctx: &Context<'_>) -> Vec<&'static str> {
    let mut others = Vec::new();
    if one_long_step(ctx.seen) {
        others.push("while one long prompt is computed");
    }
    if ctx.backend() == BackendId::Vllm {
        if ctx.seen.last.has_caveat(Caveat::SeveralApiServers) {
            others
                .push("when the directory of its multiprocess metrics was kept over a restart and shows the gauges of the process before");
        }
        others.push("when its clients aborted all requests and no step has followed");
    }
    if equal(ctx.seen) {
        others.push("when a proxy answers with a page that it has kept");
    }
    others
}

/// `An idle server looks the same …`, and the one test that tells; empty where nothing else is possible.
pub(super) fn sentence(ctx: &Context<'_>) -> String {
    let others = others(ctx);
    let Some((last, rest)) = others.split_last() else { return String::new() };
    let all = if rest.is_empty() { (*last).to_owned() } else { format!("{}, or {last}", rest.join(", ")) };
    format!(" A server that works looks the same {all}.")
}

/// The one test that tells these apart.
pub(super) fn one_request(ctx: &Context<'_>) -> &'static str {
    match ctx.backend() {
        BackendId::Vllm => "Send one short request. If it is answered, the engine works and the gauges were left over.",
        BackendId::Sglang | BackendId::Tgi => "Send one short request. If it is answered, the engine works.",
    }
}

/// The window is short, of unknown length, or not much longer than prefills of this server.
fn one_long_step(seen: &Observation) -> bool {
    let Some(seconds) = seen.seconds() else { return true };
    seconds < LEAST_SECONDS || giant_prefill(seen, seconds)
}

/// Prefills half as long as the window were seen on this server (handbook A01).
pub(super) fn giant_prefill(seen: &Observation, seconds: f64) -> bool {
    let lifetime = seen.last.distributions.get(&Distribution::PrefillTime);
    lifetime.and_then(|spread| quantile(&spread.histogram, 0.99)).is_some_and(|p99| seconds < 2.0 * p99.bracket.0)
}

/// Not one number has moved, of the process either.
fn equal(seen: &Observation) -> bool {
    let Some(first) = &seen.first else { return false };
    let alive = |counter| seen.last.counters.get(&counter).is_some_and(|count| !count.absent_is_zero);
    let same = seen.last.counters.iter().all(|(key, now)| first.counters.get(key).is_some_and(|before| before.value == now.value));
    let gauges = seen.last.gauges.iter().all(|(key, now)| first.gauges.get(key).is_some_and(|before| before.value == now.value));
    same && gauges && (alive(Counter::CpuSeconds) || seen.last.has_caveat(Caveat::SeveralApiServers))
}
