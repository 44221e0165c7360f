//! The paths that a target may name.

use std::fmt;

use super::alias;
use crate::metrics::Unit;
use crate::signal::{Counter, Distribution, Gauge};

/// What a target speaks of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// `ttft.p95`: the quantile of a latency, with the target's objective equal to `q`.
    Quantile(Distribution, f64),
    Mean(Distribution),
    /// The classic time per output token: the mean gap between tokens, or where no gaps are exported the mean of the requests' averages.
    MeanPerToken,
    /// Share of good outcomes, 0–1.
    Availability,
    RequestsPerSecond,
    OutputTokensPerSecond,
    Gauge(Gauge),
    PrefixHitRate,
    PreemptionsPerMinute,
}

/// Distributions that a target may name with `.p95`, `.mean` and so on.
pub(super) const LATENCIES: [Distribution; 9] = [
    Distribution::Ttft,
    Distribution::Itl,
    Distribution::Tpot,
    Distribution::E2e,
    Distribution::QueueTime,
    Distribution::PrefillTime,
    Distribution::DecodeTime,
    Distribution::InferenceTime,
    Distribution::ValidationTime,
];

/// Paths that are no distribution and no gauge.
const OTHERS: [(&str, Metric); 5] = [
    ("availability", Metric::Availability),
    ("requests_per_second", Metric::RequestsPerSecond),
    ("output_tokens_per_second", Metric::OutputTokensPerSecond),
    ("prefix_cache.hit_rate", Metric::PrefixHitRate),
    ("preemptions_per_minute", Metric::PreemptionsPerMinute),
];

impl Metric {
    /// Reads a canonical path, or one of the classic dotted paths.
    ///
    /// # Errors
    /// When nothing has this path; the error lists what has.
    pub fn parse(path: &str) -> Result<Metric, UnknownMetric> {
        let path = path.trim();
        let canonical = OTHERS.iter().find(|(name, _)| *name == path).map(|(_, metric)| *metric);
        canonical
            .or_else(|| Gauge::ALL.iter().find(|gauge| gauge.path() == path).map(|gauge| Metric::Gauge(*gauge)))
            .or_else(|| latency(path))
            .or_else(|| alias::find(path).map(|alias| alias.metric))
            .ok_or_else(|| UnknownMetric { path: path.to_owned(), known: Metric::known() })
    }

    /// The canonical path.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Metric::Quantile(distribution, q) => format!("{}.p{}", distribution.path(), percent(q)),
            Metric::Mean(distribution) => format!("{}.mean", distribution.path()),
            Metric::MeanPerToken => "itl.mean".to_owned(),
            Metric::Gauge(gauge) => gauge.path().to_owned(),
            _ => OTHERS.iter().find(|(_, metric)| *metric == self).map_or("", |(name, _)| name).to_owned(),
        }
    }

    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Metric::Quantile(distribution, _) | Metric::Mean(distribution) => distribution.unit(),
            Metric::MeanPerToken => Unit::Seconds,
            Metric::Availability | Metric::PrefixHitRate => Unit::Ratio,
            Metric::RequestsPerSecond => Unit::RequestsPerSecond,
            Metric::OutputTokensPerSecond => Unit::TokensPerSecond,
            Metric::Gauge(gauge) => gauge.unit(),
            Metric::PreemptionsPerMinute => Unit::PerMinute,
        }
    }

    /// What it is, in words: `P95 time to first token`, `availability`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Metric::Quantile(distribution, q) => format!("P{} {}", percent(q), distribution.words()),
            Metric::Mean(distribution) => format!("mean {}", distribution.words()),
            Metric::MeanPerToken => format!("mean {}", Distribution::Tpot.words()),
            Metric::Availability => "availability".to_owned(),
            Metric::RequestsPerSecond => "requests per second".to_owned(),
            Metric::OutputTokensPerSecond => "output tokens per second".to_owned(),
            Metric::Gauge(gauge) => gauge.words().to_owned(),
            Metric::PrefixHitRate => "prefix cache hit rate".to_owned(),
            Metric::PreemptionsPerMinute => format!("{} per minute", Counter::Preemptions.words()),
        }
    }

    /// The distribution behind a latency metric.
    #[must_use]
    pub fn distribution(self) -> Option<Distribution> {
        match self {
            Metric::Quantile(distribution, _) | Metric::Mean(distribution) => Some(distribution),
            Metric::MeanPerToken => Some(Distribution::Itl),
            _ => None,
        }
    }

    /// The paths that a form offers and an error names, in reading order. Every `pNN`, every gauge and the classic paths work besides.
    #[must_use]
    pub fn known() -> Vec<String> {
        let mut known = Vec::new();
        for distribution in LATENCIES.into_iter().take(7) {
            for suffix in ["p50", "p95", "p99", "mean"] {
                known.push(format!("{}.{suffix}", distribution.path()));
            }
        }
        known.extend(OTHERS.iter().take(3).map(|(name, _)| (*name).to_owned()));
        known.extend([Gauge::Waiting, Gauge::Running, Gauge::KvUsage].map(|gauge| gauge.path().to_owned()));
        known.extend(OTHERS.iter().skip(3).map(|(name, _)| (*name).to_owned()));
        known
    }
}

