//! What is shown of which text.

use std::collections::BTreeSet;

use crate::browse::{self, FamilyEntry, Lines, Needle, Row};
use crate::web::state::Loaded;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    #[default]
    Families,
    Lines,
}

/// What the person chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Index of the text; beyond the last one means the last one.
    pub input: usize,
    pub mode: Mode,
    pub search: String,
    /// Names of families that are open.
    pub open: BTreeSet<String>,
    /// Lines to highlight, ascending.
    pub marked: Vec<u32>,
    /// Counts the jumps, so that the same line can be jumped to again.
    pub jumps: u32,
}

impl Default for View {
    fn default() -> Self {
        View { input: usize::MAX, mode: Mode::default(), search: String::new(), open: BTreeSet::new(), marked: Vec::new(), jumps: 0 }
    }
}

impl View {
    pub fn choose(&mut self, input: usize) {
        self.input = input;
        self.marked.clear();
    }

    pub fn jump(&mut self, input: usize, lines: &[u32]) {
        self.input = input;
        self.mode = Mode::Lines;
        self.search.clear();
        self.marked = lines.to_vec();
        self.jumps += 1;
    }

    pub fn toggle(&mut self, family: &str) {
        if !self.open.remove(family) {
            self.open.insert(family.to_owned());
        }
    }
}

/// Lines and families of one text. It says which text it is of, because texts come and go.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Index {
    id: Option<u32>,
    position: usize,
    pub lines: Lines,
    pub families: Vec<FamilyEntry>,
}

/// The rows to show. In the order of the text they need not be listed.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    AllLines(usize),
    Some(Vec<Row>),
}

impl Rows {
    pub fn len(&self) -> usize {
        match self {
            Rows::AllLines(count) => *count,
            Rows::Some(rows) => rows.len(),
        }
    }

    pub fn get(&self, position: usize) -> Option<Row> {
        match self {
            Rows::AllLines(count) => (position < *count).then_some(Row::Line(position as u32 + 1)),
            Rows::Some(rows) => rows.get(position).copied(),
        }
    }
}

impl Index {
    pub fn of(loaded: &Loaded, position: usize) -> Index {
        let position = position.min(loaded.inputs.len().saturating_sub(1));
        match (loaded.inputs.get(position), loaded.tags.get(position)) {
            (Some(input), Some(tag)) => {
                Index { id: Some(tag.id), position, lines: Lines::of(&input.parsed.text), families: browse::families(&input.parsed) }
            }
            _ => Index::default(),
        }
    }

    /// The text that this is the index of; empty when it is gone.
    pub fn text<'a>(&self, loaded: &'a Loaded) -> &'a str {
        let same = loaded.tags.get(self.position).map(|tag| tag.id) == self.id;
        loaded.inputs.get(self.position).filter(|_| same).map_or("", |input| &input.parsed.text)
    }

    pub fn rows(&self, loaded: &Loaded, view: &View) -> Rows {
        let (text, needle) = (self.text(loaded), Needle::new(&view.search));
        match view.mode {
            Mode::Families => Rows::Some(browse::rows(&self.families, text, &self.lines, &needle, &|name| view.open.contains(name))),
            Mode::Lines if needle.is_empty() => Rows::AllLines(self.lines.len()),
            Mode::Lines => {
                let all = 1..=self.lines.len() as u32;
                Rows::Some(all.filter(|line| needle.matches(self.lines.get(text, *line))).map(Row::Line).collect())
            }
        }
    }
}
