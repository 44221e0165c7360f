//! Q01: the KV cache is full, so requests wait.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::explain::QUEUE_SYMPTOMS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Queue, Role, Rule, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Gauge};

/// Fewest preemptions per finished request that mean pressure (own judgement; SGLang's tuning guide tolerates about one a minute).
const PREEMPTIONS_PER_REQUEST: f64 = 0.05;
/// Full: the next allocation fails or preempts.
const KV_FULL: f64 = 0.95;
/// Below this the cache has room (saturated-replica limit of two gateways).
const KV_ROOM: f64 = 0.80;
/// Share of capacity that running requests plus one would reserve, from which SGLang's and TGI's admission blocks.
const RESERVED: f64 = 0.80;
const REQUESTS_NEEDED: f64 = 30.0;

pub(super) static RULE: Rule = Rule {
    id: "kv-capacity-bound",
    code: "Q01",
    title: "KV cache full",
    kind: BottleneckType::MemoryPressure,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: QUEUE_SYMPTOMS,
    texts: Texts {
        sees: "Requests wait while the KV cache is full: usage at 95 % or more, or less room than the next request needs, or preemptions at 5 % or more of finished requests.",
        why: "A request is admitted only when its tokens fit the KV cache. Once it is full, every further request adds waiting time, and running ones may be preempted and recomputed.",
        what_to_do: "Give the cache more room (memory share, fp8 KV cache, more GPUs or replicas), or need less of it (shorter sequences, fewer at a time).",
        falsifier: "KV usage stays below 80 % at finer sampling, no preemption is counted, and requests still wait.",
        sources: &[
            "vLLM, optimization.md: preemption means too little KV space.",
            "Gateway API Inference Extension: a replica is saturated at 0.80.",
            "SGLang, hyperparameter tuning: token usage above 0.9 is good use, frequent retractions are not.",
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
        return Outcome::clear(format!("{} requests wait.", Unit::Count.show(queue.now)));
    }
    let usage = ctx.seen.gauge_span(Gauge::KvUsage);
    let preempting = preempting(ctx);
    let full = usage.map(|(least, most)| if ctx.is_window() { least >= KV_ROOM && most >= KV_FULL } else { most >= KV_FULL });
    let reserved = ctx.laws.kv_reservation.as_ref().filter(|_| ctx.backend() != BackendId::Vllm).map(|law| law.value >= RESERVED);
    let ways = [preempting, full, reserved];
    if !ways.contains(&Some(true)) {
        if usage.is_none() {
            return Err(Missing::gauge(ctx.backend(), Gauge::KvUsage));
        }
        if ctx.is_window() && preempting.is_none() && ctx.backend() != BackendId::Tgi {
            return Err(Missing::counter(ctx.backend(), Counter::Preemptions));
        }
        let (_, most) = usage.unwrap_or_default();
        return Outcome::clear(format!("Requests wait, but the KV cache is {} full and nothing is preempted.", Unit::Ratio.show(most)));
    }
    Ok(fire(ctx, &queue, preempting == Some(true), full == Some(true), reserved == Some(true)))
}

/// Preemptions inside the window; a lifetime count says nothing about now.
fn preempting(ctx: &Context<'_>) -> Option<bool> {
    if !ctx.is_window() {
        return None;
    }
    ctx.laws.preemptions_per_request.as_ref().map(|law| law.value >= PREEMPTIONS_PER_REQUEST)
}

fn fire(ctx: &Context<'_>, queue: &Queue, preempting: bool, full: bool, reserved: bool) -> Outcome {
    let basis = if preempting { Basis::Counters } else { Basis::Gauges };
    let gauge_weight = if ctx.is_window() { weight::GAUGE_SUSTAINED } else { weight::GAUGE_ONCE };
    let mut case = Case::new(ctx, basis);
    if ctx.is_window() {
        case = case.samples(ctx.requests().unwrap_or(REQUESTS_NEEDED).max(1.0), REQUESTS_NEEDED);
    }
    if let Some(waiting) = ctx.gauge(Gauge::Waiting) {
        case = case.sees(gauge_weight, waiting);
    }
    match ctx.gauge(Gauge::KvUsage) {
        Some(usage) if full => case = case.sees(gauge_weight, usage),
        Some(usage) => case = case.shows(usage),
        None => case = case.lacks(&Missing::gauge(ctx.backend(), Gauge::KvUsage)),
    }
    if preempting {
        if let Some(law) = ctx.law(&ctx.laws.preemptions_per_request, "law.preemptions_per_request", "preemptions per finished request") {
            case = case.sees(weight::COUNTER, law);
        }
        case = case.shows(ctx.count(Counter::Preemptions));
    } else if !ctx.is_window() && ctx.backend() != BackendId::Tgi {
        case = case.shows(ctx.count(Counter::Preemptions)).lacks(&Missing::second_snapshot());
    }
    if reserved && let Some(law) = ctx.law(&ctx.laws.kv_reservation, "law.kv_reservation", "KV share reserved at full length") {
        case = case.sees(weight::LAW, law);
    }
    if let Some(capacity) = ctx.gauge(Gauge::WaitingCapacity).filter(|evidence| evidence.value >= 1.0) {
        case = case.sees(weight::GAUGE_ONCE, capacity);
    }
    if deferred_dominates(ctx) {
        case = case.against("Most of the waiting requests are deferred for another reason than capacity.");
    }
    let usage = ctx.gauge(Gauge::KvUsage);
    let measure = usage.or_else(|| ctx.gauge(Gauge::Waiting));
    let Some(measure) = measure else {
        return Outcome::NotMeasurable(Missing::gauge(ctx.backend(), Gauge::KvUsage));
    };
    let waiting = Unit::Count.show(queue.now);
    let share = if measure.signal == Gauge::KvUsage.path() { Unit::Ratio.show(measure.value) } else { "an unknown share".to_owned() };
    let preempted = ctx.seen.count(Counter::Preemptions).filter(|_| preempting).map_or(0.0, |count| count.value);
    let sentence = match (preempting, full) {
        (true, _) => {
            format!("{waiting} requests wait; the KV cache is {share} full and {} preemptions were counted.", Unit::Count.show(preempted))
        }
        (false, true) => format!("{waiting} requests wait while the KV cache is {share} full."),
        (false, false) => format!("{waiting} requests wait; the running ones reserve the KV cache, of which {share} is in use."),
    };
    let headline = if preempting {
        format!("The KV cache is too small for the load: {waiting} requests wait and running ones are preempted.")
    } else {
        format!("Requests wait for room in the KV cache: {waiting} wait, {share} of it is in use.")
    };
    case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence,
            headline,
            formula: format!(
                "waiting ≥ 1 all the time, and KV usage ≥ {} or preemptions ≥ {} of finished requests or reservations ≥ {}",
                Unit::Ratio.show(KV_FULL),
                Unit::Ratio.show(PREEMPTIONS_PER_REQUEST),
                Unit::Ratio.show(RESERVED)
            ),
            measure,
            threshold: KV_FULL,
            actions: actions(ctx),
        },
    )
}

