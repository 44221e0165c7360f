//! Several scrapes in one text: where one ends and the next begins.
//!
//! An exposition never repeats a series, so a repeated series belongs to a later scrape, which begins at the header of its family.
//! A new part is on probation: when it turns out to repeat little of what came before, the repeated series was a stray duplicate.
//! Lines that somebody quoted from the page are duplicates too.

use std::iter::{Copied, Peekable};
use std::slice;

use super::quotes::{Quotes, quotes, says_the_same};
use super::repeats::{Repeat, repeats};
use crate::metrics::{Columns, Row};
use crate::sorted::sort;

/// A place between two lines: the rows and metadata lines before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    pub row: u32,
    pub metadata: u32,
}

/// The scrapes as (start, end), and the rows that repeat an earlier one of their own scrape.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    pub scrapes: Vec<(Mark, Mark)>,
    pub duplicates: Vec<u32>,
}

/// `ends` are certain; `hints` are places where a new text may begin, such as a shell prompt.
pub(super) fn cut(text: &str, columns: &Columns, ends: &[Mark], hints: &[Mark]) -> Cut {
    let total = Mark { row: columns.rows.len() as u32, metadata: columns.metadata.len() as u32 };
    let mut ends: Vec<Mark> = ends.to_vec();
    if ends.last().is_none_or(|end| *end != total) {
        ends.push(total);
    }
    let repeats = repeats(text, columns);
    let mut cutter = Cutter { columns, hints, repeats: &repeats, out: Cut::default(), before: None };
    let mut start = Mark::default();
    for end in ends {
        if end.row > start.row {
            cutter.exposition(start, end);
            start = end;
        } else if end != total {
            // Metadata without samples before an `# EOF`.
            cutter.out.scrapes.push((start, end));
            start = end;
        }
    }
    if start != total || cutter.out.scrapes.is_empty() {
        cutter.out.scrapes.push((start, total));
    }
    cutter.out.scrapes.retain(|(start, end)| start.row < end.row || start.metadata < end.metadata);
    sort(&mut cutter.out.duplicates);
    cutter.out
}

/// A part of the text that is one scrape, or on probation.
#[derive(Debug)]
struct Part {
    start: Mark,
    begins: Begins,
    series: usize,
    /// Rows that repeat a series of the part before.
    repeats: Vec<Repeat>,
    /// All of them with the same value.
    says_the_same: bool,
}

/// How a part begins: the less its beginning looks like that of a scrape, the more of the part before it must repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// At metadata lines.
    Header,
    /// At a change of family without metadata, as in a text without comments.
    Family,
    /// In the middle of a family.
    Series,
}

/// After this many samples of a new part, half of them must be repeated ones.
const PROBATION: usize = 8;

impl Part {
    fn is_scrape(&self, series_before: usize) -> bool {
        let is_quoted = self.says_the_same && self.repeats.len() == self.series && self.series < series_before;
        if is_quoted {
            return false;
        }
        let needed = match self.begins {
            Begins::Header => self.series.min(series_before),
            Begins::Family => series_before,
            Begins::Series => self.series.max(series_before),
        };
        self.repeats.len() * 2 >= needed
    }

    /// True when the part looks too little like a scrape to go on.
    fn fails(&self, series_before: usize) -> bool {
        let sparse = self.series == PROBATION && self.repeats.len() * 2 < PROBATION;
        let thinned = self.series >= 64 && self.repeats.len() * 4 < self.series && self.repeats.len() * 2 < series_before;
        sparse || thinned
    }
}

struct Cutter<'a> {
    columns: &'a Columns,
    hints: &'a [Mark],
    /// Rows that repeat a series, with the latest earlier row of it; those that were not read yet.
    repeats: &'a [Repeat],
    out: Cut,
    /// The scrape before the part that is being read.
    before: Option<Part>,
}

/// The family at hand: rows of one base name with no metadata among them.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    start: Mark,
    /// The end of the metadata lines before its first row.
    header_end: Option<u32>,
}

