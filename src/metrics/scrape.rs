//! A scrape: the samples of one exposition, found by name and by family.

use std::sync::Arc;

use super::columns::{Columns, Metadata, Row, Tells};
use super::families::{Conflict, Families, Seen, resolve};
use super::sample::{Family, Sample};
use super::series::Shape;
use super::spans::Spans;

use crate::sorted::{sort, sort_by};

/// The text and the columns read from it, shared by all scrapes of that text.
#[derive(Debug)]
pub(crate) struct Table {
    pub text: Arc<String>,
    pub columns: Columns,
    /// (row, milliseconds), in the order of rows; the unit depends on the format, which may be known only at the end of the text.
    pub timestamps: Vec<(u32, i64)>,
}

/// One scrape: every good line of the text, in its order.
#[derive(Debug, Clone)]
pub struct Scrape {
    table: Arc<Table>,
    first: u32,
    end: u32,
    /// Sorted by identifier.
    names: Vec<Name>,
    /// Stretches of rows of equal name; those of one name are neighbours, in the order of the text.
    runs: Vec<Run>,
    families: Families,
    /// (family, place in `names`), sorted.
    by_family: Vec<(u32, u32)>,
    /// Indices of families, sorted by the families' names.
    by_family_name: Vec<u32>,
    /// Every sample has a line of its own, as in any text whose line ends were not lost.
    one_a_line: bool,
}

#[derive(Debug, Clone, Copy)]
struct Name {
    id: u32,
    family: u32,
    runs: u32,
    runs_end: u32,
}

/// A stretch of rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// Whose rows these are. In a scrape: index of the name in the order of first appearance.
    pub name: u32,
    pub start: u32,
    pub end: u32,
}

/// The samples of some stretches of rows, in their order.
#[derive(Debug, Clone)]
pub struct Samples<'r, 'a> {
    scrape: &'a Scrape,
    runs: std::slice::Iter<'r, Run>,
    next: u32,
    end: u32,
}

impl<'r, 'a> Samples<'r, 'a> {
    pub(crate) fn new(scrape: &'a Scrape, runs: &'r [Run]) -> Self {
        Samples { scrape, runs: runs.iter(), next: 0, end: 0 }
    }

    /// Stretches of rows that have the same labels, `le` aside.
    pub(crate) fn series(self) -> impl Iterator<Item = (u32, u32)> + use<'r, 'a> {
        let scrape = self.scrape;
        let mut shape = Shape::default();
        let mut stretches = self.stretches();
        let mut left = (0, 0);
        std::iter::from_fn(move || {
            while left.0 == left.1 {
                left = stretches.next()?;
            }
            let (start, end) = left;
            let layout = scrape.row(start)?.layout;
            if layout != shape.layout {
                shape = Shape::of(scrape, layout);
            }
            left.0 = shape.end_of_series(scrape, (start, end));
            Some((start, left.0))
        })
    }

    /// Rows that stand together: the first and the one after the last.
    pub(crate) fn stretches(self) -> impl Iterator<Item = (u32, u32)> + use<'r, 'a> {
        std::iter::once((self.next, self.end)).chain(self.runs.map(|run| (run.start, run.end)))
    }
}

impl<'a> Iterator for Samples<'_, 'a> {
    type Item = Sample<'a>;

    fn next(&mut self) -> Option<Sample<'a>> {
        while self.next == self.end {
            let run = self.runs.next()?;
            (self.next, self.end) = (run.start, run.end);
        }
        let row = self.next;
        self.next += 1;
        Some(Sample { scrape: self.scrape, row })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let rest: u32 = self.runs.as_slice().iter().map(|run| run.end - run.start).sum();
        let count = (self.end - self.next + rest) as usize;
        (count, Some(count))
    }
}

