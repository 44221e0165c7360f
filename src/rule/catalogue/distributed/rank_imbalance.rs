//! D01: data-parallel ranks carry unequal load.

use crate::metrics::Unit;
use crate::rule::catalogue::QUEUE_OF_A_RANK;
use crate::rule::definition::VLLM_SGLANG;
use crate::rule::{
    Account, Action, Basis, BottleneckType, Case, Checked, Context, Evidence, Missing, Outcome, Role, Rule, Severity, Symptom, Texts,
    flags, weight,
};
use crate::signal::{BackendId, Counter, Distribution, Gauge, Value};
use crate::stats::dispersion;
use crate::stats::quantile;

/// Load of the busiest rank over the mean from which it matters (own judgement).
const RATIO: f64 = 1.3;
/// From this ratio on it is worth acting on even while no target is missed (own judgement).
const RATIO_MEDIUM: f64 = 1.5;
/// Chance that equal ranks differ this much.
const CHANCE: f64 = 0.001;
/// Mean requests per rank that a comparison needs.
const PER_RANK: f64 = 5.0;
/// Mean square over squared mean of request lengths when they are not known: that of exponential ones.
const LENGTH_SPREAD: f64 = 2.0;
/// A rank with less than this share of the mean running requests is idle beside a waiting one (own judgement).
const IDLE_BESIDE: f64 = 0.5;
/// SGLang: padded share of token slots that is a medium and a high loss (own judgement).
const PADDED_MEDIUM: f64 = 0.15;
const PADDED_HIGH: f64 = 0.30;

pub(super) static RULE: Rule = Rule {
    id: "rank-imbalance",
    code: "D01",
    title: "Ranks share load unequally",
    kind: BottleneckType::Imbalance,
    role: Role::Cause,
    backends: VLLM_SGLANG,
    explains: &[Symptom::Ttft, Symptom::Itl, Symptom::E2e, Symptom::Queue, Symptom::Throughput],
    texts: Texts {
        sees: "The busiest data-parallel rank carries 1.3 times the mean load or more, far beyond chance; or requests wait on one rank while another is half empty, or while half of the ranks have no queue; or SGLang pads 15 % or more of the token slots to keep ranks in step.",
        why: "Requests on the busy rank wait although the server as a whole has room. With data-parallel attention every rank waits for the slowest in each step.",
        what_to_do: "Balance by tokens or by queue instead of in turns, and check for session affinity or long-lived connections in front. When one rank alone has a queue, see whether its GPU is slower.",
        falsifier: "Over a longer window the ranks carry the same load, or the ranks are meant to be unequal.",
        sources: &[
            "Dispersion test of Poisson counts: χ² of the ranks against their mean.",
            "SGLang: dp_attention_tokens_total{kind=\"imbalance\"}.",
            "Own judgement: 1.3 times, 15 % and 30 % padding.",
        ],
    },
    check,
};

/// A way in which the ranks differ.
struct Skew {
    weight: f64,
    evidence: Evidence,
    threshold: f64,
    words: String,
    padded: f64,
}

