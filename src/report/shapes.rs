//! Plain data of the report.

use serde::{Deserialize, Serialize};

use super::{ComparisonView, Fleet, Forecast, LevelChange, NotMeasurable, Opinion, RuleStatus, Standing, Timeline, Trend};
use crate::health::Health;
use crate::metrics::SourceLines;
use crate::rule::{BottleneckType, ConfidenceWord, Role, Severity};
use crate::signal::Mode;
use crate::slo::{Goodput, Verdict};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    pub schema: String,
    pub instance_id: String,
    /// What tells the instance from others of its model; `null` when there is nothing but the model to name it by.
    pub instance_name: Option<String>,
    /// `vllm`, `sglang` or `tgi`.
    pub instance_type: String,
    /// RFC 3339, of the last snapshot; `null` when nothing in the input carries a time.
    pub timestamp: Option<String>,
    pub mode: Mode,
    /// `default` or `classic`.
    pub profile: String,
    pub window: Option<WindowView>,
    pub backend: BackendView,
    pub models: Vec<String>,
    /// What part of the texts this report is of, as a sentence; `null` when it is of all that is in them.
    pub scope: Option<String>,
    pub state: StateView,
    pub headline: Headline,
    /// 0–100, `null` when there is no data to judge.
    pub overall_health_score: Option<f64>,
    pub health: Health,
    /// How the score is to be read: the word beside it, and why.
    pub standing: Standing,
    /// Present when the dumps fall into two windows, by a restart or by a pause.
    pub comparison: Option<ComparisonView>,
    /// Present for three and more dumps of the server.
    #[serde(default)]
    pub timeline: Option<Timeline>,
    /// Worst first.
    pub bottlenecks: Vec<Bottleneck>,
    /// Possible causes where none is proven, likeliest first; in no score.
    #[serde(default)]
    pub hypotheses: Vec<Hypothesis>,
    pub recommendations: Vec<String>,
    pub slo_statuses: Vec<SloStatusView>,
    /// `request`, or the preset's id with `preset:` or `assumed:` before it.
    pub slo_source: String,
    /// The same as a sentence.
    pub slo_source_words: String,
    /// Present when at least two latencies of whole requests have a target and observations.
    pub goodput: Option<Goodput>,
    pub anatomy: Anatomy,
    pub signals: Vec<SignalView>,
    /// Every rule of the profile with its verdict.
    pub rules: Vec<RuleStatus>,
    pub not_measurable: Vec<NotMeasurable>,
    pub opinions: Vec<Opinion>,
    pub notes: Vec<Note>,
    pub problems: Vec<ProblemView>,
    /// Problems beyond those listed.
    pub problems_omitted: u64,
    pub inputs: Vec<InputView>,
    pub trends: Vec<Trend>,
    /// Changes of level, in the order of time.
    #[serde(default)]
    pub changes: Vec<LevelChange>,
    pub forecasts: Vec<Forecast>,
    pub fleet: Option<Fleet>,
    /// The servers that the inputs are of, when there are several; empty for one.
    #[serde(default)]
    pub servers: Vec<ServerView>,
}

