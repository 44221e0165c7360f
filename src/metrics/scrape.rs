//! A parsed scrape in columns: names and label keys are interned, values borrow from the text that was read.

use std::collections::HashMap;
use std::sync::Arc;

use super::histogram::{Bucket, Histogram};

/// Type of a family, by declaration or by inference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
    GaugeHistogram,
    Summary,
    Info,
    StateSet,
    Unknown,
}

/// A half-open byte range into the text, or into the decoded side buffer when `decoded` is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: u32,
    pub len: u32,
    pub decoded: bool,
}

#[derive(Debug, Clone, Copy)]
struct LabelData {
    key: u32,
    value: Span,
}

#[derive(Debug, Clone, Copy)]
struct SampleData {
    name: u32,
    family: u32,
    labels_start: u32,
    labels_len: u16,
    line: u32,
    value: f64,
    timestamp_ms: Option<i64>,
}

#[derive(Debug, Clone)]
struct FamilyData {
    name: String,
    kind: Kind,
    declared: bool,
    help: Option<String>,
    unit: Option<String>,
    line: u32,
}

/// One scrape: every good line of the text, in its order.
#[derive(Debug, Clone)]
pub struct Scrape {
    text: Arc<str>,
    decoded: String,
    strings: Vec<Box<str>>,
    families: Vec<FamilyData>,
    samples: Vec<SampleData>,
    labels: Vec<LabelData>,
    by_name: HashMap<Box<str>, Vec<u32>>,
    by_family: Vec<Vec<u32>>,
}

/// A family with its samples.
#[derive(Debug, Clone, Copy)]
pub struct Family<'a> {
    scrape: &'a Scrape,
    index: usize,
}

/// One sample line.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    scrape: &'a Scrape,
    data: &'a SampleData,
}

/// The histogram of one label set (without `le`), with the lines it was read from.
#[derive(Debug, Clone)]
pub struct LabelledHistogram<'a> {
    pub labels: Vec<(&'a str, &'a str)>,
    pub histogram: Histogram,
    pub lines: Vec<u32>,
}

impl Scrape {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Number of samples (series at one moment).
    #[must_use]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// The text that spans and line numbers refer to.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// All samples in the order of the text.
    pub fn samples(&self) -> impl Iterator<Item = Sample<'_>> {
        self.samples.iter().map(move |data| Sample { scrape: self, data })
    }

    /// Samples with exactly this name (`x_bucket`, `x_total`, … are names of their own), in the order of the text.
    pub fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = Sample<'a>> + use<'a> {
        let indices: &[u32] = self.by_name.get(name).map_or(&[], Vec::as_slice);
        indices.iter().filter_map(move |index| self.samples.get(*index as usize).map(|data| Sample { scrape: self, data }))
    }

    /// True when at least one sample has this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// All distinct sample names, sorted.
    #[must_use]
    pub fn sample_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.by_name.keys().map(AsRef::as_ref).collect();
        names.sort_unstable();
        names
    }

    pub fn families(&self) -> impl Iterator<Item = Family<'_>> {
        (0..self.families.len()).map(move |index| Family { scrape: self, index })
    }

    /// The family of this name: the name after `# TYPE`, or the one inferred from a sample's suffix.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<Family<'_>> {
        self.families.iter().position(|family| family.name == name).map(|index| Family { scrape: self, index })
    }

    /// The histograms of a base name (`x` for `x_bucket`, `x_sum`, `x_count`), one per label set without `le`,
    /// in the order of their first line. Empty when the family is a summary or absent.
    #[must_use]
    pub fn histograms(&self, base: &str) -> Vec<LabelledHistogram<'_>> {
        struct Parts<'a> {
            labels: Vec<(&'a str, &'a str)>,
            buckets: Vec<Bucket>,
            sum: Option<f64>,
            count: Option<f64>,
            lines: Vec<u32>,
        }
        let mut parts: Vec<Parts<'_>> = Vec::new();
        let mut index: HashMap<Vec<(&str, &str)>, usize> = HashMap::new();
        for suffix in ["_bucket", "_sum", "_count"] {
            for sample in self.named(&format!("{base}{suffix}")) {
                let mut labels: Vec<(&str, &str)> = sample.labels().filter(|(key, _)| *key != "le").collect();
                labels.sort_unstable();
                let at = *index.entry(labels.clone()).or_insert_with(|| {
                    parts.push(Parts { labels, buckets: Vec::new(), sum: None, count: None, lines: Vec::new() });
                    parts.len() - 1
                });
                let Some(part) = parts.get_mut(at) else {
                    continue;
                };
                part.lines.push(sample.line());
                match suffix {
                    "_bucket" => {
                        if let Some(upper) = sample.label("le").and_then(crate::exposition::number) {
                            part.buckets.push(Bucket { upper, cumulative: sample.value() });
                        }
                    }
                    "_sum" => part.sum = Some(sample.value()).filter(|value| value.is_finite()),
                    _ => part.count = Some(sample.value()).filter(|value| value.is_finite()),
                }
            }
        }
        parts
            .into_iter()
            .filter(|part| !part.buckets.is_empty())
            .map(|part| LabelledHistogram {
                labels: part.labels,
                histogram: Histogram::new(part.buckets, part.sum, part.count),
                lines: part.lines,
            })
            .collect()
    }

    fn str_at(&self, span: Span) -> &str {
        let source: &str = if span.decoded { &self.decoded } else { &self.text };
        source.get(span.start as usize..(span.start + span.len) as usize).unwrap_or("")
    }

    fn string(&self, id: u32) -> &str {
        self.strings.get(id as usize).map_or("", AsRef::as_ref)
    }
}

