//! Columns to scrapes: cutting, timestamps, families, and the problems that only the whole text shows.

use std::sync::Arc;

use super::cut::{Cut, Mark, cut};
use super::lines::Lines;
use super::problem::{Problems, Tally};
use super::scan::Scanner;
use super::timeline::by_time;
use super::{Parsed, ProblemKind, format, noise};
use crate::metrics::{Scrape, Table};
use crate::sorted::{sort, sort_by};

/// More scrapes than this are no paste but a log; each has a table of its own.
const MOST_SCRAPES: usize = 10_000;

pub(super) fn gather(mut scanner: Scanner, text: Arc<String>) -> Parsed {
    if let Some(open) = scanner.block.take() {
        scanner.close_block(open);
    }
    scanner.settle_rests();
    let timelines = by_time(&text, &mut scanner);
    let ends: Vec<Mark> = scanner.ends.iter().map(|(mark, _)| *mark).collect();
    let Cut { mut scrapes, mut duplicates } = cut(&text, &scanner.columns, &ends, &scanner.hints);
    let quoted = scanner.vague.quoted(&scanner.columns);
    if !quoted.is_empty() {
        duplicates.extend(quoted);
        sort(&mut duplicates);
        duplicates.dedup();
    }
    for (start, end) in &mut scrapes {
        let whole = timelines.get(timelines.partition_point(|whole| whole.end.row < end.row));
        if let Some(whole) = whole.filter(|whole| whole.start.row <= start.row) {
            (start.metadata, end.metadata) = (whole.start.metadata, whole.end.metadata);
        }
    }
    let (format, format_reason) = format::of_scrape(&scanner, scrapes.first().map_or(0, |(_, end)| end.row));
    let mut timestamps = timestamps(&scanner, &scrapes);
    let Scanner { mut columns, mut problems, carriage_returns, blanks, line, .. } = scanner;
    columns.timestamps = Vec::new();
    once(&mut problems, ProblemKind::CarriageReturn, carriage_returns, |count| {
        format!("Lines end with CR LF ({count} of them); the CR was taken off.")
    });
    once(&mut problems, ProblemKind::SurroundingBlanks, blanks, |count| {
        format!("Lines have blanks before or after them ({count} of them), which were taken off.")
    });
    if let Some(sentence) = columns.rows.is_empty().then(|| noise::binary(&text)).flatten() {
        problems.add(ProblemKind::BinaryFile, 1, [0, 0], false, || sentence);
    }
    let mut lines = Lines::of(&text);
    if let Some((start, _)) = scrapes.get(MOST_SCRAPES) {
        let line = columns.rows.get(start.row as usize).map_or(0, |row| row.line);
        problems.add(ProblemKind::TooManyScrapes, line, lines.span(line), false, || {
            format!("The text holds {} scrapes; those after the first {MOST_SCRAPES} were left out.", scrapes.len())
        });
        scrapes.truncate(MOST_SCRAPES);
    }
    for index in &duplicates {
        let Some(row) = columns.rows.get(*index as usize) else { continue };
        let name = columns.strings.get(columns.name(row));
        problems.add(ProblemKind::RepeatedSeries, row.line, lines.span(row.line), false, || {
            format!("This series of {name} stands in the text more than once with the same labels; one value is used.")
        });
    }
    if !duplicates.is_empty() {
        remove(&mut columns.rows, &duplicates);
        timestamps.retain(|(row, _)| duplicates.binary_search(row).is_err());
        for (row, _) in &mut timestamps {
            *row -= before(&duplicates, *row);
        }
        for (start, end) in &mut scrapes {
            start.row -= before(&duplicates, start.row);
            end.row -= before(&duplicates, end.row);
        }
    }
    let metadata = std::mem::take(&mut columns.metadata);
    let table = Arc::new(Table { text: text.clone(), columns, timestamps });
    let mut conflicts = Vec::new();
    let mut places = Vec::new();
    if scrapes.is_empty() {
        scrapes.push((Mark::default(), Mark::default()));
    }
    let scrapes = scrapes
        .iter()
        .map(|(start, end)| {
            let metadata = metadata.get(start.metadata as usize..end.metadata as usize).unwrap_or(&[]);
            Scrape::new(table.clone(), (start.row, end.row), metadata, &mut conflicts, &mut places)
        })
        .collect();
    sort_by(&mut conflicts, |a, b| a.line.cmp(&b.line));
    for conflict in conflicts {
        let name = table.columns.strings.get(conflict.name);
        problems.add(ProblemKind::ConflictingType, conflict.line, lines.span(conflict.line), false, || {
            format!("This line gives {name} another type than an earlier line, which is used ({}).", conflict.first.word())
        });
    }
    let (problems, problem_counts) = problems.finish();
    // A mark of the byte order alone is a line that nothing was read from.
    let lines = line.max(u32::from(!text.is_empty()));
    Parsed { text, lines, scrapes, problems, problem_counts, format, format_reason }
}

fn timestamps(scanner: &Scanner, scrapes: &[(Mark, Mark)]) -> Vec<(u32, i64)> {
    let mut scrapes = scrapes.iter().peekable();
    let mut end = 0;
    let mut format = format::Format::Text004;
    let mut timestamps = Vec::with_capacity(scanner.columns.timestamps.len());
    for (row, time) in &scanner.columns.timestamps {
        while *row >= end {
            let Some((_, next)) = scrapes.next() else { break };
            end = next.row;
            format = format::of_scrape(scanner, end).0;
        }
        timestamps.push((*row, format.milliseconds(*time)));
    }
    timestamps
}

/// Reports something that concerns many lines at the first of them.
fn once(problems: &mut Problems, kind: ProblemKind, tally: Tally, sentence: impl FnOnce(u32) -> String) {
    if tally.count > 0 {
        problems.add(kind, tally.line, tally.span, true, || sentence(tally.count));
    }
}

fn before(duplicates: &[u32], row: u32) -> u32 {
    duplicates.partition_point(|duplicate| *duplicate < row) as u32
}

fn remove<T>(rows: &mut Vec<T>, sorted: &[u32]) {
    let mut index = 0u32;
    let mut next = sorted.iter().copied().peekable();
    rows.retain(|_| {
        let gone = next.next_if_eq(&index).is_some();
        index += 1;
        !gone
    });
}
