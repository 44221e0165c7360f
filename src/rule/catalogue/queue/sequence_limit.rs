//! Q02: all sequence slots are taken although memory and compute have room.

use crate::metrics::Unit;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::explain::QUEUE_SYMPTOMS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Queue, Role, Rule, Texts, flags, weight,
};
use crate::signal::{BackendId, Counter, Distribution, Gauge, TimeBase};
use crate::stats::quantile;

/// Below this share of KV in use memory is not the limit (saturated-replica limit of two gateways).
const KV_ROOM: f64 = 0.80;
/// From this share of the ITL threshold on, more sequences are no remedy (handbook Q02).
const ITL_SHARE: f64 = 0.8;
/// A plateau cannot be proved by two scrapes; handbook Q02 allows this much for a window, and "possible" for one snapshot.
const WINDOW_CEILING: f64 = 0.75;
const SNAPSHOT_CEILING: f64 = 0.49;
/// Reservation share from which SGLang's admission may be blocked by memory instead.
const RESERVED: f64 = 0.5;
const PREEMPTIONS_PER_REQUEST: f64 = 0.05;
const REQUESTS_NEEDED: f64 = 30.0;

pub(super) static RULE: Rule = Rule {
    id: "sequence-limit",
    code: "Q02",
    title: "Sequence limit reached",
    kind: BottleneckType::BatchSizeSuboptimal,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: QUEUE_SYMPTOMS,
    texts: Texts {
        sees: "Requests wait while the number of running ones stands still, the KV cache is less than 80 % full, nothing is preempted, and tokens come fast enough.",
        why: "The server may run only so many sequences at a time. When that limit is below what memory and compute allow, requests queue beside an idle half of the machine.",
        what_to_do: "Raise the limit of concurrent sequences, to what the KV cache holds at most, and let CUDA graphs cover the new batch size.",
        falsifier: "With a higher limit the number of running requests stays where it is, or tokens slow down so much that nothing is gained.",
        sources: &[
            "vLLM scheduler: a request is admitted while running < max_num_seqs and its tokens fit.",
            "Gateway API Inference Extension: KV usage below 0.80 is not saturated.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let queue = ctx.queue()?;
    let running = ctx.need_gauge(Gauge::Running)?;
    if !queue.standing {
        return Outcome::clear(format!("{} requests wait.", Unit::Count.show(queue.now)));
    }
    let (_, kv) = ctx.seen.gauge_span(Gauge::KvUsage).ok_or_else(|| Missing::gauge(ctx.backend(), Gauge::KvUsage))?;
    if kv >= KV_ROOM {
        return Outcome::clear(format!("Requests wait, and the KV cache is {} full: memory is the nearer limit.", Unit::Ratio.show(kv)));
    }
    if ctx.is_window() {
        let preemptions = ctx.need_count(Counter::Preemptions)?;
        let per_request = ctx.laws.preemptions_per_request.as_ref().map_or(0.0, |law| law.value);
        if preemptions.value > 0.0 && per_request >= PREEMPTIONS_PER_REQUEST {
            return Outcome::clear(format!(
                "{} preemptions were counted: memory is the nearer limit.",
                Unit::Count.show(preemptions.value)
            ));
        }
    }
    if let Some(reserved) = ctx.laws.kv_reservation.as_ref().filter(|law| ctx.backend() == BackendId::Sglang && law.value >= RESERVED) {
        return Outcome::clear(format!(
            "The running requests reserve {} of the KV cache: memory is the nearer limit.",
            Unit::Ratio.show(reserved.value)
        ));
    }
    if running.value < 1.0 {
        return Outcome::clear("Requests wait although none is running: no limit of concurrent sequences does that.");
    }
    if let Some(slow) = too_slow(ctx) {
        return Outcome::clear(slow);
    }
    Ok(fire(ctx, &queue, kv))
}

/// Tokens already come too slowly for more sequences.
fn too_slow(ctx: &Context<'_>) -> Option<String> {
    let theta = ctx.thetas.itl.as_ref()?;
    let itl = ctx.seen.distribution(Distribution::Itl).filter(|itl| matches!(itl.time_base, TimeBase::Window(_)))?;
    let median = quantile(&itl.histogram, 0.5)?;
    (median.bracket.0 >= ITL_SHARE * theta.seconds).then(|| {
        format!(
            "The median gap between tokens is at least {}: more sequences would slow tokens further.",
            Unit::Seconds.show(median.bracket.0)
        )
    })
}

fn fire(ctx: &Context<'_>, queue: &Queue, kv: f64) -> Outcome {
    let gauge_weight = if ctx.is_window() { weight::GAUGE_SUSTAINED } else { weight::GAUGE_ONCE };
    let mut case = Case::new(ctx, Basis::Gauges).at_most(if ctx.is_window() { WINDOW_CEILING } else { SNAPSHOT_CEILING });
    if ctx.is_window() {
        case = case.samples(ctx.requests().unwrap_or(REQUESTS_NEEDED).max(1.0), REQUESTS_NEEDED);
    } else {
        case = case.lacks(&Missing::second_snapshot());
    }
    let Some(slots) = slots(ctx) else {
        return Outcome::NotMeasurable(Missing::gauge(ctx.backend(), Gauge::Running));
    };
    let plateau = plateau(ctx, slots.value);
    if let Some(waiting) = ctx.gauge(Gauge::Waiting) {
        case = case.sees(gauge_weight, waiting);
    }
    case = if plateau { case.sees(gauge_weight, slots.clone()) } else { case.shows(slots.clone()) };
    if let Some(usage) = ctx.gauge(Gauge::KvUsage) {
        case = case.sees(weight::GAUGE_ONCE, usage);
    }
    if is_round(slots.value) {
        case = case.holds(weight::HINT);
    }
    if let Some(capacity) = ctx.gauge(Gauge::WaitingCapacity).filter(|evidence| evidence.value >= 1.0) {
        case = case.sees(weight::PROXY, capacity);
    }
    let room = room(ctx);
    case = case.shows(room.clone());
    if ctx.is_window() && !plateau {
        case = case.against("The number of running requests moved between the two dumps.");
    }
    let limit = Unit::Count.show(slots.value);
    let waiting = Unit::Count.show(queue.now);
    let wait = wait_words(ctx);
    let fits = room.as_ref().map_or_else(String::new, |room| format!(", which has room for {}", Unit::Count.show(room.value)));
    case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!(
                "{waiting} requests wait while {limit} run and the KV cache is {} full{}.",
                Unit::Ratio.show(kv),
                room.as_ref().map_or_else(String::new, |room| format!("; KV has room for {} (inferred)", Unit::Count.show(room.value)))
            ),
            headline: format!("Requests wait{wait} for one of {limit} slots while the KV cache is {} full{fits}.", Unit::Ratio.show(kv)),
            formula: format!(
                "waiting ≥ 1 all the time, running stands at {limit}, KV usage {} < {}",
                Unit::Ratio.show(kv),
                Unit::Ratio.show(KV_ROOM)
            ),
            threshold: slots.value,
            measure: slots,
            actions: actions(ctx, room.as_ref()),
        },
    )
}

