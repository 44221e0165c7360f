//! The settings form as it is typed, and what can be made of it. A field that cannot be read is left out and answered with a
//! sentence; everything else is used.

use serde::{Deserialize, Serialize};

use super::value;
use crate::analyze::Options;
use crate::metrics::Unit;
use crate::request::{Request, options};
use crate::slo::{Metric, Target, TargetError};
use crate::sorted::Table;

/// One target as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetRow {
    /// Stable while the row is in the form.
    pub id: u32,
    pub metric: String,
    pub comparison: String,
    pub value: String,
}

/// The form. Empty words mean the default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
    pub targets: Option<Vec<TargetRow>>,
    /// Classic thresholds by name.
    pub thresholds: Table<String, String>,
    /// The span of a series that is looked at, in seconds of its clock; `None` is the present phase.
    pub span: Option<[f64; 2]>,
}

/// Which field of a target row is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    pub targets: Table<u32, (Field, String)>,
    /// By threshold name.
    pub thresholds: Table<String, String>,
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
            span: self.span,
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
        if let Some(rows) = &self.targets {
            let mut targets = Vec::with_capacity(rows.len());
            for row in rows {
                match target(row) {
                    Ok(target) => targets.push(target),
                    Err(error) => {
                        checked.targets.insert(row.id, error);
                    }
                }
            }
            checked.options.targets = Some(targets);
        }
        checked
    }
}

fn target(row: &TargetRow) -> Result<Target, (Field, String)> {
    if row.metric.trim().is_empty() {
        return Err((Field::Metric, "A metric is missing.".to_owned()));
    }
    // The unit in which the value may be written follows from the metric.
    let metric = Metric::parse(row.metric.trim()).map_err(|unknown| (Field::Metric, TargetError::Metric(unknown).sentence()))?;
    let number = value(&row.value, metric.unit()).map_err(|sentence| (Field::Value, sentence))?;
    Target::new(None, &row.metric, &row.comparison, number, None).map_err(|error| {
        let field = match error {
            TargetError::Metric(_) => Field::Metric,
            TargetError::Comparison { .. } => Field::Comparison,
            TargetError::Value { .. } => Field::Value,
        };
        (field, error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classic::Thresholds;

    fn row(metric: &str, comparison: &str, value: &str) -> Settings {
        let row = TargetRow { id: 7, metric: metric.into(), comparison: comparison.into(), value: value.into() };
        Settings { targets: Some(vec![row]), ..Settings::default() }
    }

    #[test]
    fn an_untouched_form_asks_for_the_defaults() {
        assert_eq!(Settings::default().check(), Checked::default());
    }

    #[test]
    fn values_are_read_in_the_unit_of_their_metric() {
        let value = |metric, text| row(metric, "<=", text).check().options.targets.unwrap()[0].value;
        assert_eq!(value("ttft.p95", "250 ms"), 0.25);
        assert_eq!(value("kv_cache.usage", "85 %"), 0.85);
        assert_eq!(value("output_tokens_per_second", "100 tok/s"), 100.0);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_left_out_and_answered_beside_its_field() {
        for (metric, comparison, value, field) in [
            ("", "<=", "1 s", Field::Metric),
            ("ttft.p1000", "<=", "1 s", Field::Metric),
            ("ttft.p95", "~", "1 s", Field::Comparison),
            ("ttft.p95", "<=", "soon", Field::Value),
            ("ttft.p95", "<=", "0 s", Field::Value),
            ("availability", ">=", "99.9", Field::Value),
        ] {
            let checked = row(metric, comparison, value).check();
            assert_eq!(checked.targets.get(&7).map(|(field, _)| *field), Some(field), "{metric} {comparison} {value}");
            assert_eq!(checked.options.targets, Some(Vec::new()));
        }
    }

    #[test]
    fn thresholds_have_the_names_and_defaults_of_the_classic_profile() {
        let overrides = THRESHOLDS.iter().map(|threshold| (threshold.name.to_owned(), threshold.default)).collect();
        assert_eq!(Thresholds::with(&overrides), Ok(Thresholds::default()));
        assert_eq!(THRESHOLDS.map(|threshold| threshold.name).len(), Thresholds::NAMES.len());
    }

    #[test]
    fn a_threshold_that_cannot_be_read_is_answered_by_name() {
        let thresholds = Table::from_iter([("ttft_seconds".to_owned(), "200 ms".to_owned()), ("queue_size".to_owned(), "many".to_owned())]);
        let checked = Settings { profile: "classic".into(), thresholds, ..Settings::default() }.check();
        assert_eq!(checked.options.thresholds, Table::from_iter([("ttft_seconds".to_owned(), 0.2)]));
        assert!(checked.thresholds.contains_key("queue_size"));
    }
}