fn check(ctx: &Context<'_>) -> Checked {
    if !ctx.state.serving() {
        return Outcome::clear(ctx.state.sentence.clone());
    }
    let ranks = ranks(ctx).ok_or_else(|| Missing::gauge(ctx.backend(), Gauge::Running))?;
    if ranks < 2 {
        return Outcome::clear("There is one data-parallel rank.");
    }
    ctx.need_window()?;
    let output = [Counter::LiveOutputTokens, Counter::OutputTokens].into_iter().find_map(|counter| output_tokens(ctx, counter));
    let prompt = [Counter::PromptTokensComputed, Counter::PromptTokens].into_iter().find_map(|counter| prompt_tokens(ctx, counter));
    // Ranks are alike only when both kinds of work are known to be.
    let known = prompt.is_some() && output.is_some();
    let compared = [requests(ctx), prompt, output, padding(ctx), idle_beside_waiting(ctx), one_queue(ctx)];
    let skews: Vec<Skew> = compared.into_iter().flatten().flatten().collect();
    let Some(first) = skews.first() else {
        return if known {
            Outcome::clear(format!("The {ranks} ranks carry alike loads."))
        } else {
            Err(Missing::new(
                "enough prompt and output tokens by rank",
                "Take the second dump later, so that each rank has served five requests in between.",
            ))
        };
    };
    let measure = first.evidence.clone();
    let (threshold, words) = (first.threshold, first.words.clone());
    let padded = skews.iter().map(|skew| skew.padded).fold(0.0, f64::max);
    let mut case = Case::new(ctx, Basis::Counters);
    for skew in skews {
        case = case.sees(skew.weight, skew.evidence);
    }
    let impact = ctx.impact(RULE.explains);
    let by_padding = if padded >= PADDED_HIGH { Severity::High } else { Severity::Medium };
    let skewed = padded >= PADDED_MEDIUM || (threshold == RATIO && measure.value >= RATIO_MEDIUM);
    let severity = match (impact.violated, skewed) {
        (true, _) if padded >= PADDED_MEDIUM => impact.severity().max(by_padding),
        (false, true) => Severity::Medium,
        _ => impact.severity(),
    };
    Ok(case.fire(
        &RULE,
        Account {
            severity,
            sentence: words.clone(),
            headline: format!("The data-parallel ranks share the load unequally: {words}"),
            formula: format!(
                "busiest rank ≥ {RATIO} times the mean with p < {CHANCE}, or waiting beside a half-empty rank or beside ranks without a queue, or padding ≥ {}",
                Unit::Ratio.show(PADDED_MEDIUM)
            ),
            measure,
            threshold,
            actions: actions(ctx),
        },
    ))
}

fn ranks(ctx: &Context<'_>) -> Option<usize> {
    let running = ctx.seen.last.gauges.get(&Gauge::Running).map(|value| value.ranks.len());
    let stated = ctx.seen.last.config.data_parallel_ranks.as_ref().map(|setting| setting.value as usize);
    running.into_iter().chain(stated).max()
}

/// `None` when it is not counted by rank or too little was; `Some(None)` when the ranks are alike.
fn requests(ctx: &Context<'_>) -> Option<Option<Skew>> {
    uneven(ctx, Counter::Finished, 1.0, "requests")
}

/// Tokens are compared as requests of mean length, because one long request is no sign of imbalance.
fn output_tokens(ctx: &Context<'_>, counter: Counter) -> Option<Option<Skew>> {
    let (_, output) = crate::rule::laws::lengths(ctx.seen)?;
    uneven(ctx, counter, 1.0 / (length_spread(ctx, Distribution::OutputLength) * output.value), "output tokens")
}

fn prompt_tokens(ctx: &Context<'_>, counter: Counter) -> Option<Option<Skew>> {
    let (prompt, _) = crate::rule::laws::lengths(ctx.seen)?;
    uneven(ctx, counter, 1.0 / (length_spread(ctx, Distribution::PromptLength) * prompt.value), "prompt tokens")
}

/// Mean square over squared mean of lengths: by as much the variance of a sum of tokens exceeds that of a count of requests.
fn length_spread(ctx: &Context<'_>, lengths: Distribution) -> f64 {
    let spread = ctx.seen.distribution(lengths).and_then(|reading| {
        let (mut low, mut below, mut square, mut total) = (0.0, 0.0, 0.0, 0.0);
        for bucket in &reading.histogram.buckets {
            let middle = if bucket.upper.is_finite() { f64::midpoint(low, bucket.upper) } else { 1.5 * low };
            square += (bucket.cumulative - below) * middle * middle;
            total += (bucket.cumulative - below) * middle;
            (low, below) = (bucket.upper, bucket.cumulative);
        }
        (below > 0.0 && total > 0.0).then(|| (square / below) / (total / below).powi(2))
    });
    spread.unwrap_or(LENGTH_SPREAD).max(1.0)
}

fn uneven(ctx: &Context<'_>, counter: Counter, scale: f64, what: &str) -> Option<Option<Skew>> {
    let by_rank = ctx.seen.count_by_rank(counter).filter(|ranks| ranks.len() >= 2)?;
    let counts: Vec<f64> = by_rank.iter().map(|(_, count)| count * scale).collect();
    if counts.iter().sum::<f64>() < PER_RANK * counts.len() as f64 {
        return None;
    }
    let spread = dispersion(&counts)?;
    if spread.max_over_mean < RATIO || spread.p >= CHANCE {
        return Some(None);
    }
    let source = ctx.seen.count(counter)?.source;
    let shown: Vec<String> = by_rank.iter().map(|(rank, count)| format!("{rank}: {}", Unit::Count.show(*count))).collect();
    let words = format!("the busiest rank has {:.2} times the mean of {what} ({}).", spread.max_over_mean, shown.join(", "));
    let evidence = ctx
        .computed(
            &format!("ranks.{}", counter.path()),
            &format!("busiest rank over mean, {what}"),
            spread.max_over_mean,
            Unit::Multiple,
            &source,
        )
        .shown_as(format!("{:.2} times the mean", spread.max_over_mean));
    // Ratio and dispersion are two statements of one comparison: 1 − 0.4·0.4.
    Some(Some(Skew { weight: 0.84, evidence, threshold: RATIO, words, padded: 0.0 }))
}

