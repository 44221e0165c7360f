//! Q02: all sequence slots are taken although memory and compute have room.

use super::admission::{
    Admission, KV_ROOM, RESERVED, adapters_take_turns, at_round, free_elsewhere, gauge_weight, is_round, is_usual, lifetime_budget,
    prompts_lead, token_gaps, wait_words,
};
use super::pooled_slots;
use super::slot_room::{actions, room};
use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::explain::QUEUE_SYMPTOMS;
use crate::rule::laws::one_token_a_step;
use crate::rule::queueing::answers_of_each;
use crate::rule::{Account, Basis, BottleneckType, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Texts, weight};
use crate::signal::{BackendId, Caveat, Counter, Distribution, Gauge, TimeBase};
use crate::stats::quantile;

/// From this share of the ITL threshold on, more sequences are no remedy (handbook Q02).
const ITL_SHARE: f64 = 0.8;
/// Two scrapes cannot prove a plateau, and one cannot show it (handbook Q02: "possible" for a snapshot).
const WINDOW_CEILING: f64 = 0.75;
const SNAPSHOT_CEILING: f64 = 0.49;
/// Reservations above this share leave doubt whether slots or memory come first.
const RESERVED_DOUBT: f64 = 0.5;
/// Up to this long a request may be under way to the scheduler and no queue (vLLM's lowest bucket of the time in queue).
const WAITED_SECONDS: f64 = 0.3;

pub(super) static RULE: Rule = Rule {
    id: "sequence-limit",
    code: "Q02",
    title: "Sequence limit reached",
    kind: BottleneckType::BatchSizeSuboptimal,
    role: Role::Cause,
    backends: ALL_BACKENDS,
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
    let admission = Admission::of(ctx)?;
    let running = ctx.need_gauge(Gauge::Running)?;
    if let Some(sentence) = admission.no_queue() {
        return Outcome::clear(sentence);
    }
    if admission.memory_bound() {
        return Outcome::clear("Requests wait, but memory is the nearer limit.");
    }
    if ctx.seen.last.has_caveat(Caveat::Pooling) {
        return pooled_slots::check(ctx, &admission);
    }
    // What ran while they waited; at the last dump it may all be over.
    if running.value < 1.0 && admission.slots.is_none_or(|slots| slots < 1.0) {
        return Outcome::clear("Requests wait although none is running: no limit of concurrent sequences does that.");
    }
    if ctx.seen.last.config.engine_type.as_ref().is_some_and(|role| role.value == "prefill") {
        return Outcome::clear("A prefill worker runs one batch at a time; the number of running requests is no limit.");
    }
    if ctx.is_window() && ctx.backend() != BackendId::Tgi && !plenty(ctx, &admission) {
        ctx.need_count(Counter::Preemptions)?;
    }
    match ctx.backend() {
        BackendId::Vllm | BackendId::Sglang => {
            let (_, kv) = admission.kv.ok_or_else(|| Missing::gauge(ctx.backend(), Gauge::KvUsage))?;
            if kv >= KV_ROOM {
                let full = ctx.kv_full_now().unwrap_or_default();
                return Outcome::clear(format!("Requests wait, and the KV cache is {full}: memory may be the nearer limit."));
            }
        }
        BackendId::Tgi => {
            ctx.need_window()?;
            ctx.need_gauge(Gauge::ReservedTokens)?;
            if admission.reserved.is_none() {
                return Err(Missing::new(
                    "the lengths of requests over the window",
                    "Take the second dump after more requests have finished.",
                ));
            }
            match (admission.slots.map_or(Some(false), |slots| at_round(ctx, slots)), admission.plateau) {
                (Some(true), Some(true)) => {}
                (Some(false), _) | (_, Some(false)) => {
                    return Outcome::clear("The batch does not stand at a round number, as it would with a limit of its size.");
                }
                _ => return Err(Missing::counter(ctx.backend(), Counter::DecodeCalls)),
            }
        }
    }
    if let Some(sentence) = no_room_for_another(&admission).or_else(|| free_elsewhere(ctx)) {
        return Outcome::clear(sentence);
    }
    if ctx.backend() == BackendId::Sglang && admission.reserved.is_none() {
        // SGLang reserves for running requests, so that a low usage alone does not show room.
        return Err(Missing::new("the KV capacity and the lengths of requests", "SGLang 0.5.6 or later exports max_total_num_tokens."));
    }
    if let Some(other) = admission.deferral()? {
        return Outcome::clear(other);
    }
    if admission.budget.as_ref().is_some_and(|budget| budget.exhausted) {
        return Outcome::clear("Most steps are filled up to the token budget, which is the nearer limit.");
    }
    if admission.prefill_bound == Some(true) {
        return Outcome::clear("Computing prompts fills the time: more sequences would not be served faster.");
    }
    if let Some(slow) = too_slow(ctx) {
        return Outcome::clear(slow);
    }
    if admission.plateau == Some(false) && admission.slots.is_some_and(|slots| !is_usual(slots)) {
        return Outcome::clear(
            "The number of running requests moved between the dumps and stands at no chosen number: no limit of slots holds it.",
        );
    }
    if let Some(missing) = admission.seen_once(ctx) {
        return Err(missing);
    }
    if let Some((answers, sequences)) = answers_of_each(ctx.seen) {
        return Err(Missing::new(
            "the number of running sequences",
            format!(
                "Each request asks for {} answers on average, so that those which run are about {} sequences; compare these with --max-num-seqs.",
                Unit::Count.show(answers),
                Unit::Count.show(sequences)
            ),
        ));
    }
    if steps_unknown(ctx) && prompts_lead(ctx) && admission.slots.is_some_and(|slots| !is_usual(slots)) {
        return Err(tokens_of_a_step());
    }
    Ok(fire(ctx, &admission))
}

