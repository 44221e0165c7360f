//! What the worker tells the page.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Chip, Document, Field, Message, Purpose, RawRows, TargetRow};
use crate::report::Report;
use crate::request::RequestError;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Update {
    /// The worker takes commands; what the form can offer.
    Ready(Catalogue),
    /// How far the reading has come; `None` when it has ended.
    Reading(Option<Progress>),
    /// The texts that are loaded.
    Texts(Vec<Chip>),
    Outcome(Outcome),
    Message(Option<Message>),
    /// A fetched text is loaded.
    Fetched,
    /// A fetched text holds no metrics.
    NotMetrics {
        sentence: String,
        hint: String,
        first_line: String,
    },
    /// What is wrong with the form.
    Checked(Checks),
    Raw(RawRows),
    Rules(Vec<RuleText>),
    /// The document comes beside this.
    Exported {
        document: Document,
        purpose: Purpose,
        name: String,
    },
    /// The answer in JSON comes beside this.
    Answered {
        id: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes so far.
    pub read: u64,
    pub total: u64,
}

/// What the texts and the settings amount to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Outcome {
    #[default]
    Empty,
    Report(Arc<Report>, Summary),
    Refused(RequestError),
}

/// What the page around a report needs to know of it besides.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// The name of the preset that was assumed from the workload.
    pub assumed: Option<String>,
    /// Its targets, as they are edited.
    pub targets: Vec<TargetRow>,
    /// A print of each [`Part`](super::Part), in their order.
    pub prints: Vec<u32>,
}

/// What is wrong with the form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Checks {
    /// By the id of the target's row.
    pub targets: Vec<(u32, Field, String)>,
    /// By the name of the threshold.
    pub thresholds: Vec<(String, String)>,
    /// Anything else, such as a preset that does not exist.
    pub general: Option<String>,
}

/// What the form offers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Catalogue {
    pub presets: Vec<Preset>,
    /// Paths of metrics that a target can be set on.
    pub metrics: Vec<String>,
    /// Of the classic profile.
    pub thresholds: Vec<ThresholdField>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preset {
    pub id: String,
    pub name: String,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThresholdField {
    pub name: String,
    pub label: String,
    /// With its unit.
    pub default: String,
}

/// A rule in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleText {
    pub id: String,
    pub code: String,
    pub title: String,
    pub servers: Vec<String>,
    pub sees: String,
    pub why: String,
    pub what_to_do: String,
    pub falsifier: String,
    pub sources: Vec<String>,
}