impl Scrape {
    /// The rows from `first` to `end` with the metadata among them. Types that contradict each other are added to `conflicts`.
    ///
    /// `places` is room for one number per name, so that many scrapes of one text do not each clear their own.
    pub(crate) fn new(
        table: Arc<Table>,
        (first, end): (u32, u32),
        metadata: &[Metadata],
        conflicts: &mut Vec<Conflict>,
        places: &mut Vec<u32>,
    ) -> Scrape {
        let rows = table.columns.rows.get(first as usize..end as usize).unwrap_or(&[]);
        let (seen, mut runs) = runs(&table.columns, rows, first, places);
        let one_a_line = rows.windows(2).all(|pair| matches!(pair, [a, b] if a.line < b.line));
        let families = resolve(&table.columns, &seen, metadata, conflicts);
        let starts = group(&mut runs, seen.len());
        let places = starts.iter().zip(starts.iter().skip(1));
        let mut names: Vec<Name> = seen
            .iter()
            .zip(&families.of_name)
            .zip(places)
            .map(|((seen, family), (start, end))| Name { id: seen.name, family: *family, runs: *start, runs_end: *end })
            .collect();
        sort_by(&mut names, |a, b| a.id.cmp(&b.id));
        let mut by_family: Vec<(u32, u32)> = names.iter().enumerate().map(|(at, name)| (name.family, at as u32)).collect();
        sort(&mut by_family);
        let family_name = |id: &u32| {
            let family = families.all.get(*id as usize)?;
            table.columns.strings.get(family.name).get(..family.name_len)
        };
        let mut by_family_name: Vec<u32> = (0..families.all.len() as u32).collect();
        sort_by(&mut by_family_name, |a, b| family_name(a).cmp(&family_name(b)));
        Scrape { first, end, names, runs, by_family, by_family_name, one_a_line, families, table }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first == self.end
    }

    /// Number of samples (series at one moment).
    #[must_use]
    pub fn len(&self) -> usize {
        (self.end - self.first) as usize
    }

    /// The text that spans and line numbers refer to.
    #[must_use]
    pub fn text(&self) -> &Arc<String> {
        &self.table.text
    }

    /// True when any sample of the text has a timestamp.
    #[must_use]
    pub fn has_timestamps(&self) -> bool {
        !self.table.timestamps.is_empty()
    }

    /// All samples in the order of the text.
    pub fn samples(&self) -> impl Iterator<Item = Sample<'_>> {
        (self.first..self.end).map(move |row| Sample { scrape: self, row })
    }

    /// Samples with exactly this name (`x_bucket`, `x_total`, … are names of their own), in the order of the text.
    pub fn named<'a>(&'a self, name: &str) -> Samples<'a, 'a> {
        let name = self.name(name);
        Samples::new(self, name.and_then(|name| self.runs.get(name.runs as usize..name.runs_end as usize)).unwrap_or(&[]))
    }

    /// True when at least one sample has this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.name(name).is_some()
    }

    /// All distinct sample names, sorted.
    #[must_use]
    pub fn sample_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.names.iter().map(|name| self.table.columns.strings.get(name.id)).collect();
        sort(&mut names);
        names
    }

    /// Families in the order of their first lines, those without samples too.
    pub fn families(&self) -> impl Iterator<Item = Family<'_>> {
        (0..self.families.all.len()).map(move |index| Family { scrape: self, index })
    }

    /// The family of this name: the name after `# TYPE`, or the one inferred from its samples.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<Family<'_>> {
        let of = |index: &u32| Family { scrape: self, index: *index as usize };
        let at = self.by_family_name.binary_search_by(|index| of(index).name().cmp(name)).ok()?;
        self.by_family_name.get(at).map(of)
    }

    #[inline(always)]
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    pub(crate) fn sample(&self, row: u32) -> Sample<'_> {
        Sample { scrape: self, row }
    }

    #[inline(always)]
    pub(super) fn row(&self, row: u32) -> Option<&Row> {
        self.table.columns.rows.get(row as usize)
    }

    /// The first and the one after the last.
    #[inline(always)]
    pub(super) fn rows(&self, (start, end): (u32, u32)) -> &[Row] {
        self.table.columns.rows.get(start as usize..end as usize).unwrap_or(&[])
    }

    /// Adds the lines of a stretch of rows.
    pub(super) fn add_lines(&self, stretch: (u32, u32), lines: &mut Spans) {
        let rows = self.rows(stretch);
        match (rows.first(), rows.last()) {
            (Some(first), Some(last)) if self.one_a_line && (last.line - first.line) as usize + 1 == rows.len() => {
                lines.add_span((first.line, last.line + 1));
            }
            _ => rows.iter().for_each(|row| lines.add(row.line)),
        }
    }

    pub(super) fn families_data(&self) -> &Families {
        &self.families
    }

    /// Index of the family that samples of the name with this identifier belong to.
    pub(super) fn family_index(&self, name: u32) -> usize {
        let at = self.names.binary_search_by_key(&name, |name| name.id);
        at.ok().and_then(|at| self.names.get(at)).map_or(0, |name| name.family as usize)
    }

    /// Stretches of rows of a family, in the order of the text.
    pub(super) fn rows_of_family(&self, family: usize) -> Vec<(u32, u32)> {
        let from = self.by_family.partition_point(|(found, _)| (*found as usize) < family);
        let members = self.by_family.iter().skip(from).take_while(|(found, _)| *found as usize == family);
        let mut rows: Vec<(u32, u32)> = members
            .filter_map(|(_, at)| self.names.get(*at as usize))
            .flat_map(|name| self.runs.get(name.runs as usize..name.runs_end as usize).unwrap_or(&[]))
            .map(|run| (run.start, run.end))
            .collect();
        sort(&mut rows);
        rows
    }

    fn name(&self, name: &str) -> Option<&Name> {
        let id = self.table.columns.strings.find(name)?;
        let at = self.names.binary_search_by_key(&id, |name| name.id).ok()?;
        self.names.get(at)
    }
}