/// What the running requests hold on average is more than what is free: the next one of their kind does not fit.
fn no_room_for_another(admission: &Admission) -> Option<String> {
    let ((_, kv), running) = admission.kv.zip(admission.slots)?;
    let each = kv / running;
    (each > 1.0 - kv).then(|| {
        let (each, free) = (Unit::Ratio.show(each), Unit::Ratio.show(1.0 - kv));
        format!("A running request holds {each} of the KV cache, and {free} is free: memory may be the nearer limit.")
    })
}

/// So little memory is in use or reserved that nothing can have been thrown out of it; older SGLang releases do not count retractions, and
/// a part of a page may lack the count of any server.
fn plenty(ctx: &Context<'_>, admission: &Admission) -> bool {
    const LITTLE: f64 = 0.3;
    let reserves = ctx.backend() == BackendId::Sglang;
    let reserved = ctx.laws.kv_reservation.as_ref().is_some_and(|law| law.value < LITTLE);
    (reserved || !reserves) && admission.kv.is_some_and(|(_, most)| most < LITTLE)
}

/// Tokens already come too slowly for more sequences. Judged over a window only, for a lifetime median says little of now.
fn too_slow(ctx: &Context<'_>) -> Option<String> {
    let gap = slow_gap(ctx).filter(|_| ctx.is_window())?;
    Some(format!("The median gap between tokens is at least {gap}: more sequences would slow tokens further."))
}

fn slow_since_start(ctx: &Context<'_>) -> Option<String> {
    let gap = slow_gap(ctx)?;
    Some(format!("The median gap between tokens since the start is at least {gap}: more sequences would slow tokens further."))
}

fn slow_gap(ctx: &Context<'_>) -> Option<String> {
    let theta = ctx.thetas.itl.as_ref()?;
    let itl = ctx.seen.distribution(token_gaps(ctx)).filter(|itl| !ctx.is_window() || matches!(itl.time_base, TimeBase::Window(_)))?;
    let median = quantile(&itl.histogram, 0.5)?;
    (median.bracket.0 >= ITL_SHARE * theta.seconds).then(|| Unit::Seconds.show(median.bracket.0))
}

/// SGLang: slots of adapters are taken. One dump between two batches may show some free that are full most of the time.
fn adapters_served(ctx: &Context<'_>) -> bool {
    ctx.seen.gauge(Gauge::LoraPoolUsage).is_some_and(|usage| usage.value > 0.0)
}

/// How many requests that were served since the start had waited; `None` when no queue times are exported.
fn waited_before(ctx: &Context<'_>) -> Option<f64> {
    let times = ctx.seen.distribution(Distribution::QueueTime)?.histogram;
    let served = times.observations().filter(|served| *served > 0.0)?;
    let at_once = times.buckets.iter().find(|bucket| bucket.upper >= WAITED_SECONDS)?.cumulative;
    Some(served - at_once)
}

