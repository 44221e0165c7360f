//! Plain data of a comparison of two windows.

use serde::{Deserialize, Serialize};

use crate::compare::{Change, Fate};
use crate::metrics::{SourceLines, Unit};

/// Two windows of one server, before and after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ComparisonView {
    pub headline: String,
    pub before: SpanView,
    pub after: SpanView,
    /// Arrivals and mean lengths within 20 % of each other; `null` when that cannot be told.
    pub load_alike: Option<bool>,
    pub load: String,
    pub rows: Vec<ComparisonRow>,
    pub findings: Vec<FindingChangeView>,
}

/// One of the windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SpanView {
    /// Indices of its first and its last text.
    pub inputs: [usize; 2],
    /// `null` when the texts carry no times.
    pub seconds: Option<f64>,
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ComparisonRow {
    pub path: String,
    pub label: String,
    pub unit: Unit,
    pub before: Option<SideView>,
    pub after: Option<SideView>,
    pub change: Change,
    /// Why it is called so.
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SideView {
    pub value: f64,
    /// 95 % interval, or both ends of the window for a gauge; `null` is unbounded.
    pub interval: Option<[Option<f64>; 2]>,
    pub shown: String,
    pub metric: String,
    pub input: usize,
    pub lines: SourceLines,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FindingChangeView {
    pub id: String,
    pub title: String,
    pub fate: Fate,
    pub sentence: String,
}
