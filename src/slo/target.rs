//! A target: what is asked of which metric.

use std::fmt;

use super::{Comparison, Metric, UnknownMetric, alias};
use crate::metrics::Unit;

#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub name: String,
    pub metric: Metric,
    /// The path as the request spelled it (a classic alias stays as it was).
    pub path: String,
    pub comparison: Comparison,
    /// In the unit of the metric.
    pub value: f64,
    /// The number as the request wrote it. Differs from `value` only by `scale`.
    pub asked: f64,
    /// What canonical values are multiplied with when they are reported beside `asked`: 100 for the classic percentages, else 1.
    pub scale: f64,
    pub description: Option<String>,
}

impl Target {
    /// Reads a target as a request writes it. A blank or missing name becomes the condition itself.
    ///
    /// # Errors
    /// When the path or the operator is not known, or the number makes no sense for the metric.
    pub fn new(name: Option<&str>, path: &str, comparison: &str, asked: f64, description: Option<&str>) -> Result<Target, TargetError> {
        let path = path.trim();
        let metric = Metric::parse(path).map_err(TargetError::Metric)?;
        let comparison = Comparison::parse(comparison).ok_or_else(|| TargetError::Comparison { found: comparison.trim().to_owned() })?;
        // A canonical path wins over an alias, so only aliases have a scale.
        let scale = alias::find(path).map_or(1.0, |alias| alias.scale.factor(asked));
        let value = asked / scale;
        if let Some(reason) = nonsense(metric, value) {
            return Err(TargetError::Value { path: path.to_owned(), asked, reason });
        }
        let name = name.map(str::trim).filter(|name| !name.is_empty()).map_or_else(|| condition(path, comparison, asked), str::to_owned);
        Ok(Target { name, metric, path: path.to_owned(), comparison, value, asked, scale, description: description.map(str::to_owned) })
    }

    /// Its name, or the condition in words where it has none of its own: `P95 time to first token ≤ 1 s`.
    #[must_use]
    pub fn words(&self) -> String {
        if self.name == condition(&self.path, self.comparison, self.asked) {
            format!("{} {} {}", self.metric.words(), self.comparison.sign(), self.metric.unit().show(self.value))
        } else {
            self.name.clone()
        }
    }

    /// The share of observations that must meet a percentile target, or the availability that is asked.
    #[must_use]
    pub fn objective(&self) -> Option<f64> {
        match self.metric {
            Metric::Quantile(_, q) => Some(q),
            Metric::Availability => Some(self.value),
            _ => None,
        }
    }
}

fn condition(path: &str, comparison: Comparison, asked: f64) -> String {
    format!("{path} {} {asked}", comparison.symbol())
}

/// Why a number cannot be a target of this metric.
fn nonsense(metric: Metric, value: f64) -> Option<&'static str> {
    if !value.is_finite() {
        return Some("it is not a finite number");
    }
    if value < 0.0 {
        return Some("nothing here can be below zero");
    }
    match metric {
        Metric::Quantile(..) | Metric::Mean(_) | Metric::MeanPerToken if value == 0.0 => Some("no request takes zero seconds"),
        Metric::Availability if value > 1.0 => Some("availability is a share from 0 to 1, so 99.9 % is written 0.999"),
        _ if metric.unit() == Unit::Ratio && value > 1.0 => Some("it is a share from 0 to 1, so 85 % is written 0.85"),
        _ => None,
    }
}

/// Why a target cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetError {
    Metric(UnknownMetric),
    Comparison { found: String },
    Value { path: String, asked: f64, reason: &'static str },
}

