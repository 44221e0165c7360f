//! Columns to scrapes: cutting, timestamps, families.

use std::sync::Arc;

use super::cut::{Cut, Mark, cut};
use super::scan::Scanner;
use super::{Parsed, ProblemKind};
use crate::metrics::{Scrape, Table};

/// More scrapes than this are no paste but a log; each has a table of its own.
const MOST_SCRAPES: usize = 10_000;

pub(super) fn gather(scanner: Scanner, text: Arc<str>) -> Parsed {
    let Scanner { mut columns, mut problems, ends, .. } = scanner;
    let Cut { mut scrapes, duplicates } = cut(&text, &columns, &ends, &[]);
    if let Some((start, _)) = scrapes.get(MOST_SCRAPES) {
        let line = columns.rows.get(start.row as usize).map_or(0, |row| row.line);
        problems.add(ProblemKind::TooManyScrapes, line, [0, 0], false, || {
            format!("The text holds {} scrapes; those after the first {MOST_SCRAPES} were left out.", scrapes.len())
        });
        scrapes.truncate(MOST_SCRAPES);
    }
    for index in &duplicates {
        let Some(row) = columns.rows.get(*index as usize) else { continue };
        let name = columns.strings.get(columns.name(row));
        problems.add(ProblemKind::RepeatedSeries, row.line, [0, 0], false, || {
            format!("This series of {name} was there before with the same labels; the first value is used.")
        });
    }
    let mut timestamps: Vec<(u32, i64)> = columns.timestamps.iter().map(|(row, time)| (*row, *time as i64)).collect();
    columns.timestamps = Vec::new();
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
    for conflict in conflicts {
        let name = table.columns.strings.get(conflict.name);
        problems.add(ProblemKind::ConflictingType, conflict.line, [0, 0], false, || {
            format!("This line gives {name} another type than an earlier line ({:?}), which is used.", conflict.first)
        });
    }
    let (problems, problem_counts) = problems.finish();
    Parsed { text, scrapes, problems, problem_counts }
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
