//! What a fired rule says.

use super::{Confidence, Evidence, Role, Rule, Severity, Symptom};

/// A cause, a symptom nobody explains, a risk, or a note.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub rule: &'static Rule,
    pub role: Role,
    pub severity: Severity,
    pub confidence: Confidence,
    /// What was seen, with numbers.
    pub sentence: String,
    /// The finding as a headline, cause first.
    pub headline: String,
    /// The rule's condition in words and numbers.
    pub formula: String,
    /// The number that stands for the finding, and the limit it crossed.
    pub measure: Evidence,
    pub threshold: f64,
    pub evidence: Vec<Evidence>,
    /// Symptoms that it explains here.
    pub explains: Vec<Symptom>,
    /// Causes that explain nothing more than this one does.
    pub contributing: Vec<Contributing>,
    pub actions: Vec<Action>,
}

/// What a rule tells when it fires; [`super::Case::fire`] adds evidence and confidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub severity: Severity,
    pub sentence: String,
    pub headline: String,
    pub formula: String,
    pub measure: Evidence,
    pub threshold: f64,
    pub actions: Vec<Action>,
}

/// A cause below the winner.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributing {
    pub rule: &'static Rule,
    pub sentence: String,
    pub confidence: Confidence,
}

/// Something to change, what it costs, and how to see that it helped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Flag as the detected release spells it; empty for actions that are no flag.
    pub flag: String,
    pub change: String,
    /// The price.
    pub tradeoff: String,
    pub verify: String,
    /// Releases that have the flag, e.g. `0.24 or later`.
    pub versions: String,
}

impl Action {
    /// An action that is no flag of the server.
    pub fn plain(change: impl Into<String>, tradeoff: impl Into<String>, verify: impl Into<String>) -> Self {
        Action { flag: String::new(), change: change.into(), tradeoff: tradeoff.into(), verify: verify.into(), versions: String::new() }
    }
}
