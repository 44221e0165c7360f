//! A01: requests are inside and nothing moves.

use crate::metrics::{Histogram, Unit, counted};
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::frozen::{self, LEAST_SECONDS, giant_prefill, one_request};
use crate::rule::state::{occupied_throughout, progress};
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, StateKind, Symptom,
    Texts, weight,
};
use crate::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Reading};
use crate::stats::quantile;

/// A frozen engine is certain after this long (handbook A01); shorter windows count in proportion.
const FULL_SECONDS: f64 = 30.0;
/// Two scrapes cannot show that nothing moved in between and stopped (handbook A01: 0.75).
const CEILING: f64 = 0.75;

/// No step takes this long; a gap like that is a halt. Seen only afterwards, it is probable at most.
const PAST_GAP: f64 = 10.0;
const PAST_CEILING: f64 = 0.65;
/// On a server whose usual gaps are that slow, long ones are usual.
const PAST_MEDIANS: f64 = 20.0;
/// Longer than any prompt takes on a server that answers in time (own judgement).
const NO_OUTPUT_SECONDS: f64 = 60.0;
/// The next shorter gaps are at most half as long.
const ALONE: f64 = 2.0;
/// Where one prefill in ten takes half as long, two of them in a row make such a gap (own judgement).
const LONG_PREFILLS: f64 = 0.90;
const PREFILLS_IN_A_ROW: f64 = 2.0;

