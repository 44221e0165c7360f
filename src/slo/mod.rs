//! Service levels: targets on canonical paths, verdicts with intervals, presets.

mod verdict;

use crate::metrics::Unit;
use crate::signal::{Distribution, Gauge, Observation, Source, TimeBase};

pub use verdict::Verdict;

/// What a target speaks of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// `ttft.p95`: the quantile of a latency, with the target's objective equal to `q`.
    Quantile(Distribution, f64),
    Mean(Distribution),
    /// Share of good outcomes, 0–1.
    Availability,
    RequestsPerSecond,
    OutputTokensPerSecond,
    Gauge(Gauge),
    PrefixHitRate,
    PreemptionsPerMinute,
}

/// How a value is compared with the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Equal within ±0.01, as the classic monitor defines it.
    Equal,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub name: String,
    pub metric: Metric,
    /// The path as the request spelled it (a classic alias stays as it was).
    pub path: String,
    pub comparison: Comparison,
    /// In the unit of the metric.
    pub value: f64,
    pub description: Option<String>,
}

/// A target held against an observation.
#[derive(Debug, Clone, PartialEq)]
pub struct SloStatus {
    pub target: Target,
    pub current: Option<f64>,
    /// Bounds of the value: bucket bracket and 95 % sampling interval together; the upper one may be infinite.
    pub interval: Option<(f64, f64)>,
    pub verdict: Verdict,
    pub samples: Option<f64>,
    /// Smallest number of samples that could decide.
    pub needed: Option<f64>,
    /// Latency targets: share of observations over the threshold as (estimate, low, high).
    pub over_share: Option<(f64, f64, f64)>,
    pub unit: Unit,
    pub time_base: TimeBase,
    pub source: Source,
    /// Why the verdict is what it is, one sentence.
    pub why: String,
}

/// A named set of targets with its source.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    pub id: &'static str,
    pub name: &'static str,
    /// Who published the numbers and when; shown in the form.
    pub source: &'static str,
    pub targets: Vec<Target>,
}

/// Judges every target. The order is kept.
#[must_use]
pub fn evaluate(_seen: &Observation, _targets: &[Target]) -> Vec<SloStatus> {
    Vec::new()
}
