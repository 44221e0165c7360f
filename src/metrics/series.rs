//! Histograms of a scrape, one per label set.

use std::collections::HashMap;

use super::histogram::{Bucket, Histogram};
use super::{Sample, Scrape, number};

/// The histogram of one label set (without `le`), with the lines it was read from.
#[derive(Debug, Clone)]
pub struct LabelledHistogram<'a> {
    /// Sorted by key.
    pub labels: Vec<(&'a str, &'a str)>,
    pub histogram: Histogram,
    pub lines: Vec<u32>,
}

#[derive(Default)]
struct Parts<'a> {
    labels: Vec<(&'a str, &'a str)>,
    buckets: Vec<Bucket>,
    sum: Option<f64>,
    count: Option<f64>,
    lines: Vec<u32>,
}

impl Scrape {
    /// The histograms of a base name (`x` for `x_bucket`, `x_sum`, `x_count`), one per label set without `le`,
    /// in the order of their first line. Empty when the family is a summary or absent.
    #[must_use]
    pub fn histograms(&self, base: &str) -> Vec<LabelledHistogram<'_>> {
        let mut parts: Vec<Parts<'_>> = Vec::new();
        let mut index: HashMap<Vec<(&str, &str)>, usize> = HashMap::new();
        for suffix in ["_bucket", "_sum", "_count", "_gsum", "_gcount"] {
            let mut before: Option<(Sample<'_>, usize)> = None;
            for sample in self.named(&format!("{base}{suffix}")) {
                // Buckets of one series are neighbours in every text that a server writes.
                let same = before.filter(|(before, _)| suffix == "_bucket" && sample.differs_only_in(before, "le"));
                let at = same.map(|(_, at)| at).or_else(|| {
                    let mut labels: Vec<(&str, &str)> = sample.labels().filter(|(key, _)| *key != "le").collect();
                    labels.sort_unstable();
                    match index.get(&labels) {
                        Some(at) => Some(*at),
                        // Sums and counts without buckets are those of a summary.
                        None if suffix != "_bucket" => None,
                        None => {
                            index.insert(labels.clone(), parts.len());
                            parts.push(Parts { labels, ..Parts::default() });
                            Some(parts.len() - 1)
                        }
                    }
                });
                before = at.map(|at| (sample, at));
                if let Some(part) = at.and_then(|at| parts.get_mut(at)) {
                    part.add(suffix, &sample);
                }
            }
        }
        parts.retain(|part| !part.buckets.is_empty());
        parts.into_iter().map(Parts::finish).collect()
    }
}

impl<'a> Parts<'a> {
    fn add(&mut self, suffix: &str, sample: &Sample<'a>) {
        self.lines.push(sample.line());
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

    fn finish(self) -> LabelledHistogram<'a> {
        LabelledHistogram { labels: self.labels, histogram: Histogram::new(self.buckets, self.sum, self.count), lines: self.lines }
    }
}