/// SGLang with data-parallel attention: slots that ranks compute for nothing, to stay in step.
fn padding(ctx: &Context<'_>) -> Option<Option<Skew>> {
    let (padded, useful) = (ctx.seen.count(Counter::DpImbalanceTokens)?, ctx.seen.count(Counter::DpScheduledTokens)?);
    let all = padded.value + useful.value;
    if all <= 0.0 {
        return None;
    }
    let share = padded.value / all;
    let uneven_steps = ctx
        .seen
        .distribution(Distribution::DpImbalanceRatio)
        .and_then(|ratio| quantile(&ratio.histogram, 0.5))
        .is_some_and(|median| median.bracket.0 >= 1.5);
    if share < PADDED_MEDIUM && !uneven_steps {
        return Some(None);
    }
    let words = format!("{} of the token slots are padding, because ranks of a step have unequal work.", Unit::Ratio.show(share));
    let evidence = ctx.computed("ranks.padded_share", "token slots that are padding", share, Unit::Ratio, &padded.source);
    Some(Some(Skew { weight: weight::COUNTER, evidence, threshold: PADDED_MEDIUM, words, padded: share }))
}

/// Requests wait on one rank while another runs less than half of the mean, at both ends of the window.
fn idle_beside_waiting(ctx: &Context<'_>) -> Option<Option<Skew>> {
    let now = beside(ctx.seen.last.gauges.get(&Gauge::Waiting)?, ctx.seen.last.gauges.get(&Gauge::Running)?)?;
    let first = ctx.seen.first.as_ref()?;
    let before = beside(first.gauges.get(&Gauge::Waiting)?, first.gauges.get(&Gauge::Running)?)?;
    if !(now && before) {
        return Some(None);
    }
    let evidence = ctx.gauge(Gauge::Waiting)?.labelled("requests waiting, on one rank while another is half empty");
    let words = "requests wait on one rank while another runs less than half of the mean.".to_owned();
    Some(Some(Skew { weight: weight::GAUGE_SUSTAINED, evidence, threshold: 1.0, words, padded: 0.0 }))
}

fn beside(waiting: &Value, running: &Value) -> Option<bool> {
    if waiting.ranks.len() < 2 || running.ranks.len() < 2 {
        return None;
    }
    let mean = running.ranks.iter().map(|(_, value)| value).sum::<f64>() / running.ranks.len() as f64;
    let busy = waiting.ranks.iter().find(|(_, value)| *value >= 1.0);
    Some(busy.is_some_and(|(busy, _)| running.ranks.iter().any(|(rank, value)| rank != busy && *value < IDLE_BESIDE * mean)))
}

/// At both ends the same rank has a queue, and at least half of the ranks have none: another rank would have served those requests at once.
fn one_queue(ctx: &Context<'_>) -> Option<Option<Skew>> {
    let now = &ctx.seen.last.gauges.get(&Gauge::Waiting)?.ranks;
    let before = &ctx.seen.first.as_ref()?.gauges.get(&Gauge::Waiting)?.ranks;
    if now.len() < 2 || now.len() != before.len() {
        return None;
    }
    // Ranks stand in their numeric order in both.
    let (mut longest, mut without): (Option<(&str, f64)>, usize) = (None, 0);
    for ((rank, now), (_, before)) in now.iter().zip(before) {
        if *now >= QUEUE_OF_A_RANK && *before >= QUEUE_OF_A_RANK && longest.is_none_or(|(_, most)| *now > most) {
            longest = Some((rank, *now));
        }
        without += usize::from(*now == 0.0 && *before == 0.0);
    }
    let Some((rank, queue)) = longest.filter(|_| 2 * without >= now.len()) else {
        return Some(None);
    };
    let count = Unit::Count.show(queue);
    let words = format!("{count} requests wait on rank {rank}, while {without} of {} ranks have no queue.", now.len());
    let evidence = ctx.gauge(Gauge::Waiting)?.labelled("requests waiting, on few of the ranks");
    Some(Some(Skew { weight: weight::GAUGE_SUSTAINED, evidence, threshold: QUEUE_OF_A_RANK, words, padded: 0.0 }))
}

