//! Texts that list the samples of each series over time, as `promtool tsdb dump-openmetrics` writes them: one scrape for each time.

use super::cut::Mark;
use super::scan::Scanner;
use crate::metrics::Columns;
use crate::sorted::sort_by;

/// Metadata that all scrapes of such an exposition share, with the rows that they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timeline {
    pub start: Mark,
    pub end: Mark,
}

/// Sorts the rows of such expositions by time and puts an end after each time.
pub(super) fn by_time(text: &str, scanner: &mut Scanner) -> Vec<Timeline> {
    if scanner.columns.timestamps.is_empty() {
        return Vec::new();
    }
    let total = scanner.mark();
    let mut found = Vec::new();
    let mut start = Mark::default();
    let mut ends = Vec::with_capacity(scanner.ends.len());
    for (end, eof) in scanner.ends.iter().copied().chain([(total, false)]).collect::<Vec<_>>() {
        if goes_by_series(text, &scanner.columns, start.row, end.row) {
            let inner = sort(&mut scanner.columns, start.row, end.row);
            ends.extend(inner.into_iter().map(|row| (Mark { row, metadata: end.metadata }, eof)));
            found.push(Timeline { start, end });
        }
        if end != total || eof {
            ends.push((end, eof));
        }
        start = end;
    }
    scanner.ends = ends;
    found
}

/// True when a sample follows another one of its own series that is of another time.
fn goes_by_series(text: &str, columns: &Columns, start: u32, end: u32) -> bool {
    let place = |row: u32| columns.timestamps.partition_point(|(timed, _)| *timed < row);
    let inside = columns.timestamps.get(place(start)..place(end)).unwrap_or(&[]);
    let timed = inside.windows(2).filter(|pair| matches!(pair, [(a, _), (b, _)] if a + 1 == *b));
    let mut of_neighbours = timed.filter_map(|pair| match pair {
        [(a, at), (b, then)] if at != then => columns.rows.get(*a as usize).zip(columns.rows.get(*b as usize)),
        _ => None,
    });
    of_neighbours.any(|(a, b)| a.hash() == b.hash() && columns.same_series(text, a, b))
}

/// Sorts rows and their timestamps by time, the order of the text within each; gives the rows at which a new time begins.
fn sort(columns: &mut Columns, start: u32, end: u32) -> Vec<u32> {
    let (first, last) =
        (columns.timestamps.partition_point(|(row, _)| *row < start), columns.timestamps.partition_point(|(row, _)| *row < end));
    let times = columns.timestamps.get(first..last).unwrap_or(&[]);
    let mut order: Vec<(f64, u32)> = (start..end)
        .map(|row| {
            let time = times.binary_search_by_key(&row, |(timed, _)| *timed).ok().and_then(|at| times.get(at));
            (time.map_or(f64::NEG_INFINITY, |(_, time)| *time), row)
        })
        .collect();
    sort_by(&mut order, |(a, _), (b, _)| a.total_cmp(b));
    let rows: Vec<_> = order.iter().filter_map(|(_, row)| columns.rows.get(*row as usize).copied()).collect();
    columns.rows.splice(start as usize..end as usize, rows);
    let timed: Vec<(u32, f64)> =
        (start..).zip(&order).filter(|(_, (time, _))| time.is_finite()).map(|(row, (time, _))| (row, *time)).collect();
    columns.timestamps.splice(first..last, timed);
    let begins = |pair: &[(f64, u32)]| matches!(pair, [(a, _), (b, _)] if a != b);
    (start + 1..).zip(order.windows(2)).filter(|(_, pair)| begins(pair)).map(|(row, _)| row).collect()
}
