//! P02: a few very long prompts make everybody wait.

use crate::metrics::Unit;
use crate::rule::catalogue::decode::prefill_explains_gaps;
use crate::rule::definition::ALL_BACKENDS;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Missing, Outcome, Role, Rule, Symptom, Texts, flags, weight,
};
use crate::signal::{BackendId, Distribution};
use crate::stats::{Quantile, quantile};

/// P99 over P50, of prompts and of the time to first token (handbook P02).
const TAIL: f64 = 10.0;
/// The same by the buckets' bounds alone, so that interpolation cannot invent a tail.
const CERTAIN_TAIL: f64 = 4.0;
/// Share of decode time spent in stalls.
const STALLS: f64 = 0.1;
const REQUESTS: f64 = 100.0;
/// SGLang without prompt lengths: the same ratio of prefill times, which wait for decode steps and other pauses of the engine too; those
/// alone make ratios of up to 20 on simulated servers.
const TAIL_OF_TIMES: f64 = 30.0;
/// Prefill times only stand for prompt lengths.
const CEILING_OF_TIMES: f64 = 0.49;

pub(super) static RULE: Rule = Rule {
    id: "long-prompt-tail",
    code: "P02",
    title: "A few very long prompts",
    kind: BottleneckType::HighLatency,
    role: Role::Cause,
    backends: ALL_BACKENDS,
    explains: &[Symptom::Ttft, Symptom::Itl, Symptom::E2e],
    texts: Texts {
        sees: "The longest prompts (P99) are at least ten times the median but rare (P95 is not), and so is the time to first token, or stalls take 10 % of decode time. SGLang without prompt lengths: the longest prefills take thirty times the median, which makes it possible at most.",
        why: "A giant prompt fills engine steps for seconds. Its own first token is late, and so are the tokens of everybody beside it.",
        what_to_do: "Cut long prefills into smaller chunks, or route long prompts to servers of their own.",
        falsifier: "Without the long prompts the tail of the time to first token stays.",
        sources: &["Own reasoning; simulated with 3 % of prompts at 60,000 tokens: P50 49 ms, P95 4.3 s."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    ctx.need_window()?;
    let (of, tail) = signs(ctx);
    let prompts = ctx.need_distribution(of)?;
    let requests = prompts.histogram.observations().unwrap_or(0.0);
    let tail_of = |distribution: Distribution| {
        let histogram = &ctx.seen.distribution(distribution)?.histogram;
        Some((quantile(histogram, 0.50)?, quantile(histogram, 0.99)?))
    };
    let Some((median, high)) = tail_of(of) else {
        return Err(Missing::samples("requests", requests, REQUESTS));
    };
    let times = of != Distribution::PromptLength;
    let no_lengths = || Missing::distribution(ctx.backend(), Distribution::PromptLength);
    if !heavy(median, high, tail) {
        let ratio = Unit::Count.show(high.point / median.point.max(f64::MIN_POSITIVE));
        let bound = if high.bracket.1.is_infinite() { "at least " } else { "" };
        return if times { Err(no_lengths()) } else { Outcome::clear(format!("P99 of the prompts is {bound}{ratio} times the median.")) };
    }
    if quantile(&prompts.histogram, 0.95).is_some_and(|common| common.point >= tail * median.point) {
        return Outcome::clear("Long prompts are no rare thing here: more than 5 % are ten times the median.");
    }
    if requests < REQUESTS / 2.0 {
        return Err(Missing::samples("requests", requests, REQUESTS));
    }
    // TGI's queue shows it: whoever comes during a giant prefill waits for its end.
    let late = if ctx.backend() == BackendId::Tgi { Distribution::QueueTime } else { Distribution::Ttft };
    let ttft_tail = tail_of(late).map(|(median, high)| heavy(median, high, TAIL));
    let stalls = ctx.laws.stall_share.as_ref().map(|law| law.value >= STALLS);
    match (ttft_tail, stalls) {
        (Some(true), _) | (_, Some(true)) => {
            let tail = Tail { of, factor: tail, median, high, requests };
            Ok(fire(ctx, &tail, Some(late).filter(|_| ttft_tail == Some(true)), stalls == Some(true)))
        }
        _ if times => Err(no_lengths()),
        (Some(false), Some(false)) => Outcome::clear("Some prompts are very long, but neither first tokens nor gaps show it."),
        (Some(false), None) if ctx.backend() == BackendId::Tgi => {
            Outcome::clear("Some prompts are very long, but requests do not show it.")
        }
        (None, _) => Err(Missing::distribution(ctx.backend(), late)),
        (_, None) => Err(Missing::distribution(ctx.backend(), Distribution::Itl)),
    }
}

/// What shows the lengths of prompts, and the ratio of P99 to P50 that counts as a tail.
fn signs(ctx: &Context<'_>) -> (Distribution, f64) {
    let has = |distribution| ctx.seen.distribution(distribution).is_some();
    if ctx.backend() == BackendId::Sglang && !has(Distribution::PromptLength) && has(Distribution::PrefillTime) {
        (Distribution::PrefillTime, TAIL_OF_TIMES)
    } else {
        (Distribution::PromptLength, TAIL)
    }
}

fn heavy(median: Quantile, high: Quantile, factor: f64) -> bool {
    high.point >= factor * median.point && high.bracket.0 >= CERTAIN_TAIL * median.bracket.1
}

/// The tail that was found.
struct Tail {
    of: Distribution,
    factor: f64,
    median: Quantile,
    high: Quantile,
    requests: f64,
}

fn fire(ctx: &Context<'_>, tail: &Tail, late: Option<Distribution>, stalled: bool) -> Outcome {
    let Some(measure) = ctx.quantile(tail.of, 0.99) else {
        return Outcome::NotMeasurable(Missing::distribution(ctx.backend(), tail.of));
    };
    let times = tail.of != Distribution::PromptLength;
    let mut case = Case::new(ctx, Basis::Counters).samples(tail.requests, REQUESTS);
    case = case.sees(if times { weight::PROXY } else { weight::COUNTER }, measure.clone()).shows(ctx.quantile(tail.of, 0.50));
    if times {
        case = case.at_most(CEILING_OF_TIMES).lacks(&Missing::distribution(ctx.backend(), Distribution::PromptLength));
    }
    if tail.high.bracket.0 < tail.factor * tail.median.bracket.1 {
        let sure = Unit::Count.show(tail.high.bracket.0 / tail.median.bracket.1.max(f64::MIN_POSITIVE));
        case = case.against(format!("The buckets are coarse: surely the P99 is only {sure} times the median."));
    }
    if stalled && prefill_explains_gaps(ctx) == Some(false) {
        case = case.against("All prefill work together is too little for the long gaps between tokens.");
    }
    if let Some(late) = late
        && let Some(high) = ctx.quantile(late, 0.99)
    {
        case = case.sees(weight::GAUGE_SUSTAINED, high).shows(ctx.quantile(late, 0.50));
    }
    if stalled && let Some(stalls) = ctx.law(&ctx.laws.stall_share, "law.stall_share", "share of decode time in stalls") {
        case = case.sees(weight::LAW, stalls);
    }
    let (high, median) = (tail.high.bracket.0, tail.median.bracket.1);
    let words = match times {
        false => {
            format!("1 % of the prompts have {} or more, while half have {} or less", Unit::Tokens.show(high), Unit::Tokens.show(median))
        }
        true => {
            format!("1 % of the prefills take {} or more, while half take {} or less", Unit::Seconds.show(high), Unit::Seconds.show(median))
        }
    };
    let what = if times { "the prefill time" } else { "prompts" };
    case.fire(
        &RULE,
        Account {
            severity: ctx.impact(RULE.explains).severity(),
            sentence: format!("{words}."),
            headline: format!("A few very long prompts hold up the rest: {words}."),
            formula: format!("P99 / P50 of {what} ≥ {:.0}, and of TTFT ≥ {TAIL:.0} or stalls ≥ {}", tail.factor, Unit::Ratio.show(STALLS)),
            threshold: tail.factor * tail.median.point,
            measure,
            actions: actions(ctx),
        },
    )
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "P99 of the time to first token of short prompts falls.";
    let ninety = ctx.seen.distribution(Distribution::PromptLength).and_then(|prompts| quantile(&prompts.histogram, 0.90));
    let at = ninety.map_or_else(String::new, |p90| format!(", for example to {}", Unit::Count.show(4.0 * p90.point)));
    let advise = |flag: &str, change: String, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let mut actions: Vec<Action> = match ctx.backend() {
        BackendId::Vllm => advise("--long-prefill-token-threshold", format!("Set it{at}."), "Long prompts take longer."),
        BackendId::Sglang => advise("--chunked-prefill-size", "Lower it.".to_owned(), "Long prompts take longer."),
        BackendId::Tgi => {
            advise("--max-input-tokens", "Lower it, where long prompts are not wanted.".to_owned(), "Longer prompts are refused.")
        }
    }
    .into_iter()
    .collect();
    actions.push(Action::plain("Route long prompts to replicas of their own.", "A second pool to run.", verify));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::ConfidenceWord;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::{Counter, Gauge};

    /// 97 % short prompts and fast first tokens, 3 % giants, as in the handbook's long-tail scenario.
    fn server(requests: f64, giants: f64) -> Build {
        let short = requests - giants;
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 5.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, requests)
            .histogram(
                Distribution::PromptLength,
                &[(500.0, short), (5_000.0, 0.0), (50_000.0, giants), (f64::INFINITY, 0.0)],
                requests * 900.0,
            )
            .histogram(Distribution::Ttft, &[(0.06, short), (1.0, 0.0), (5.0, giants), (f64::INFINITY, 0.0)], requests * 0.2)
            .latency(Distribution::Itl, requests * 100.0, 0.01)
    }

    #[test]
    fn fires_when_a_few_giants_make_the_tail() {
        let outcome = check(&RULE, &window(server(0.0, 0.0), server(400.0, 12.0)));
        assert!(fired(&outcome).actions.iter().any(|action| action.flag == "--long-prefill-token-threshold"));
    }

    #[test]
    fn is_possible_at_most_where_only_interpolation_makes_ten_times_the_median() {
        // A chat server with pauses of the network: half of the prompts below 500 tokens, the P99 anywhere between 2000 and 5000.
        let chat = |requests: f64| {
            let part = |share: f64| (requests * share).round();
            let lengths = [(200.0, part(0.15)), (500.0, part(0.42)), (2000.0, part(0.365)), (5000.0, part(0.065)), (f64::INFINITY, 0.0)];
            server(requests, part(0.03)).histogram(Distribution::PromptLength, &lengths, requests * 600.0)
        };
        let outcome = check(&RULE, &window(chat(0.0), chat(400.0)));
        assert_eq!(fired(&outcome).confidence.word, ConfidenceWord::Possible);
        assert!(fired(&outcome).confidence.contradictions.iter().any(|against| against.contains("only 4 times")));
    }

    #[test]
    fn is_clear_when_prompts_are_alike() {
        assert!(matches!(check(&RULE, &window(server(0.0, 0.0), server(400.0, 0.0))), Outcome::Clear(_)));
    }

    #[test]
    fn cannot_know_without_prompt_lengths() {
        let mut blind = server(400.0, 12.0);
        blind.0.distributions.remove(&Distribution::PromptLength);
        assert!(matches!(check(&RULE, &window(server(0.0, 0.0), blind)), Outcome::NotMeasurable(_)));
    }

    /// SGLang before 0.5.12: 1.5 % of the prefills take 4 to 8 s, the rest `short`.
    fn timed(requests: f64, short: f64) -> Build {
        let giants = (requests * 0.015).floor();
        Build::new(BackendId::Sglang)
            .gauge(Gauge::Running, 5.0)
            .gauge(Gauge::Waiting, 0.0)
            .counter(Counter::Finished, requests)
            .histogram(
                Distribution::PrefillTime,
                &[(short, requests - giants), (4.0, 0.0), (8.0, giants), (f64::INFINITY, 0.0)],
                requests * 0.2,
            )
            .histogram(Distribution::Ttft, &[(0.1, requests - giants), (4.0, 0.0), (8.0, giants), (f64::INFINITY, 0.0)], requests * 0.2)
            .latency(Distribution::Itl, requests * 100.0, 0.01)
    }

    #[test]
    fn is_possible_by_the_times_of_prefills_where_no_lengths_are_exported() {
        let outcome = check(&RULE, &window(timed(0.0, 0.05), timed(400.0, 0.05)));
        assert_eq!(fired(&outcome).confidence.word, ConfidenceWord::Possible);
        // Twelve times the median may be other pauses.
        assert!(matches!(check(&RULE, &window(timed(0.0, 0.9), timed(400.0, 0.9))), Outcome::NotMeasurable(_)));
    }
}
