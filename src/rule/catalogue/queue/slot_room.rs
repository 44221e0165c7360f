//! What the KV cache holds beside the sequence slots in use, and how to raise their limit.

use crate::metrics::Unit;
use crate::rule::laws::{capacity, lengths};
use crate::rule::{Action, Context, Evidence, flags};
use crate::signal::{BackendId, Gauge, Reading, TimeBase};

/// How many requests of full length the KV cache holds; of the mean length when that is not exported, or when fewer would fit at full
/// length than run, which says nothing. `None` when neither is more than the slots in use.
pub(super) fn room(ctx: &Context<'_>, slots: f64) -> Option<Evidence> {
    let config = &ctx.seen.last.config;
    // A request cannot lie across ranks.
    let whole = |all: f64| (all / ranks(ctx)).floor() * ranks(ctx);
    if let Some(concurrency) = config.kv_max_concurrency.as_ref().filter(|concurrency| whole(concurrency.value) > slots) {
        let reading = Reading {
            value: whole(concurrency.value),
            unit: Unit::Requests,
            time_base: TimeBase::Config,
            source: concurrency.source.clone(),
        };
        return Some(
            Evidence::new("kv_cache.max_concurrency", "requests of full length that fit the KV cache", reading, ctx.seen.last.text_index)
                .inferred(),
        );
    }
    let capacity = capacity(ctx.seen)?;
    let (prompt, output) = lengths(ctx.seen)?;
    let value = (capacity.value / (prompt.value + output.value)).floor();
    (value.is_finite() && value > slots).then(|| {
        ctx.computed("law.kv_room", "requests of mean length that fit the KV cache", value, Unit::Requests, &capacity.source).inferred()
    })
}

pub(super) fn actions(ctx: &Context<'_>, slots: f64, room: Option<&Evidence>) -> Vec<Action> {
    let verify = "The number of running requests rises, the queue empties, requests per second rise, and the gap between tokens stays within its target.";
    let tradeoff = "Each further sequence adds to the gap between tokens and to KV use.";
    let most =
        room.map_or_else(String::new, |room| format!("; the KV cache holds {} at {}", Unit::Count.show(room.value), length_words(room)));
    let step = room.map_or(2.0 * slots, |room| room.value.min(2.0 * slots));
    let ranks = ranks(ctx);
    let each = |of_all: f64| Unit::Count.show((of_all / ranks).round().max(1.0));
    let apiece = if ranks > 1.0 { format!(" for each of the {} ranks", Unit::Count.show(ranks)) } else { String::new() };
    let change = format!("Raise it from {} in steps, first to {}{apiece}{most}.", each(slots), each(step));
    let flag = match ctx.backend() {
        BackendId::Vllm => "--max-num-seqs",
        BackendId::Sglang => "--max-running-requests",
        BackendId::Tgi => "--max-batch-size",
    };
    flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify).into_iter().collect()
}

fn length_words(room: &Evidence) -> &'static str {
    if room.signal == "kv_cache.max_concurrency" { "full length" } else { "their mean length" }
}

/// vLLM's limit holds for each data-parallel rank; the capacity here is that of all of them.
fn ranks(ctx: &Context<'_>) -> f64 {
    let ranks = ctx.seen.last.gauges.get(&Gauge::Running).map_or(1, |running| running.ranks.len().max(1));
    if ctx.backend() == BackendId::Vllm { ranks as f64 } else { 1.0 }
}
