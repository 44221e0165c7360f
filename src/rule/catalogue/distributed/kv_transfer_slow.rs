//! D08: KV travels too slowly between workers.

use super::role::{Worker, worker};
use super::{WAITING_SYMPTOMS, standing};
use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Texts, flags, weight};
use crate::signal::{BackendId, Distribution, Gauge};
use crate::stats::quantile;

/// From this KV usage on, memory rather than the transfer holds requests back.
const KV_FULL: f64 = 0.90;
/// Share of the mean time to first token that a long transfer takes from which it is felt (own judgement).
const TTFT_SHARE: f64 = 0.20;
/// A transfer of this length is slow whatever the first token takes: KV of a long prompt needs tenths of a second on a fast network.
const LONG_SECONDS: f64 = 0.5;
/// vLLM: share of KV fetches that are under way (own judgement).
const UNDER_WAY: f64 = 0.5;
const TRANSFERS_NEEDED: f64 = 30.0;

pub(super) static RULE: Rule = Rule {
    id: "kv-transfer-slow",
    code: "D08",
    title: "KV transfer is slow",
    kind: BottleneckType::QueueBuildup,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: WAITING_SYMPTOMS,
    texts: Texts {
        sees: "Requests wait for the transfer of their KV all through the window while the decode side has memory, and P95 of a transfer takes 20 % or more of the mean time to first token.",
        why: "Prefill is done and decode has room, but the KV is still on its way. More workers on either side do not help.",
        what_to_do: "Use RDMA between the workers, more network cards, fewer and larger transfers; check that the transfer does not fall back to TCP.",
        falsifier: "Transfers run near the speed of the link: then send less KV (fp8, shorter prompts, cached prefixes).",
        sources: &["SGLang: kv_transfer metrics.", "vLLM NIXL connector: transfer times.", "Own judgement: 20 % of time to first token."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    let queue = if ctx.backend() == BackendId::Vllm { fetches(ctx)? } else { transfers(ctx)? };
    let queue = match queue {
        Ok(queue) => queue,
        Err(clear) => return Outcome::clear(clear),
    };
    ctx.need_window()?;
    if standing(ctx, queue) != Some(true) {
        return Outcome::clear("Requests wait for their KV only for moments.");
    }
    let times = ctx.need_distribution(Distribution::KvTransferTime)?;
    let long = quantile(&times.histogram, 0.95).ok_or_else(|| Missing::samples("KV transfers", 0.0, TRANSFERS_NEEDED))?;
    let ttft = ctx.seen.mean(Distribution::Ttft).map(|mean| mean.value);
    let speed = ctx.mean(Distribution::KvTransferSpeed);
    // Where transfers queue behind each other, TTFT holds many of them; a long one by itself is then enough.
    let slow = long.bracket.0 >= LONG_SECONDS;
    if !slow && ttft.is_some_and(|ttft| long.point < TTFT_SHARE * ttft) {
        return Outcome::clear(format!("P95 of a KV transfer is {}, a small part of the time to first token.", long.show(Unit::Seconds)));
    }
    let (Some(measure), Some(waiting)) = (ctx.quantile(Distribution::KvTransferTime, 0.95), ctx.gauge(queue)) else {
        return Err(Missing::distribution(ctx.backend(), Distribution::KvTransferTime));
    };
    let transfers = times.histogram.observations().unwrap_or(0.0);
    let mut case = Case::new(ctx, Basis::Counters).samples(transfers, TRANSFERS_NEEDED).sees(weight::GAUGE_SUSTAINED, waiting.clone());
    // A decode worker of SGLang has no TTFT to compare with; the time alone is then only shown.
    case = if slow || ttft.is_some() { case.sees(weight::COUNTER, measure.clone()) } else { case.shows(measure.clone()) };
    case = match ctx.seen.gauge(Gauge::KvUsage) {
        Some(usage) if usage.value < KV_FULL => case.holds(weight::GAUGE_ONCE).shows(ctx.gauge(Gauge::KvUsage)),
        _ => case.shows(ctx.gauge(Gauge::KvUsage)),
    };
    case = case
        .shows(speed.clone())
        .lacks(&Missing::new("the speed of the link", "Compare the transfer speed with what the network cards can do."));
    let at = speed.map_or_else(String::new, |speed| format!(", at {} on average", speed.shown));
    let waits = waiting.value;
    Ok(case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!(
                "{} requests wait for the transfer of their KV; P95 of a transfer is {}{at}.",
                Unit::Count.show(waits),
                measure.shown
            ),
            headline: format!("KV travels too slowly between workers: {} requests wait for it.", Unit::Count.show(waits)),
            formula: format!(
                "transfer queue ≥ 1 all the time, KV usage < {}, P95 of a transfer ≥ {} of the mean time to first token",
                Unit::Ratio.show(KV_FULL),
                Unit::Ratio.show(TTFT_SHARE)
            ),
            measure,
            threshold: ttft.map_or(0.0, |ttft| TTFT_SHARE * ttft),
            actions: actions(ctx),
        },
    ))
}