impl<'a> Family<'a> {
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.data().map_or("", |data| data.name.as_str())
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        self.data().map_or(Kind::Unknown, |data| data.kind)
    }

    /// True when the text declared the type; false when it was inferred.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        self.data().is_some_and(|data| data.declared)
    }

    #[must_use]
    pub fn help(&self) -> Option<&'a str> {
        self.data().and_then(|data| data.help.as_deref())
    }

    #[must_use]
    pub fn unit(&self) -> Option<&'a str> {
        self.data().and_then(|data| data.unit.as_deref())
    }

    /// First line of the family: its first metadata line or sample.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.data().map_or(0, |data| data.line)
    }

    pub fn samples(&self) -> impl Iterator<Item = Sample<'a>> + use<'a> {
        let scrape = self.scrape;
        let indices: &[u32] = scrape.by_family.get(self.index).map_or(&[], Vec::as_slice);
        indices.iter().filter_map(move |index| scrape.samples.get(*index as usize).map(|data| Sample { scrape, data }))
    }

    fn data(&self) -> Option<&'a FamilyData> {
        self.scrape.families.get(self.index)
    }
}

impl<'a> Sample<'a> {
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.scrape.string(self.data.name)
    }

    #[must_use]
    pub fn value(&self) -> f64 {
        self.data.value
    }

    /// 1-based line in the text that was given.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.data.line
    }

    #[must_use]
    pub fn timestamp_ms(&self) -> Option<i64> {
        self.data.timestamp_ms
    }

    #[must_use]
    pub fn label(&self, key: &str) -> Option<&'a str> {
        self.labels().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// Labels in the order of the text.
    pub fn labels(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let scrape = self.scrape;
        let start = self.data.labels_start as usize;
        let labels = scrape.labels.get(start..start + self.data.labels_len as usize).unwrap_or(&[]);
        labels.iter().map(move |label| (scrape.string(label.key), scrape.str_at(label.value)))
    }

    #[must_use]
    pub fn family(&self) -> Family<'a> {
        Family { scrape: self.scrape, index: self.data.family as usize }
    }
}

/// Fills a [`Scrape`] line by line. Only `exposition` uses it.
#[derive(Debug)]
pub struct ScrapeBuilder {
    scrape: Scrape,
    ids: HashMap<Box<str>, u32>,
    family_ids: HashMap<String, u32>,
}

/// A value of a label as the scanner saw it.
pub(crate) enum LabelValue<'a> {
    /// A byte range of the text.
    Raw { start: usize, len: usize },
    /// Escapes were decoded.
    Decoded(&'a str),
}

