//! Goodput: requests that met every latency target at once.
//!
//! A dump holds the distribution of each latency, not which requests they belong to. The share that met all of them is therefore only
//! bounded (Fréchet): at least what is left when every miss falls on another request, at most what the hardest target leaves.

use serde::{Deserialize, Serialize};

use super::judge::{count_words, share_word, share_words};
use super::rates::finished_rate;
use super::{Metric, SloStatus, Target};
use crate::metrics::Unit;
use crate::signal::{Distribution, Observation};
use crate::stats::show_range;

/// Latencies that are observed once for each request. Gaps between tokens are counted by token, so no share of them is one of requests.
const PER_REQUEST: [Distribution; 6] = [
    Distribution::Ttft,
    Distribution::Tpot,
    Distribution::E2e,
    Distribution::QueueTime,
    Distribution::PrefillTime,
    Distribution::DecodeTime,
];

/// Part of the report format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Goodput {
    /// The targets that a good request meets, by path.
    pub targets: Vec<String>,
    /// Bounds of the share of requests that met all of them, each latency taken at its 95 % interval.
    pub share: (f64, f64),
    /// The share if the latencies were independent of each other. They seldom are, so it is a figure to compare with and no estimate.
    pub independent: f64,
    /// Bounds of the requests per second that met all of them. `None` without a span of time.
    pub per_second: Option<(f64, f64)>,
    /// Observations of the latency that has the fewest.
    pub samples: f64,
    /// The result as one sentence.
    pub sentence: String,
    /// What it rests on and leaves out.
    pub why: String,
}

/// Bounds of the share of requests that meet all of at least two per-request latency targets. `None` when fewer could be read.
#[must_use]
pub fn goodput(seen: &Observation, statuses: &[SloStatus]) -> Option<Goodput> {
    let members: Vec<Member> = PER_REQUEST.iter().filter_map(|distribution| member(statuses, *distribution)).collect();
    if members.len() < 2 {
        return None;
    }
    let shares: Vec<(f64, f64)> = members.iter().map(|member| member.within).collect();
    let share = joint(&shares);
    let independent = members.iter().map(|member| member.estimate).product();
    let samples = members.iter().map(|member| member.samples).fold(f64::INFINITY, f64::min);
    let finished = finished_rate(seen);
    let per_second = finished.map(|rate| (rate * share.0, rate * share.1));
    let rate = finished.zip(per_second).map_or_else(String::new, |(all, bounds)| {
        let unit = Unit::RequestsPerSecond;
        format!(": {} of {} that finished", show_range(unit, bounds), unit.show(all))
    });
    Some(Goodput {
        targets: members.iter().map(|member| member.target.path.clone()).collect(),
        share,
        independent,
        per_second,
        samples,
        sentence: format!("{} of {} met all of {}{rate}.", bounded(share), count_words(samples, "request"), all_of(&members)),
        why: why(statuses, independent),
    })
}

/// Fréchet's bounds of the share that meets all, from bounds of the share that meets each.
fn joint(shares: &[(f64, f64)]) -> (f64, f64) {
    let misses: f64 = shares.iter().map(|(low, _)| 1.0 - low).sum();
    let hardest = shares.iter().map(|(_, high)| *high).fold(1.0, f64::min);
    ((1.0 - misses).clamp(0.0, hardest), hardest)
}

struct Member<'a> {
    target: &'a Target,
    /// Share of the observations within the target, and its 95 % interval.
    estimate: f64,
    within: (f64, f64),
    samples: f64,
}

/// The target on the highest percentile of a latency: what it asks of nearly every request is what it asks of one.
fn member(statuses: &[SloStatus], distribution: Distribution) -> Option<Member<'_>> {
    let asked = |status: &SloStatus| match status.target.metric {
        Metric::Quantile(of, q) if of == distribution && status.target.comparison.wants_low() => Some(q),
        _ => None,
    };
    let measured = statuses.iter().filter_map(|status| Some((asked(status)?, status, status.over_share?, status.samples?)));
    let (_, status, (over, low, high), samples) = measured.max_by(|(a, ..), (b, ..)| a.total_cmp(b))?;
    Some(Member { target: &status.target, estimate: 1.0 - over, within: (1.0 - high, 1.0 - low), samples })
}

/// To begin a sentence with: `Between 87 % and 92 %`, `At most 40 %`.
fn bounded(share: (f64, f64)) -> String {
    match share {
        (0.0, high) => format!("At most {}", share_word(high)),
        (low, 1.0) if low < 1.0 => format!("At least {}", share_word(low)),
        _ => share_words(share),
    }
}

/// `time to first token within 1 s, request duration within 10 s`.
fn all_of(members: &[Member]) -> String {
    let each = members.iter().map(|Member { target, .. }| {
        let words = target.metric.distribution().map_or("", Distribution::words);
        format!("{words} within {}", target.metric.unit().show(target.value))
    });
    each.collect::<Vec<_>>().join(", ")
}

fn why(statuses: &[SloStatus], independent: f64) -> String {
    let mut why = format!(
        "The server counts each latency for itself, so it is not known whether the same requests miss several; if they were independent it \
         would be {}. Requests that still wait or that failed are not among them.",
        share_word(independent)
    );
    let left_out: Vec<String> =
        statuses.iter().filter(|status| per_token(status.target.metric)).map(|status| status.target.path.clone()).collect();
    if !left_out.is_empty() {
        why.push_str(&format!(" {} counts tokens, not requests, and is left out.", left_out.join(", ")));
    }
    why
}

fn per_token(metric: Metric) -> bool {
    matches!(metric, Metric::Quantile(Distribution::Itl, _))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_marginals_bound_the_joint_share() {
        let (low, high) = joint(&[(0.92, 0.92), (0.95, 0.95)]);
        assert!((low - 0.87).abs() < 1e-12 && (high - 0.92).abs() < 1e-12);
        let (low, high) = joint(&[(0.99, 0.99), (0.99, 0.99)]);
        assert!((low - 0.98).abs() < 1e-12 && (high - 0.99).abs() < 1e-12);
    }

    #[test]
    fn misses_beyond_all_requests_leave_nothing_certain() {
        assert_eq!(joint(&[(0.3, 0.4), (0.5, 0.6), (0.9, 1.0)]), (0.0, 0.4));
    }

    #[test]
    fn intervals_of_the_marginals_widen_the_bounds() {
        let (low, high) = joint(&[(0.90, 0.95), (0.93, 0.99)]);
        assert!((low - 0.83).abs() < 1e-12 && (high - 0.95).abs() < 1e-12);
    }
}
