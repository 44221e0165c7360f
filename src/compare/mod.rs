//! Two windows of one server side by side: did the change help?
//!
//! Numbers differ by chance and by load, so each row says whether the difference is more than chance, and [`Load`] whether both windows
//! had the same work to do. A cause counts as gone only when its rule could still be judged and is clear.

mod load;
mod rows;
mod words;

pub use load::Load;
pub use rows::{Row, Side};

use serde::{Deserialize, Serialize};

use crate::rule::{Diagnosis, Finding, Role, RuleVerdict};
use crate::signal::Observation;

/// What a difference amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Better,
    Worse,
    /// It differs, and whether that is good depends on what was wanted.
    Different,
    /// No more than chance explains.
    Same,
    /// Too few observations, or only one of the windows has the number.
    Unclear,
}

impl Change {
    /// Its name on every surface.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Change::Better => "better",
            Change::Worse => "worse",
            Change::Different => "different",
            Change::Same => "no difference shown",
            Change::Unclear => "cannot tell",
        }
    }
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Gone,
    Still,
    New,
    /// It fired before and cannot be judged now.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FindingChange {
    pub id: &'static str,
    pub title: &'static str,
    pub fate: Fate,
    pub sentence: String,
}

/// Two windows of one server, the earlier one first.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub headline: String,
    pub load: Load,
    pub rows: Vec<Row>,
    pub findings: Vec<FindingChange>,
}

/// A window with what the rules say of it.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    pub seen: &'a Observation,
    pub diagnosis: &'a Diagnosis,
}

/// Compares two windows.
#[must_use]
pub fn compare(before: Judged<'_>, after: Judged<'_>) -> Comparison {
    let load = load::load(before, after);
    let rows = rows::rows(before.seen, after.seen);
    let findings = findings(before.diagnosis, after.diagnosis);
    Comparison { headline: words::headline(&rows, &findings, &load), load, rows, findings }
}

fn findings(before: &Diagnosis, after: &Diagnosis) -> Vec<FindingChange> {
    let counts = |finding: &&Finding| matches!(finding.role, Role::Cause | Role::Risk);
    let mut changes: Vec<FindingChange> = before
        .findings
        .iter()
        .filter(counts)
        .map(|finding| {
            let now = after.statuses.iter().find(|status| status.rule.id == finding.rule.id);
            let fate = match now.map(|status| status.verdict) {
                Some(RuleVerdict::Fired) => Fate::Still,
                Some(RuleVerdict::Clear) => Fate::Gone,
                Some(RuleVerdict::NotMeasurable) | None => Fate::Unknown,
            };
            let sentence = now.map_or_else(|| finding.sentence.clone(), |status| status.sentence.clone());
            FindingChange { id: finding.rule.id, title: finding.rule.title, fate, sentence }
        })
        .collect();
    let new = after.findings.iter().filter(counts).filter(|finding| !fired(before, finding.rule.id));
    changes.extend(new.map(|finding| FindingChange {
        id: finding.rule.id,
        title: finding.rule.title,
        fate: Fate::New,
        sentence: finding.sentence.clone(),
    }));
    changes
}

fn fired(diagnosis: &Diagnosis, id: &str) -> bool {
    diagnosis.statuses.iter().any(|status| status.rule.id == id && status.verdict == RuleVerdict::Fired)
}

#[cfg(test)]
mod tests;
