//! Q04: the hardware itself is the limit.

use super::admission::{Admission, KV_ROOM, LARGE_BUDGET, PREFILL_SHARE, token_gaps, wait_words};
use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::words::pace;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Symptom, Texts, flags, weight,
};
use crate::signal::{BackendId, Caveat, Gauge};

/// Without a fit of step time over batch size the elasticity is unknown, so that a window makes it probable at most.
const WINDOW_CEILING: f64 = 0.75;
const SNAPSHOT_CEILING: f64 = 0.49;
pub(super) static RULE: Rule = Rule {
    id: "compute-saturated",
    code: "Q04",
    title: "Compute saturated",
    kind: BottleneckType::LowThroughput,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: &[Symptom::Ttft, Symptom::Itl, Symptom::E2e, Symptom::Queue, Symptom::Throughput],
    texts: Texts {
        sees: "Requests wait, memory has room, the token budget is not the limit, and the running requests are slow already: the median gap between tokens is at its threshold, or prefill work alone fills the time.",
        why: "The hardware does all it can. Larger batches would only make every request slower.",
        what_to_do: "Add replicas, make the model cheaper (quantised weights), or bound the queue so that the tail stays bounded. Do not raise batch limits.",
        falsifier: "A larger batch raises requests per second without a matching rise of the gap between tokens.",
        sources: &[
            "MLPerf inference rules: latency limits as the bound of useful load.",
            "vLLM, max_num_queued_tokens: target time to first token times prefill rate.",
        ],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let admission = Admission::of(ctx)?;
    if let Some(sentence) = admission.no_queue() {
        return Outcome::clear(sentence);
    }
    if admission.memory_bound() {
        return Outcome::clear("Requests wait, but memory is the nearer limit.");
    }
    match admission.kv {
        Some((_, kv)) if kv >= KV_ROOM => {
            return Outcome::clear(format!(
                "Requests wait, and the KV cache is {}: memory may be the nearer limit.",
                ctx.kv_full_now().unwrap_or_default()
            ));
        }
        None if ctx.backend() != BackendId::Tgi => return Err(Missing::gauge(ctx.backend(), Gauge::KvUsage)),
        _ => {}
    }
    if admission.small_budget() == Some(true) {
        return Outcome::clear("Requests wait, but most steps stop at a small token budget, which is the nearer limit.");
    }
    if let Some(other) = admission.deferral()? {
        return Outcome::clear(other);
    }
    // SGLang admits by what requests may grow to, which its usage does not show.
    if ctx.backend() == BackendId::Sglang && !ctx.is_window() && admission.reserved.is_none() {
        return Err(Missing::new("the KV capacity and the lengths of requests", "SGLang 0.5.6 or later exports max_total_num_tokens."));
    }
    let prefill = admission.prefill_bound;
    if ctx.seen.last.has_caveat(Caveat::Pooling) && prefill != Some(true) {
        return Err(Missing::new(
            "a sign of full hardware",
            "A server of embeddings or scores has no gaps between tokens that would tell; look at the utilisation of the GPU.",
        ));
    }
    match (admission.slow_tokens, prefill) {
        (Some(true), _) | (_, Some(true)) => Ok(fire(ctx, &admission, admission.slow_tokens == Some(true), prefill == Some(true))),
        (None, _) if ctx.thetas.itl.is_none() => {
            Err(Missing::new("a threshold on the gap between tokens", "Choose a preset or add a target on itl or tpot."))
        }
        (None, _) => Err(Missing::distribution(ctx.backend(), token_gaps(ctx))),
        (Some(false), None) if ctx.is_window() && ctx.backend() != BackendId::Tgi => {
            Err(Missing::new("the prefill work share", "It takes ten finished requests and the time between the dumps."))
        }
        _ => Outcome::clear("Requests wait, but the running ones are fast: compute has room."),
    }
}

fn fire(ctx: &Context<'_>, admission: &Admission, slow: bool, prefill: bool) -> Outcome {
    let ceiling = if ctx.is_window() { WINDOW_CEILING } else { SNAPSHOT_CEILING };
    let mut case = admission.case(ctx, Basis::Counters).at_most(ceiling).lacks(&Missing::more_snapshots(6));
    let gaps = token_gaps(ctx);
    let median = ctx.quantile(gaps, 0.5);
    let share = ctx.law(&ctx.laws.prefill_share, "law.prefill_share", "prefill work share");
    let threshold = ctx.thetas.itl.as_ref().map_or(0.0, |theta| theta.seconds);
    if slow && let Some(median) = median.clone() {
        case = case.sees(weight::COUNTER, median);
    } else {
        case = case.shows(median.clone());
    }
    let stalls = ctx.law(&ctx.laws.stall_share, "law.stall_share", "share of decode time lost in gaps");
    let full = admission.budget.as_ref().filter(|budget| budget.exhausted && budget.tokens >= LARGE_BUDGET).map(|budget| {
        let (path, label) = match ctx.backend() {
            BackendId::Tgi => ("law.prefill_calls_per_batch", "prefill calls per admitted batch"),
            _ => ("engine.step_tokens.mean", "mean tokens per engine step"),
        };
        Evidence::new(path, label, budget.measured.clone(), ctx.seen.last.text_index)
    });
    for evidence in [share.clone(), stalls.clone(), full.clone()].into_iter().flatten() {
        case = if prefill { case.sees(weight::LAW, evidence) } else { case.shows(evidence) };
    }
    if ctx.is_window() && !slow && admission.queue.least < 1.0 {
        case = case.against("Nobody waited at one of the two dumps: the queue comes and goes, and what fills the time may too.");
    }
    case = case.shows(ctx.gauge(Gauge::KvUsage));
    let room_unknown = ctx.backend() == BackendId::Tgi && admission.reserved.is_none();
    if room_unknown {
        case = case.lacks(&Missing::new(
            "the token budget of the batch",
            "TGI logs it at start as “Setting max batch total tokens to …”; its gauge never reaches /metrics.",
        ));
    }
    let headline = if room_unknown { "The hardware is most likely saturated" } else { "The hardware is saturated" };
    let what = match (&median, slow) {
        (Some(median), true) => format!("the median {} is {}", pace(gaps), median.shown),
        _ => "computing prompts fills the time".to_owned(),
    };
    let (measure, limit) = if slow { (median, threshold) } else { (full.or(share).or(stalls), PREFILL_SHARE) };
    let Some(measure) = measure else {
        return Outcome::NotMeasurable(Missing::distribution(ctx.backend(), gaps));
    };
    case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: match room_unknown {
                false => format!("{} although memory has room, and {what}.", admission.waiting()),
                true => format!("{}, and {what}. Whether memory has room, TGI does not tell.", admission.waiting()),
            },
            headline: format!("{headline}: requests wait{}, and {what}.", wait_words(ctx)),
            formula: format!(
                "waiting ≥ 1, neither memory nor budget is the limit, and median gap ≥ {} or prefill work share ≥ {}",
                Unit::Seconds.show(threshold),
                Unit::Ratio.show(PREFILL_SHARE)
            ),
            measure,
            threshold: limit,
            actions: actions(ctx),
        },
    )
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "Less than 85 % of the capacity used at the same arrival rate, and the queue empties.";
    let mut actions = vec![Action::plain(
        "Add a replica, or a faster GPU, or quantise the weights.",
        "Cost of the hardware, or a small accuracy loss.",
        verify,
    )];
    let (flag, change) = match ctx.backend() {
        BackendId::Vllm => ("--max-num-queued-reqs", "Bound the queue so that the rest is refused at once and can go elsewhere."),
        BackendId::Sglang => ("--max-queued-requests", "Bound the queue so that the rest is refused at once and can go elsewhere."),
        BackendId::Tgi => ("--max-concurrent-requests", "Lower it so that the rest is refused at once and can go elsewhere."),
    };
    let bounded = "The time to first token of admitted requests falls below its target.";
    actions.extend(flags::advise(ctx.backend(), ctx.version(), flag, change, "Refused requests count against availability.", bounded));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot, window};
    use crate::rule::{ConfidenceWord, Severity};
    use crate::signal::{Counter, Distribution};

    fn busy(requests: f64, itl: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 200.0)
            .gauge(Gauge::Waiting, 50.0)
            .gauge(Gauge::KvUsage, 0.4)
            .counter(Counter::Preemptions, 0.0)
            .counter(Counter::Finished, requests)
            .counter(Counter::PromptTokens, requests * 10.0)
            .latency(Distribution::Ttft, requests, 4.0)
            .latency(Distribution::PromptLength, requests, 10.0)
            .latency(Distribution::PrefillTime, requests, 0.004)
            .latency(Distribution::Itl, requests * 100.0, itl)
    }

    #[test]
    fn fires_when_tokens_come_too_slowly_beside_a_queue() {
        assert_eq!(fired(&check(&RULE, &window(busy(0.0, 0.09), busy(300.0, 0.09)))).confidence.word, ConfidenceWord::Probable);
    }

    #[test]
    fn fires_when_one_snapshot_shows_it_but_only_as_possible_and_never_critical() {
        let outcome = check(&RULE, &snapshot(busy(300.0, 0.09)));
        assert_eq!(fired(&outcome).confidence.word, ConfidenceWord::Possible);
        assert!(fired(&outcome).severity < Severity::Critical);
    }

    #[test]
    fn is_possible_at_most_when_prompts_fill_the_time_and_one_dump_shows_no_queue() {
        // Prefill takes 90 % of a minute and most of the decode time is lost in gaps of a second, as while a giant prompt is computed.
        let gaps = |requests: f64| vec![(0.01, 95.0 * requests), (0.1, 0.0), (1.0, 0.0), (2.5, 5.0 * requests), (f64::INFINITY, 0.0)];
        let filled = |requests: f64, waiting: f64| {
            busy(requests, 0.01)
                .gauge(Gauge::Waiting, waiting)
                .counter(Counter::PromptTokens, requests * 1000.0)
                .latency(Distribution::PromptLength, requests, 1000.0)
                .latency(Distribution::PrefillTime, requests, 0.18)
                .latency(Distribution::QueueTime, requests, 3.0)
                .histogram(Distribution::Itl, &gaps(requests), 8.0 * requests)
        };
        let word = |before: f64| fired(&check(&RULE, &window(filled(0.0, before), filled(300.0, 50.0)))).confidence.word;
        assert_eq!(word(40.0), ConfidenceWord::Probable);
        assert_eq!(word(0.0), ConfidenceWord::Possible);
    }

    #[test]
    fn is_clear_when_tokens_come_fast() {
        assert!(matches!(check(&RULE, &window(busy(0.0, 0.01), busy(300.0, 0.01))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_the_gaps_between_tokens() {
        let mut blind = busy(300.0, 0.09);
        blind.0.distributions.remove(&Distribution::Itl);
        assert!(matches!(check(&RULE, &window(busy(0.0, 0.09), blind)), Outcome::NotMeasurable(_)));
    }
}