/// The highest number of running requests seen. The gauge may read one less, taken between a finish and the next step.
fn slots(ctx: &Context<'_>) -> Option<Evidence> {
    let (_, most) = ctx.seen.gauge_span(Gauge::Running)?;
    let mut evidence = ctx.gauge(Gauge::Running)?.labelled("slots in use (the limit itself is not exported)").inferred();
    evidence.value = most;
    Some(evidence)
}

/// Running is the same at both ends, give or take one, or the average of decoding sequences comes up to it.
fn plateau(ctx: &Context<'_>, slots: f64) -> bool {
    if !ctx.is_window() {
        return true;
    }
    let slack = (0.05 * slots).max(1.0);
    let ends = ctx.seen.gauge_span(Gauge::Running).is_some_and(|(least, most)| least >= 1.0 && most - least <= slack);
    let average = ctx.laws.decode_concurrency.as_ref().is_some_and(|law| law.value >= 0.7 * slots);
    ends || average
}

fn is_round(slots: f64) -> bool {
    slots >= 2.0 && slots <= 65_536.0 && (slots as u64).is_power_of_two() && slots.fract() == 0.0
}

/// How many requests of full length the KV cache holds, or of the mean length when that is not exported.
fn room(ctx: &Context<'_>) -> Option<Evidence> {
    let config = &ctx.seen.last.config;
    if let Some(concurrency) = &config.kv_max_concurrency {
        let reading = crate::signal::Reading {
            value: concurrency.value.floor(),
            unit: Unit::Requests,
            time_base: TimeBase::Config,
            source: concurrency.source.clone(),
        };
        return Some(
            Evidence::new("kv_cache.max_concurrency", "requests of full length that fit the KV cache", reading, ctx.seen.last.text_index)
                .inferred(),
        );
    }
    let capacity = config.kv_capacity_tokens.as_ref()?;
    let (prompt, output) = crate::rule::laws::lengths(ctx.seen)?;
    let value = (capacity.value / (prompt.value + output.value)).floor();
    (value.is_finite() && value >= 1.0).then(|| {
        ctx.computed("law.kv_room", "requests of mean length that fit the KV cache", value, Unit::Requests, &capacity.source).inferred()
    })
}

