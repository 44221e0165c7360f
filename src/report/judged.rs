//! What each rule said, and what the published thresholds of others say.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RuleVerdict {
    Fired,
    Clear,
    NotMeasurable,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleStatus {
    pub id: String,
    pub title: String,
    pub verdict: RuleVerdict,
    /// What was seen, or what is missing.
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NotMeasurable {
    /// Rules that could not be judged for this reason.
    pub rules: Vec<String>,
    pub what: String,
    /// How to switch it on.
    pub how: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OpinionVerdict {
    Ok,
    Warning,
    Critical,
    NoData,
}

/// What somebody else's published threshold says of the same number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Opinion {
    pub pack: String,
    pub signal: String,
    /// The condition as published.
    pub condition: String,
    pub shown: String,
    pub verdict: OpinionVerdict,
    pub source: String,
}
