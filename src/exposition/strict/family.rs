//! What OpenMetrics asks of the samples of one family.

use std::collections::HashSet;

use super::cursor::float;
use super::sample::Sample;
use super::{Deviation, failure};
use crate::exposition::ProblemKind::{BadExemplar, BadLabel, BadMetadata, BadOrder, BadSample, BadValue};
use crate::metrics::Kind;
use crate::sorted::sort;

type Labels = Vec<(String, String)>;

#[derive(Debug, Default)]
pub(super) struct Family {
    pub name: String,
    pub kind: Option<Kind>,
    pub has_help: bool,
    pub unit: Option<String>,
    samples: usize,
    /// Label set of the metric at hand, without `le`, `quantile` or the state.
    group: Option<(Labels, Option<f64>)>,
    groups: HashSet<Labels>,
    series: HashSet<(String, Labels)>,
    histogram: Buckets,
}

/// The histogram at hand.
#[derive(Debug, Default)]
struct Buckets {
    upper: Option<f64>,
    cumulative: f64,
    count: Option<f64>,
    sum: Option<f64>,
    has_negative: bool,
}

impl Family {
    pub(super) fn new(name: &str) -> Self {
        Family { name: name.to_owned(), ..Family::default() }
    }

    pub(super) fn has_samples(&self) -> bool {
        self.samples > 0
    }

    fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::Unknown)
    }

    fn suffixes(&self) -> &'static [&'static str] {
        match self.kind() {
            Kind::Counter => &["_total", "_created"],
            Kind::Histogram => &["_bucket", "_sum", "_count", "_created"],
            Kind::GaugeHistogram => &["_bucket", "_gsum", "_gcount"],
            Kind::Summary => &["", "_sum", "_count", "_created"],
            Kind::Info => &["_info"],
            Kind::Gauge | Kind::StateSet | Kind::Unknown => &[""],
        }
    }

    pub(super) fn sample_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.suffixes().iter().map(|suffix| format!("{}{suffix}", self.name)).collect();
        if !names.contains(&self.name) {
            names.push(self.name.clone());
        }
        names
    }

    pub(super) fn owns(&self, name: &str) -> bool {
        name.strip_prefix(&self.name).is_some_and(|suffix| self.suffixes().contains(&suffix))
    }

    pub(super) fn add(&mut self, sample: &Sample) -> Result<(), Deviation> {
        self.samples += 1;
        let suffix = sample.name.strip_prefix(self.name.as_str()).unwrap_or("").to_owned();
        if !self.suffixes().contains(&suffix.as_str()) {
            return failure(BadSample, "A family of this type has no sample of this name.");
        }
        self.value(sample, &suffix)?;
        self.labels(sample, &suffix)?;
        let allowed =
            matches!((self.kind(), suffix.as_str()), (Kind::Histogram | Kind::GaugeHistogram, "_bucket") | (Kind::Counter, "_total"));
        if sample.exemplar && !allowed {
            return failure(BadExemplar, "Only buckets and counters may have exemplars.");
        }
        self.order(sample, &suffix)?;
        if matches!(self.kind(), Kind::Histogram | Kind::GaugeHistogram) {
            return self.histogram.add(sample, &suffix);
        }
        Ok(())
    }

    pub(super) fn finish(&self) -> Result<(), Deviation> {
        let unit = self.unit.as_deref().filter(|unit| !unit.is_empty());
        if let Some(unit) = unit {
            if !self.name.strip_suffix(unit).is_some_and(|before| before.ends_with('_') && before.len() > 1) {
                return failure(BadMetadata, "The unit of a family must be the end of its name.");
            }
            if matches!(self.kind(), Kind::Info | Kind::StateSet) {
                return failure(BadMetadata, "Info and stateset families have no unit.");
            }
        }
        self.end_of_group()
    }

    fn value(&self, sample: &Sample, suffix: &str) -> Result<(), Deviation> {
        let counts = matches!(suffix, "_total" | "_sum" | "_count" | "_bucket" | "_gcount" | "_gsum");
        if counts && sample.value.is_nan() {
            return failure(BadValue, "A counter, count or sum is not a number.");
        }
        if counts && suffix != "_gsum" && sample.value < 0.0 {
            return failure(BadValue, "A counter, count or sum is negative.");
        }
        if matches!(suffix, "_bucket" | "_count" | "_gcount") && sample.value.fract() != 0.0 {
            return failure(BadValue, "A count is no whole number.");
        }
        match self.kind() {
            Kind::Summary if suffix.is_empty() && sample.value < 0.0 => failure(BadValue, "A quantile is negative."),
            Kind::Info if sample.value != 1.0 => failure(BadValue, "The value of an info metric must be 1."),
            Kind::StateSet if sample.value != 0.0 && sample.value != 1.0 => failure(BadValue, "The value of a state must be 0 or 1."),
            _ => Ok(()),
        }
    }

    fn labels(&self, sample: &Sample, suffix: &str) -> Result<(), Deviation> {
        let missing = match (self.kind(), suffix) {
            (Kind::Histogram | Kind::GaugeHistogram, "_bucket") => {
                let bound = sample.label("le").and_then(|text| float(text).map(|bound| (text, bound)));
                !bound.is_some_and(|(text, bound)| !bound.is_nan() && (bound != f64::INFINITY || text == "+Inf"))
            }
            (Kind::Summary, "") => !sample.label("quantile").and_then(float).is_some_and(|quantile| (0.0..=1.0).contains(&quantile)),
            (Kind::StateSet, _) => sample.label(&self.name).is_none(),
            _ => false,
        };
        if missing {
            return failure(BadLabel, "The label that this type needs is missing or not valid.");
        }
        Ok(())
    }

    /// Samples of one metric stand together, their times do not fall, and no sample is there twice.
    fn order(&mut self, sample: &Sample, suffix: &str) -> Result<(), Deviation> {
        let left_out = match (self.kind(), suffix) {
            (Kind::Histogram | Kind::GaugeHistogram, "_bucket") => "le",
            (Kind::Summary, "") => "quantile",
            (Kind::StateSet, _) => self.name.as_str(),
            _ => "",
        };
        let mut group: Labels = sample.labels.iter().filter(|(key, _)| key != left_out).cloned().collect();
        sort(&mut group);
        if self.kind() == Kind::Info {
            group.clear();
        }
        let mut labels = sample.labels.clone();
        sort(&mut labels);
        match self.group.clone() {
            Some((before, time)) if before == group => {
                if time.is_some() != sample.timestamp.is_some() {
                    return failure(BadOrder, "Some samples of this metric have a timestamp and some have none.");
                }
                if self.kind() != Kind::Info && time > sample.timestamp {
                    return failure(BadOrder, "The timestamps of this metric go backwards.");
                }
                if time != sample.timestamp {
                    self.end_of_group()?;
                    self.histogram = Buckets::default();
                    self.series.clear();
                }
            }
            _ => {
                self.end_of_group()?;
                self.histogram = Buckets::default();
                self.series.clear();
                if !self.groups.insert(group.clone()) {
                    return failure(BadOrder, "The samples of this metric do not stand together.");
                }
            }
        }
        self.group = Some((group, sample.timestamp));
        if !self.series.insert((sample.name.clone(), labels)) && sample.timestamp.is_none() {
            return failure(BadOrder, "This sample is there twice.");
        }
        Ok(())
    }

    fn end_of_group(&self) -> Result<(), Deviation> {
        match self.kind() {
            Kind::Histogram | Kind::GaugeHistogram if self.group.is_some() => self.histogram.finish(self.kind()),
            _ => Ok(()),
        }
    }
}

