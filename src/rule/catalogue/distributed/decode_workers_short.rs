//! D07: decode workers cannot take what prefill hands over.

use super::role::{Worker, worker};
use super::{WAITING_SYMPTOMS, piles_up, standing};
use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Texts, flags, weight};
use crate::signal::{BackendId, Gauge};

/// KV usage, or the share claimed by pending requests, from which a decode worker is full.
const KV_FULL: f64 = 0.90;
/// vLLM: share of KV fetches that are complete and still wait (own judgement).
const COMPLETED: f64 = 0.5;

pub(super) static RULE: Rule = Rule {
    id: "decode-workers-short",
    code: "D07",
    title: "Too few decode workers",
    kind: BottleneckType::QueueBuildup,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: WAITING_SYMPTOMS,
    texts: Texts {
        sees: "SGLang decode worker: requests wait for KV memory all through the window with the cache 90 % full or claimed. Prefill worker: finished prefills pile up. vLLM consumer: most KV fetches are complete and their requests still wait.",
        why: "The prompt is computed, and there is no decode capacity to take it. More prefill workers would only lengthen the line.",
        what_to_do: "Add decode workers or KV memory on them.",
        falsifier: "With one more decode worker the line stays: then the transfer between workers is the limit.",
        sources: &[
            "SGLang: queues of prefill and decode disaggregation.",
            "vLLM: num_requests_kv_fetch_by_stage.",
            "Own judgement: 90 %, half of the fetches.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if ctx.backend() == BackendId::Vllm {
        return vllm(ctx);
    }
    match worker(ctx)? {
        Worker::Both => Outcome::clear("This engine serves prefill and decode by itself."),
        Worker::Decode => decode(ctx),
        Worker::Prefill => prefill(ctx),
    }
}

fn decode(ctx: &Context<'_>) -> Checked {
    let queue = ctx.need_gauge(Gauge::DecodePreallocQueue)?;
    if queue.value < 1.0 {
        return Outcome::clear("No request waits for KV memory on this decode worker.");
    }
    ctx.need_window()?;
    if standing(ctx, Gauge::DecodePreallocQueue) != Some(true) {
        return Outcome::clear("Requests wait for KV memory only for moments.");
    }
    let usage = ctx.need_gauge(Gauge::KvUsage)?;
    let pending = ctx.seen.gauge(Gauge::PendingPreallocUsage).map(|reading| reading.value);
    let claimed = pending.unwrap_or(0.0);
    if usage.value.max(claimed) < KV_FULL {
        if pending.is_none() {
            return Err(Missing::gauge(ctx.backend(), Gauge::PendingPreallocUsage));
        }
        return Outcome::clear(format!("Requests wait for their KV, but the cache is only {} full.", Unit::Ratio.show(usage.value)));
    }
    let how = if usage.value >= KV_FULL {
        format!("is {} full", Unit::Ratio.show(usage.value))
    } else {
        format!("is claimed {} times over", Unit::Count.show(claimed))
    };
    let sentence = format!("{} requests wait for KV memory, which {how}.", Unit::Count.show(queue.value));
    fire(ctx, Gauge::DecodePreallocQueue, Some(Gauge::KvUsage), sentence)
}

fn prefill(ctx: &Context<'_>) -> Checked {
    let queue = ctx.need_gauge(Gauge::PrefillInflightQueue)?;
    if queue.value < 1.0 {
        return Outcome::clear("No finished prefill waits to be handed over.");
    }
    ctx.need_window()?;
    if standing(ctx, Gauge::PrefillInflightQueue) != Some(true) || !piles_up(ctx) {
        return Outcome::clear("Finished prefills are handed over without piling up.");
    }
    fire(
        ctx,
        Gauge::PrefillInflightQueue,
        None,
        format!("{} finished prefills wait to be handed over, and their number grows.", Unit::Count.show(queue.value)),
    )
}

fn vllm(ctx: &Context<'_>) -> Checked {
    let stages = [Gauge::KvFetchToStart, Gauge::KvFetchInProgress, Gauge::KvFetchCompleted];
    let completed = ctx.seen.gauge(Gauge::KvFetchCompleted).ok_or_else(|| {
        Missing::feature(
            "the stages of KV fetches",
            "vLLM 0.32 or later exports them on a worker that receives KV; without one there is nothing to judge.",
        )
    })?;
    let all: f64 = stages.iter().filter_map(|stage| ctx.seen.gauge(*stage)).map(|reading| reading.value).sum();
    if completed.value < 1.0 || completed.value < COMPLETED * all {
        return Outcome::clear(format!(
            "{} of {} KV fetches are complete and wait.",
            Unit::Count.show(completed.value),
            Unit::Count.show(all)
        ));
    }
    ctx.need_window()?;
    if standing(ctx, Gauge::KvFetchCompleted) != Some(true) {
        return Outcome::clear("Requests with complete KV wait only for moments.");
    }
    fire(
        ctx,
        Gauge::KvFetchCompleted,
        Some(Gauge::KvUsage),
        format!("{} requests have their KV and still wait to run.", Unit::Count.show(completed.value)),
    )
}

fn fire(ctx: &Context<'_>, queue: Gauge, beside: Option<Gauge>, sentence: String) -> Checked {
    let Some(measure) = ctx.gauge(queue) else {
        return Err(Missing::gauge(ctx.backend(), queue));
    };
    let mut case = Case::new(ctx, Basis::Gauges).sees(weight::GAUGE_SUSTAINED, measure.clone());
    if let Some(evidence) = beside.and_then(|gauge| ctx.gauge(gauge)) {
        case = if evidence.value >= KV_FULL { case.sees(weight::GAUGE_ONCE, evidence) } else { case.shows(evidence) };
    }
    if queue == Gauge::PrefillInflightQueue {
        case = case
            .holds(weight::PROXY)
            .lacks(&Missing::new("the decode workers' view", "Look at the KV usage of the decode workers: it should be high."));
    }
    let verify = "The line is empty at the same load.";
    let kv = match ctx.backend() {
        BackendId::Sglang => "--mem-fraction-static",
        _ => "--gpu-memory-utilization",
    };
    let more_kv = flags::advise(
        ctx.backend(),
        ctx.version(),
        kv,
        "Raise it on the decode workers.",
        "Less headroom before the GPU runs out of memory.",
        verify,
    )
    .filter(|_| queue != Gauge::PrefillInflightQueue);
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            headline: format!("The decode workers cannot keep up: {sentence}"),
            sentence,
            formula: "requests whose prompt is computed wait for decode capacity all the time".to_owned(),
            measure,
            threshold: 1.0,
            actions: [Action::plain(
                "Add a decode worker, or turn a prefill worker into one.",
                "Cost of the hardware, or less prefill capacity.",
                verify,
            )]
            .into_iter()
            .chain(more_kv)
            .collect(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::super::prefill_workers_short::tests::engine;
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{Counter, Observation};

    fn seen(queue: f64, kv: f64) -> Observation {
        let start = engine("decode")
            .gauge(Gauge::Waiting, 0.0)
            .gauge(Gauge::DecodePreallocQueue, queue)
            .gauge(Gauge::PendingPreallocUsage, 0.0)
            .gauge(Gauge::KvUsage, kv);
        let end = start.clone().at(60.0).counter(Counter::Finished, 1100.0);
        window(start, end)
    }

    #[test]
    fn it_fires_on_a_decode_worker_without_kv_memory() {
        assert!(fired(&check(&RULE, &seen(12.0, 0.97))).sentence.contains("97 %"));
    }

    #[test]
    fn it_is_clear_when_nobody_waits_or_memory_is_free() {
        assert!(matches!(check(&RULE, &seen(0.0, 0.97)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(12.0, 0.5)), Outcome::Clear(_)));
    }

    #[test]
    fn vllm_tells_by_the_stage_of_its_fetches_and_cannot_know_without_them() {
        let start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 4.0)
            .gauge(Gauge::Waiting, 10.0)
            .gauge(Gauge::KvFetchToStart, 0.0)
            .gauge(Gauge::KvFetchInProgress, 1.0)
            .gauge(Gauge::KvFetchCompleted, 9.0)
            .counter(Counter::Finished, 0.0);
        let end = start.clone().at(60.0).counter(Counter::Finished, 100.0);
        let mut seen = window(start, end);
        assert!(matches!(check(&RULE, &seen), Outcome::Fired(_)));
        seen.last_mut().gauges.remove(&Gauge::KvFetchCompleted);
        assert!(matches!(check(&RULE, &seen), Outcome::NotMeasurable(_)));
    }
}
