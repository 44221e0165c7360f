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
        let mut last: Option<usize> = None;
        for suffix in ["_bucket", "_sum", "_count", "_gsum", "_gcount"] {
            for sample in self.named(&format!("{base}{suffix}")) {
                let mut labels: Vec<(&str, &str)> = sample.labels().filter(|(key, _)| *key != "le").collect();
                labels.sort_unstable();
                // Buckets of one series are neighbours in every text that a server writes.
                let at = last.filter(|at| parts.get(*at).is_some_and(|part| part.labels == labels)).unwrap_or_else(|| {
                    *index.entry(labels.clone()).or_insert_with(|| {
                        parts.push(Parts { labels, ..Parts::default() });
                        parts.len() - 1
                    })
                });
                last = Some(at);
                if let Some(part) = parts.get_mut(at) {
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