/// Puts the runs of each name side by side, and gives where those of each begin, with their number at the end. They come in the order of
/// the text, and there are as many as there are series, so they are counted into their places.
fn group(runs: &mut Vec<Run>, names: usize) -> Vec<u32> {
    let mut starts = vec![0u32; names + 1];
    for run in runs.iter() {
        if let Some(count) = starts.get_mut(run.name as usize + 1) {
            *count += 1;
        }
    }
    let mut total = 0;
    for start in &mut starts {
        total += *start;
        *start = total;
    }
    let mut next = starts.clone();
    let mut grouped = runs.clone();
    for run in runs.iter() {
        let Some(place) = next.get_mut(run.name as usize) else { continue };
        if let Some(slot) = grouped.get_mut(*place as usize) {
            *slot = *run;
        }
        *place += 1;
    }
    *runs = grouped;
    starts
}

/// The names in the order of first appearance, and the stretches of rows of each.
fn runs(columns: &Columns, rows: &[Row], first: u32, places: &mut Vec<u32>) -> (Vec<Seen>, Vec<Run>) {
    const NONE: u32 = u32::MAX;
    places.resize(columns.strings.len(), NONE);
    let mut seen: Vec<Seen> = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    let mut layout_before = NONE;
    for (at, row) in rows.iter().enumerate() {
        let at = at as u32 + first;
        if row.layout == layout_before {
            if let Some(run) = runs.last_mut() {
                run.end = at + 1;
            }
            continue;
        }
        layout_before = row.layout;
        let Some(layout) = columns.layout(row.layout) else { continue };
        let Some(slot) = places.get_mut(layout.name as usize) else { continue };
        if *slot == NONE {
            *slot = seen.len() as u32;
            seen.push(Seen { name: layout.name, line: row.line, tells: Tells::default() });
        }
        if let Some(seen) = seen.get_mut(*slot as usize) {
            seen.tells.le |= layout.tells.le;
            seen.tells.gt |= layout.tells.gt;
            seen.tells.quantile |= layout.tells.quantile;
        }
        match runs.last_mut() {
            Some(run) if run.name == *slot => run.end = at + 1,
            _ => runs.push(Run { name: *slot, start: at, end: at + 1 }),
        }
    }
    for name in &seen {
        if let Some(slot) = places.get_mut(name.name as usize) {
            *slot = NONE;
        }
    }
    (seen, runs)
}
