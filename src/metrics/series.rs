//! Histograms of a scrape, one per label set.

use super::columns::{Row, label_hash};
use super::histogram::{Bucket, Histogram};
use super::slots::Slots;
use super::spans::{SourceLines, Spans};
use super::text::Piece;
use super::{Sample, Samples, Scrape, number};

use crate::sorted::sort;

/// The histogram of one label set (without `le`), with the lines it was read from.
#[derive(Debug, Clone)]
pub struct LabelledHistogram<'a> {
    /// Sorted by key.
    pub labels: Vec<(&'a str, &'a str)>,
    pub histogram: Histogram,
    /// Ascending.
    pub lines: SourceLines,
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
        let found = histograms_of(self, SUFFIXES.map(|suffix| self.named(&format!("{base}{suffix}"))));
        found.into_iter().map(LabelledHistogram::of).collect()
    }
}

impl<'a> LabelledHistogram<'a> {
    fn of(found: SampledHistogram<'a>) -> Self {
        let mut labels: Vec<(&str, &str)> = found.sample.labels().filter(|(key, _)| *key != "le").collect();
        sort(&mut labels);
        LabelledHistogram { labels, histogram: found.histogram, lines: found.lines.lines() }
    }
}

/// The histograms whose parts are these samples, in the order of [`SUFFIXES`].
pub(crate) fn histograms_of<'a>(scrape: &'a Scrape, samples: [Samples<'_, 'a>; 5]) -> Vec<SampledHistogram<'a>> {
    let mut all = AllParts { scrape, all: Vec::new(), slots: Slots::default(), usual: 0 };
    let mut bounds = Bounds::default();
    for (samples, suffix) in samples.into_iter().zip(SUFFIXES) {
        let is_bucket = suffix == "_bucket";
        let mut before: Option<(Labels<'a>, usize)> = None;
        let mut shape = Shape::default();
        for sample in samples {
            let Some(row) = scrape.row(sample.row()) else { continue };
            if row.layout != shape.layout {
                shape = Shape::of(scrape, row.layout);
                before = None;
            }
            let labels = shape.labels(scrape, row);
            // Buckets of one series are neighbours in every text that a server writes, and so are the sums and counts of two.
            let at = match &before {
                Some((known, at)) if is_bucket && known.are(&labels, scrape) => Some(*at),
                Some((_, at)) if !is_bucket && all.is_at(at + 1, &labels) => Some(at + 1),
                _ => all.find(sample, &labels, is_bucket),
            };
            before = at.map(|at| (labels, at));
            if let Some(part) = at.and_then(|at| all.all.get_mut(at)) {
                part.lines.add(row.line);
                let finite = Some(row.value).filter(|value| value.is_finite());
                match suffix {
                    "_bucket" => {
                        if let Some(upper) = labels.le.and_then(|le| bounds.at(part.buckets.len(), sample.text_of(le))) {
                            part.buckets.push(Bucket { upper, cumulative: row.value });
                        }
                    }
                    "_sum" | "_gsum" => part.sum = finite,
                    _ => part.count = finite,
                }
            }
        }
    }
    all.all.into_iter().filter_map(Parts::finish).collect()
}

/// The bounds of the histogram before: the next one mostly has the same, and to compare them costs less than to read them again.
#[derive(Default)]
struct Bounds<'a>(Vec<(&'a str, f64)>);

impl<'a> Bounds<'a> {
    fn at(&mut self, place: usize, le: &'a str) -> Option<f64> {
        if let Some((_, upper)) = self.0.get(place).filter(|(known, _)| *known == le) {
            return Some(*upper);
        }
        let upper = number(le)?;
        self.0.truncate(place);
        self.0.push((le, upper));
        Some(upper)
    }
}

/// Where `le` stands among the labels of a sample.
#[derive(Clone, Copy)]
struct Shape<'a> {
    layout: u32,
    keys: &'a [u32],
    le: usize,
}

impl Default for Shape<'_> {
    fn default() -> Self {
        Shape { layout: u32::MAX, keys: &[], le: 0 }
    }
}

impl<'a> Shape<'a> {
    fn of(scrape: &'a Scrape, layout: u32) -> Self {
        let columns = &scrape.table().columns;
        let keys = columns.layout(layout).map_or(&[][..], |layout| columns.keys(layout));
        let le = keys.iter().position(|key| columns.strings.get(*key) == "le").unwrap_or(keys.len());
        Shape { layout, keys, le }
    }