impl Buckets {
    fn add(&mut self, sample: &Sample, suffix: &str) -> Result<(), Deviation> {
        match suffix {
            "_bucket" => {
                let bound = sample.label("le").and_then(float).unwrap_or(f64::NAN);
                self.has_negative |= bound < 0.0;
                if self.upper.is_some_and(|upper| bound <= upper) {
                    return failure(BadOrder, "The buckets are out of order.");
                }
                if sample.value < self.cumulative {
                    return failure(BadValue, "A bucket holds less than the one below it.");
                }
                self.upper = Some(bound);
                self.cumulative = sample.value;
            }
            "_sum" | "_gsum" => self.sum = Some(sample.value),
            "_count" | "_gcount" => self.count = Some(sample.value),
            _ => {}
        }
        Ok(())
    }

    fn finish(&self, kind: Kind) -> Result<(), Deviation> {
        if self.upper != Some(f64::INFINITY) {
            return failure(BadSample, "A histogram before this line has no +Inf bucket.");
        }
        if self.count.is_some_and(|count| count != self.cumulative) {
            return failure(BadValue, "The count of a histogram before this line differs from its +Inf bucket.");
        }
        if self.count.is_some() != self.sum.is_some() {
            return failure(BadSample, "A histogram before this line has only one of sum and count.");
        }
        let negative = self.sum.is_some_and(|sum| sum < 0.0);
        match kind {
            Kind::Histogram if self.has_negative && self.sum.is_some() => {
                failure(BadSample, "A histogram with negative buckets has no sum.")
            }
            _ if negative && !self.has_negative => failure(BadValue, "The sum of a histogram without negative buckets is negative."),
            _ => Ok(()),
        }
    }
}
