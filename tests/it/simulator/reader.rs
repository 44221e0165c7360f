//! A minimal reader of exposition text, for these tests only.

use std::collections::{BTreeMap, BTreeSet};

pub struct Sample {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

#[derive(Default)]
pub struct Text {
    pub types: BTreeMap<String, String>,
    pub help: BTreeMap<String, String>,
    pub samples: Vec<Sample>,
}

pub fn read(text: &str) -> Text {
    let mut result = Text::default();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(result.types.insert(name.into(), kind.into()).is_none(), "{name} is declared twice");
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap_or((rest, ""));
            result.help.insert(name.into(), help.into());
        } else if !line.is_empty() && !line.starts_with('#') {
            result.samples.push(sample(line));
        }
    }
    result
}

fn sample(line: &str) -> Sample {
    let (head, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
    let value = match value {
        "+Inf" => f64::INFINITY,
        "NaN" => f64::NAN,
        other => other.parse().unwrap_or_else(|_| panic!("not a number: {line}")),
    };
    let Some((name, labels)) = head.split_once('{') else {
        return Sample { name: head.into(), labels: BTreeMap::new(), value };
    };
    let labels = labels.strip_suffix('}').unwrap_or_else(|| panic!("open braces: {line}"));
    let mut pairs = BTreeMap::new();
    let mut rest = labels;
    while let Some((key, after)) = rest.split_once("=\"") {
        let (text, next) = after.split_once('"').unwrap();
        pairs.insert(key.trim_start_matches(',').into(), text.into());
        rest = next;
    }
    Sample { name: name.into(), labels: pairs, value }
}

impl Text {
    /// Sum over all series of a name.
    pub fn sum(&self, name: &str) -> f64 {
        self.samples.iter().filter(|s| s.name == name).map(|s| s.value).sum()
    }

    pub fn has(&self, name: &str) -> bool {
        self.samples.iter().any(|s| s.name == name)
    }

    /// The family that a sample belongs to, by the declarations of this text.
    pub fn family(&self, sample: &str) -> String {
        for suffix in ["", "_bucket", "_sum", "_count", "_total"] {
            if let Some(name) = sample.strip_suffix(suffix)
                && self.types.contains_key(name)
            {
                return name.into();
            }
        }
        sample.into()
    }

    /// Per family: type, label names, bounds, and values of the labels that enumerate something.
    pub fn inventory(&self) -> BTreeMap<String, Family> {
        let mut families: BTreeMap<String, Family> = BTreeMap::new();
        for sample in &self.samples {
            let name = self.family(&sample.name);
            let kind = self.types.get(&name).cloned().unwrap_or_default();
            let family =
                families.entry(name.clone()).or_insert_with(|| Family { kind, help: self.help.get(&name).cloned(), ..Family::default() });
            family.labels.insert(sample.labels.keys().filter(|key| *key != "le" && *key != "quantile").cloned().collect());
            if sample.name.ends_with("_bucket")
                && let Some(le) = sample.labels.get("le")
            {
                family.bounds.insert(le.clone());
            }
            for key in ["reason", "source", "sleep_state", "mode", "category", "method", "phase", "kind"] {
                if let Some(value) = sample.labels.get(key) {
                    family.values.insert(format!("{key}={value}"));
                }
            }
        }
        families
    }

    /// Every histogram series.
    pub fn histograms(&self) -> Vec<Histogram> {
        let mut series: BTreeMap<String, Histogram> = BTreeMap::new();
        for sample in &self.samples {
            let family = self.family(&sample.name);
            if self.types.get(&family).map(String::as_str) != Some("histogram") {
                continue;
            }
            let others: Vec<String> =
                sample.labels.iter().filter(|(key, _)| *key != "le").map(|(key, value)| format!("{key}={value}")).collect();
            let entry = series.entry(format!("{family}{{{}}}", others.join(","))).or_default();
            match sample.name.strip_prefix(family.as_str()) {
                Some("_bucket") => {
                    let le = &sample.labels["le"];
                    entry.buckets.push((if le == "+Inf" { f64::INFINITY } else { le.parse().unwrap() }, sample.value));
                }
                Some("_count") => entry.count = sample.value,
                _ => entry.sum = sample.value,
            }
        }
        series.into_iter().map(|(name, histogram)| Histogram { name, ..histogram }).collect()
    }
}

#[derive(Default)]
pub struct Histogram {
    /// Family and labels without `le`.
    pub name: String,
    pub buckets: Vec<(f64, f64)>,
    pub count: f64,
    pub sum: f64,
}

#[derive(Debug, Default)]
pub struct Family {
    pub kind: String,
    pub help: Option<String>,
    pub labels: BTreeSet<Vec<String>>,
    pub bounds: BTreeSet<String>,
    pub values: BTreeSet<String>,
}
