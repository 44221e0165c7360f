//! The settings form as it is typed, and what can be made of it. A field that cannot be read is left out and answered with a
//! sentence; everything else is used.

use std::collections::BTreeMap;

use super::value;
use crate::analyze::Options;
use crate::metrics::Unit;
use crate::request::{Request, TargetRequest, options};
use crate::slo::{Metric, Target};

/// One target as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Stable while the row is in the form.
    pub id: u32,
    pub metric: String,
    pub comparison: String,
    pub value: String,
}

/// The form. Empty words mean the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// `auto`, `vllm`, `sglang`, `tgi`.
    pub backend: String,
    pub instance: String,
    pub preset: String,
    /// `default` or `classic`.
    pub profile: String,
    /// `default`, `classic`, `apdex`.
    pub score: String,
    /// Targets instead of the preset's.
    pub rows: Option<Vec<Row>>,
    /// Classic thresholds by name.
    pub thresholds: BTreeMap<String, String>,
}

/// Which field of a target row is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Metric,
    Comparison,
    Value,
}

/// The options that the form amounts to, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checked {
    pub options: Options,
    /// By row id.
    pub rows: BTreeMap<u32, (Field, String)>,
    /// By threshold name.
    pub thresholds: BTreeMap<String, String>,
    /// Anything else, such as a preset that does not exist.
    pub general: Option<String>,
}

/// A threshold of the classic profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    pub name: &'static str,
    pub words: &'static str,
    pub unit: Unit,
    pub default: f64,
}

/// The classic thresholds with their defaults.
pub const THRESHOLDS: [Threshold; 6] = [
    Threshold { name: "ttft_seconds", words: "time to first token above", unit: Unit::Seconds, default: 0.1 },
    Threshold { name: "tpot_seconds", words: "time per output token above", unit: Unit::Seconds, default: 0.05 },
    Threshold { name: "queue_size", words: "requests waiting above", unit: Unit::Requests, default: 10.0 },
    Threshold { name: "cache_hit_rate", words: "cache hit rate below", unit: Unit::Ratio, default: 0.7 },
    Threshold { name: "memory_usage_percent", words: "KV cache in use above", unit: Unit::Ratio, default: 0.85 },
    Threshold { name: "throughput_tokens_per_second", words: "throughput below", unit: Unit::TokensPerSecond, default: 100.0 },
];

impl Settings {
    /// Reads the form.
    #[must_use]
    pub fn check(&self) -> Checked {
        let mut checked = Checked::default();
        let word = |text: &String| (!text.is_empty()).then(|| text.clone());
        let mut request = Request {
            instance_id: word(&self.instance),
            instance_type: word(&self.backend),
            profile: word(&self.profile),
            preset: word(&self.preset),
            score: word(&self.score),
            ..Request::default()
        };
        for (name, text) in self.thresholds.iter().filter(|(_, text)| !text.trim().is_empty()) {
            let unit = THRESHOLDS.iter().find(|threshold| threshold.name == name).map_or(Unit::Count, |threshold| threshold.unit);
            match value(text, unit) {
                Ok(number) => {
                    request.thresholds.insert(name.clone(), number);
                }
                Err(sentence) => {
                    checked.thresholds.insert(name.clone(), sentence);
                }
            }
        }
        match options(&request) {
            Ok(options) => checked.options = options,
            Err(error) => checked.general = Some(error.to_string()),
        }
        if let Some(rows) = &self.rows {
            let mut targets = Vec::with_capacity(rows.len());
            for row in rows {
                match target(row) {
                    Ok(target) => targets.push(target),
                    Err(error) => {
                        checked.rows.insert(row.id, error);
                    }
                }
            }
            checked.options.targets = Some(targets);
        }
        checked
    }
}

fn target(row: &Row) -> Result<Target, (Field, String)> {
    if row.metric.trim().is_empty() {
        return Err((Field::Metric, "A metric is missing.".to_owned()));
    }
    // The unit of the value follows from the metric, so the metric is looked up first, with a value that fits any.
    let metric = lookup(row, 1.0)?.metric;
    let number = value(&row.value, unit(metric)).map_err(|sentence| (Field::Value, sentence))?;
    lookup(row, number)
}

fn lookup(row: &Row, target_value: f64) -> Result<Target, (Field, String)> {
    let request = TargetRequest {
        name: None,
        metric: row.metric.trim().to_owned(),
        target_value,
        comparison: row.comparison.clone(),
        description: None,
    };
    let request = Request { slo_targets: Some(vec![request]), ..Request::default() };
    let targets = options(&request).map_err(|error| {
        let field = match error.id.as_str() {
            "unknown-comparison" | "unknown-operator" => Field::Comparison,
            "bad-value" | "bad-target" => Field::Value,
            _ => Field::Metric,
        };
        (field, error.to_string())
    })?;
    targets.targets.and_then(|targets| targets.into_iter().next()).ok_or((Field::Metric, "A metric is missing.".to_owned()))
}

/// The unit in which a target on this metric is written.
#[must_use]
pub fn unit(metric: Metric) -> Unit {
    metric.unit()
}
