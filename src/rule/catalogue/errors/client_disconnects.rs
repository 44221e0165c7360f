//! E03: clients leave before their answer is complete.

use crate::metrics::Unit;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, Symptom, Texts,
    weight,
};
use crate::signal::{BackendId, Caveat, Counter, Distribution};
use crate::stats::quantile;

/// Shares of requests whose clients left (own judgement).
const LOW: f64 = 0.02;
const MEDIUM: f64 = 0.10;
/// Fewer than this are clients as usual, and for vLLM within the error of the difference.
const DISCONNECTS_NEEDED: f64 = 5.0;
const REQUESTS_NEEDED: f64 = 30.0;
/// Counters of one event may differ by this share, because failed requests have no latency everywhere.
const AGREEMENT: f64 = 0.10;

pub(super) static RULE: Rule = Rule {
    id: "client-disconnects",
    code: "E03",
    title: "Clients leave early",
    kind: BottleneckType::Availability,
    role: Role::Risk,
    backends: ALL_BACKENDS,
    explains: &[],
    texts: Texts {
        sees: "2 % or more of the requests end because their client went away. SGLang and TGI count them. vLLM does not: first tokens are compared with finished and running requests.",
        why: "Clients leave when they have waited too long or when a proxy's timeout is short. The work done for them is lost, and latencies of served requests look better than what clients lived through.",
        what_to_do: "Compare the timeouts of clients and proxies with the latencies here, then treat what makes requests slow.",
        falsifier: "The clients end their streams on purpose, for example because users press stop, or a deploy drained connections within the window.",
        sources: &[
            "vLLM issues 31503 and 55634: aborted requests reach no finish counter.",
            "SGLang: num_aborted_requests_total. TGI router: err=\"dropped\".",
            "Own judgement: 2 % and 10 %.",
        ],
    },
    check,
};

/// Requests whose clients left.
struct Left {
    count: f64,
    of: f64,
    evidence: Evidence,
    weight: f64,
}

fn check(ctx: &Context<'_>) -> Checked {
    let left = match ctx.backend() {
        BackendId::Vllm => hidden(ctx)?,
        BackendId::Sglang | BackendId::Tgi => counted(ctx)?,
    };
    if left.of <= 0.0 {
        return Err(Missing::samples("requests", left.of, REQUESTS_NEEDED));
    }
    let share = (left.count / left.of).min(1.0);
    let bound = if ctx.backend() == BackendId::Vllm { "At least " } else { "" };
    let words = format!("{bound}{} of {} requests were left by their client", Unit::Count.show(left.count), Unit::Count.show(left.of));
    // Some clients always leave; over a lifetime only a large share says anything.
    let least = if ctx.is_window() { LOW } else { MEDIUM };
    if share < least || left.count < DISCONNECTS_NEEDED {
        return Outcome::clear(format!("{words}."));
    }
    let mut case = Case::new(ctx, Basis::Counters).samples(left.of, REQUESTS_NEEDED).sees(left.weight, left.evidence.clone());
    if ctx.backend() == BackendId::Vllm {
        case = corroborate(ctx, case, left.count);
    }
    if !ctx.is_window() {
        case = case.lacks(&Missing::second_snapshot());
    }
    let measure = ctx.computed("requests.disconnected_share", "requests left by their client", share, Unit::Ratio, &left.evidence.source);
    let measure = if ctx.backend() == BackendId::Vllm { measure.inferred() } else { measure };
    let slow = ctx.symptoms.get(Symptom::Ttft).or_else(|| ctx.symptoms.get(Symptom::E2e)).is_some_and(|seen| seen.violated);
    let more = if slow {
        " Clients give up while latency targets are missed: what they lived through is worse than the latencies show."
    } else {
        ""
    };
    let since = if ctx.is_window() { "" } else { " since the process started" };
    Ok(case.fire(
        &RULE,
        Account {
            severity: if share >= MEDIUM && ctx.is_window() { Severity::Medium } else { Severity::Low },
            sentence: format!("{words}{since}.{more}"),
            headline: format!("Clients leave {} of the requests before the answer is complete{since}.", Unit::Ratio.show(share)),
            formula: format!("left ≥ {} of requests, at least {DISCONNECTS_NEEDED:.0}", Unit::Ratio.show(least)),
            measure,
            threshold: least,
            actions: vec![Action::plain(
                "Compare the timeouts of clients, proxies and gateways with the latencies above; then treat the cause of the latency.",
                "Time to look.",
                "Fewer than 2 % of the requests are left at the same load.",
            )],
        },
    ))
}

