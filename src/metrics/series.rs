//! Histograms of a scrape, one per label set.

use super::columns::{Row, label_hash};
use super::histogram::{Bucket, Histogram};
use super::slots::Slots;
use super::spans::{SourceLines, Spans};
use super::text::Piece;
use super::{Sample, Samples, Scrape, Table, number};

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
    /// The first of its buckets, or of sum and count when it has none; it has the labels.
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
        self.buckets.spans().chain(self.totals.spans()).for_each(|stretch| self.sample.scrape.add_lines(stretch, lines));
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
    shape: Shape<'a>,
    /// The bounds of the series before, which are mostly those of the next.
    bounds: Vec<Bound<'a>>,
    /// Memory to use again.
    spare: Vec<Bucket>,
}

struct Bound<'a> {
    short: Option<u64>,
    written: &'a str,
    upper: f64,
}

impl<'a> Reader<'a> {
    fn read(&mut self, rows: &HistogramRows<'a>) -> Histogram {
        let scrape = rows.sample.scrape;
        let mut buckets = std::mem::take(&mut self.spare);
        buckets.clear();
        let columns = &scrape.table().columns;
        for stretch in rows.buckets.spans() {
            for row in scrape.rows(stretch) {
                if row.layout != self.shape.layout {
                    self.shape = Shape::of(scrape, row.layout);
                }
                let Some(le) = self.shape.le.and_then(|le| columns.value(row, le)) else { continue };
                if let Some(upper) = self.bound(buckets.len(), scrape, le) {
                    buckets.push(Bucket { upper, cumulative: row.value });
                }
            }
        }
        Histogram::new(buckets, rows.sum, rows.count)
    }

    #[inline]
    fn bound(&mut self, place: usize, scrape: &'a Scrape, le: Piece) -> Option<f64> {
        let Table { text, columns, .. } = scrape.table();
        let short = le.short(text);
        if let Some(bound) = self.bounds.get(place).filter(|bound| short.is_some() && bound.short == short) {
            return Some(bound.upper);
        }
        let written = le.within(text, &columns.decoded);
        let upper = match self.bounds.get(place) {
            Some(bound) if bound.written == written => bound.upper,
            _ => number(written)?,
        };
        self.bounds.truncate(place);
        self.bounds.push(Bound { short, written, upper });
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
    let mut shape = Shape::default();
    found.all.retain(|series| series.has_bound(&mut shape));
    found.all
}

/// Series of which sum and count are there alone, given by their samples.
pub(crate) fn totals_of<'a>(scrape: &'a Scrape, sums: Samples<'_, 'a>, counts: Samples<'_, 'a>) -> Vec<HistogramRows<'a>> {
    let mut found = Found { scrape, all: Vec::new(), labels: Vec::new(), slots: Slots::default() };
    for (samples, is_sum) in [(counts, false), (sums, true)] {
        samples.clone().for_each(|sample| found.lone(sample));
        found.totals(samples, is_sum);
    }
    found.all.retain(|series| series.count.is_some());
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
            let next = shape.end_of_series(self.scrape, (at, end));
            let hash = labels.hash(self.scrape);
            let series = self.find(hash, &labels).unwrap_or_else(|| {
                let sample = Sample { scrape: self.scrape, row: at };
                self.all.push(HistogramRows { sample, buckets: Spans::default(), totals: Spans::default(), sum: None, count: None });
                self.labels.push(labels);
                self.slots.add(hash);
                self.all.len() - 1
            });
            if let Some(series) = self.all.get_mut(series) {
                series.buckets.add_span((at, next));
            }
            at = next;
        }
    }

    /// A series that may have no buckets.
    fn lone(&mut self, sample: Sample<'a>) {
        let Some(row) = self.scrape.row(sample.row) else { return };
        let labels = Shape::of(self.scrape, row.layout).labels(self.scrape, row);
        let hash = labels.hash(self.scrape);
        if self.find(hash, &labels).is_none() {
            self.all.push(HistogramRows { sample, buckets: Spans::default(), totals: Spans::default(), sum: None, count: None });
            self.labels.push(labels);
            self.slots.add(hash);
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
            let at = Some(next).filter(|next| self.is_at(*next, &labels)).or_else(|| self.find(labels.hash(self.scrape), &labels));
            let Some((at, series)) = at.and_then(|at| Some((at, self.all.get_mut(at)?))) else { continue };
            next = at + 1;
            series.totals.add(sample.row);
            let total = if is_sum { &mut series.sum } else { &mut series.count };
            *total = Some(row.value).filter(|value| value.is_finite());
        }
    }

    fn find(&self, hash: u64, labels: &Labels<'a>) -> Option<usize> {
        self.slots.find(hash, |id| self.is_at(id as usize, labels)).map(|id| id as usize)
    }

    fn is_at(&self, at: usize, labels: &Labels<'a>) -> bool {
        self.labels.get(at).is_some_and(|known| known.hold(labels, self.scrape))
    }
}

