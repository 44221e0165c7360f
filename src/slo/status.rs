//! A target held against an observation.

use super::{Target, Verdict};
use crate::metrics::Unit;
use crate::signal::{Source, TimeBase};

#[derive(Debug, Clone, PartialEq)]
pub struct SloStatus {
    pub target: Target,
    /// In the unit of the metric. `None` when absent, or when only bounds are known (TGI's TTFT).
    pub current: Option<f64>,
    /// Bounds of the value: bucket bracket and 95 % sampling interval together; the upper one may be infinite.
    pub interval: Option<(f64, f64)>,
    pub verdict: Verdict,
    pub samples: Option<f64>,
    /// Smallest number of samples that could decide, when there were too few.
    pub needed: Option<f64>,
    /// Share that misses the target as (estimate, low, high): observations over a latency threshold, or failed requests.
    pub over_share: Option<(f64, f64, f64)>,
    pub unit: Unit,
    pub time_base: TimeBase,
    pub source: Source,
    /// Value with unit and bounds, as it is printed.
    pub shown_value: String,
    /// The number of samples belongs behind it.
    pub counted: bool,
    /// Why the verdict is what it is, one sentence or two.
    pub why: String,
}

impl SloStatus {
    /// Nothing to judge, with the reason as a sentence.
    pub(super) fn no_data(target: &Target, time_base: TimeBase, why: impl Into<String>) -> SloStatus {
        SloStatus {
            target: target.clone(),
            current: None,
            interval: None,
            verdict: Verdict::NoData,
            samples: None,
            needed: None,
            over_share: None,
            unit: target.metric.unit(),
            time_base,
            source: Source::default(),
            shown_value: "no data".to_owned(),
            counted: false,
            why: why.into(),
        }
    }

    /// The value as it is printed, with the number of samples behind it where that belongs there.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.samples.filter(|_| self.counted) {
            Some(samples) => format!("{} (n = {})", self.shown_value, Unit::Count.show(samples)),
            None => self.shown_value.clone(),
        }
    }

    /// Distance from the target in percent of it, as the classic monitor defines it: 0 for a target of 0.
    #[must_use]
    pub fn deviation_percent(&self) -> Option<f64> {
        let current = self.current?;
        Some(if self.target.value == 0.0 { 0.0 } else { (current - self.target.value) / self.target.value * 100.0 })
    }

    /// The value on the scale of the number that was asked: percent for the classic cache usage, else as it is.
    #[must_use]
    pub fn reported_current(&self) -> Option<f64> {
        self.current.map(|current| current * self.target.scale)
    }

    /// The bounds on the scale of the number that was asked.
    #[must_use]
    pub fn reported_interval(&self) -> Option<(f64, f64)> {
        self.interval.map(|(low, high)| (low * self.target.scale, high * self.target.scale))
    }
}
