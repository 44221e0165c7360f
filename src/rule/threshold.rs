//! The latency thresholds that rules measure impact against.

use crate::signal::Distribution;
use crate::slo::{Metric, SloStatus};

/// A latency threshold and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Theta {
    pub seconds: f64,
    /// `request`, or the name of the preset.
    pub origin: String,
}

/// Thresholds of the active service levels. Missing ones make rules that need them say so.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Thetas {
    pub ttft: Option<Theta>,
    pub itl: Option<Theta>,
}

impl Thetas {
    /// The thresholds of the evaluated targets: for each latency the P95 target, else the strictest other one.
    #[must_use]
    pub fn of(statuses: &[SloStatus], origin: &str) -> Self {
        let pick = |wanted: &[Distribution]| {
            let mut best: Option<(bool, f64)> = None;
            for status in statuses {
                let (distribution, is_p95) = match status.target.metric {
                    Metric::Quantile(distribution, q) => (distribution, (q - 0.95).abs() < 1e-9),
                    Metric::Mean(distribution) => (distribution, false),
                    Metric::MeanPerToken => (Distribution::Itl, false),
                    _ => continue,
                };
                if !wanted.contains(&distribution) || !(status.target.value > 0.0) {
                    continue;
                }
                let better =
                    best.is_none_or(|(best_p95, value)| (is_p95 && !best_p95) || (is_p95 == best_p95 && status.target.value < value));
                if better {
                    best = Some((is_p95, status.target.value));
                }
            }
            best.map(|(_, seconds)| Theta { seconds, origin: origin.to_owned() })
        };
        Thetas { ttft: pick(&[Distribution::Ttft]), itl: pick(&[Distribution::Itl, Distribution::Tpot]) }
    }
}
