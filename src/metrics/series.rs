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
    pub lines: SourceLines,
}

/// Where the histogram of one label set stands. A text can hold thousands, and what is asked for is mostly their sum.
#[derive(Debug, Clone)]
pub(crate) struct HistogramRows<'a> {
    /// The first of its buckets, which has the labels.
    pub sample: Sample<'a>,
    buckets: Spans,
    /// Rows of sum and count.
    totals: Spans,
    sum: Option<f64>,
    count: Option<f64>,
}

/// What the samples of a histogram are called after its base name.
pub(crate) const SUFFIXES: [&str; 5] = ["_bucket", "_sum", "_count", "_gsum", "_gcount"];

impl Scrape {
    /// Histograms of one base name, one per label set, in the order of their first buckets.
    #[must_use]
    pub fn histograms(&self, base: &str) -> Vec<LabelledHistogram<'_>> {
        let found = histograms_of(self, SUFFIXES.map(|suffix| self.named(&format!("{base}{suffix}"))));
        found.iter().map(LabelledHistogram::of).collect()
    }
}

impl<'a> LabelledHistogram<'a> {
    fn of(found: &HistogramRows<'a>) -> Self {
        let mut labels: Vec<(&str, &str)> = found.sample.labels().filter(|(key, _)| *key != "le").collect();
        sort(&mut labels);
        LabelledHistogram { labels, histogram: found.histogram(), lines: found.lines() }
    }
}

impl<'a> HistogramRows<'a> {
    pub fn histogram(&self) -> Histogram {
        Reader::default().read(self)
    }

    pub fn lines(&self) -> SourceLines {
        let mut lines = Spans::default();
        self.add_lines(&mut lines);
        lines.lines()
    }

    pub fn add_lines(&self, lines: &mut Spans) {
        let rows = self.buckets.iter().chain(self.totals.iter());
        rows.filter_map(|row| self.sample.scrape.row(row)).for_each(|row| lines.add(row.line));
    }
}

/// The sum of several histograms; with different bounds only those that all have. `None` of none.
pub(crate) fn sum_of<'s, 'a: 's>(mut all: impl Iterator<Item = &'s HistogramRows<'a>>) -> Option<Histogram> {
    let mut reader = Reader::default();
    let mut sum = reader.read(all.next()?);
    for rows in all {
        let histogram = reader.read(rows);
        sum.add(&histogram);
        reader.spare = histogram.buckets;
    }
    Some(sum)
}

/// Reads one histogram after another of a family.
#[derive(Default)]
struct Reader<'a> {
    /// The bounds of the series before, which are mostly those of the next.
    bounds: Vec<(&'a [u8], f64)>,
    /// Memory to use again.
    spare: Vec<Bucket>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, rows: &HistogramRows<'a>) -> Histogram {
        let scrape = rows.sample.scrape;
        let mut buckets = std::mem::take(&mut self.spare);
        buckets.clear();
        let mut shape = Shape::default();
        for row in rows.buckets.iter().filter_map(|row| scrape.row(row)) {
            if row.layout != shape.layout {
                shape = Shape::of(scrape, row.layout);
            }
            let le = shape.le(scrape, row);
            if let Some(upper) = le.and_then(|le| self.bound(buckets.len(), le)) {
                buckets.push(Bucket { upper, cumulative: row.value });
            }
        }
        Histogram::new(buckets, rows.sum, rows.count)
    }

    fn bound(&mut self, place: usize, le: &'a str) -> Option<f64> {
        if let Some((_, upper)) = self.bounds.get(place).filter(|(known, _)| *known == le.as_bytes()) {
            return Some(*upper);
        }
        let upper = number(le)?;
        self.bounds.truncate(place);
        self.bounds.push((le.as_bytes(), upper));
        Some(upper)
    }
}

/// The series of these samples, which are given by their suffixes.
pub(crate) fn histograms_of<'a>(scrape: &'a Scrape, samples: [Samples<'_, 'a>; 5]) -> Vec<HistogramRows<'a>> {
    let mut found = Found { scrape, all: Vec::new(), labels: Vec::new(), slots: Slots::default() };
    for (samples, suffix) in samples.into_iter().zip(SUFFIXES) {
        if suffix == "_bucket" {
            samples.stretches().for_each(|(start, end)| found.buckets(start, end));
        } else {
            found.totals(samples, suffix.ends_with("sum"));
        }
    }
    found.all.retain(HistogramRows::has_bound);
    found.all
}

struct Found<'a> {
    scrape: &'a Scrape,
    all: Vec<HistogramRows<'a>>,
    /// Of each of them.
    labels: Vec<Labels<'a>>,
    slots: Slots,
}