fn fire(ctx: &Context<'_>, admission: &Admission) -> Outcome {
    let ceiling = if ctx.is_window() { WINDOW_CEILING } else { SNAPSHOT_CEILING };
    let Some((slots, count)) = slots(ctx).zip(admission.slots) else {
        return Outcome::NotMeasurable(Missing::gauge(ctx.backend(), Gauge::Running));
    };
    let mut case = admission.case(ctx, Basis::Gauges).at_most(ceiling);
    case = match admission.plateau {
        Some(true) => case.sees(gauge_weight(ctx), slots.clone()),
        Some(false) => case
            .shows(slots.clone())
            .against("The number of running requests moved between the two dumps.")
            .lacks(&Missing::more_snapshots(3)),
        // That a limit holds them is what the number alone suggests.
        None => case.shows(slots.clone()).at_most(SNAPSHOT_CEILING),
    };
    if let Some(usage) = ctx.gauge(Gauge::KvUsage) {
        case = case.sees(weight::GAUGE_ONCE, usage);
    }
    if ctx.is_window() && admission.preempting.is_none() {
        case = case.lacks(&Missing::counter(ctx.backend(), Counter::Preemptions));
    }
    if is_round(count) {
        case = case.holds(weight::HINT);
    }
    if steps_unknown(ctx) {
        case = case.at_most(SNAPSHOT_CEILING).lacks(&tokens_of_a_step());
    }
    if !ctx.is_window() {
        if !is_usual(count) {
            case = case.against(format!("{} is no number that people choose for a limit.", Unit::Count.show(count)));
        }
        if count == 1.0 {
            case = case.against("One request that runs alone may also be a standstill, or of an adapter that the others do not use.");
        }
        if adapters_served(ctx) {
            case = case.against("Adapters are served, and their slots are full at moments: requests may wait for another adapter.");
        }
        if adapters_take_turns(ctx) {
            case = case.against("More adapters were served than may run at a time: requests may wait for those.");
        }
        if let Some(slow) = slow_since_start(ctx) {
            case = case.against(slow);
        }
        if admission.queue.now > count && waited_before(ctx).is_some_and(|waited| waited < count) {
            case = case.against(
                "More requests wait than run, but fewer served ones have ever waited: the queue is new, and a standstill would look the same.",
            );
        }
        if lifetime_budget(ctx) {
            case = case.against(if ctx.seen.last.has_caveat(Caveat::SeveralApiServers) {
                "Most of the work is prompts, and how full a step is several API servers do not tell: a token budget may be exhausted."
            } else {
                "The mean step since start is a round number of tokens, as with an exhausted token budget."
            });
        }
    }
    if let Some(law) = &ctx.laws.kv_reservation
        && ctx.backend() == BackendId::Sglang
        && (RESERVED_DOUBT..RESERVED).contains(&law.value)
    {
        case = case.against(format!("At full length the running requests need {} of the KV cache.", Unit::Ratio.show(law.value)));
    }
    let room = room(ctx, count);
    case = case.shows(room.clone()).shows(ctx.law(&ctx.laws.decode_concurrency, "law.decode_concurrency", "decoding sequences on average"));
    let limit = Unit::Count.show(count);
    let run = match (admission.is_over(), count == 1.0) {
        (true, _) => "ran",
        (false, true) => "runs",
        (false, false) => "run",
    };
    let which = if count == 1.0 { "the only slot".to_owned() } else { format!("one of {limit} slots") };
    let full = admission.kv.map(|(_, kv)| Unit::Ratio.show(kv));
    let cache = match admission.kv.filter(|_| admission.is_over()) {
        Some((_, most)) => Some(format!("was {} full", Unit::Ratio.show(most))),
        None => ctx.kv_full_now().map(|full| format!("is {full}")),
    };
    let beside = cache.as_ref().map_or_else(String::new, |cache| format!(" while the KV cache {cache}"));
    let and = cache.map_or_else(String::new, |cache| format!(" and the KV cache {cache}"));
    let (wait, now) = if admission.is_over() { ("waited", " Nobody waits now.") } else { ("wait", "") };
    let fits = room.as_ref().map_or_else(String::new, |room| format!("; KV has room for {} (inferred)", Unit::Count.show(room.value)));
    case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("{} while {limit} {run}{and}{fits}.{}", admission.waiting(), deferred_too(ctx, admission)),
            headline: format!("Requests {wait}{} for {which}{beside}.{now}", wait_words(ctx)),
            formula: format!(
                "waiting ≥ 1 all the time, running stands at {limit}, KV usage {} < {}",
                full.unwrap_or_else(|| "unknown".to_owned()),
                Unit::Ratio.show(KV_ROOM)
            ),
            threshold: count,
            measure: slots,
            actions: actions(ctx, count, room.as_ref()),
        },
    )
}

/// Over a window, behind several API servers or on a part of a page, nothing tells how full a step is.
fn steps_unknown(ctx: &Context<'_>) -> bool {
    ctx.is_window() && one_token_a_step(ctx.seen) && ctx.laws.step_tokens.is_none()
}

fn tokens_of_a_step() -> Missing {
    Missing::new(
        "the tokens of an engine step",
        "Copy the whole page. With several API servers they follow from the times of the dumps and the gaps between tokens. Until then a token budget may be exhausted as well.",
    )
}