/// One of several servers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ServerView {
    pub instance_id: String,
    pub instance_type: String,
    /// Indices of the inputs that it was seen in, in the order of time.
    pub inputs: Vec<usize>,
    pub overall_health_score: Option<f64>,
    pub headline: String,
    /// Why its inputs may be of more than one server, when that is not known for sure.
    pub doubt: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WindowView {
    /// `null` when the snapshots carry no times.
    pub seconds: Option<f64>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub restarted: bool,
    /// "before" or "unordered" wording for people, e.g. `60 s between two dumps`.
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BackendView {
    pub id: String,
    pub name: String,
    /// `0.32–0.33`, `0.20 or later`, `any`.
    pub version_range: String,
    pub why: String,
    pub version_why: Vec<String>,
}

/// What the server is doing, before any judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StateView {
    /// `active`, `idle`, `warming-up`, `stalled`, `sleeping`, `no-data`.
    pub id: String,
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Headline {
    /// The whole of it.
    pub text: String,
    /// Its first sentence, of the present.
    pub lead: String,
    /// What follows: what became better or worse, and the worst phase before. Empty without either.
    pub more: String,
    /// Rule that won; `null` when nothing fired.
    pub rule: Option<String>,
    pub confidence: Option<ConfidenceWord>,
}

impl Headline {
    #[must_use]
    pub fn new(text: String, rule: Option<String>, confidence: Option<ConfidenceWord>) -> Self {
        Headline { lead: text.clone(), more: String::new(), text, rule, confidence }
    }

    /// Says what is not of the present.
    pub fn add(&mut self, more: &str) {
        if !more.is_empty() {
            self.more = more.to_owned();
            self.text = format!("{} {more}", self.lead);
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ConfidenceView {
    pub value: f64,
    pub word: ConfidenceWord,
    /// Evidence that would raise it, with how to get it.
    pub missing: Vec<String>,
    pub contradictions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Bottleneck {
    /// Rule id in kebab-case; classic findings use `classic-…`.
    pub id: String,
    pub title: String,
    #[serde(rename = "type")]
    pub kind: BottleneckType,
    pub role: Role,
    pub severity: Severity,
    pub description: String,
    pub metric_name: String,
    pub current_value: f64,
    pub threshold_value: f64,
    /// The first action as one sentence.
    pub recommendation: String,
    pub timestamp: Option<String>,
    pub confidence: ConfidenceView,
    pub evidence: Vec<Evidence>,
    /// Paths of the symptoms that this cause explains, e.g. `ttft`.
    pub explains: Vec<String>,
    pub contributing: Vec<Contributing>,
    pub actions: Vec<Action>,
    /// Why it matters, one or two sentences.
    pub why: String,
    /// The rule's condition in words and numbers.
    pub formula: String,
    /// What would prove this wrong.
    pub falsifier: String,
    pub sources: Vec<String>,
}

impl Bottleneck {
    /// True when the classic profile found it, which knows thresholds and no causes.
    #[must_use]
    pub fn is_classic(&self) -> bool {
        self.id.starts_with("classic-")
    }

    /// How to see that a change helped, where that is the same for each of several.
    #[must_use]
    pub fn shared_verify(&self) -> Option<&str> {
        let (first, others) = self.actions.split_first().filter(|(first, others)| !others.is_empty() && !first.verify.is_empty())?;
        others.iter().all(|other| other.verify == first.verify).then_some(first.verify.as_str())
    }
}

/// A possible cause that the input does not prove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Hypothesis {
    /// Id of the rule that would claim it, in kebab-case.
    pub cause: String,
    pub title: String,
    /// What speaks for it, a sentence each.
    pub supports: Vec<String>,
    /// What speaks against it.
    pub contradicts: Vec<String>,
    /// The cheapest observation that would decide.
    pub decide: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Contributing {
    pub id: String,
    pub title: String,
    pub sentence: String,
}

/// One number behind a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Evidence {
    /// Dotted path of the signal, or of a derived law.
    pub signal: String,
    /// What it is, for people.
    pub label: String,
    pub value: f64,
    pub unit: crate::metrics::Unit,
    /// Value with unit as it is printed, bounds included when they matter.
    pub shown: String,
    pub time_base: TimeBaseView,
    /// True when it was inferred from other numbers.
    pub inferred: bool,
    /// Native metric name.
    pub metric: String,
    /// Index into `inputs`, and lines of that text.
    pub input: usize,
    pub lines: SourceLines,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TimeBaseView {
    /// `lifetime`, `window`, `instant`, `config`.
    pub kind: String,
    /// Length in seconds when known.
    pub seconds: Option<f64>,
    /// As printed: `since start`, `window, 60 s`, `instant`, `setting`.
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Action {
    /// Flag as the server spells it; empty for actions that are no flag.
    pub flag: String,
    pub change: String,
    /// The words of the change name the flag already.
    pub names_flag: bool,
    /// The price.
    pub tradeoff: String,
    pub verify: String,
    /// Releases that have the flag, e.g. `≥ 0.24`.
    pub versions: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TargetView {
    pub name: String,
    pub metric: String,
    pub target_value: f64,
    /// `<`, `<=`, `>`, `>=`, `==`.
    pub comparison: String,
    /// Large values miss it, so that it is met below its value.
    pub wants_low: bool,
    /// The condition as people read it: `TTFT P95 ≤ 1 s`.
    pub goal: String,
    pub description: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SloStatusView {
    pub target: TargetView,
    pub current_value: Option<f64>,
    /// True only for `pass`.
    pub is_compliant: bool,
    pub deviation_percent: Option<f64>,
    pub timestamp: Option<String>,
    pub verdict: Verdict,
    /// Bounds of the value; `null` is unbounded.
    pub interval: Option<[Option<f64>; 2]>,
    pub samples: Option<f64>,
    /// Smallest number of samples that could decide, when undetermined for lack of them.
    pub samples_needed: Option<f64>,
    /// For a latency target: share of requests over the threshold, `[estimate, low, high]`.
    pub over_share: Option<[f64; 3]>,
    pub unit: crate::metrics::Unit,
    /// Value with unit and bounds as printed.
    pub shown: String,
    /// The same without the number of samples, which `shown` ends with for latencies and availability.
    pub shown_value: String,
    pub time_base: TimeBaseView,
    /// One sentence on why the verdict is what it is.
    pub why: String,
    pub metric: String,
    pub input: usize,
    pub lines: SourceLines,
}

/// Where the time of a request goes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Anatomy {
    /// Phases in order, means over the same span.
    pub phases: Vec<Phase>,
    /// Mean end-to-end latency to compare the phases with, seconds.
    pub total_seconds: Option<f64>,
    /// What the bar leaves out or assumes.
    pub remark: String,
    pub distributions: Vec<DistributionView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Phase {
    /// `frontend`, `queue`, `prefill`, `decode`, `other`.
    pub id: String,
    pub label: String,
    pub mean_seconds: f64,
    /// Share of the sum of phases, 0–1.
    pub share: f64,
    pub metric: String,
    pub input: usize,
    pub lines: SourceLines,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DistributionView {
    pub path: String,
    pub label: String,
    pub unit: crate::metrics::Unit,
    pub time_base: TimeBaseView,
    pub samples: f64,
    pub mean: Option<f64>,
    pub quantiles: Vec<QuantileView>,
    /// Non-cumulative counts.
    pub buckets: Vec<BucketView>,
    pub metric: String,
    pub input: usize,
    pub lines: SourceLines,
    /// Targets on its quantiles and on its mean, ascending.
    pub targets: Vec<f64>,
    /// What limits the reading, e.g. all observations in the first bucket.
    pub remark: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct QuantileView {
    pub q: f64,
    /// Linear interpolation inside the bucket, as PromQL does.
    pub point: f64,
    /// Bounds of the bucket that holds the quantile; `null` above the highest bound.
    pub bracket: [Option<f64>; 2],
    /// 95 % interval with sampling error.
    pub interval: [Option<f64>; 2],
    /// As printed, e.g. `0.5–1 s` or `≥ 10 s`.
    pub shown: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BucketView {
    /// `null` is infinity.
    pub upper: Option<f64>,
    pub count: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SignalView {
    pub path: String,
    pub label: String,
    pub value: f64,
    pub unit: crate::metrics::Unit,
    pub shown: String,
    /// The two parts of `shown`; the unit may be empty.
    pub shown_number: String,
    pub shown_unit: String,
    /// Value at the first snapshot of a window.
    pub before: Option<f64>,
    pub time_base: TimeBaseView,
    pub metric: String,
    pub input: usize,
    pub lines: SourceLines,
    /// Shown but never judged, with the reason.
    pub caveat: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Note {
    pub id: String,
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProblemView {
    pub input: usize,
    pub line: u32,
    pub kind: String,
    pub repaired: bool,
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InputView {
    pub name: String,
    /// `text 0.0.4`, `OpenMetrics 1.0`.
    pub format: String,
    pub lines: u64,
    pub samples: u64,
    pub families: u64,
    /// RFC 3339.
    pub at: Option<String>,
    /// Number of expositions found in the text.
    pub scrapes: u64,
}
