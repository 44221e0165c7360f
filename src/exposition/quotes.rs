//! Lines of a page that somebody put before or after it, to point at them.
//!
//! They repeat series of the page with the same values and cover only a part of it. A second scrape covers the whole of the first, or
//! differs in some value.

use super::repeats::Repeat;
use crate::metrics::{Columns, Row};
use crate::sorted::sort;

/// What the repeated series of an exposition say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// All of it is one scrape, with some lines quoted.
    Throughout,
    /// The rows before this one are quoted from the scrape that begins there.
    Before(u32),
}

/// Looks at the rows from `start` to `end`. `repeats` are those of these rows, in order.
pub(super) fn quotes(columns: &Columns, repeats: &[Repeat], start: u32, end: u32) -> Quotes {
    let inside: Vec<Repeat> = repeats.iter().copied().filter(|(_, earlier)| *earlier >= start).collect();
    let series = (end - start) as usize - inside.len();
    if inside.iter().all(|(row, earlier)| says_the_same(columns, *row, *earlier)) {
        let whole = inside.len() >= series && Occurrences::of(&inside).by_series.len() >= series;
        if !whole {
            return Quotes::Throughout;
        }
    }
    // As many times as the first series, every other one stands there too: pages, with nothing before them.
    let first = inside
        .iter()
        .fold((start, 1), |(latest, count), (row, earlier)| if *earlier == latest { (*row, count + 1) } else { (latest, count) });
    if series * first.1 == (end - start) as usize {
        return Quotes::Before(start);
    }
    Quotes::Before(first_page(columns, &inside, start, series))
}

/// Where the first page begins: after rows of series that stand there more often than most do, each repeated with its value.
fn first_page(columns: &Columns, inside: &[Repeat], start: u32, series: usize) -> u32 {
    let occurrences = Occurrences::of(inside);
    let pages = occurrences.of_most(series);
    let is_quoted = |row: &u32| {
        let next = inside.iter().find(|(_, earlier)| earlier == row);
        occurrences.count(*row) > pages && next.is_some_and(|(next, _)| says_the_same(columns, *next, *row))
    };
    let most = start + (series as u32).min(MOST_QUOTED);
    (start..most).find(|row| !is_quoted(row)).unwrap_or(start)
}

/// Nobody quotes more lines than this.
const MOST_QUOTED: u32 = 64;

/// How often the series that are repeated stand there.
struct Occurrences {
    /// (first row, number of rows), sorted.
    by_series: Vec<(u32, usize)>,
}

impl Occurrences {
    fn of(repeats: &[Repeat]) -> Self {
        // The first row of a series is the one that repeats none.
        let mut firsts: Vec<Repeat> = Vec::with_capacity(repeats.len());
        for (row, earlier) in repeats {
            let known = firsts.binary_search_by_key(earlier, |(row, _)| *row).ok().and_then(|at| firsts.get(at));
            firsts.push((*row, known.map_or(*earlier, |(_, first)| *first)));
        }
        let mut series: Vec<u32> = firsts.into_iter().map(|(_, first)| first).collect();
        sort(&mut series);
        let by_series = series.chunk_by(|a, b| a == b).filter_map(|rows| Some((*rows.first()?, rows.len() + 1))).collect();
        Occurrences { by_series }
    }

    /// Of the series that begins at this row.
    fn count(&self, row: u32) -> usize {
        let found = self.by_series.binary_search_by_key(&row, |(first, _)| *first).ok().and_then(|at| self.by_series.get(at));
        found.map_or(1, |(_, count)| *count)
    }

    /// How often most of so many series stand there.
    fn of_most(&self, series: usize) -> usize {
        let mut counts: Vec<usize> = self.by_series.iter().map(|(_, count)| *count).collect();
        sort(&mut counts);
        let once = (1, series.saturating_sub(self.by_series.len()));
        let of_each = counts.chunk_by(|a, b| a == b).filter_map(|same| Some((*same.first()?, same.len())));
        let most = [once].into_iter().chain(of_each).reduce(|best, next| if next.1 > best.1 { next } else { best });
        most.map_or(1, |(count, _)| count)
    }
}

/// True when both rows have the same value and were taken at the same time, as far as they tell.
pub(super) fn says_the_same(columns: &Columns, a: u32, b: u32) -> bool {
    let row = |index: u32| columns.rows.get(index as usize);
    let time = |index: u32| {
        let at = columns.timestamps.binary_search_by_key(&index, |(row, _)| *row).ok()?;
        columns.timestamps.get(at).map(|(_, time)| time.to_bits())
    };
    row(a).zip(row(b)).is_some_and(|(a, b)| same_value(a, b)) && (columns.timestamps.is_empty() || time(a) == time(b))
}

fn same_value(a: &Row, b: &Row) -> bool {
    a.value == b.value || (a.value.is_nan() && b.value.is_nan())
}