/// SGLang decode worker: the queue to watch, or why there is none.
fn transfers(ctx: &Context<'_>) -> Result<Result<Gauge, String>, Missing> {
    if worker(ctx)? != Worker::Decode {
        return Ok(Err("This engine is no decode worker.".to_owned()));
    }
    let queue = ctx.need_gauge(Gauge::DecodeTransferQueue)?;
    if queue.value < 1.0 {
        return Ok(Err("No request waits for the transfer of its KV.".to_owned()));
    }
    let usage = ctx.need_gauge(Gauge::KvUsage)?;
    if usage.value >= KV_FULL {
        return Ok(Err(format!("Requests wait for their KV, and the cache is {} full.", Unit::Ratio.show(usage.value))));
    }
    Ok(Ok(Gauge::DecodeTransferQueue))
}

/// vLLM consumer of KV: fetches under way must be the larger part.
fn fetches(ctx: &Context<'_>) -> Result<Result<Gauge, String>, Missing> {
    let stages = [Gauge::KvFetchToStart, Gauge::KvFetchInProgress, Gauge::KvFetchCompleted];
    let under_way = ctx.seen.gauge(Gauge::KvFetchInProgress).ok_or_else(|| {
        Missing::feature(
            "the stages of KV fetches",
            "vLLM 0.32 or later exports them on a worker that receives KV; without one there is nothing to judge.",
        )
    })?;
    let all: f64 = stages.iter().filter_map(|stage| ctx.seen.gauge(*stage)).map(|reading| reading.value).sum();
    if under_way.value < 1.0 || under_way.value < UNDER_WAY * all {
        return Ok(Err(format!("{} of {} KV fetches are under way.", Unit::Count.show(under_way.value), Unit::Count.show(all))));
    }
    Ok(Ok(Gauge::KvFetchInProgress))
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "P95 of a transfer is below 10 % of the mean time to first token, and the transfer queue is empty.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let candidates = match ctx.backend() {
        BackendId::Sglang => vec![
            advise("--disaggregation-ib-device", "Name the RDMA devices nearest to the GPUs.", "None known."),
            advise("--disaggregation-transfer-backend", "Try the other transfer backend.", "Different requirements on drivers."),
        ],
        _ => vec![advise(
            "--kv-cache-dtype",
            "Store the KV cache as fp8: half the bytes to send.",
            "Small accuracy loss; check on your own task.",
        )],
    };
    let mut actions: Vec<Action> = candidates.into_iter().flatten().collect();
    actions.push(Action::plain("Check that transfers use RDMA and do not fall back to TCP.", "Time to look.", verify));
    actions
}

#[cfg(test)]
mod tests {
    use super::super::prefill_workers_short::tests::engine;
    use super::*;
    use crate::rule::testing::{check, fired, window};
    use crate::signal::{Counter, Observation};

    fn seen(queue: f64, transfer: f64) -> Observation {
        let start = engine("decode")
            .gauge(Gauge::Waiting, 0.0)
            .gauge(Gauge::DecodeTransferQueue, queue)
            .latency(Distribution::KvTransferTime, 0.0, transfer)
            .latency(Distribution::Ttft, 0.0, 1.0);
        let end = start.clone().at(60.0).counter(Counter::Finished, 1100.0).latency(Distribution::KvTransferTime, 100.0, transfer).latency(
            Distribution::Ttft,
            100.0,
            1.0,
        );
        window(start, end)
    }

    #[test]
    fn it_fires_when_transfers_take_a_large_part_of_the_first_token() {
        assert!(fired(&check(&RULE, &seen(8.0, 0.6))).confidence.value >= 0.8);
    }

    #[test]
    fn it_is_clear_when_transfers_are_short_or_nobody_waits() {
        assert!(matches!(check(&RULE, &seen(8.0, 0.02)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(0.0, 0.6)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_the_role_or_the_times() {
        let mut unknown = seen(8.0, 0.6);
        unknown.last_mut().config.engine_type = None;
        assert!(matches!(check(&RULE, &unknown), Outcome::NotMeasurable(_)));
        let mut without = seen(8.0, 0.6);
        without.last_mut().distributions.remove(&Distribution::KvTransferTime);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
