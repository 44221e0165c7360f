//! The raw text as the person looks at it: which text, in which order, searched for what, with which lines marked.

use std::ops::Range;

use super::Session;
use super::loaded::Loaded;
use crate::browse::{self, FamilyEntry, Lines, Needle, Row};
use crate::sorted::Table;
use crate::view::Node;
use crate::view::raw::{List, ROW, Shown, raw};
use crate::view::words::raw as words;

/// Rows drawn beyond both ends, so that a short scroll shows no gap.
const SPARE: usize = 12;

#[derive(Debug)]
pub struct Raw {
    /// Index of the text; beyond the last one means the last one.
    input: usize,
    as_text: bool,
    search: String,
    needle: Needle,
    /// Names of families that are open.
    open: Table<String, ()>,
    /// Lines to highlight, ascending.
    marked: Vec<u32>,
    /// A number of the report led here.
    led: bool,
    /// Lines and families of one text; made when they are first looked at.
    index: Option<Index>,
    /// The rows to show; made again when anything of the above changes.
    rows: Option<Rows>,
}

impl Default for Raw {
    fn default() -> Self {
        Raw {
            input: usize::MAX,
            as_text: false,
            search: String::new(),
            needle: Needle::default(),
            open: Table::default(),
            marked: Vec::new(),
            led: false,
            index: None,
            rows: None,
        }
    }
}

/// It says by its id which text it is of, because texts come and go.
#[derive(Debug)]
struct Index {
    id: u32,
    position: usize,
    lines: Lines,
    families: Vec<FamilyEntry>,
}

/// In the order of the text the rows need not be listed.
#[derive(Debug)]
enum Rows {
    AllLines(usize),
    Some(Vec<Row>),
}

impl Rows {
    fn len(&self) -> usize {
        match self {
            Rows::AllLines(count) => *count,
            Rows::Some(rows) => rows.len(),
        }
    }

    fn get(&self, position: usize) -> Option<Row> {
        match self {
            Rows::AllLines(count) => (position < *count).then_some(Row::Line(position as u32 + 1)),
            Rows::Some(rows) => rows.get(position).copied(),
        }
    }
}

impl Raw {
    pub fn search(&mut self, typed: &str) {
        typed.clone_into(&mut self.search);
        self.needle = Needle::new(typed);
        self.rows = None;
    }

    pub fn order(&mut self, as_text: bool) {
        self.as_text = as_text;
        self.rows = None;
    }

    pub fn choose(&mut self, input: usize) {
        self.input = input;
        self.marked.clear();
        self.rows = None;
    }

    pub fn jump(&mut self, input: usize, lines: Vec<u32>) {
        self.input = input;
        self.as_text = true;
        self.search("");
        self.marked = lines;
        self.led = true;
    }

    /// Forgets what led here.
    pub fn leave(&mut self) {
        self.marked.clear();
        self.led = false;
    }

    /// Makes what is missing of the index and the rows. True when there is a text.
    fn look(&mut self, loaded: &Loaded) -> bool {
        let position = self.input.min(loaded.texts.len().saturating_sub(1));
        let Some((id, parsed)) = loaded.texts.get(position).and_then(|text| Some((text.id, text.parsed.as_ref()?))) else {
            self.index = None;
            self.rows = None;
            return false;
        };
        let text = &parsed.text;
        let index = match self.index.take().filter(|index| index.id == id) {
            Some(index) => Index { position, ..index },
            None => {
                self.rows = None;
                Index { id, position, lines: Lines::of(text), families: browse::families(parsed) }
            }
        };
        if self.rows.is_none() {
            self.rows = Some(match (self.as_text, self.needle.is_empty()) {
                (false, _) => {
                    Rows::Some(browse::rows(&index.families, text, &index.lines, &self.needle, &|name| self.open.contains_key(name)))
                }
                (true, true) => Rows::AllLines(index.lines.len()),
                (true, false) => {
                    let all = 1..=index.lines.len() as u32;
                    Rows::Some(all.filter(|line| self.needle.matches(index.lines.get(text, *line))).map(Row::Line).collect())
                }
            });
        }
        self.index = Some(index);
        true
    }