/// How many of those that wait are counted as deferred, and what that leaves open.
fn deferred_too(ctx: &Context<'_>, admission: &Admission) -> String {
    let deferred = ctx.seen.gauge(Gauge::WaitingDeferred).map_or(0.0, |deferred| deferred.value);
    if admission.deferred != Some(true) || deferred < 1.0 {
        return String::new();
    }
    let who = match deferred {
        all if all >= admission.queue.now => "They are".to_owned(),
        1.0 => "1 of them is".to_owned(),
        some => format!("{} of them are", Unit::Count.show(some)),
    };
    format!(
        " {who} counted as deferred, as vLLM counts a request with a grammar until it runs; whether more slots would let those run cannot be told."
    )
}

/// The slots in use; the limit itself is not exported by any of the servers.
fn slots(ctx: &Context<'_>) -> Option<Evidence> {
    Some(ctx.gauge(Gauge::Running)?.labelled("slots in use (the limit itself is not exported)").inferred())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::ConfidenceWord;
    use crate::rule::testing::{Build, check, fired, setting, snapshot, source, window};
    use crate::signal::AdapterSet;

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
            6000.0 + running * 60.0 / 0.02 * 0.97,
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
    fn one_snapshot_beside_adapters_claims_no_limit_of_slots() {
        let at = |usage: f64| {
            let build = Build::new(BackendId::Sglang)
                .gauge(Gauge::Running, 7.0)
                .gauge(Gauge::Waiting, 138.0)
                .gauge(Gauge::KvUsage, 0.01)
                .gauge(Gauge::LoraPoolUsage, usage)
                .counter(Counter::Finished, 300.0)
                .latency(Distribution::PromptLength, 300.0, 100.0)
                .latency(Distribution::OutputLength, 300.0, 50.0)
                .latency(Distribution::QueueTime, 300.0, 9.0)
                .config(|config| config.kv_capacity_tokens = setting(400_000.0));
            check(&RULE, &snapshot(build))
        };
        fired(&at(0.0));
        for usage in [0.5, 0.75, 1.0] {
            assert!(!matches!(at(usage), Outcome::Fired(_)), "{usage}");
        }
    }

    #[test]
    fn one_snapshot_says_nothing_of_slots_when_tokens_were_slow_since_the_start_or_nobody_ever_waited() {
        let slow = slots(64.0, 0.1).latency(Distribution::Itl, 6000.0, 0.3);
        assert!(matches!(check(&RULE, &snapshot(slow)), Outcome::NotMeasurable(_)));
        // A standstill: 126 requests wait, and of those served none ever did.
        let waited = |waiting, seconds| slots(64.0, 0.1).gauge(Gauge::Waiting, waiting).latency(Distribution::QueueTime, 600.0, seconds);
        assert!(matches!(check(&RULE, &snapshot(waited(126.0, 0.001))), Outcome::NotMeasurable(_)));
        fired(&check(&RULE, &snapshot(waited(126.0, 5.0))));
        // Seen on a real server: twice as many clients as slots have just begun.
        fired(&check(&RULE, &snapshot(waited(64.0, 0.001))));
    }

    #[test]
    fn one_snapshot_with_one_running_request_or_waiting_adapters_says_nothing_of_slots() {
        // Reported: one request runs and three wait for hours beside an empty cache, with adapters switched on.
        assert!(matches!(check(&RULE, &snapshot(slots(1.0, 0.031))), Outcome::NotMeasurable(_)));
        let mut adapters = slots(4.0, 0.1).config(|config| config.max_loras = setting(1.0));
        let set =
            |name: &str| AdapterSet { running: vec![name.to_owned()], waiting: vec![name.to_owned()], stamp: 1.0, source: source(name) };
        adapters.0.adapters = vec![set("a"), set("b")];
        assert!(matches!(check(&RULE, &snapshot(adapters)), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn is_clear_when_what_is_free_is_less_than_what_a_request_holds() {
        // Reported: one request holds 76.5 % of the cache, and 14 wait.
        let outcome = check(&RULE, &window(slots(1.0, 0.765), later(1.0, 0.768)));
        assert!(matches!(outcome, Outcome::Clear(_)));
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

    #[test]
    fn says_how_long_requests_waited_and_how_long_the_last_in_line_will() {
        let timed = |first: f64, last: f64, mean: f64| {
            let before = slots(4.0, 0.01).latency(Distribution::QueueTime, first, mean);
            window(before, later(4.0, 0.01).latency(Distribution::QueueTime, last, mean))
        };
        let headline = |mean: f64| fired(&check(&RULE, &timed(100.0, 160.0, mean))).headline.clone();
        assert!(headline(5.0).starts_with("Requests wait 5 s (the last in line about "), "{}", headline(5.0));
        assert!(headline(5000.0).starts_with("Requests wait 5,000 s for"), "{}", headline(5000.0));
    }
}