impl Cutter<'_> {
    /// The rows between two certain ends.
    fn exposition(&mut self, start: Mark, end: Mark) {
        let here = self.repeats.partition_point(|(row, _)| *row < end.row);
        let (here, rest) = self.repeats.split_at_checked(here).unwrap_or((self.repeats, &[]));
        self.repeats = rest;
        let first = match quotes(self.columns, here, start.row, end.row) {
            Quotes::Throughout => {
                self.out.duplicates.extend(here.iter().filter(|(_, earlier)| *earlier >= start.row).map(|(row, _)| *row));
                return self.out.scrapes.push((start, end));
            }
            Quotes::Before(first) => first,
        };
        self.out.duplicates.extend(start.row..first);
        self.pages(Mark { row: first, ..start }, end, here.iter().copied().peekable());
        // What is quoted belongs to the first scrape, which reads it from its own lines.
        if let Some((begins, _)) = self.out.scrapes.iter_mut().find(|(begins, _)| begins.row == first) {
            *begins = start;
        }
    }

    /// The rows between two certain ends, after those that are quoted.
    fn pages(&mut self, start: Mark, end: Mark, mut repeats: Peekable<Copied<slice::Iter<'_, Repeat>>>) {
        let mut part = Part { start, begins: Begins::Header, series: 0, repeats: Vec::new(), says_the_same: true };
        let mut stretch = Stretch { start, header_end: None };
        let mut metadata = start.metadata;
        for row in start.row..end.row {
            let block = metadata;
            while self.columns.metadata.get(metadata as usize).is_some_and(|entry| entry.row <= row) && metadata < end.metadata {
                metadata += 1;
            }
            if metadata > block {
                stretch = Stretch { start: Mark { row, metadata: block }, header_end: Some(metadata) };
            } else if row > start.row && !self.same_family(row - 1, row) {
                stretch = Stretch { start: Mark { row, metadata }, header_end: None };
            }
            let earlier =
                repeats.next_if(|(repeating, _)| *repeating == row).map(|(_, earlier)| earlier).filter(|earlier| *earlier >= start.row);
            match earlier {
                Some(earlier) if earlier >= part.start.row => {
                    part = self.next_part(part, earlier, Mark { row, metadata }, stretch);
                }
                Some(earlier) if self.before.as_ref().is_some_and(|before| earlier >= before.start.row) => {
                    part.repeats.push((row, earlier));
                    part.says_the_same &= says_the_same(self.columns, row, earlier);
                }
                _ => {}
            }
            part.series += 1;
            if let Some(before) = self.before.take() {
                if part.fails(before.series) {
                    part = self.merge(before, part);
                } else {
                    self.before = Some(before);
                }
            }
        }
        self.close(part);
        if let Some(last) = self.before.take() {
            self.out.scrapes.push((last.start, end));
        }
    }

    /// Ends `part` before the repeated series at `here` and begins the next one, whose first rows may have been read already.
    fn next_part(&mut self, mut part: Part, earlier: u32, here: Mark, stretch: Stretch) -> Part {
        if self.is_quoted_before(&part, earlier, here.row) {
            return self.without_quotes(part, earlier, here.row);
        }
        let all_the_same = part.says_the_same && says_the_same(self.columns, here.row, earlier);
        let (mut start, begins) = if earlier < stretch.start.row && stretch.start.row > part.start.row {
            match stretch.header_end {
                Some(end) => {
                    (Mark { metadata: self.header(part.start.metadata, stretch.start.metadata, end), ..stretch.start }, Begins::Header)
                }
                None => (stretch.start, Begins::Family),
            }
        } else {
            (here, Begins::Series)
        };
        if begins != Begins::Series {
            let hint = self.hints.partition_point(|hint| hint.row <= start.row).checked_sub(1).and_then(|at| self.hints.get(at));
            start = hint.filter(|hint| hint.row > part.start.row).copied().unwrap_or(start);
        }
        // Rows that were merged as stray duplicates are not counted as series.
        let strays = self.out.duplicates.iter().rev().take_while(|row| **row >= start.row).count();
        let taken = ((here.row - start.row) as usize).saturating_sub(strays);
        part.series = part.series.saturating_sub(taken);
        let kept = part.repeats.partition_point(|(row, _)| *row < start.row);
        let mut repeats = part.repeats.split_off(kept);
        if self.close(part) {
            repeats.clear();
        }
        repeats.push((here.row, earlier));
        let says_the_same = if repeats.len() == 1 { says_the_same(self.columns, here.row, earlier) } else { all_the_same };
        Part { start, begins, series: taken, repeats, says_the_same }
    }

    /// True when the part so far is a few rows of the scrape before it, of which the one at `earlier` comes once more at `row`: that is
    /// where the page stands that it is quoted from, or the one after it.
    fn is_quoted_before(&self, part: &Part, earlier: u32, row: u32) -> bool {
        let Some(before) = &self.before else { return false };
        let quoted = (earlier - part.start.row) as usize;
        let of_last = part.repeats.get(quoted).filter(|(found, _)| *found == earlier).map(|(_, of_last)| *of_last);
        let Some(of_last) = of_last.filter(|_| part.repeats.len() == part.series && (quoted + 1) * 2 < before.series) else { return false };
        // What goes on as it did in the scrape before is the scrape itself.
        let goes_on = part.repeats.get(quoted + 1).is_some_and(|(_, next)| *next == of_last + 1);
        !goes_on && (says_the_same(self.columns, row, earlier) || says_the_same(self.columns, earlier, of_last))
    }

    fn without_quotes(&mut self, mut part: Part, last: u32, row: u32) -> Part {
        let of_page = part.repeats.partition_point(|(repeating, _)| *repeating <= last);
        let page = part.repeats.split_off(of_page);
        self.out.duplicates.extend(rows(&part.repeats));
        let metadata = self.columns.metadata.partition_point(|entry| entry.row <= last) as u32;
        let series = page.len();
        Part { start: Mark { row: last + 1, metadata }, series, repeats: [page, vec![(row, last)]].concat(), says_the_same: false, ..part }
    }

    /// Decides about a finished part: true when it is a scrape of its own, false when it went into the one before.
    fn close(&mut self, part: Part) -> bool {
        match self.before.take() {
            None => {
                self.before = Some(part);
                true
            }
            Some(before) if part.is_scrape(before.series) => {
                self.out.scrapes.push((before.start, part.start));
                self.before = Some(part);
                true
            }
            Some(before) => {
                let merged = self.merge(before, part);
                self.before = Some(merged);
                false
            }
        }
    }

    fn merge(&mut self, before: Part, part: Part) -> Part {
        self.out.duplicates.extend(rows(&part.repeats));
        Part { series: before.series + part.series - part.repeats.len(), ..before }
    }

    /// Where in the metadata lines before a row the header of the new scrape begins: at the first family that was declared before,
    /// else at the family of the last line.
    fn header(&self, from: u32, block: u32, end: u32) -> u32 {
        let name = |index: u32| self.columns.metadata.get(index as usize).map(|entry| entry.name);
        let mut last = end - 1;
        while last > block && name(last - 1) == name(end - 1) {
            last -= 1;
        }
        let earlier = self.columns.metadata.get(from as usize..block as usize).unwrap_or(&[]);
        (block..last).find(|index| earlier.iter().any(|entry| Some(entry.name) == name(*index))).unwrap_or(last)
    }

    fn same_family(&self, a: u32, b: u32) -> bool {
        let rows = &self.columns.rows;
        let (Some(a), Some(b)) = (rows.get(a as usize), rows.get(b as usize)) else { return false };
        if a.layout == b.layout {
            return true;
        }
        let base = |row: &Row| base(self.columns.strings.get(self.columns.name(row)));
        base(a) == base(b)
    }
}

fn rows(repeats: &[Repeat]) -> impl Iterator<Item = u32> {
    repeats.iter().map(|(row, _)| *row)
}

pub(super) fn base(name: &str) -> &str {
    let suffixes = ["_bucket", "_sum", "_count", "_total", "_created", "_gsum", "_gcount"];
    suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}