    fn shown<'a>(&'a self, index: &'a Index, text: &'a str, row: Row) -> Option<Shown<'a>> {
        match row {
            Row::Family { index: family, matching } => {
                let entry = index.families.get(family)?;
                // With a search that only lines match, the matching lines are below; there is nothing to open or close.
                let listed = !self.needle.is_empty() && !self.needle.matches_any(&[&entry.name, &entry.help]);
                Some(Shown::Family { entry, matching, listed, open: listed || self.open.contains_key(&entry.name) })
            }
            Row::Line(number) => Some(Shown::Line {
                number,
                content: index.lines.get(text, number),
                marked: self.marked.binary_search(&number).is_ok(),
                level: if self.as_text { 1 } else { 2 },
            }),
        }
    }
}

impl Session {
    /// The raw view before its rows are known: its tools are there from the beginning.
    #[must_use]
    pub fn draw_raw_tools(&self) -> Node {
        raw(&self.list(self.raw.input))
    }

    /// What the list is in any case.
    fn list(&self, chosen: usize) -> List<'_> {
        let names: Vec<&str> = self.loaded.dataset.given().iter().map(|given| given.name.as_str()).collect();
        List {
            search: &self.raw.search,
            needle: &self.raw.needle,
            as_text: self.raw.as_text,
            chosen: chosen.min(names.len().saturating_sub(1)),
            names,
            count: String::new(),
            rows: None,
            range: 0..0,
            shown: Vec::new(),
            cursor: None,
            back: self.raw.led,
        }
    }

    /// The raw view, scrolled so far and so high in pixels. The index of 100,000 lines is made at the first call.
    pub fn draw_raw(&mut self, scrolled: f64, height: f64, cursor: Option<usize>) -> Node {
        self.raw.look(&self.loaded);
        let (Some(index), Some(rows)) = (&self.raw.index, &self.raw.rows) else {
            let count = if self.loaded.is_empty() { String::new() } else { words::NOT_KEPT.to_owned() };
            return raw(&List { count, ..self.list(self.raw.input) });
        };
        let parsed = self.loaded.texts.get(index.position).and_then(|text| text.parsed.as_ref());
        let text = parsed.map_or("", |parsed| &parsed.text);
        let range: Range<usize> = browse::visible(rows.len(), ROW, scrolled, height, SPARE);
        let shown = range.clone().filter_map(|position| self.raw.shown(index, text, rows.get(position)?)).collect();
        let searched = !self.raw.search.trim().is_empty();
        raw(&List {
            count: words::count(index.lines.len(), index.families.len(), rows.len(), self.raw.as_text, searched),
            rows: Some(rows.len()),
            range,
            shown,
            cursor,
            ..self.list(index.position)
        })
    }

    /// Rows of the raw view in all.
    pub fn raw_rows(&mut self) -> usize {
        self.raw.look(&self.loaded);
        self.raw.rows.as_ref().map_or(0, Rows::len)
    }

    /// The first row that a number of the report was read from, after [`Session::act`] has gone to its lines.
    #[must_use]
    pub fn raw_target(&self) -> Option<usize> {
        self.raw.marked.first().filter(|_| self.raw.led).map(|line| line.saturating_sub(1) as usize)
    }

    /// Opens the family in this row, or closes it.
    pub fn raw_toggle(&mut self, position: usize) {
        self.raw.look(&self.loaded);
        let row = self.raw.rows.as_ref().and_then(|rows| rows.get(position));
        let (Some(Row::Family { index: family, .. }), Some(index)) = (row, &self.raw.index) else { return };
        if let Some(entry) = index.families.get(family) {
            let name = entry.name.clone();
            if self.raw.open.remove(&name).is_none() {
                self.raw.open.insert(name, ());
            }
            self.raw.rows = None;
        }
    }
}