impl<'a> Found<'a> {
    /// Buckets of one series are neighbours in every text that a server writes.
    fn buckets(&mut self, start: u32, end: u32) {
        let mut at = start;
        let mut shape = Shape::default();
        while let Some(row) = self.scrape.row(at).filter(|_| at < end) {
            if row.layout != shape.layout {
                shape = Shape::of(self.scrape, row.layout);
            }
            let labels = shape.labels(self.scrape, row);
            let next = at + 1 + shape.same_series(self.scrape, &labels, at + 1, end);
            let series = self.find(&labels).unwrap_or_else(|| {
                let sample = Sample { scrape: self.scrape, row: at };
                self.all.push(HistogramRows { sample, buckets: Spans::default(), totals: Spans::default(), sum: None, count: None });
                self.labels.push(labels);
                self.slots.add(labels.hash(self.scrape));
                self.all.len() - 1
            });
            if let Some(series) = self.all.get_mut(series) {
                series.buckets.add_span((at, next));
            }
            at = next;
        }
    }

    fn totals(&mut self, samples: Samples<'_, 'a>, is_sum: bool) {
        let mut shape = Shape::default();
        let mut next = 0;
        for sample in samples {
            let Some(row) = self.scrape.row(sample.row) else { continue };
            if row.layout != shape.layout {
                shape = Shape::of(self.scrape, row.layout);
            }
            let labels = shape.labels(self.scrape, row);
            // The order of the series is that of their buckets.
            let at = Some(next).filter(|next| self.is_at(*next, &labels)).or_else(|| self.find(&labels));
            let Some((at, series)) = at.and_then(|at| Some((at, self.all.get_mut(at)?))) else { continue };
            next = at + 1;
            series.totals.add(sample.row);
            let total = if is_sum { &mut series.sum } else { &mut series.count };
            *total = Some(row.value).filter(|value| value.is_finite());
        }
    }

    fn find(&self, labels: &Labels<'a>) -> Option<usize> {
        let found = self.slots.find(labels.hash(self.scrape), |id| self.is_at(id as usize, labels));
        found.map(|id| id as usize)
    }

    fn is_at(&self, at: usize, labels: &Labels<'a>) -> bool {
        self.labels.get(at).is_some_and(|known| known.hold(labels, self.scrape))
    }
}

impl HistogramRows<'_> {
    fn has_bound(&self) -> bool {
        let scrape = self.sample.scrape;
        let mut bounds = self.buckets.iter().filter_map(|row| Sample { scrape, row }.label("le"));
        bounds.any(|le| number(le).is_some())
    }
}

/// The label keys of a name's samples of one layout.
#[derive(Clone, Copy)]
struct Shape<'a> {
    layout: u32,
    keys: &'a [u32],
    /// The place of `le`; beyond the end when there is none.
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
        Labels { keys: self.keys, values: scrape.table().columns.values_of(row, self.keys.len()), le: self.le }
    }

    fn le(&self, scrape: &'a Scrape, row: &Row) -> Option<&'a str> {
        let place = Some(self.le).filter(|le| *le < self.keys.len())?;
        scrape.table().columns.value(row, place).map(|le| text(scrape, le))
    }

    /// How many rows from here on have this shape and these labels.
    fn same_series(&self, scrape: &Scrape, labels: &Labels<'a>, start: u32, end: u32) -> u32 {
        let columns = &scrape.table().columns;
        let rows = columns.rows.get(start as usize..end as usize).unwrap_or(&[]);
        let goes_on = |row: &&Row| {
            let values = columns.values_of(row, self.keys.len()).iter().zip(labels.values).enumerate();
            row.layout == self.layout && values.into_iter().all(|(place, (a, b))| place == self.le || same(scrape, *a, *b))
        };
        rows.iter().take_while(goes_on).count() as u32
    }
}

/// The labels of a sample that are those of its series, as they stand.
#[derive(Clone, Copy)]
struct Labels<'a> {
    keys: &'a [u32],
    values: &'a [Piece],
    /// The place of `le`, which is none of them.
    le: usize,
}

impl<'a> Labels<'a> {
    fn iter(&self) -> impl Iterator<Item = (u32, Piece)> + use<'a> {
        let le = self.le;
        let all = self.keys.iter().copied().zip(self.values.iter().copied()).enumerate();
        all.filter(move |(place, _)| *place != le).map(|(_, label)| label)
    }

    /// The same labels in whatever order.
    fn hold(&self, other: &Labels<'a>, scrape: &Scrape) -> bool {
        let in_order = || self.iter().zip(other.iter()).all(|((a, of_a), (b, of_b))| a == b && same(scrape, of_a, of_b));
        let has = |(key, value)| other.iter().any(|(other, of_other)| other == key && same(scrape, value, of_other));
        self.iter().count() == other.iter().count() && (in_order() || self.iter().all(has))
    }

    /// Independent of the order.
    fn hash(&self, scrape: &Scrape) -> u64 {
        self.iter().map(|(key, value)| label_hash(key, text(scrape, value).as_bytes())).fold(0, u64::wrapping_add)
    }
}

/// Equal values of neighbours are mostly one piece of the text.
fn same(scrape: &Scrape, a: Piece, b: Piece) -> bool {
    a == b || text(scrape, a) == text(scrape, b)
}

fn text(scrape: &Scrape, piece: Piece) -> &str {
    let table = scrape.table();
    piece.within(&table.text, &table.columns.decoded)
}