fn wait_words(ctx: &Context<'_>) -> String {
    let drain = ctx.laws.drain_seconds.as_ref().filter(|drain| drain.value >= 0.05);
    if let Some(drain) = drain {
        return format!(" {}", Unit::Seconds.show(drain.value));
    }
    match ctx.seen.mean(Distribution::QueueTime) {
        Some(mean) if ctx.is_window() && mean.value >= 0.05 => format!(" {}", Unit::Seconds.show(mean.value)),
        Some(mean) if mean.value >= 0.05 => format!(" ({} on average since start)", Unit::Seconds.show(mean.value)),
        _ => String::new(),
    }
}

fn actions(ctx: &Context<'_>, room: Option<&Evidence>) -> Vec<Action> {
    let verify = "The number of running requests rises, the queue empties, requests per second rise, and the gap between tokens stays within its target.";
    let tradeoff = "Each further sequence adds to the gap between tokens and to KV use.";
    let target =
        room.map_or_else(String::new, |room| format!(", at most to {}, which is what the KV cache holds", Unit::Count.show(room.value)));
    let (flag, change) = match ctx.backend() {
        BackendId::Vllm => ("--max-num-seqs", format!("Raise it{target}.")),
        BackendId::Sglang => ("--max-running-requests", format!("Raise it{target}.")),
        BackendId::Tgi => ("--max-batch-size", format!("Raise it{target}.")),
    };
    flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::ConfidenceWord;
    use crate::rule::testing::{Build, check, fired, setting, snapshot, window};

    fn slots(running: f64, kv: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, running)
            .gauge(Gauge::Waiting, 64.0)
            .gauge(Gauge::WaitingCapacity, 64.0)
            .gauge(Gauge::KvUsage, kv)
            .counter(Counter::Preemptions, 0.0)
            .counter(Counter::Finished, 600.0)
            .latency(Distribution::Ttft, 664.0, 14.0)
            .latency(Distribution::Itl, 6000.0, 0.02)
            .config(|config| config.kv_max_concurrency = setting(195.5))
    }

    fn later(running: f64, kv: f64) -> Build {
        slots(running, kv).counter(Counter::Finished, 900.0).latency(Distribution::Ttft, 964.0, 14.0).latency(
            Distribution::Itl,
            200_000.0,
            0.02,
        )
    }

    #[test]
    fn fires_when_a_snapshot_has_room_in_the_cache_but_only_as_possible() {
        let outcome = check(&RULE, &snapshot(slots(64.0, 0.112)));
        let finding = fired(&outcome);
        assert_eq!(finding.confidence.word, ConfidenceWord::Possible);
        assert!(finding.sentence.contains("KV has room for 195"), "{}", finding.sentence);
        assert!(finding.evidence.iter().any(|evidence| evidence.value == 195.0 && evidence.inferred));
    }

    #[test]
    fn fires_when_running_reads_one_less_than_the_limit() {
        // Observed 3: 3 of 4 slots in 4 of 18 scrapes.
        let outcome = check(&RULE, &window(slots(4.0, 0.01), later(3.0, 0.01)));
        let finding = fired(&outcome);
        assert_eq!(finding.threshold, 4.0);
        assert_eq!(finding.confidence.word, ConfidenceWord::Probable);
    }

    #[test]
    fn is_clear_when_the_cache_is_full() {
        assert!(matches!(check(&RULE, &snapshot(slots(64.0, 0.98))), Outcome::Clear(_)));
    }

    #[test]
    fn is_clear_when_tokens_already_come_too_slowly() {
        let slow = later(64.0, 0.1).latency(Distribution::Itl, 200_000.0, 0.09);
        assert!(matches!(check(&RULE, &window(slots(64.0, 0.1).latency(Distribution::Itl, 0.0, 0.09), slow)), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_cache_usage() {
        let mut blind = slots(64.0, 0.1);
        blind.0.gauges.remove(&Gauge::KvUsage);
        assert!(matches!(check(&RULE, &snapshot(blind)), Outcome::NotMeasurable(_)));
    }
}
