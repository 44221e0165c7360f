//! The raw text: searchable, by family or line by line, with only the visible rows in the document.

use std::ops::Range;

use super::node::{Node, el, el_of, el_with};
use super::parts::{button, section};
use super::words::raw as words;
use crate::browse::{FamilyEntry, Gist, Needle, Part, spans};
use crate::metrics::Unit;

/// Id of the search field; a key leads there.
pub const SEARCH_FIELD: &str = "raw-search";
/// Height of a row in pixels; the style sheet has the same number.
pub const ROW: f64 = 24.0;

/// A row in view.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown<'a> {
    /// `matching` lines of it were found; `listed` when they stand below because only lines match the search; `open` when its lines
    /// stand below.
    Family { entry: &'a FamilyEntry, matching: usize, listed: bool, open: bool },
    /// `marked`: a number of the report was read here. `level` 2 below a family.
    Line { number: u32, content: &'a str, marked: bool, level: u8 },
}

/// What the list shows.
#[derive(Debug, Clone, PartialEq)]
pub struct List<'a> {
    pub search: &'a str,
    pub needle: &'a Needle,
    /// Line by line, in the order of the text.
    pub as_text: bool,
    /// The names of the texts, and which of them is shown.
    pub names: Vec<&'a str>,
    pub chosen: usize,
    /// How much there is, in words.
    pub count: String,
    /// Rows in all; `None` while they are not known.
    pub rows: Option<usize>,
    /// The rows that are drawn.
    pub range: Range<usize>,
    pub shown: Vec<Shown<'a>>,
    /// The row that the keys move.
    pub cursor: Option<usize>,
    /// There is a way back to the number that led here.
    pub back: bool,
}

pub fn raw(list: &List<'_>) -> Node {
    let current = list.cursor.filter(|at| list.range.contains(at)).map(id);
    let mut rows = el_of("div", "raw-list").id("raw-list").attr("tabindex", "0").attr("role", "treegrid").attr("aria-label", words::RAW);
    let count = list.rows.unwrap_or(0).to_string();
    rows = rows.attr("aria-rowcount", &count);
    if let Some(current) = current {
        rows = rows.attr("aria-activedescendant", &current);
    }
    let drawn = list.range.clone().zip(&list.shown).map(|(position, row)| {
        let row = draw(row, position, list.needle);
        if list.cursor == Some(position) { row.0.class(&format!("{} current", row.1)) } else { row.0.class(&row.1) }
    });
    let inner = el_of("div", "raw-rows")
        .id("raw-rows")
        .attr("role", "presentation")
        .attr("--first", &list.range.start.to_string())
        .all(drawn.collect());
    let space = el_of("div", "raw-space").attr("role", "rowgroup").attr("--rows", &count).with(inner);
    let nothing = (list.rows == Some(0)).then(|| el_of("p", "quiet raw-empty").text(words::NOTHING));
    section("raw", words::RAW, "").with(el_of("div", "card raw").with(tools(list)).with(rows.with(space)).maybe(nothing))
}

fn tools(list: &List<'_>) -> Node {
    let search = el("input")
        .id(SEARCH_FIELD)
        .attr("type", "search")
        .attr("placeholder", words::SEARCH)
        .attr("aria-label", words::SEARCH)
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("data-input", "search")
        .attr(".value", list.search);
    let mode = |action: &str, on: bool, label: &str| button("", action, label).attr("aria-pressed", if on { "true" } else { "false" });
    let switch = el_of("div", "switch")
        .attr("role", "group")
        .attr("aria-label", words::ORDER)
        .with(mode("by-family", !list.as_text, words::BY_FAMILY))
        .with(mode("as-text", list.as_text, words::AS_TEXT));
    let chooser = (list.names.len() > 1).then(|| {
        let item = |(index, name): (usize, &&str)| {
            el_with("option", name).attr("value", &index.to_string()).flag(".selected", index == list.chosen)
        };
        el("select").attr("aria-label", words::WHICH).attr("data-change", "which").all(list.names.iter().enumerate().map(item).collect())
    });
    el_of("div", "raw-tools")
        .with(search)
        .with(switch)
        .maybe(chooser)
        .with(el_of("span", "quiet").attr("role", "status").text(&list.count))
        .maybe(list.back.then(|| button("small", "back", words::BACK)))
}

fn id(position: usize) -> String {
    format!("raw-row-{position}")
}

/// The row without its class, and the class.
fn draw(row: &Shown<'_>, position: usize, needle: &Needle) -> (Node, String) {
    let node = el("div").id(&id(position)).attr("role", "row").attr("aria-rowindex", &(position + 1).to_string());
    match row {
        Shown::Family { entry, matching, listed, open } => {
            let kind = if entry.declared { entry.kind.to_owned() } else { words::inferred(entry.kind) };
            let count = if *listed { words::matching(*matching, entry.lines.len()) } else { words::series(entry.lines.len()) };
            let node = node
                .attr("aria-level", "1")
                .attr("aria-expanded", if *open { "true" } else { "false" })
                .with(parts(el_of("span", "name").attr("role", "rowheader"), &entry.name, needle, |_| "n"))
                .with(el_of("span", "kind").attr("role", "gridcell").say(kind))
                .with(el_of("span", "gist").attr("role", "gridcell").say(gist(entry, count)))
                .with(el_of("span", "help").attr("role", "gridcell").attr("title", &entry.help).text(&entry.help));
            (node, if *open { "raw-row family open" } else { "raw-row family" }.to_owned())
        }
        Shown::Line { number, content, marked, level } => {
            let node = node
                .attr("aria-level", &level.to_string())
                .with(el_of("span", "no").attr("role", "rowheader").say(number.to_string()))
                .with(parts(el_of("span", "code").attr("role", "gridcell"), cut(content), needle, class));
            (node, if *marked { "raw-row line marked" } else { "raw-row line" }.to_owned())
        }
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

fn parts(node: Node, content: &str, needle: &Needle, class: fn(Part) -> &'static str) -> Node {
    let part = |node: Node, span: crate::browse::Span<'_>| {
        node.with(el_of(if span.marked { "mark" } else { "span" }, class(span.part)).text(span.text))
    };
    spans(content, &needle.marks(content)).into_iter().fold(node, part)
}

fn class(part: Part) -> &'static str {
    match part {
        Part::Comment => "c",
        Part::Name => "n",
        Part::Labels => "l",
        Part::Value => "v",
    }
}
