//! Histograms of a scrape, one per label set.

use super::columns::label_hash;
use super::histogram::{Bucket, Histogram};
use super::slots::Slots;
use super::spans::Spans;
use super::{Sample, Samples, Scrape, number};

/// The histogram of one label set (without `le`), with the lines it was read from.
#[derive(Debug, Clone)]
pub struct LabelledHistogram<'a> {
    /// Sorted by key.
    pub labels: Vec<(&'a str, &'a str)>,
    pub histogram: Histogram,
    pub lines: Vec<u32>,
}

/// A histogram beside its first bucket, whose labels without `le` are its own.
#[derive(Debug, Clone)]
pub(crate) struct SampledHistogram<'a> {
    pub sample: Sample<'a>,
    pub histogram: Histogram,
    pub lines: Spans,
}

/// What a histogram is made of, each part under its own sample name.
pub(crate) const SUFFIXES: [&str; 5] = ["_bucket", "_sum", "_count", "_gsum", "_gcount"];

impl Scrape {
    /// The histograms of a base name (`x` for `x_bucket`, `x_sum`, `x_count`), one per label set without `le`,
    /// in the order of their first line. Empty when the family is a summary or absent.
    #[must_use]
    pub fn histograms(&self, base: &str) -> Vec<LabelledHistogram<'_>> {
        let found = histograms_of(SUFFIXES.map(|suffix| self.named(&format!("{base}{suffix}"))));
        found.into_iter().map(LabelledHistogram::of).collect()
    }
}

impl<'a> LabelledHistogram<'a> {
    fn of(found: SampledHistogram<'a>) -> Self {
        let mut labels: Vec<(&str, &str)> = found.sample.labels().filter(|(key, _)| *key != "le").collect();
        labels.sort_unstable();
        LabelledHistogram { labels, histogram: found.histogram, lines: found.lines.lines() }
    }
}

/// The histograms whose parts are these samples, in the order of [`SUFFIXES`].
pub(crate) fn histograms_of<'a>(samples: [Samples<'_, 'a>; 5]) -> Vec<SampledHistogram<'a>> {
    let mut parts = AllParts::default();
    for (samples, suffix) in samples.into_iter().zip(SUFFIXES) {
        let mut before: Option<(Sample<'a>, usize)> = None;
        for sample in samples {
            // Buckets of one series are neighbours in every text that a server writes.
            let same = before.filter(|(before, _)| suffix == "_bucket" && sample.differs_only_in(before, "le"));
            // Sums and counts without buckets are those of a summary.
            let at = same.map(|(_, at)| at).or_else(|| parts.find(&sample, suffix == "_bucket"));
            before = at.map(|at| (sample, at));
            if let Some(part) = at.and_then(|at| parts.all.get_mut(at)) {
                part.add(suffix, &sample);
            }
        }
    }
    parts.all.into_iter().filter_map(Parts::finish).collect()
}

struct Parts<'a> {
    sample: Sample<'a>,
    buckets: Vec<Bucket>,
    sum: Option<f64>,
    count: Option<f64>,
    lines: Spans,
}

/// All label sets that have buckets, found by their labels in any order.
#[derive(Default)]
struct AllParts<'a> {
    all: Vec<Parts<'a>>,
    slots: Slots,
    /// Buckets of the histogram before, which the next one mostly has as well.
    usual: usize,
}

impl<'a> AllParts<'a> {
    fn find(&mut self, sample: &Sample<'a>, is_bucket: bool) -> Option<usize> {
        let hash = hash(sample);
        let all = &self.all;
        let known = self.slots.find(hash, |id| all.get(id as usize).is_some_and(|part| same_labels(&part.sample, sample)));
        if known.is_some() || !is_bucket {
            return known.map(|id| id as usize);
        }
        self.usual = all.last().map_or(self.usual, |part| part.buckets.len());
        let buckets = Vec::with_capacity(self.usual);
        self.all.push(Parts { sample: *sample, buckets, sum: None, count: None, lines: Spans::default() });
        self.slots.add(hash);
        Some(self.all.len() - 1)
    }
}

/// Of all labels but `le`, whatever their order.
fn hash(sample: &Sample<'_>) -> u64 {
    sample.labels().filter(|(key, _)| *key != "le").map(|(key, value)| label_hash(key.len() as u32, value.as_bytes())).fold(0, u64::wrapping_add)
}

/// True when all labels but `le` are equal, whatever their order.
fn same_labels(a: &Sample<'_>, b: &Sample<'_>) -> bool {
    let rest = |sample: &Sample<'_>| sample.labels().filter(|(key, _)| *key != "le").count();
    let mut own = a.labels().filter(|(key, _)| *key != "le");
    own.all(|(key, value)| b.label(key) == Some(value)) && rest(a) == rest(b)
}

impl<'a> Parts<'a> {
    fn add(&mut self, suffix: &str, sample: &Sample<'a>) {
        self.lines.add(sample.line());
        let finite = Some(sample.value()).filter(|value| value.is_finite());
        match suffix {
            "_bucket" => {
                if let Some(upper) = sample.label("le").and_then(number) {
                    self.buckets.push(Bucket { upper, cumulative: sample.value() });
                }
            }
            "_sum" | "_gsum" => self.sum = finite,
            _ => self.count = finite,
        }
    }

    fn finish(self) -> Option<SampledHistogram<'a>> {
        let has_buckets = !self.buckets.is_empty();
        has_buckets.then(|| SampledHistogram {
            sample: self.sample,
            histogram: Histogram::new(self.buckets, self.sum, self.count),
            lines: self.lines,
        })
    }
}
