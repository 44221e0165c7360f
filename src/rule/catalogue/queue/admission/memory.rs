//! Whether memory stops admission: by preemptions, by usage, or by what running requests have reserved.

use super::{KV_FULL, KV_ROOM, PREEMPTIONS_PER_REQUEST, RESERVED, busy_ends, slots, while_waiting};
use crate::rule::Context;
use crate::rule::laws::capacity;
use crate::signal::{BackendId, Counter, Distribution, Gauge};

/// SGLang: the running requests would hold this share at full length, and their number moves while others wait, or stands at no round
/// number, as it does when memory and not slots decide.
const RESERVED_MOVING: f64 = 0.5;
const USED_MOVING: f64 = 0.3;

/// Preemptions inside the window; a lifetime count says nothing about now.
pub(super) fn preempting(ctx: &Context<'_>) -> Option<bool> {
    if ctx.backend() == BackendId::Tgi {
        return Some(false);
    }
    ctx.need_window().ok()?;
    let count = ctx.seen.count(Counter::Preemptions)?;
    let per_request = ctx.laws.preemptions_per_request.as_ref()?;
    Some(count.value > 0.0 && per_request.value >= PREEMPTIONS_PER_REQUEST)
}

/// The cache was full between the dumps: running requests are thrown out at no other time. One or two may be chance.
pub(in crate::rule::catalogue::queue) fn full_in_between(ctx: &Context<'_>) -> Option<f64> {
    const BEYOND_CHANCE: f64 = 3.0;
    ctx.need_window().ok()?;
    let (least, _) = while_waiting(ctx, Gauge::KvUsage)?;
    let preemptions = ctx.seen.count(Counter::Preemptions)?.value;
    (ctx.backend() == BackendId::Vllm && preemptions >= BEYOND_CHANCE && least >= KV_ROOM).then_some(preemptions)
}

pub(super) fn full(ctx: &Context<'_>, (least, most): (f64, f64)) -> bool {
    let at_limit = (most >= KV_FULL && least >= KV_ROOM) || full_in_between(ctx).is_some();
    let free = capacity(ctx.seen).map(|capacity| (1.0 - least) * capacity.value);
    let no_room = free.zip(next_request(ctx)).is_some_and(|(free, next)| free < next);
    at_limit || no_room
}

/// vLLM in one dump: between an admission and the preemption that makes room for it, usage swings below full. A cache at the saturated
/// level that preempted 5 % of all requests so far is short of room more likely than of anything else.
pub(super) fn pressed(ctx: &Context<'_>, (least, _): (f64, f64)) -> bool {
    let past = || ctx.laws.preemptions_per_request.as_ref().is_some_and(|law| law.value >= PREEMPTIONS_PER_REQUEST);
    ctx.backend() == BackendId::Vllm && !ctx.is_window() && least >= KV_ROOM && past()
}

/// Tokens that the next request needs at once: the prompt, and for TGI all that it may generate.
fn next_request(ctx: &Context<'_>) -> Option<f64> {
    let prompt = ctx.seen.mean(Distribution::PromptLength)?.value;
    let reserved = match ctx.backend() {
        BackendId::Tgi => ctx.seen.mean(Distribution::MaxNewTokens)?.value,
        BackendId::Vllm | BackendId::Sglang => 0.0,
    };
    Some(prompt + reserved)
}

pub(super) fn reserved(ctx: &Context<'_>, plateau: Option<bool>, prefill_bound: Option<bool>, kv: Option<(f64, f64)>) -> Option<bool> {
    match ctx.backend() {
        BackendId::Vllm => Some(false),
        BackendId::Sglang => {
            let law = ctx.laws.kv_reservation.as_ref()?.value;
            let odd = plateau == Some(false) || slots::in_use(ctx).is_some_and(|slots| !slots::is_round(slots));
            let moving = odd && prefill_bound != Some(true) && !adapters_full(ctx);
            let used = kv.is_some_and(|(_, most)| most >= USED_MOVING);
            Some(law >= RESERVED || (moving && used && law >= RESERVED_MOVING))
        }
        BackendId::Tgi => match &ctx.laws.kv_reservation {
            Some(law) => Some(law.value >= RESERVED),
            None => reserved_plateau(ctx),
        },
    }
}

fn adapters_full(ctx: &Context<'_>) -> bool {
    ctx.seen.gauge(Gauge::LoraPoolUsage).is_some_and(|usage| usage.value >= 1.0)
}

/// TGI exports no budget. Reservations that stand still within the size of the next request, while requests wait, are at the budget;
/// unless the batch stands at a round number, which a batch size limit does.
fn reserved_plateau(ctx: &Context<'_>) -> Option<bool> {
    ctx.need_window().ok()?;
    let (least, most) = while_waiting(ctx, Gauge::ReservedTokens)?;
    let next = next_request(ctx)?;
    if let Some(in_use) = slots::in_use(ctx) {
        slots::at_round(ctx, in_use)?;
        if slots::exact(ctx, in_use)? {
            return Some(false);
        }
        // A batch that is held at a round number most of the time reserves about the same at any time.
        if slots::about(ctx, in_use) {
            return None;
        }
    }
    (busy_ends(ctx).len() > 1 && least > 0.0).then_some(most - least <= next)
}