impl ScrapeBuilder {
    #[must_use]
    pub fn new(text: Arc<str>) -> Self {
        ScrapeBuilder {
            scrape: Scrape {
                text,
                decoded: String::new(),
                strings: Vec::new(),
                families: Vec::new(),
                samples: Vec::new(),
                labels: Vec::new(),
                by_name: HashMap::new(),
                by_family: Vec::new(),
            },
            ids: HashMap::new(),
            family_ids: HashMap::new(),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scrape.samples.is_empty()
    }

    /// Declares metadata for a family; the first declaration wins.
    pub(crate) fn describe(&mut self, name: &str, line: u32, kind: Option<Kind>, help: Option<&str>, unit: Option<&str>) {
        let id = self.family_id(name, line);
        if let Some(family) = self.scrape.families.get_mut(id as usize) {
            if let Some(kind) = kind.filter(|_| !family.declared) {
                family.kind = kind;
                family.declared = true;
            }
            if family.help.is_none() {
                family.help = help.map(str::to_owned);
            }
            if family.unit.is_none() {
                family.unit = unit.map(str::to_owned);
            }
        }
    }

    pub(crate) fn push(&mut self, name: &str, labels: &[(&str, LabelValue<'_>)], value: f64, timestamp_ms: Option<i64>, line: u32) {
        let name_id = self.intern(name);
        let family = self.family_of(name, labels.iter().any(|(key, _)| *key == "le"), line);
        let labels_start = self.scrape.labels.len() as u32;
        for (key, value) in labels {
            let key = self.intern(key);
            let value = match value {
                LabelValue::Raw { start, len } => Span { start: *start as u32, len: *len as u32, decoded: false },
                LabelValue::Decoded(text) => {
                    let start = self.scrape.decoded.len() as u32;
                    self.scrape.decoded.push_str(text);
                    Span { start, len: text.len() as u32, decoded: true }
                }
            };
            self.scrape.labels.push(LabelData { key, value });
        }
        let index = self.scrape.samples.len() as u32;
        let labels_len = labels.len().min(usize::from(u16::MAX)) as u16;
        self.scrape.samples.push(SampleData { name: name_id, family, labels_start, labels_len, line, value, timestamp_ms });
        self.scrape.by_name.entry(name.into()).or_default().push(index);
        if let Some(members) = self.scrape.by_family.get_mut(family as usize) {
            members.push(index);
        }
    }

    #[must_use]
    pub fn finish(self) -> Scrape {
        self.scrape
    }

    fn intern(&mut self, text: &str) -> u32 {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = self.scrape.strings.len() as u32;
        self.scrape.strings.push(text.into());
        self.ids.insert(text.into(), id);
        id
    }

    fn family_id(&mut self, name: &str, line: u32) -> u32 {
        if let Some(id) = self.family_ids.get(name) {
            return *id;
        }
        let id = self.scrape.families.len() as u32;
        self.scrape.families.push(FamilyData { name: name.to_owned(), kind: Kind::Unknown, declared: false, help: None, unit: None, line });
        self.scrape.by_family.push(Vec::new());
        self.family_ids.insert(name.to_owned(), id);
        id
    }

    fn family_of(&mut self, name: &str, has_le: bool, line: u32) -> u32 {
        for suffix in ["_bucket", "_sum", "_count", "_total", "_created"] {
            if let Some(id) = name.strip_suffix(suffix).and_then(|base| self.family_ids.get(base)) {
                let kind = self.scrape.families.get(*id as usize).map(|family| family.kind);
                let joins = match kind {
                    Some(Kind::Histogram | Kind::GaugeHistogram) => suffix != "_total",
                    Some(Kind::Summary) => suffix != "_total" && suffix != "_bucket",
                    Some(Kind::Counter) => suffix == "_total" || suffix == "_created",
                    _ => false,
                };
                if joins && !self.family_ids.contains_key(name) {
                    return *id;
                }
            }
        }
        let _ = has_le;
        self.family_id(name, line)
    }
}
