//! E05: outputs are cut at their limit.

use crate::metrics::{Histogram, Unit};
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, Texts, weight,
};
use crate::signal::{BackendId, Counter, Distribution};
use crate::stats::quantile;

/// Shares of finished requests that were cut (own judgement).
const LOW: f64 = 0.30;
const MEDIUM: f64 = 0.60;
const REQUESTS_NEEDED: f64 = 100.0;
/// TGI: from this share of the limit on, the mean output says that no request ended by itself.
const FULL_LENGTH: f64 = 0.9995;
/// TGI: two histograms are compared, not two outcomes of one request.
const TGI_CEILING: f64 = 0.65;

pub(super) static RULE: Rule = Rule {
    id: "length-truncation",
    code: "E05",
    title: "Outputs are cut",
    kind: BottleneckType::Availability,
    role: Role::Risk,
    backends: &[BackendId::Vllm, BackendId::Tgi],
    explains: &[],
    texts: Texts {
        sees: "30 % or more of the finished requests ended because they reached max_tokens or the context limit, and others ended by themselves. TGI: they got about as many tokens as they asked for at most.",
        why: "Answers stop in mid-sentence. That is a matter of quality, not of speed: latencies even look better for it.",
        what_to_do: "Raise max_tokens in the clients, or the context length of the server, or ask the model for shorter answers.",
        falsifier: "The clients cut on purpose, or a load generator asks for a fixed number of tokens.",
        sources: &["vLLM: finished_reason=\"length\".", "Own judgement: 30 % and 60 %."],
    },
    check,
};

fn check(ctx: &Context<'_>) -> Checked {
    if ctx.backend() == BackendId::Tgi { tgi(ctx) } else { vllm(ctx) }
}

fn vllm(ctx: &Context<'_>) -> Checked {
    let cut = ctx.need_count(Counter::FinishedLength)?;
    let stopped = ctx.need_count(Counter::FinishedStop)?;
    let ended = cut.value + stopped.value;
    let words = format!("{} of {} requests were cut at their limit", Unit::Count.show(cut.value), Unit::Count.show(ended));
    if ended > 0.0 && cut.value / ended < LOW {
        return Outcome::clear(format!("{words}."));
    }
    if ended <= 0.0 || (ended < REQUESTS_NEEDED && !ctx.is_window()) {
        return Err(Missing::samples("finished requests", ended, REQUESTS_NEEDED));
    }
    // Models always end some answers by themselves; a load generator with ignore_eos lets none of them.
    if stopped.value <= 0.0 {
        return Outcome::clear(format!("All {} requests ran to their limit, as those of load generators do.", Unit::Count.show(ended)));
    }
    let share = cut.value / ended;
    let measure = ctx.computed("requests.cut_share", "requests cut at their limit", share, Unit::Ratio, &cut.source);
    let case = Case::new(ctx, Basis::Counters).samples(ended, REQUESTS_NEEDED).sees(weight::COUNTER, measure.clone());
    Ok(fire(ctx, case, measure, share, &words))
}

/// TGI does not say why a request ended. When all requests ask for about the same number of tokens, those that got as many were cut.
fn tgi(ctx: &Context<'_>) -> Checked {
    let asked = ctx.need_distribution(Distribution::MaxNewTokens)?;
    let got = ctx.need_distribution(Distribution::OutputLength)?;
    let ended = got.histogram.observations().unwrap_or(0.0);
    if ended < REQUESTS_NEEDED {
        return Err(Missing::samples("finished requests", ended, REQUESTS_NEEDED));
    }
    let same = quantile(&asked.histogram, 0.01).zip(quantile(&asked.histogram, 0.99)).filter(|(low, high)| low.bracket == high.bracket);
    let (Some((bucket, _)), Some(limit)) = (same, asked.histogram.mean()) else {
        return Err(Missing::new(
            "one limit for all requests",
            "Clients ask for different max_new_tokens, so that cut answers cannot be told from short ones.",
        ));
    };
    let Some(mean) = got.histogram.mean() else {
        return Err(Missing::samples("finished requests", ended, REQUESTS_NEEDED));
    };
    if mean >= FULL_LENGTH * limit {
        return Outcome::clear(format!("All {} requests ran to their limit, as those of load generators do.", Unit::Count.show(ended)));
    }
    let share = at_limit(&got.histogram, bucket.bracket.0, limit);
    let words = format!(
        "About {} of {} requests got the {} tokens that they asked for at most",
        Unit::Count.show((share * ended).round()),
        Unit::Count.show(ended),
        Unit::Count.show(limit)
    );
    if share < LOW {
        return Outcome::clear(format!("{words}."));
    }
    let measure = ctx.computed("requests.cut_share", "requests cut at their limit", share, Unit::Ratio, &got.source).inferred();
    let case = Case::new(ctx, Basis::Counters)
        .at_most(TGI_CEILING)
        .sees(weight::LAW, measure.clone())
        .holds(weight::PROXY)
        .shows(ctx.mean(Distribution::MaxNewTokens))
        .lacks(&Missing::new("the reason why requests ended", "Look at finish_reason in the answers."));
    Ok(fire(ctx, case, measure, share, &words))
}