pub(super) static RULE: Rule = Rule {
    id: "engine-stalled",
    code: "A01",
    title: "Engine stalled",
    kind: BottleneckType::Availability,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: &[Symptom::Availability, Symptom::Ttft, Symptom::Itl, Symptom::E2e, Symptom::Throughput, Symptom::Queue],
    texts: Texts {
        sees: "Requests are inside the server at both dumps, and no token, step or first token was counted between them. Or they were, but some request saw a gap of ten seconds or more between two tokens while nobody was preempted.",
        why: "The engine hangs. The gauges freeze at harmless values and health checks may still answer, while every request waits.",
        what_to_do: "Look at the engine's log for a CUDA or NCCL hang, restart the replica, and let the liveness probe watch token counters instead of HTTP 200.",
        falsifier: "A third dump shows tokens or steps that moved, or the engine was paused or put to sleep on purpose.",
        sources: &["Recorded: a stopped vLLM worker kept running=2, waiting=0 and answered /metrics in 8 ms."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if ctx.state.kind == StateKind::Sleeping {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_gauge(Gauge::Running)?;
    ctx.need_gauge(Gauge::Waiting)?;
    if ctx.seen.gauge_span(Gauge::Running).zip(ctx.seen.gauge_span(Gauge::Waiting)).is_some_and(|(run, wait)| run.1 + wait.1 == 0.0) {
        return Outcome::clear("No request was inside that could be stuck.");
    }
    ctx.need_window()?;
    let moved = progress(ctx.seen).ok_or_else(|| {
        Missing::new(
            "a counter that moves while tokens are made",
            "Copy the whole /metrics page; SGLang 0.5.7 or later exports realtime_tokens_total.",
        )
    })?;
    if moved > 0.0 && ctx.seen.last.has_caveat(Caveat::Pooling) {
        return Outcome::clear("Prompts were computed between the dumps; with no tokens there are no gaps that would show a halt.");
    }
    if moved > 0.0 {
        return match without_output(ctx) {
            Some(outcome) => Ok(outcome),
            None => past(ctx),
        };
    }
    match occupied_throughout(ctx.seen) {
        Some(true) => {}
        Some(false) => return Outcome::clear("Nothing moved, but the server was not occupied at both dumps."),
        None => {
            return Err(Missing::new(
                "a window longer than SGLang's gauges may be late",
                "They may show a request for 30 s after it has finished; take the second dump 40 s after the first.",
            ));
        }
    }
    let seconds = ctx.need_seconds()?;
    if seconds < LEAST_SECONDS {
        return Err(Missing::new(format!("a window of {LEAST_SECONDS:.0} s or more"), "Take the second dump 30 s after the first."));
    }
    Ok(fire(ctx, seconds))
}

fn fire(ctx: &Context<'_>, seconds: f64) -> Outcome {
    let mut case = Case::new(ctx, Basis::Counters).at_most(CEILING).samples(seconds, FULL_SECONDS);
    let tokens = ctx.count(Counter::LiveOutputTokens).or_else(|| ctx.count(Counter::OutputTokens));
    for evidence in [tokens, ctx.count(Counter::Steps)].into_iter().flatten() {
        case = case.sees(weight::GAUGE_SUSTAINED, evidence);
    }
    if let Some(first_tokens) = first_tokens(ctx) {
        case = case.sees(weight::LAW, first_tokens);
    }
    let Some(running) = ctx.gauge(Gauge::Running) else {
        return Outcome::NotMeasurable(Missing::gauge(ctx.backend(), Gauge::Running));
    };
    case = case.sees(weight::GAUGE_SUSTAINED, running.clone()).shows(ctx.gauge(Gauge::Waiting));
    if giant_prefill(ctx.seen, seconds) {
        case = case.against("Prefills of this length were seen on this server: one very long prompt may be computing.");
    }
    let inside = running.value + ctx.seen.gauge(Gauge::Waiting).map_or(0.0, |waiting| waiting.value);
    let (inside, span) = (Unit::Count.show(inside), Unit::Seconds.show(seconds));
    case.fire(
        &RULE,
        Account {
            severity: if seconds >= FULL_SECONDS { Severity::Critical } else { Severity::High },
            sentence: format!(
                "{inside} requests are inside, and in {span} neither a token nor a step was counted.{}",
                frozen::sentence(ctx)
            ),
            headline: format!("The engine has stalled: {inside} requests inside, and not one token in {span}.{}", unless(ctx)),
            formula: "running + waiting > 0 at both dumps, and no token or step counter moved".to_owned(),
            measure: running,
            threshold: 0.0,
            actions: vec![
                Action::plain(one_request(ctx), "None.", "The answer comes, or it does not."),
                Action::plain(
                    "Read the engine's log for a CUDA, NCCL or out-of-memory error, then restart the replica.",
                    "Requests inside are lost.",
                    "Token and step counters move again.",
                ),
                Action::plain(
                    "Let the liveness probe watch token progress instead of HTTP 200.",
                    "A very long prefill must not trip it.",
                    "The next hang restarts by itself.",
                ),
            ],
        },
    )
}

/// That no first token was counted either.
fn first_tokens(ctx: &Context<'_>) -> Option<Evidence> {
    let times = ctx.seen.distribution(Distribution::Ttft)?;
    let count = times.histogram.observations().filter(|count| *count <= 0.0)?;
    let reading = Reading { value: count, unit: Unit::Requests, time_base: times.time_base, source: times.source };
    Some(Evidence::new("ttft.count", "first tokens", reading, ctx.seen.last.text_index))
}

/// The engine makes steps, and for longer than a prompt takes nothing comes out: no token, no first token, no finished request, though
/// requests are inside at both dumps.
fn without_output(ctx: &Context<'_>) -> Option<Outcome> {
    let seconds = ctx.seen.seconds().filter(|seconds| *seconds >= NO_OUTPUT_SECONDS)?;
    let live = match ctx.backend() {
        BackendId::Vllm => Counter::OutputTokens,
        BackendId::Sglang => Counter::LiveOutputTokens,
        BackendId::Tgi => Counter::DecodeCalls,
    };
    let none = |counter| ctx.seen.count(counter).is_some_and(|count| count.value <= 0.0);
    let first_tokens = ctx.seen.observations(Distribution::Ttft).unwrap_or(0.0);
    let prefill_only = ctx.seen.last.config.engine_type.as_ref().is_some_and(|role| role.value == "prefill");
    let inside = occupied_throughout(ctx.seen) == Some(true);
    if !(inside && none(live) && none(Counter::Finished) && first_tokens <= 0.0) || prefill_only {
        return None;
    }
    let tokens = ctx.count(live)?;
    let running = ctx.gauge(Gauge::Running)?;
    let mut case =
        Case::new(ctx, Basis::Counters).at_most(CEILING).sees(weight::COUNTER, tokens).sees(weight::GAUGE_SUSTAINED, running.clone());
    for work in [Counter::Steps, Counter::PromptTokensComputed, Counter::PrefillCalls] {
        case = case.shows(ctx.count(work).filter(|work| work.value > 0.0));
    }
    case = case.shows(ctx.gauge(Gauge::Waiting));
    if giant_prefill(ctx.seen, seconds) {
        case = case.against("Prefills of this length were seen on this server: one very long prompt may be computing.");
    }
    let requests = running.value + ctx.seen.gauge(Gauge::Waiting).map_or(0.0, |waiting| waiting.value);
    let (inside, span) = (counted(requests, "request is inside", "requests are inside"), Unit::Seconds.show(seconds));
    Some(case.fire(
        &RULE,
        Account {
            severity: Severity::High,
            sentence: format!("{inside}, the engine makes steps, and in {span} no token came out and nothing finished."),
            headline: format!("The engine works and nothing comes out: {inside}, and not one token in {span}."),
            formula: format!("requests inside at both dumps, steps counted, no output token and no finished request in {NO_OUTPUT_SECONDS:.0} s or more"),
            measure: running,
            threshold: 0.0,
            actions: vec![Action::plain(
                "Read the engine's log of these seconds: look for one request that is prefilled again and again, and for an extremely long prompt.",
                "None.",
                "Output tokens are counted again.",
            )],
        },
    ))
}

fn unless(ctx: &Context<'_>) -> &'static str {
    let several = ctx.backend() == BackendId::Vllm && ctx.seen.last.has_caveat(Caveat::SeveralApiServers);
    if several { " Or its gauges are left over from another process: one request tells." } else { "" }
}

/// The engine works again, but it stood still inside the window: gaps between tokens of many seconds, with nobody preempted.
fn past(ctx: &Context<'_>) -> Checked {
    let moved = "Tokens or steps were counted between the dumps.";
    let Some(gaps) = ctx.seen.distribution(Distribution::Itl) else {
        // TGI exports no gaps; elsewhere they would show a pause that is over.
        return if ctx.backend() == BackendId::Tgi {
            Outcome::clear(moved)
        } else {
            Err(Missing::distribution(ctx.backend(), Distribution::Itl))
        };
    };
    let usual = quantile(&gaps.histogram, 0.5).map_or(0.0, |median| median.bracket.1);
    let Some((edge, count)) = alone(&gaps.histogram).filter(|(edge, _)| *edge >= PAST_GAP.max(PAST_MEDIANS * usual)) else {
        return Outcome::clear(moved);
    };
    if ctx.need_count(Counter::Preemptions)?.value > 0.0 || ctx.seen.gauge_span(Gauge::Swapped).is_some_and(|(_, most)| most > 0.0) {
        return Outcome::clear("Tokens were counted; preempted requests account for the longest gaps between them.");
    }
    let prefill = ctx.seen.distribution(Distribution::PrefillTime).and_then(|times| quantile(&times.histogram, LONG_PREFILLS));
    if let Some(prefill) = prefill.filter(|prefill| PREFILLS_IN_A_ROW * prefill.bracket.1 >= edge) {
        return Outcome::clear(format!(
            "Tokens were counted; prefills of up to {} account for the longest gaps between them.",
            Unit::Seconds.show(prefill.bracket.1)
        ));
    }
    let shown = Unit::Seconds.show(edge);
    let measure = ctx
        .computed("law.longest_gap", "longest gaps between tokens", edge, Unit::Seconds, &gaps.source)
        .shown_as(format!("{} of {shown} or more", Unit::Count.show(count)));
    let case = Case::new(ctx, Basis::Counters).at_most(PAST_CEILING).sees(weight::COUNTER, measure.clone());
    let case = case.shows(ctx.quantile(Distribution::Itl, 0.5)).shows(ctx.gauge(Gauge::Running));
    Ok(case.fire(
        &RULE,
        Account {
            severity: Severity::High,
            sentence: format!("The engine stood still for {shown} or more inside the window: {} such a gap.", had(count)),
            headline: format!("The engine stood still for {shown} or more between the dumps, and moves again."),
            formula: format!("gaps between tokens of {} or more, and no preemption", Unit::Seconds.show(PAST_GAP)),
            threshold: PAST_GAP,
            measure,
            actions: vec![Action::plain(
                "Look into the engine's log and the host's at that time: a pause of the process, a hang that resolved, or a network of GPUs.",
                "None.",
                "No such gap in the next window.",
            )],
        },
    ))
}

fn had(count: f64) -> String {
    if count == 1.0 { "1 request had".to_owned() } else { format!("{} requests had", Unit::Count.show(count)) }
}

/// Lower edge and number of the observations in the highest bucket that holds any, when nothing lies near it: a halt stands alone, while
/// queues of prefills make gaps of all lengths.
fn alone(histogram: &Histogram) -> Option<(f64, f64)> {
    let (mut lower, mut below, mut next) = (0.0, 0.0, 0.0);
    let mut found = None;
    for bucket in &histogram.buckets {
        if bucket.cumulative > below {
            found = Some((lower, bucket.cumulative - below)).filter(|(edge, _)| *edge >= ALONE * next);
            next = bucket.upper;
        }
        lower = bucket.upper;
        below = bucket.cumulative;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, snapshot, window};
    use crate::signal::Caveat;

    fn inside(tokens: f64) -> Build {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 2.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::OutputTokens, tokens)
            .counter(Counter::Steps, tokens)
            .counter(Counter::Finished, 40.0)
    }

    #[test]
    fn fires_when_requests_are_inside_and_no_counter_moves() {
        let outcome = check(&RULE, &window(inside(500.0), inside(500.0)));
        assert_eq!(fired(&outcome).severity, Severity::Critical);
        assert!((fired(&outcome).confidence.value - 0.75).abs() < 1e-12);
    }

    #[test]
    fn fires_when_the_window_is_shorter_but_with_less_confidence() {
        let outcome = check(&RULE, &window(inside(500.0).at(0.0), inside(500.0).at(20.0)));
        assert!(fired(&outcome).confidence.value < 0.75);
    }

    #[test]
    fn cannot_know_while_the_gauge_of_an_idle_sglang_may_still_show_its_last_request() {
        let mut stuck = Build::new(BackendId::Sglang)
            .gauge(Gauge::Running, 1.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::LiveOutputTokens, 500.0)
            .counter(Counter::Finished, 40.0);
        stuck.0.caveats.push(Caveat::GaugesRefreshedPerReport);
        let after = |seconds, waiting| {
            let inside = stuck.clone().gauge(Gauge::Waiting, waiting);
            check(&RULE, &window(inside.clone().at(0.0), inside.at(seconds)))
        };
        assert!(matches!(after(30.0, 0.0), Outcome::NotMeasurable(_)));
        fired(&after(30.0, 4.0));
        fired(&after(60.0, 0.0));
    }

    #[test]
    fn is_clear_when_tokens_moved() {
        let with_gaps = |tokens: f64| inside(tokens).latency(Distribution::Itl, tokens, 0.02);
        assert!(matches!(check(&RULE, &window(with_gaps(500.0), with_gaps(501.0))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_whether_it_stood_still_in_between_without_the_gaps() {
        assert!(matches!(check(&RULE, &window(inside(500.0), inside(501.0))), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn fires_when_the_engine_stood_still_inside_the_window() {
        // Recorded: a worker stopped for 25 s leaves two gaps of about 25 s.
        let gaps = |long: f64| {
            let buckets = [(0.025, 1000.0 * long), (20.0, 0.0), (40.0, long), (f64::INFINITY, 0.0)];
            inside(500.0 + long).histogram(Distribution::Itl, &buckets, 25.0 * long).counter(Counter::Preemptions, 0.0)
        };
        let outcome = check(&RULE, &window(gaps(0.0), gaps(2.0)));
        assert!(fired(&outcome).headline.contains("20 s or more"), "{}", fired(&outcome).headline);
    }

    #[test]
    fn is_clear_when_preemptions_account_for_long_gaps() {
        let gaps = |long: f64| {
            let buckets = [(0.025, 1000.0 * long), (20.0, 0.0), (40.0, long), (f64::INFINITY, 0.0)];
            inside(500.0 + long).histogram(Distribution::Itl, &buckets, 25.0 * long).counter(Counter::Preemptions, 9.0 * long)
        };
        assert!(matches!(check(&RULE, &window(gaps(0.0), gaps(2.0))), Outcome::Clear(_)));
    }

    #[test]
    fn is_clear_when_gaps_of_all_lengths_lead_up_to_the_longest() {
        let gaps = |long: f64| {
            let buckets = [(0.025, 1000.0 * long), (5.0, 5.0 * long), (10.0, 2.0 * long), (20.0, long), (f64::INFINITY, 0.0)];
            inside(500.0 + long).histogram(Distribution::Itl, &buckets, 15.0 * long).counter(Counter::Preemptions, 0.0)
        };
        assert!(matches!(check(&RULE, &window(gaps(0.0), gaps(2.0))), Outcome::Clear(_)));
    }

    #[test]
    fn is_clear_when_prefills_are_as_long_as_the_gaps() {
        let gaps = |long: f64| {
            let buckets = [(0.025, 1000.0 * long), (10.0, 0.0), (20.0, long), (f64::INFINITY, 0.0)];
            inside(500.0 + long).histogram(Distribution::Itl, &buckets, 15.0 * long).counter(Counter::Preemptions, 0.0).latency(
                Distribution::PrefillTime,
                20.0 * long,
                7.0,
            )
        };
        assert!(matches!(check(&RULE, &window(gaps(0.0), gaps(2.0))), Outcome::Clear(_)));
    }

    #[test]
    fn is_clear_when_the_engine_sleeps_on_purpose() {
        let asleep = inside(500.0).gauge(Gauge::Awake, 0.0);
        assert!(matches!(check(&RULE, &window(asleep.clone(), asleep)), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_a_second_snapshot() {
        assert!(matches!(check(&RULE, &snapshot(inside(500.0))), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn cannot_know_without_a_counter_that_moves_before_requests_finish() {
        let late = Build::new(BackendId::Sglang)
            .gauge(Gauge::Running, 2.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::OutputTokens, 500.0)
            .counter(Counter::Finished, 40.0);
        assert!(matches!(check(&RULE, &window(late.clone(), late)), Outcome::NotMeasurable(_)));
    }
}