fn actions(ctx: &Context<'_>) -> Vec<Action> {
    let verify = "The busiest rank carries less than 1.2 times the mean at the same load.";
    let advise = |flag: &str, change: &str, tradeoff: &str| flags::advise(ctx.backend(), ctx.version(), flag, change, tradeoff, verify);
    let flag = match ctx.backend() {
        BackendId::Sglang => advise(
            "--load-balance-method",
            "Choose a method that looks at the load of the ranks instead of taking turns.",
            "A little coordination per request.",
        ),
        _ => advise(
            "--data-parallel-external-lb",
            "Balance outside by queue and cached prefix, with one endpoint per rank.",
            "A load balancer to run.",
        ),
    };
    let front = Action::plain(
        "Check the balancer in front for session affinity and long-lived connections.",
        "Cached prefixes may be found less often.",
        verify,
    );
    flag.into_iter().chain([front]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::{Build, check, fired, source, window};
    use crate::signal::Observation;

    fn by_rank(values: &[f64]) -> Value {
        let ranks = values.iter().enumerate().map(|(rank, value)| (rank.to_string().into(), *value)).collect();
        Value { value: values.iter().sum(), ranks, source: source("by rank"), absent_is_zero: false }
    }

    /// Requests of 500 prompt tokens and 200 output tokens.
    fn seen(finished: &[f64]) -> Observation {
        let tokens = |each: f64| finished.iter().map(|count| count * each).collect::<Vec<f64>>();
        let zeros = vec![0.0; finished.len()];
        let mut start = Build::new(BackendId::Vllm).at(0.0).gauge(Gauge::Waiting, 0.0);
        start.0.gauges.insert(Gauge::Running, by_rank(&vec![4.0; finished.len()]));
        for counter in [Counter::Finished, Counter::PromptTokens, Counter::OutputTokens] {
            start.0.counters.insert(counter, by_rank(&zeros));
        }
        let mut end = start.clone().at(60.0);
        end.0.counters.insert(Counter::Finished, by_rank(finished));
        end.0.counters.insert(Counter::PromptTokens, by_rank(&tokens(500.0)));
        end.0.counters.insert(Counter::OutputTokens, by_rank(&tokens(200.0)));
        window(start, end)
    }

    #[test]
    fn it_fires_when_one_rank_does_twice_the_work() {
        // Handbook V11: max/mean 1.6, p ≈ 1.6e-15.
        let outcome = check(&RULE, &seen(&[120.0, 118.0, 122.0, 240.0]));
        let finding = fired(&outcome);
        assert!((finding.measure.value - 1.6).abs() < 1e-12);
        assert!(finding.confidence.value >= 0.8);
    }

    #[test]
    fn it_is_clear_for_alike_ranks_and_for_a_single_one() {
        assert!(matches!(check(&RULE, &seen(&[100.0, 95.0, 108.0, 97.0])), Outcome::Clear(_)));
        assert!(matches!(check(&RULE, &seen(&[100.0])), Outcome::Clear(_)));
    }

    #[test]
    fn few_requests_or_one_snapshot_cannot_tell() {
        assert!(matches!(check(&RULE, &seen(&[1.0, 4.0])), Outcome::NotMeasurable(_)));
        assert!(matches!(check(&RULE, &Observation::snapshot(seen(&[100.0, 300.0]).last)), Outcome::NotMeasurable(_)));
    }

    #[test]
    fn a_request_that_waits_beside_an_empty_rank_is_seen() {
        let mut waiting = seen(&[1.0, 4.0]);
        for snapshot in waiting.first.iter_mut().chain([&mut waiting.last]) {
            let snapshot = std::sync::Arc::make_mut(snapshot);
            snapshot.gauges.insert(Gauge::Waiting, by_rank(&[0.0, 6.0]));
            snapshot.gauges.insert(Gauge::Running, by_rank(&[0.0, 8.0]));
        }
        assert!(matches!(check(&RULE, &waiting), Outcome::Fired(_)));
    }
}