/// Share of outputs at the limit, the lower of two estimates. By the mean of those in the limit's bucket: without any at the limit they
/// would lie in its middle. By the bucket before: whole answers grow no more frequent towards the limit.
fn at_limit(outputs: &Histogram, from: f64, limit: f64) -> f64 {
    let (mut low, mut below, mut short_tokens, mut density) = (0.0, 0.0, 0.0, 0.0);
    for bucket in outputs.buckets.iter().take_while(|bucket| bucket.upper <= from + 1e-6) {
        short_tokens += (bucket.cumulative - below) * f64::midpoint(low, bucket.upper);
        density = (bucket.cumulative - below) / (bucket.upper - low).max(1.0);
        (low, below) = (bucket.upper, bucket.cumulative);
    }
    let (Some(all), Some(sum)) = (outputs.observations(), outputs.sum) else {
        return 0.0;
    };
    let long = all - below;
    let middle = f64::midpoint(from, limit);
    if long <= 0.0 || limit <= middle {
        return 0.0;
    }
    let mean = (sum - short_tokens) / long;
    let by_mean = ((mean - middle) / (limit - middle)).clamp(0.0, 1.0) * long;
    let by_neighbour = (long - density * (limit - from)).max(0.0);
    by_mean.min(by_neighbour) / all
}

fn fire(ctx: &Context<'_>, case: Case, measure: Evidence, share: f64, words: &str) -> Outcome {
    let mut case = case.shows(ctx.mean(Distribution::OutputLength));
    if !ctx.is_window() {
        case = case.lacks(&Missing::second_snapshot());
    }
    let since = if ctx.is_window() { "" } else { " since the process started" };
    let medium = share >= MEDIUM && ctx.is_window();
    case.fire(
        &RULE,
        Account {
            severity: if medium { Severity::Medium } else { Severity::Low },
            sentence: format!("{words}{since}."),
            headline: format!("{} of the answers are cut at their token limit{since}.", Unit::Ratio.show(share)),
            formula: format!("cut ≥ {} of finished requests, with some that stopped by themselves", Unit::Ratio.show(LOW)),
            measure,
            threshold: LOW,
            actions: vec![Action::plain(
                "Raise max_tokens (TGI: max_new_tokens) in the clients, or ask for shorter answers in the prompt.",
                "Longer answers take more time and KV memory.",
                "Fewer than 15 % of the requests end at their limit.",
            )],
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, window};
    use crate::signal::Observation;

    fn seen(stopped: f64, cut: f64) -> Observation {
        let start = Build::new(BackendId::Vllm).at(0.0).counter(Counter::FinishedStop, 0.0).counter(Counter::FinishedLength, 0.0);
        let end = start.clone().at(60.0).counter(Counter::FinishedStop, stopped).counter(Counter::FinishedLength, cut);
        window(start, end)
    }

    #[test]
    fn it_fires_by_the_share_of_cut_answers() {
        assert_eq!(fired(&check(&RULE, &seen(120.0, 80.0))).severity, Severity::Low);
        assert_eq!(fired(&check(&RULE, &seen(20.0, 180.0))).severity, Severity::Medium);
    }

    #[test]
    fn it_is_clear_for_whole_answers_and_for_load_generators() {
        assert!(matches!(check(&RULE, &seen(190.0, 10.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(0.0, 600.0)), Outcome::Clear(_)));
    }

    /// A TGI from its start on: limits asked for and tokens made, each as counts in buckets of 82 tokens (8,192 in total) and their sum.
    fn tgi_of(limits: ([f64; 5], f64), outputs: ([f64; 5], f64)) -> Observation {
        let end = |(limits, limit_sum): ([f64; 5], f64), (outputs, output_sum): ([f64; 5], f64)| {
            let buckets =
                |counts: [f64; 5]| -> Vec<(f64, f64)> { [82.0, 164.0, 246.0, 328.0, f64::INFINITY].into_iter().zip(counts).collect() };
            Build::new(BackendId::Tgi).histogram(Distribution::MaxNewTokens, &buckets(limits), limit_sum).histogram(
                Distribution::OutputLength,
                &buckets(outputs),
                output_sum,
            )
        };
        let nothing = ([0.0; 5], 0.0);
        window(end(nothing, nothing).at(0.0), end(limits, outputs).at(60.0))
    }

    /// Every request asks for 256 tokens at most. Whole answers have 123 tokens.
    fn tgi(whole: f64, cut: f64) -> Observation {
        let all = whole + cut;
        tgi_of(([0.0, 0.0, 0.0, all, 0.0], 256.0 * all), ([0.0, whole, 0.0, cut, 0.0], 123.0 * whole + 256.0 * cut))
    }

    #[test]
    fn tgi_tells_by_the_limit_that_all_requests_share() {
        let outcome = check(&RULE, &tgi(60.0, 140.0));
        assert!((fired(&outcome).measure.value - 0.7).abs() < 1e-9);
        assert!(matches!(check(&RULE, &tgi(190.0, 10.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &tgi(0.0, 200.0)), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &tgi(10.0, 20.0)), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn whole_answers_of_all_lengths_up_to_the_limit_are_not_cut() {
        // 200 tokens on average, spread evenly up to the limit, and longer within each bucket than its middle.
        let whole = tgi_of(
            ([0.0, 0.0, 0.0, 160.0, 0.0], 320.0 * 160.0),
            ([20.0, 40.0, 50.0, 50.0, 0.0], 20.0 * 55.0 + 40.0 * 135.0 + 50.0 * 215.0 + 50.0 * 300.0),
        );
        assert!(matches!(check(&RULE, &whole), Outcome::Clear(_)));
    }

    #[test]
    fn it_cannot_know_from_nothing() {
        assert!(matches!(check(&RULE, &seen(0.0, 0.0)), Outcome::NotMeasurable(_)));
        let mut without = seen(120.0, 80.0);
        without.last_mut().counters.remove(&Counter::FinishedStop);
        assert!(matches!(check(&RULE, &without), Outcome::NotMeasurable(_)));
    }
}
