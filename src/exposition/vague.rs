//! Samples of which not all labels are known: the lines of a server side by side, and lines quoted from a page that has them in full.

use super::cut::base;
use super::previous::Place;
use super::problem::ProblemKind;
use super::quotes::says_the_same;
use super::scan::Scanner;
use crate::metrics::{Columns, Piece, Row, SUFFIXES, label_hash};
use crate::sorted::{Table, sort};

/// Rows whose labels were left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Vague {
    rows: Vec<u32>,
    /// The family at hand, and how often each of its series was seen.
    family: String,
    seen: Table<u64, u32>,
}

impl Vague {
    /// Notes a row. Neighbours in one family that look like one series are of different ones, for no page repeats a series: gives how
    /// many the row has before it.
    pub(super) fn note(&mut self, name: &str, hash: u64, row: u32) -> u32 {
        let family = base(name);
        if self.family != family || self.rows.last().is_none_or(|last| last + 1 != row) {
            family.clone_into(&mut self.family);
            self.seen = Table::default();
        }
        self.rows.push(row);
        let Some(count) = self.seen.get_or_insert(hash, 0) else { return 0 };
        *count += 1;
        *count - 1
    }

    /// Rows that another row says in full, with the same value: those with labels left out, and those without any.
    pub(super) fn quoted(&self, columns: &Columns) -> Vec<u32> {
        let bare = bare(columns);
        if self.rows.is_empty() && bare.is_empty() {
            return Vec::new();
        }
        let is_bare = |row: &Row| bare.binary_search(&row.layout).is_ok();
        let of_bare = (0u32..).zip(&columns.rows).filter(|(_, row)| !bare.is_empty() && is_bare(row)).map(|(at, _)| at);
        let mut vague: Vec<u32> = self.rows.iter().copied().chain(of_bare).collect();
        sort(&mut vague);
        vague.dedup();
        // By name, so that each row is held against those of its own only.
        let mut full: Vec<(u32, u32)> = Vec::new();
        let mut wanted: Vec<u32> = vague.iter().filter_map(|at| columns.rows.get(*at as usize)).map(|row| columns.name(row)).collect();
        sort(&mut wanted);
        wanted.dedup();
        for (at, row) in (0u32..).zip(&columns.rows) {
            if wanted.binary_search(&columns.name(row)).is_ok() && vague.binary_search(&at).is_err() {
                full.push((columns.name(row), at));
            }
        }
        sort(&mut full);
        vague.retain(|at| {
            let Some(row) = columns.rows.get(*at as usize) else { return false };
            let name = columns.name(row);
            let from = full.partition_point(|(other, _)| *other < name);
            let of_name = full.get(from..).unwrap_or(&[]).iter().take_while(|(other, _)| *other == name);
            of_name.take(MOST_SERIES).any(|(_, other)| says_the_same(columns, *at, *other))
        });
        vague
    }
}

/// A sample as it was read, without what was left out.
pub(super) struct Flawed {
    pub name: u32,
    pub layout: u32,
    /// Where its label values begin.
    pub labels: usize,
    pub hash: u64,
    pub value: f64,
}

/// The label that tells series apart whose own labels were left out.
const LEFT_OUT: &str = "left_out";

impl Scanner {
    /// Adds a sample whose labels were tampered with, and says so.
    pub(super) fn flawed(
        &mut self,
        line: &str,
        place: Option<Place<'_>>,
        (left_out, unquoted): (bool, bool),
        Flawed { name, mut layout, labels, mut hash, value }: Flawed,
    ) {
        let row = self.columns.rows.len() as u32;
        let before = if left_out { self.vague.note(self.columns.strings.get(name), hash, row) } else { 0 };
        if before > 0 {
            let key = self.columns.strings.intern(LEFT_OUT);
            let number = (before + 1).to_string();
            self.columns.values.push(Piece::of_decoded(self.columns.decoded.len(), number.len()));
            self.columns.decoded.push_str(&number);
            self.keys.push(key);
            layout = self.columns.intern_layout(name, &self.keys);
            hash = hash.wrapping_add(label_hash(key, number.as_bytes()));
        }
        self.columns.push(layout, labels, value, self.line, hash, false);
        let span = place.map_or(self.here, |place| [place.start, place.start + line.len()]);
        for (is_so, kind) in [(left_out, ProblemKind::LabelsLeftOut), (unquoted, ProblemKind::MissingQuotes)] {
            if is_so {
                self.repaired(kind, span);
            }
        }
    }
}

/// Nobody quotes a line of a family with more series by hand.
const MOST_SERIES: usize = 256;

/// Layouts without a label, of names that have labels elsewhere; parts of histograms are left alone.
fn bare(columns: &Columns) -> Vec<u32> {
    let layouts = || (0u32..).map_while(|id| Some((id, columns.layout(id)?)));
    let is_part = |name: u32| SUFFIXES.iter().any(|suffix| columns.strings.get(name).ends_with(suffix));
    let without: Vec<(u32, u32)> =
        layouts().filter(|(_, layout)| columns.keys(layout).is_empty()).map(|(id, layout)| (id, layout.name)).collect();
    if without.is_empty() {
        return Vec::new();
    }
    let mut labelled: Vec<u32> = layouts().filter(|(_, layout)| !columns.keys(layout).is_empty()).map(|(_, layout)| layout.name).collect();
    sort(&mut labelled);
    without.into_iter().filter(|(_, name)| labelled.binary_search(name).is_ok() && !is_part(*name)).map(|(id, _)| id).collect()
}