/// vLLM: first tokens that lead neither to a finish nor to a running request. A lower bound.
fn hidden(ctx: &Context<'_>) -> Result<Left, Missing> {
    if ctx.seen.last.has_caveat(Caveat::TtftRecordedAgainAfterPreemption)
        && ctx.seen.count(Counter::Preemptions).is_some_and(|count| count.value > 0.0)
    {
        return Err(Missing::new(
            "a count of first tokens without repetitions",
            "This engine records the first token again after each preemption; the V1 engine does not.",
        ));
    }
    let first_tokens = ctx.need_distribution(Distribution::Ttft)?.histogram.observations().unwrap_or(0.0);
    let finished = ctx.need_count(Counter::Finished)?;
    // Both are counted when a request finishes; pieced-together texts disagree, and their differences mean nothing.
    let timed = ctx.seen.observations(Distribution::E2e).unwrap_or(finished.value);
    if (timed - finished.value).abs() > AGREEMENT * timed.max(finished.value) {
        return Err(Missing::new(
            "counters that agree: end-to-end times and finished requests differ",
            "Copy the whole /metrics page of one server at one time.",
        ));
    }
    let law = ctx.need_law(&ctx.laws.hidden_aborts, "the difference of first tokens and finished requests")?;
    let evidence = ctx
        .law(&Some(law.clone()), "law.hidden_aborts", "first tokens without a finish or a running request")
        .ok_or_else(Missing::second_snapshot)?;
    Ok(Left { count: law.value, of: first_tokens, evidence, weight: weight::LAW })
}

fn counted(ctx: &Context<'_>) -> Result<Left, Missing> {
    let aborted = ctx.need_count(Counter::Aborted)?;
    let finished = ctx.need_count(Counter::Finished)?;
    let evidence = Evidence::new(Counter::Aborted.path(), "requests left by their client", aborted.clone(), ctx.seen.last.text_index);
    // SGLang counts a request that was aborted while running as finished too; TGI does not.
    let of = if ctx.backend() == BackendId::Sglang { finished.value.max(aborted.value) } else { finished.value + aborted.value };
    Ok(Left { count: aborted.value, of, evidence, weight: weight::COUNTER })
}

/// Two other differences that the same clients leave behind in vLLM's counters.
fn corroborate(ctx: &Context<'_>, mut case: Case, count: f64) -> Case {
    let tokens = ctx.laws.hidden_abort_tokens.as_ref().zip(ctx.seen.count(Counter::PromptTokens));
    if let Some((hidden, all)) = tokens
        && hidden.value >= LOW * all.value
        && let Some(evidence) =
            ctx.law(&ctx.laws.hidden_abort_tokens, "law.hidden_abort_tokens", "prompt tokens of requests that did not finish")
    {
        case = case.sees(weight::LAW, evidence);
    }
    let answered = ctx.seen.count(Counter::Http2xx).zip(ctx.seen.count(Counter::Finished));
    if let Some((answers, finished)) = answered
        && answers.value - finished.value >= 0.5 * count
    {
        case = case.sees(weight::PROXY, Evidence::new(Counter::Http2xx.path(), "HTTP answers with 2xx", answers, ctx.seen.last.text_index));
    }
    let long = ctx.seen.distribution(Distribution::E2e).and_then(|e2e| quantile(&e2e.histogram, 0.95));
    if let Some((long, seconds)) = long.zip(ctx.seen.seconds())
        && long.bracket.0 > seconds
    {
        case = case.against("The window is shorter than a request takes, so that requests in flight blur the difference.");
    }
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{Gauge, Observation};

    fn vllm(first_tokens: f64, finished: f64) -> Observation {
        let start = Build::new(BackendId::Vllm)
            .at(0.0)
            .gauge(Gauge::Running, 2.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, 0.0)
            .latency(Distribution::Ttft, 0.0, 0.1);
        let end = start.clone().at(60.0).counter(Counter::Finished, finished).latency(Distribution::Ttft, first_tokens, 0.1);
        window(start, end)
    }

    #[test]
    fn vllm_shows_them_as_a_difference() {
        // Seen on a real server: 84 first tokens, 38 finished requests, nothing running.
        let outcome = check(&RULE, &vllm(84.0, 38.0));
        let finding = fired(&outcome);
        assert_eq!(finding.severity, Severity::Medium);
        assert!(finding.measure.inferred);
    }

    #[test]
    fn it_is_clear_when_every_request_finishes() {
        assert!(matches!(check(&RULE, &vllm(84.0, 84.0)), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_without_first_tokens_or_when_they_repeat() {
        let mut without = vllm(84.0, 38.0);
        without.last_mut().distributions.remove(&Distribution::Ttft);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
        let mut repeated = vllm(84.0, 38.0);
        repeated.last_mut().caveats.push(Caveat::TtftRecordedAgainAfterPreemption);
        let finished = repeated.last.counters.get(&Counter::Finished).unwrap().clone();
        repeated.last_mut().counters.insert(Counter::Preemptions, finished);
        assert!(matches!(check(&RULE, &repeated), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn sglang_counts_them_among_the_finished() {
        // Seen on a real server: 63 finished, of which 32 aborted.
        let start = Build::new(BackendId::Sglang).at(0.0).counter(Counter::Finished, 0.0).counter(Counter::Aborted, 0.0);
        let end = start.clone().at(60.0).counter(Counter::Finished, 63.0).counter(Counter::Aborted, 32.0);
        let outcome = check(&RULE, &window(start, end));
        assert!((fired(&outcome).measure.value - 32.0 / 63.0).abs() < 1e-12);
    }
}