/// `ttft.mean`, `ttft.p95`, `ttft.p99.9`.
fn latency(path: &str) -> Option<Metric> {
    LATENCIES.into_iter().find_map(|distribution| {
        let statistic = path.strip_prefix(distribution.path())?.strip_prefix('.')?;
        if statistic == "mean" {
            return Some(Metric::Mean(distribution));
        }
        let digits = statistic.strip_prefix('p')?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let percent: f64 = digits.parse().ok().filter(|_| plain)?;
        (percent > 0.0 && percent < 100.0).then_some(Metric::Quantile(distribution, share(percent)))
    })
}

/// `95` becomes exactly the number that the literal 0.95 is.
fn share(percent: f64) -> f64 {
    (percent * 1e6).round() / 1e8
}

/// 0.95 as `95`, 0.999 as `99.9`.
pub(super) fn percent(q: f64) -> f64 {
    (q * 1e8).round() / 1e6
}

/// No metric has this path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownMetric {
    pub path: String,
    pub known: Vec<String>,
}

impl fmt::Display for UnknownMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a known metric. Known: {}.", self.path, self.known.join(", "))
    }
}

impl std::error::Error for UnknownMetric {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_paths_come_back_as_they_were() {
        for path in Metric::known() {
            assert_eq!(Metric::parse(&path).map(Metric::path), Ok(path));
        }
        assert_eq!(Metric::parse("ttft.p99.9"), Ok(Metric::Quantile(Distribution::Ttft, 0.999)));
        assert_eq!(Metric::parse("itl.p95"), Ok(Metric::Quantile(Distribution::Itl, 0.95)));
        assert_eq!(Metric::parse("queue.paused"), Ok(Metric::Gauge(Gauge::Paused)));
    }

    #[test]
    fn unknown_paths_name_the_known_ones() {
        for path in ["", "ttft", "ttft.", "ttft.p0", "ttft.p100", "ttft.p-5", "ttft.p9e1", "ttft.p1_0", "latency.p95", "TTFT.p95"] {
            let error = Metric::parse(path).expect_err(path);
            assert!(error.known.contains(&"ttft.p95".to_owned()));
            assert!(error.to_string().contains("availability"));
        }
    }

    #[test]
    fn percentiles_read_as_people_write_them() {
        assert_eq!(Metric::Quantile(Distribution::Ttft, 0.95).words(), "P95 time to first token");
        assert_eq!(Metric::Quantile(Distribution::E2e, 0.999).path(), "e2e.p99.9");
    }
}
