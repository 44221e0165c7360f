//! The raw text as the page asks for it: some rows, in one of two orders, of what a search leaves.

use super::words;
use crate::browse::{self, FamilyEntry, Gist, Lines, Needle, Row, spans};
use crate::metrics::Unit;
use crate::protocol::{Mark, RawQuery, RawRow, RawRows, Span};
use crate::session::loaded::Loaded;

/// What is kept between two questions, because the next one mostly differs in its range alone.
#[derive(Debug, Default)]
pub struct Raw {
    index: Option<Index>,
    rows: Option<Rows>,
}

/// Lines and families of one text. It says by its id which text it is of, because texts come and go.
#[derive(Debug)]
struct Index {
    id: u32,
    lines: Lines,
    families: Vec<FamilyEntry>,
}

/// The rows of a question, whatever its range.
#[derive(Debug)]
struct Rows {
    id: u32,
    as_text: bool,
    search: String,
    open: Vec<String>,
    list: List,
}

/// In the order of the text the rows need not be listed.
#[derive(Debug)]
enum List {
    AllLines(usize),
    Some(Vec<Row>),
}

impl Rows {
    fn answer(&self, id: u32, query: &RawQuery) -> bool {
        self.id == id && self.as_text == query.as_text && self.search == query.search && self.open == query.open
    }
}

impl List {
    fn len(&self) -> usize {
        match self {
            List::AllLines(count) => *count,
            List::Some(rows) => rows.len(),
        }
    }

    fn get(&self, position: usize) -> Option<Row> {
        match self {
            List::AllLines(count) => (position < *count).then_some(Row::Line(position as u32 + 1)),
            List::Some(rows) => rows.get(position).copied(),
        }
    }
}

impl Raw {
    /// The rows of a question; none when there is no text. The index of 100,000 lines is made at the first one.
    pub fn show(&mut self, loaded: &Loaded, query: &RawQuery) -> RawRows {
        let last = loaded.texts.len().saturating_sub(1);
        let position = query.text.map_or(last, |text| last.min(text as usize));
        let kept = loaded.texts.get(position).and_then(|text| Some((text.id, text.parsed.as_ref()?)));
        let Some((id, parsed)) = kept else {
            *self = Raw::default();
            let is_gone = !loaded.is_empty();
            return RawRows { id: query.id, text: position as u32, is_gone, ..RawRows::default() };
        };
        let text = &parsed.text;
        let index = self.index.take().filter(|index| index.id == id);
        let index = index.unwrap_or_else(|| Index { id, lines: Lines::of(text), families: browse::families(parsed) });
        let needle = Needle::new(&query.search);
        let rows = self.rows.take().filter(|rows| rows.answer(id, query)).unwrap_or_else(|| Rows {
            id,
            as_text: query.as_text,
            search: query.search.clone(),
            open: query.open.clone(),
            list: list(&index, text, query, &needle),
        });
        let range = query.rows.start as usize..rows.list.len().min(query.rows.end as usize);
        let shown = Shown { index: &index, text, needle: &needle, open: &query.open };
        let answer = RawRows {
            id: query.id,
            text: position as u32,
            is_gone: false,
            lines: index.lines.len() as u32,
            families: index.families.len() as u32,
            count: rows.list.len() as u32,
            first: query.rows.start,
            rows: range.filter_map(|position| shown.row(rows.list.get(position)?)).collect(),
        };
        self.index = Some(index);
        self.rows = Some(rows);
        answer
    }
}

fn list(index: &Index, text: &str, query: &RawQuery, needle: &Needle) -> List {
    match (query.as_text, needle.is_empty()) {
        (false, _) => {
            let is_open = |name: &str| query.open.iter().any(|open| open == name);
            List::Some(browse::rows(&index.families, text, &index.lines, needle, &is_open))
        }
        (true, true) => List::AllLines(index.lines.len()),
        (true, false) => {
            let all = 1..=index.lines.len() as u32;
            List::Some(all.filter(|line| needle.matches(index.lines.get(text, *line))).map(Row::Line).collect())
        }
    }
}

struct Shown<'a> {
    index: &'a Index,
    text: &'a str,
    needle: &'a Needle,
    open: &'a [String],
}

impl Shown<'_> {
    fn row(&self, row: Row) -> Option<RawRow> {
        match row {
            Row::Family { index, matching } => {
                let entry = self.index.families.get(index)?;
                // With a search that only lines match, the matching lines are below; there is nothing to open or close.
                let listed = !self.needle.is_empty() && !self.needle.matches_any(&[&entry.name, &entry.help]);
                let lines = entry.lines.len();
                let count = if listed { words::matching(matching, lines) } else { words::series(lines) };
                Some(RawRow::Family {
                    name: self.marked(&entry.name),
                    kind: if entry.declared { entry.kind.to_owned() } else { words::inferred(entry.kind) },
                    help: entry.help.clone(),
                    gist: gist(entry, count),
                    open: listed || self.open.contains(&entry.name),
                    key: entry.name.clone(),
                })
            }
            Row::Line(number) => Some(RawRow::Line { number, content: self.marked(cut(self.index.lines.get(self.text, number))) }),
        }
    }

    fn marked(&self, content: &str) -> Vec<Span> {
        let mark = |part| match part {
            browse::Part::Comment => Mark::Comment,
            browse::Part::Name => Mark::Name,
            browse::Part::Labels => Mark::Labels,
            browse::Part::Value => Mark::Value,
        };
        let span = |span: browse::Span<'_>| Span { text: span.text.to_owned(), mark: mark(span.part), found: span.marked };
        spans(content, &self.needle.marks(content)).into_iter().map(span).collect()
    }
}

fn gist(entry: &FamilyEntry, count: String) -> String {
    match entry.gist {
        Gist::One(value) => words::value(value),
        Gist::Spread { count, mean: Some(mean) } => words::spread(count, &seconds_or_number(entry, mean)),
        Gist::Spread { count, mean: None } => words::observations(count),
        Gist::Many => count,
    }
}

/// The name says whether a mean is a time; nothing else is known of a raw family.
fn seconds_or_number(entry: &FamilyEntry, mean: f64) -> String {
    let seconds = entry.name.ends_with("_seconds") || entry.unit.as_deref() == Some("seconds");
    if seconds { Unit::Seconds.show(mean) } else { Unit::Count.show(mean) }
}

/// A line longer than this is cut for display; the text itself keeps it.
const WIDEST: usize = 2000;

fn cut(content: &str) -> &str {
    let end = content.char_indices().nth(WIDEST).map_or(content.len(), |(at, _)| at);
    content.get(..end).unwrap_or(content)
}
