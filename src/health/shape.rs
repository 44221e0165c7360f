//! The score as the report shows it; part of the report format.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Band {
    Healthy,
    Minor,
    Degraded,
    Critical,
    Outage,
    /// No score.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Health {
    pub score: Option<f64>,
    pub band: Band,
    /// `default`, `classic`, `apdex`.
    pub profile: String,
    /// 0–1.
    pub confidence: f64,
    /// False when the server had nothing to do.
    pub exercised: bool,
    pub deductions: Vec<Deduction>,
    /// What the score cannot see.
    pub coverage: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Deduction {
    pub reason: String,
    /// Points taken off, or the highest score that a cap allows.
    pub points: f64,
    /// `latency`, `availability`, `risk`, `efficiency`, `cap`, `finding`, `slo`.
    pub kind: String,
    pub rule: Option<String>,
}

impl Band {
    /// 90–100 healthy, 75–89 minor, 50–74 degraded, 25–49 critical, below that an outage.
    #[must_use]
    pub fn of(score: f64) -> Band {
        if score >= 90.0 {
            Band::Healthy
        } else if score >= 75.0 {
            Band::Minor
        } else if score >= 50.0 {
            Band::Degraded
        } else if score >= 25.0 {
            Band::Critical
        } else {
            Band::Outage
        }
    }
}