fn deferred_dominates(ctx: &Context<'_>) -> bool {
    let (Some(deferred), Some(waiting)) = (ctx.seen.gauge(Gauge::WaitingDeferred), ctx.seen.gauge(Gauge::Waiting)) else {
        return false;
    };
    waiting.value > 0.0 && deferred.value / waiting.value >= 0.5
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "KV usage P95 below 90 %, fewer than one preemption a minute, shorter queue time at the same load.";
    let backend = ctx.backend();
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(backend, ctx.version(), flag, change, tradeoff, verify);
    let candidates = match backend {
        BackendId::Vllm => vec![
            advise(
                "--kv-cache-dtype",
                "Store the KV cache as fp8: about twice the tokens in the same memory.",
                "Small accuracy loss; check on your own task.",
            ),
            advise("--gpu-memory-utilization", "Raise it in small steps towards 0.95.", "Less headroom before the GPU runs out of memory."),
            advise(
                "--tensor-parallel-size",
                "Spread the weights over more GPUs, which leaves more memory for KV on each.",
                "Synchronisation between GPUs on every step.",
            ),
        ],
        BackendId::Sglang => vec![
            advise(
                "--mem-fraction-static",
                "Raise it in steps of 0.01 until start-up runs out of memory, then go one step back.",
                "Less room for activations.",
            ),
            advise(
                "--kv-cache-dtype",
                "Store the KV cache as fp8_e5m2 or fp8_e4m3: about twice the tokens.",
                "Small accuracy loss; check on your own task.",
            ),
        ],
        BackendId::Tgi => vec![
            advise("--kv-cache-dtype", "Store the KV cache as fp8_e4m3fn: about twice the tokens.", "Small accuracy loss; needs CUDA."),
            advise("--num-shard", "Spread the model over more GPUs.", "Synchronisation between GPUs on every step."),
        ],
    };
    let mut actions: Vec<Action> = candidates.into_iter().flatten().collect();
    actions.push(Action::plain("Add a replica.", "Cost of the hardware.", verify));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, setting, snapshot, window};
    use crate::rule::{ConfidenceWord, Severity};
    use crate::signal::Distribution;

    fn crowded(kv: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 10.0)
            .gauge(Gauge::Waiting, 40.0)
            .gauge(Gauge::KvUsage, kv)
            .counter(Counter::Preemptions, 5231.0)
            .counter(Counter::Finished, 100.0)
            .latency(Distribution::Ttft, 100.0, 2.0)
    }

    #[test]
    fn fires_when_preemptions_are_counted_in_the_window() {
        let later = crowded(0.9)
            .counter(Counter::Preemptions, 5300.0)
            .counter(Counter::Finished, 200.0)
            .latency(Distribution::Ttft, 200.0, 2.0)
            .latency(Distribution::Itl, 1.0, 0.01);
        let outcome = check(&RULE, &window(crowded(1.0), later));
        assert_eq!(fired(&outcome).confidence.word, ConfidenceWord::Confirmed);
    }

    #[test]
    fn fires_when_one_snapshot_shows_a_full_cache_and_a_queue_but_only_as_possible() {
        // Handbook 1.4: 0.60 · (1 − 0.65·0.65) = 0.35.
        let outcome = check(&RULE, &snapshot(crowded(0.98)));
        let finding = fired(&outcome);
        assert!((finding.confidence.value - 0.60 * (1.0 - 0.65 * 0.65)).abs() < 1e-12);
        assert_eq!(finding.confidence.word, ConfidenceWord::Possible);
        assert!(finding.severity <= Severity::Medium);
    }

    #[test]
    fn is_clear_when_the_cache_has_room_however_many_preemptions_the_past_saw() {
        assert!(matches!(check(&RULE, &snapshot(crowded(0.4))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_usage_gauge() {
        let mut blind = crowded(0.98);
        blind.0.gauges.remove(&Gauge::KvUsage);
        assert!(matches!(check(&RULE, &snapshot(blind)), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn fires_when_sglang_reserves_the_cache_at_low_usage() {
        // Observed 16: token usage 0.3 to 0.67 with 8 or 9 running and 140 queued.
        let sglang = |finished: f64| {
            Build::new(BackendId::Sglang)
                .gauge(Gauge::Running, 9.0)
                .gauge(Gauge::Waiting, 140.0)
                .gauge(Gauge::KvUsage, 0.5)
                .counter(Counter::Preemptions, 0.0)
                .counter(Counter::Finished, finished)
                .counter(Counter::PromptTokens, finished * 100.0)
                .counter(Counter::OutputTokens, finished * 400.0)
                .latency(Distribution::Ttft, finished, 9.0)
                .config(|config| config.kv_capacity_tokens = setting(5000.0))
        };
        fired(&check(&RULE, &window(sglang(100.0), sglang(160.0))));
    }
}
