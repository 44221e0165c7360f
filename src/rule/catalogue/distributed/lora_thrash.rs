//! D04: more adapters are wanted at once than fit a batch.

use super::WAITING_SYMPTOMS;
use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::words::requests_wait;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Texts, flags, weight,
};
use crate::signal::{BackendId, Gauge};

/// Share of waiting requests that are deferred from which adapters, not room, are the reason (own judgement).
const DEFERRED: f64 = 0.5;
/// A pool this full has no free slot.
const POOL_FULL: f64 = 0.999;
/// SGLang does not say how many adapters are wanted, and a full pool alone is how the pool rests.
const SGLANG_CEILING: f64 = 0.65;
/// Below this share of KV in use, memory is not the reason to wait.
const KV_ROOM: f64 = 0.80;

pub(super) static RULE: Rule = Rule {
    id: "lora-thrash",
    code: "D04",
    title: "Too few adapter slots",
    kind: BottleneckType::QueueBuildup,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: WAITING_SYMPTOMS,
    texts: Texts {
        sees: "All LoRA slots of the batch are taken, further adapters wait, and half or more of the waiting requests are deferred. SGLang: the slot pool is full while requests wait and the KV cache has room.",
        why: "A request waits until a slot for its adapter is free, however much room the KV cache has. Adapters that take turns are loaded again and again.",
        what_to_do: "Allow more adapters per batch, keep more of them in host memory, or route each adapter to few replicas.",
        falsifier: "With more slots the same requests still wait.",
        sources: &[
            "vLLM: deferred waits include the LoRA budget.",
            "SGLang: lora_pool_utilization.",
            "Own judgement: half of the waiting requests.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let queue = ctx.queue()?;
    if !queue.standing {
        return Outcome::clear(format!("{}.", requests_wait(queue.now)));
    }
    ctx.need_window()?;
    if ctx.backend() == BackendId::Sglang { sglang(ctx, queue.now) } else { vllm(ctx, queue.now) }
}

fn vllm(ctx: &Context<'_>, waiting: f64) -> Checked {
    let no_adapters = || {
        Missing::new(
            "adapter counts",
            "vLLM exports them in vllm:lora_requests_info while adapters are served; without them there is nothing to judge.",
        )
    };
    let wanted = ctx.seen.gauge(Gauge::LoraWaiting).ok_or_else(no_adapters)?;
    let taken = ctx.seen.gauge(Gauge::LoraRunning).ok_or_else(no_adapters)?;
    let slots = ctx.seen.last.config.max_loras.as_ref().map(|setting| setting.value).ok_or_else(no_adapters)?;
    if wanted.value < 1.0 || taken.value < slots {
        return Outcome::clear(format!("{} of {} adapter slots are taken.", Unit::Count.show(taken.value), Unit::Count.show(slots)));
    }
    let deferred = ctx.seen.gauge(Gauge::WaitingDeferred).map(|reading| reading.value / waiting.max(1.0));
    if deferred.is_some_and(|share| share < DEFERRED) {
        return Outcome::clear("Most of the waiting requests wait for room, not for an adapter slot.");
    }
    let measure = Evidence::new(Gauge::LoraWaiting.path(), Gauge::LoraWaiting.words(), wanted.clone(), ctx.seen.last.text_index);
    let mut case = Case::new(ctx, Basis::Gauges).sees(weight::COUNTER, measure.clone()).shows(ctx.gauge(Gauge::LoraRunning));
    match ctx.gauge(Gauge::WaitingDeferred) {
        Some(evidence) => case = case.sees(weight::GAUGE_SUSTAINED, evidence),
        None => case = case.lacks(&Missing::gauge(ctx.backend(), Gauge::WaitingDeferred)),
    }
    let sentence = format!(
        "{} adapters wait for one of {} slots, and {} requests wait.",
        Unit::Count.show(wanted.value),
        Unit::Count.show(slots),
        Unit::Count.show(waiting)
    );
    Ok(case.fire(
        &RULE,
        account(
            ctx,
            measure,
            1.0,
            sentence,
            "adapters wait while all slots are taken, and half or more of the waiting requests are deferred",
        ),
    ))
}

fn sglang(ctx: &Context<'_>, waiting: f64) -> Checked {
    let pool = ctx.seen.gauge(Gauge::LoraPoolUsage).ok_or_else(|| {
        Missing::new(
            "the use of adapter slots",
            "SGLang 0.5.7 or later exports it while adapters are served; without them there is nothing to judge.",
        )
    })?;
    let (least, _) = ctx.seen.gauge_span(Gauge::LoraPoolUsage).unwrap_or((pool.value, pool.value));
    let (_, kv) = ctx.seen.gauge_span(Gauge::KvUsage).ok_or_else(|| Missing::gauge(ctx.backend(), Gauge::KvUsage))?;
    if least < POOL_FULL || kv >= KV_ROOM {
        return Outcome::clear(format!(
            "{} of the adapter slots are used, the KV cache is {}.",
            Unit::Ratio.show(pool.value),
            ctx.kv_full_now().unwrap_or_default()
        ));
    }
    let measure = Evidence::new(Gauge::LoraPoolUsage.path(), Gauge::LoraPoolUsage.words(), pool, ctx.seen.last.text_index);
    let case = Case::new(ctx, Basis::Gauges)
        .at_most(SGLANG_CEILING)
        .sees(weight::GAUGE_SUSTAINED, measure.clone())
        .holds(weight::GAUGE_SUSTAINED)
        .shows(ctx.gauge(Gauge::Waiting))
        .shows(ctx.gauge(Gauge::KvUsage))
        .lacks(&Missing::new(
            "the number of adapters in use",
            "Count the adapters in the clients' requests and compare with --max-loras-per-batch.",
        ));
    let sentence = format!(
        "All adapter slots are used while {} requests wait and the KV cache is {}.",
        Unit::Count.show(waiting),
        ctx.kv_full_now().unwrap_or_default()
    );
    Ok(case.fire(&RULE, account(ctx, measure, POOL_FULL, sentence, "all adapter slots used while requests wait and the KV cache has room")))
}

fn account(ctx: &Context<'_>, measure: Evidence, threshold: f64, sentence: String, formula: &str) -> Account {
    let verify = "Fewer than 10 % of the waiting requests are deferred at the same load.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let candidates = match ctx.backend() {
        BackendId::Sglang => vec![
            advise("--max-loras-per-batch", "Raise it to the number of adapters in use.", "GPU memory per slot, taken from the KV cache."),
            advise("--enable-lora-overlap-loading", "Switch it on, so that adapters load while others run.", "Host memory."),
        ],
        _ => vec![
            advise("--max-loras", "Raise it to the number of adapters in use.", "GPU memory per slot, taken from the KV cache."),
            advise("--max-cpu-loras", "Raise it, so that adapters are not read from disk again.", "Host memory."),
        ],
    };
    let mut actions: Vec<Action> = candidates.into_iter().flatten().collect();
    actions.push(Action::plain("Route each adapter to few replicas.", "Less even load.", verify));
    Account {
        severity: ctx.impact(RULE.explains).severity(),
        headline: format!("Requests wait for adapter slots: {sentence}"),
        sentence,
        formula: formula.to_owned(),
        measure,
        threshold,
        actions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, setting, window};
    use crate::signal::{Counter, Observation};

    fn seen(running: f64, waiting_adapters: f64, deferred: f64) -> Observation {
        let start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 8.0)
            .gauge(Gauge::Waiting, 20.0)
            .gauge(Gauge::WaitingDeferred, deferred)
            .gauge(Gauge::LoraRunning, running)
            .gauge(Gauge::LoraWaiting, waiting_adapters)
            .counter(Counter::Finished, 0.0)
            .config(|config| config.max_loras = setting(4.0));
        let end = start.clone().at(60.0).counter(Counter::Finished, 200.0);
        window(start, end)
    }

    #[test]
    fn it_fires_when_adapters_wait_for_slots() {
        let outcome = check(&RULE, &seen(4.0, 12.0, 18.0));
        assert!(fired(&outcome).confidence.value >= 0.5);
    }

    #[test]
    fn it_is_clear_when_slots_are_free_or_room_is_the_reason() {
        assert!(matches!(check(&RULE, &seen(2.0, 0.0, 0.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(4.0, 12.0, 2.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_adapter_counts() {
        let mut without = seen(4.0, 12.0, 18.0);
        without.last_mut().gauges.remove(&Gauge::LoraWaiting);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