    fn labels(&self, scrape: &'a Scrape, row: &Row) -> Labels<'a> {
        let values = scrape.table().columns.values_of(row, self.keys.len());
        let split = self.le.min(values.len());
        let (head, rest) = values.split_at(split);
        let (first, last) = self.keys.split_at(split.min(self.keys.len()));
        let (le, tail) = rest.split_first().map_or((None, rest), |(le, tail)| (Some(*le), tail));
        Labels { keys: [first, last.get(1..).unwrap_or(&[])], values: [head, tail], le }
    }
}

/// The labels of a sample before and after `le`.
#[derive(Clone, Copy)]
struct Labels<'a> {
    keys: [&'a [u32]; 2],
    values: [&'a [Piece]; 2],
    le: Option<Piece>,
}

impl<'a> Labels<'a> {
    fn iter(&self) -> impl Iterator<Item = (u32, Piece)> + use<'a> {
        let [first, last] = self.keys;
        let [head, tail] = self.values;
        first.iter().chain(last).copied().zip(head.iter().chain(tail).copied())
    }

    fn len(&self) -> usize {
        self.values.iter().map(|values| values.len()).sum()
    }

    /// True when the values are equal; the keys are known to be, in the same order.
    fn are(&self, other: &Labels<'a>, scrape: &Scrape) -> bool {
        let same = |(a, b): (&Piece, &Piece)| a == b || text(scrape, *a) == text(scrape, *b);
        self.values.iter().zip(&other.values).all(|(own, other)| own.iter().zip(*other).all(same))
    }

    /// True when keys and values are equal, whatever their order.
    fn hold(&self, other: &Labels<'a>, scrape: &Scrape) -> bool {
        let same = |a: Piece, b: Piece| a == b || text(scrape, a) == text(scrape, b);
        let in_order = || self.iter().zip(other.iter()).all(|((a, of_a), (b, of_b))| a == b && same(of_a, of_b));
        let has = |(key, value)| other.iter().any(|(other, of_other)| other == key && same(value, of_other));
        self.len() == other.len() && (in_order() || self.iter().all(has))
    }

    /// The same whatever the order.
    fn hash(&self, scrape: &Scrape) -> u64 {
        self.iter().map(|(key, value)| label_hash(key, text(scrape, value).as_bytes())).fold(0, u64::wrapping_add)
    }
}

fn text(scrape: &Scrape, piece: Piece) -> &str {
    let table = scrape.table();
    piece.within(&table.text, &table.columns.decoded)
}

struct Parts<'a> {
    sample: Sample<'a>,
    labels: Labels<'a>,
    buckets: Vec<Bucket>,
    sum: Option<f64>,
    count: Option<f64>,
    lines: Spans,
}

/// All label sets that have buckets, found by their labels in any order.
struct AllParts<'a> {
    scrape: &'a Scrape,
    all: Vec<Parts<'a>>,
    slots: Slots,
    /// Buckets of the histogram before, which the next one mostly has as well.
    usual: usize,
}

impl<'a> AllParts<'a> {
    fn is_at(&self, at: usize, labels: &Labels<'a>) -> bool {
        self.all.get(at).is_some_and(|part| part.labels.hold(labels, self.scrape))
    }

    /// Sums and counts without buckets are those of a summary.
    fn find(&mut self, sample: Sample<'a>, labels: &Labels<'a>, is_bucket: bool) -> Option<usize> {
        let hash = labels.hash(self.scrape);
        let known = self.slots.find(hash, |id| self.is_at(id as usize, labels));
        if known.is_some() || !is_bucket {
            return known.map(|id| id as usize);
        }
        self.usual = self.all.last().map_or(self.usual, |part| part.buckets.len());
        let buckets = Vec::with_capacity(self.usual);
        self.all.push(Parts { sample, labels: *labels, buckets, sum: None, count: None, lines: Spans::default() });
        self.slots.add(hash);
        Some(self.all.len() - 1)
    }
}

impl<'a> Parts<'a> {
    fn finish(self) -> Option<SampledHistogram<'a>> {
        let has_buckets = !self.buckets.is_empty();
        has_buckets.then(|| SampledHistogram {
            sample: self.sample,
            histogram: Histogram::new(self.buckets, self.sum, self.count),
            lines: self.lines,
        })
    }
}