impl<'a> HistogramRows<'a> {
    /// True when some bucket has a bound that is a number. `shape` is that of the series before.
    fn has_bound(&self, shape: &mut Shape<'a>) -> bool {
        let scrape = self.sample.scrape;
        let Table { text, columns, .. } = scrape.table();
        let mut rows = self.buckets.spans().flat_map(|stretch| scrape.rows(stretch));
        rows.any(|row| {
            if row.layout != shape.layout {
                *shape = Shape::of(scrape, row.layout);
            }
            let le = shape.le.and_then(|le| columns.value(row, le));
            le.is_some_and(|le| number(le.within(text, &columns.decoded)).is_some())
        })
    }
}

/// The label keys of a name's samples of one layout.
#[derive(Clone, Copy)]
pub(super) struct Shape<'a> {
    pub layout: u32,
    keys: &'a [u32],
    /// The place of `le`.
    le: Option<usize>,
}

impl Default for Shape<'_> {
    fn default() -> Self {
        Shape { layout: u32::MAX, keys: &[], le: None }
    }
}

impl<'a> Shape<'a> {
    pub fn of(scrape: &'a Scrape, layout: u32) -> Self {
        let columns = &scrape.table().columns;
        let keys = columns.layout(layout).map_or(&[][..], |layout| columns.keys(layout));
        let le = keys.iter().position(|key| columns.strings.get(*key) == "le");
        Shape { layout, keys, le }
    }

    fn labels(&self, scrape: &'a Scrape, row: &Row) -> Labels<'a> {
        Labels { keys: self.keys, values: scrape.table().columns.values_of(row, self.keys.len()), le: self.le }
    }

    /// The row after the last of those from the first on that have its labels, `le` aside, as neighbours do that a server wrote.
    /// Rows further on may have them too.
    pub fn end_of_series(&self, scrape: &Scrape, (first, end): (u32, u32)) -> u32 {
        let columns = &scrape.table().columns;
        let Some((one, others)) = scrape.rows((first, end)).split_first() else { return end };
        let of_one = columns.values_of(one, self.keys.len());
        let mut next = first + 1;
        for row in others {
            if row.goes_on() {
                next += 1;
                continue;
            }
            if row.layout != one.layout {
                break;
            }
            for (place, (a, b)) in columns.values_of(row, self.keys.len()).iter().zip(of_one).enumerate() {
                if a != b && self.le != Some(place) {
                    return next;
                }
            }
            next += 1;
        }
        next
    }
}

/// The labels of a sample that are those of its series, as they stand.
#[derive(Clone, Copy)]
struct Labels<'a> {
    keys: &'a [u32],
    values: &'a [Piece],
    /// The place of `le`, which is none of them.
    le: Option<usize>,
}

impl<'a> Labels<'a> {
    fn iter(&self) -> impl Iterator<Item = (u32, Piece)> + use<'a> {
        let le = self.le;
        let all = self.keys.iter().copied().zip(self.values.iter().copied()).enumerate();
        all.filter(move |(place, _)| Some(*place) != le).map(|(_, label)| label)
    }

    /// The same labels in whatever order.
    fn hold(&self, other: &Labels<'a>, scrape: &Scrape) -> bool {
        let in_order = || self.iter().zip(other.iter()).all(|((a, of_a), (b, of_b))| a == b && same(scrape, of_a, of_b));
        let has = |(key, value)| other.iter().any(|(other, of_other)| other == key && same(scrape, value, of_other));
        self.iter().count() == other.iter().count() && (in_order() || self.iter().all(has))
    }

    /// Independent of the order.
    fn hash(&self, scrape: &Scrape) -> u64 {
        self.iter().map(|(key, value)| label_hash(key, bytes(scrape, value))).fold(0, u64::wrapping_add)
    }
}

/// Equal values of neighbours are mostly one piece of the text.
fn same(scrape: &Scrape, a: Piece, b: Piece) -> bool {
    a == b || bytes(scrape, a) == bytes(scrape, b)
}

fn bytes(scrape: &Scrape, piece: Piece) -> &[u8] {
    let table = scrape.table();
    piece.bytes_within(&table.text, &table.columns.decoded)
}
