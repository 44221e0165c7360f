//! What bound the server when.

use serde::{Deserialize, Serialize};

use crate::metrics::Unit;
use crate::rule::Severity;
use crate::slo::Verdict;
use crate::sorted::Table;

/// Three or more dumps of one server as a series. Dumps are counted from 0 in the order of time; interval `i` lies between the dumps `i` and
/// `i + 1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Timeline {
    /// When each dump was taken: Unix seconds, or seconds of the clock that the dumps were given with; `null` where nothing tells.
    pub times: Vec<Option<f64>>,
    /// The same for people: times of day where they are known, else the time since the first dump, else the number of the dump.
    pub labels: Vec<String>,
    /// Zone of the labels; `null` where they are no times of day.
    pub zone: Option<String>,
    /// Index of the input that each dump was read from.
    pub inputs: Vec<usize>,
    pub intervals: Vec<IntervalView>,
    /// In the order of time; each begins where the one before ends.
    pub phases: Vec<PhaseView>,
    /// Index of the phase that is the present: headline, score and service levels are of it, unless another span was chosen.
    pub present: usize,
    /// A span was chosen: headline, score and service levels are of that.
    pub chosen: bool,
    /// First and last dump of the analysed window.
    pub window: [usize; 2],
    /// Restarts, each between two dumps.
    pub restarts: Vec<BetweenView>,
    /// Where dumps are missing: intervals more than three times as long as the middle one.
    pub gaps: Vec<BetweenView>,
    /// By path, for the signals that the server exports.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, SeriesView>"))]
    pub signals: Table<String, SeriesView>,
    /// Each target over time.
    pub slo: Vec<SloOverTime>,
    /// The worst phase before the present one, where it is worse than that: when and what, as a sentence.
    pub earlier: Option<String>,
    /// All of it in a sentence or two.
    pub summary: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct IntervalView {
    /// Id of a rule or of a state, `healthy` or `unknown`: what this interval says by itself.
    pub verdict: String,
    pub severity: Severity,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PhaseView {
    /// Dumps at its beginning and at its end.
    pub dumps: [usize; 2],
    /// Seconds on the clock of `times`.
    pub from: Option<f64>,
    pub to: Option<f64>,
    /// Id of a rule or of a state, `healthy` or `unknown`.
    pub verdict: String,
    /// The verdict in a few words.
    pub title: String,
    pub severity: Severity,
    /// When and what, as a sentence.
    pub words: String,
    /// Requests that got their first token or ended in it.
    pub requests: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BetweenView {
    pub from: Option<f64>,
    pub to: Option<f64>,
    /// The dump before and the one after.
    pub dumps: [usize; 2],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SeriesView {
    pub label: String,
    pub unit: Unit,
    /// `instant`: at each dump. `window`: over the interval that ends at it, so that the first is `null`.
    pub kind: String,
    /// `null` where it is not measurable.
    pub values: Vec<Option<f64>>,
}

/// One target, phase by phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SloOverTime {
    /// The target, e.g. `TTFT P95 ≤ 1 s`.
    pub goal: String,
    /// Its verdict in each phase.
    pub verdicts: Vec<Verdict>,
    /// Shares of the time, 0–1, in which it was met, missed, and in which it could not be told; `null` when the dumps carry no times.
    pub met: Option<f64>,
    pub missed: Option<f64>,
    pub open: Option<f64>,
}