impl TargetError {
    /// Stable identifier for the error object.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            TargetError::Metric(_) => "unknown-metric",
            TargetError::Comparison { .. } => "unknown-operator",
            TargetError::Value { .. } => "bad-target",
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            TargetError::Metric(unknown) => format!("{:?} is not a known metric.", unknown.path),
            TargetError::Comparison { found } => format!("{found:?} is not a known operator."),
            TargetError::Value { path, asked, reason } => format!("{asked} cannot be a target of {path}: {reason}."),
        }
    }

    /// What to write instead.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            TargetError::Metric(unknown) => format!("Known: {}.", unknown.known.join(", ")),
            TargetError::Comparison { .. } => {
                format!("Known: {}.", Comparison::ALL.map(Comparison::symbol).join(", "))
            }
            TargetError::Value { .. } => "Latencies are in seconds, shares from 0 to 1.".to_owned(),
        }
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sentence(), self.hint())
    }
}

impl std::error::Error for TargetError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::{Distribution, Gauge};

    #[test]
    fn a_target_without_a_name_is_named_after_its_condition() {
        let target = Target::new(Some("  "), "ttft.p95", "<=", 1.0, None).expect("a valid target");
        assert_eq!(target.name, "ttft.p95 <= 1");
        assert_eq!(target.words(), "P95 time to first token ≤ 1 s");
        assert_eq!((target.value, target.asked, target.scale), (1.0, 1.0, 1.0));
        assert_eq!(target.objective(), Some(0.95));
    }

    #[test]
    fn the_classic_cache_usage_is_percent() {
        let target = Target::new(None, "gpu_metrics.cache_usage_perc", "<", 85.0, None).expect("a valid target");
        assert_eq!(target.metric, Metric::Gauge(Gauge::KvUsage));
        assert_eq!((target.value, target.asked, target.scale), (0.85, 85.0, 100.0));
    }

    #[test]
    fn a_success_rate_above_one_is_percent() {
        for (asked, value) in [(99.9, 0.999), (0.999, 0.999)] {
            let target = Target::new(None, "request_metrics.success_rate", ">=", asked, None).expect("a valid target");
            assert!((target.value - value).abs() < 1e-12);
        }
    }

    #[test]
    fn every_classic_path_is_a_metric() {
        let paths = [
            ("request_metrics.time_to_first_token_seconds", Metric::Mean(Distribution::Ttft)),
            ("request_metrics.time_per_output_token_seconds", Metric::MeanPerToken),
            ("request_metrics.mean_time_per_token_seconds", Metric::Mean(Distribution::Tpot)),
            ("request_metrics.queue_size", Metric::Gauge(Gauge::Waiting)),
            ("gpu_metrics.num_requests_waiting", Metric::Gauge(Gauge::Waiting)),
            ("generation_metrics.batch_current_size", Metric::Gauge(Gauge::Running)),
            ("cache_metrics.cache_hit_rate", Metric::PrefixHitRate),
            ("system_metrics.throughput_tokens_per_second", Metric::OutputTokensPerSecond),
            ("system_metrics.num_requests_waiting", Metric::Gauge(Gauge::Waiting)),
        ];
        for (path, metric) in paths {
            assert_eq!(Metric::parse(path), Ok(metric));
        }
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        let refused = [
            ("ttft.p95", f64::NAN),
            ("ttft.p95", f64::INFINITY),
            ("ttft.p95", -1.0),
            ("itl.mean", 0.0),
            ("availability", 99.9),
            ("kv_cache.usage", 85.0),
            ("gpu_metrics.cache_usage_perc", 185.0),
            ("queue.waiting", -1.0),
        ];
        for (path, asked) in refused {
            let error = Target::new(None, path, "<=", asked, None).expect_err(path);
            assert_eq!(error.id(), "bad-target");
        }
        assert!(Target::new(None, "queue.waiting", "<=", 0.0, None).is_ok());
    }

    #[test]
    fn unknown_words_are_named_with_the_known_ones() {
        let error = Target::new(None, "ttft.p95", "=>", 1.0, None).expect_err("an unknown operator");
        assert_eq!((error.id(), error.hint()), ("unknown-operator", "Known: <, <=, >, >=, ==.".to_owned()));
        let error = Target::new(None, "latency", "<=", 1.0, None).expect_err("an unknown metric");
        assert_eq!(error.id(), "unknown-metric");
        assert!(error.hint().contains("ttft.p95"));
    }
}
