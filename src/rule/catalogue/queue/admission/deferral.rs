//! What deferred requests wait for. vLLM counts a request with a grammar, or one that was once passed over for its adapter, as deferred until
//! it runs, also while a slot is all that it lacks.

use super::{DEFERRED_SHARE, busy_ends, slots, while_waiting};
use crate::rule::Context;
use crate::signal::{BackendId, Counter, Distribution, Gauge};

/// Slots that are full at any time leave an average at least this close to them: new requests are not decoding yet.
const FULL: f64 = 0.90;
/// Mean time in queue, in bounds of the lowest bucket, from which its share of the requests tells whether some never wait.
const LONG_WAITS: f64 = 3.0;
/// Where slots are lacking everybody waits; requests that lack nothing but slots of adapters or grammars of their own run at once.
const AT_ONCE: f64 = 0.10;
/// Since the start: the first ones find slots in any case.
const AT_ONCE_EVER: f64 = 0.25;

/// At least half of the waiting requests are deferred.
pub(super) fn deferred(ctx: &Context<'_>) -> Option<bool> {
    if ctx.backend() != BackendId::Vllm {
        return Some(false);
    }
    for end in busy_ends(ctx) {
        let deferred = end.gauges.get(&Gauge::WaitingDeferred)?.value;
        let waiting = end.gauges.get(&Gauge::Waiting)?.value;
        if deferred < DEFERRED_SHARE * waiting || deferred < 1.0 {
            return Some(false);
        }
    }
    Some(true)
}

/// Whether the deferred requests wait for slots like any others: the running ones stand still at a number all through the window, and
/// nobody runs at once. `None` where that cannot be told.
pub(super) fn for_slots(ctx: &Context<'_>, in_use: Option<f64>, plateau: Option<bool>) -> Option<bool> {
    if fetching(ctx) || adapters_take_turns(ctx) || plateau == Some(false) {
        return Some(false);
    }
    // What requests waited since the start says nothing of those that wait now.
    if !ctx.is_window() {
        return None;
    }
    if some_ran_at_once(ctx) == Some(true) {
        return Some(false);
    }
    if busy_ends(ctx).len() < 2 {
        return None;
    }
    let (least, _) = while_waiting(ctx, Gauge::Running)?;
    let in_use = in_use.filter(|slots| *slots >= 1.0 && least >= 1.0)?;
    let average = slots::average(ctx).or_else(|| outputs_per_step(ctx))?;
    Some(plateau? && average >= FULL * in_use)
}

/// Without times: every running request gets a token in a step, and without drafts no more.
fn outputs_per_step(ctx: &Context<'_>) -> Option<f64> {
    let count = |counter| ctx.seen.count(counter).map(|count| count.value);
    let drafts = count(Counter::SpecDrafts).is_some_and(|drafts| drafts > 0.0);
    let ranks = ctx.seen.last.gauges.get(&Gauge::Running)?.ranks.len().max(1) as f64;
    let steps = count(Counter::Steps).filter(|steps| *steps > 0.0 && !drafts)?;
    Some(count(Counter::OutputTokens)? / steps * ranks)
}

/// KV data is on its way to requests.
fn fetching(ctx: &Context<'_>) -> bool {
    let stages = [Gauge::KvFetchToStart, Gauge::KvFetchInProgress, Gauge::KvFetchCompleted];
    stages.iter().filter_map(|stage| ctx.seen.gauge(*stage)).any(|requests| requests.value >= 1.0)
}

/// More adapters took part than fit the batch at a time.
pub(in crate::rule::catalogue::queue) fn adapters_take_turns(ctx: &Context<'_>) -> bool {
    let slots = ctx.seen.last.config.max_loras.as_ref().map(|slots| slots.value);
    let adapters = ctx.seen.adapters();
    adapters.zip(slots).is_some_and(|(adapters, slots)| adapters.seen as f64 > slots || adapters.waiting.is_some_and(|waiting| waiting > 0))
}

/// A fair share of the requests never waited: of the window, where waits are long enough to tell, else since the start.
pub(super) fn some_ran_at_once(ctx: &Context<'_>) -> Option<bool> {
    let times = ctx.seen.distribution(Distribution::QueueTime)?.histogram;
    let lowest = times.buckets.first()?;
    let all = times.observations().filter(|all| *all > 0.0)?;
    let share = lowest.cumulative / all;
    if !ctx.is_window() {
        return Some(share >= AT_ONCE_EVER);
    }
    (times.mean()? >= LONG_WAITS * lowest.upper).then_some(share >= AT_ONCE)
}
