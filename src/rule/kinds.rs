//! Words that classify a finding; part of the report format.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BottleneckType {
    HighLatency,
    LowThroughput,
    QueueBuildup,
    CacheInefficiency,
    MemoryPressure,
    BatchSizeSuboptimal,
    Availability,
    Imbalance,
    DataQuality,
    Forecast,
}

/// Ordered from harmless to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Cause,
    Symptom,
    Risk,
    /// Efficiency, data quality and state notes.
    Note,
}

/// Words for a confidence: confirmed ≥ 0.80, probable ≥ 0.50, possible ≥ 0.30.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ConfidenceWord {
    Possible,
    Probable,
    Confirmed,
}
