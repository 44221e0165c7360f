//! The latency thresholds that rules measure impact against.

use crate::slo::{SloStatus, Target, latency_targets};

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
    /// The thresholds of the evaluated targets: of each latency the P95 one before any other.
    #[must_use]
    pub fn of(statuses: &[SloStatus], origin: &str) -> Self {
        let targets: Vec<Target> = statuses.iter().map(|status| status.target.clone()).collect();
        let found = latency_targets(&targets);
        let theta =
            |seconds: Option<f64>| seconds.filter(|seconds| *seconds > 0.0).map(|seconds| Theta { seconds, origin: origin.to_owned() });
        Thetas { ttft: theta(found.ttft_seconds), itl: theta(found.itl_seconds) }
    }
}
