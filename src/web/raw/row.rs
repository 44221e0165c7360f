//! One row of the list.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use super::index::{Index, Mode, View};
use crate::browse::{self, FamilyEntry, Gist, Needle, Part, Row};
use crate::metrics::Unit;
use crate::web::text::raw as words;

/// Where a row stands in the list.
pub struct Place {
    pub position: usize,
    /// The cursor is on it.
    pub current: bool,
}

pub fn draw(row: Row, place: &Place, text: &str, index: &Index, view: &View, needle: &Needle) -> AnyView {
    match row {
        Row::Family { index: family, matching } => match index.families.get(family) {
            Some(entry) => head(entry, matching, place, view, needle),
            None => ().into_any(),
        },
        Row::Line(line) => line_row(line, index.lines.get(text, line), place, view, needle),
    }
}

/// Id of a row, for the cursor.
pub fn id(position: usize) -> String {
    format!("raw-row-{position}")
}

/// The row that was clicked.
pub fn position_of(event: &MouseEvent) -> Option<usize> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let row = target.closest(".raw-row").ok()??;
    row.get_attribute("aria-rowindex")?.parse::<usize>().ok()?.checked_sub(1)
}

fn head(entry: &FamilyEntry, matching: usize, place: &Place, view: &View, needle: &Needle) -> AnyView {
    // With a search that only lines match, the matching lines are below; there is nothing to open or close.
    let listed = !needle.is_empty() && !needle.matches_any(&[&entry.name, &entry.help]);
    let open = listed || view.open.contains(&entry.name);
    let kind = if entry.declared { entry.kind.to_owned() } else { words::inferred(entry.kind) };
    let count = if listed { words::matching(matching, entry.lines.len()) } else { words::series(entry.lines.len()) };
    view! {
        <div
            id=id(place.position) class="raw-row family" class:current=place.current class:open=open
            role="row" attr:aria-level="1" aria-rowindex=(place.position + 1).to_string() aria-expanded=if open { "true" } else { "false" }
        >
            <span class="name" role="rowheader">{marked(&entry.name, needle)}</span>
            <span class="kind" role="gridcell">{kind}</span>
            <span class="gist" role="gridcell">{gist(entry, count)}</span>
            <span class="help" role="gridcell" title=entry.help.clone()>{entry.help.clone()}</span>
        </div>
    }
    .into_any()
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

fn line_row(line: u32, content: &str, place: &Place, view: &View, needle: &Needle) -> AnyView {
    let found = view.marked.binary_search(&line).is_ok();
    let level = if view.mode == Mode::Families { "2" } else { "1" };
    view! {
        <div
            id=id(place.position) class="raw-row line" class:marked=found class:current=place.current
            role="row" attr:aria-level=level aria-rowindex=(place.position + 1).to_string()
        >
            <span class="no" role="rowheader">{line}</span>
            <span class="code" role="gridcell">{parts(content, needle)}</span>
        </div>
    }
    .into_any()
}

/// A line longer than this is cut for display; the text itself keeps it.
const WIDEST: usize = 2000;

fn parts(content: &str, needle: &Needle) -> Vec<AnyView> {
    let end = content.char_indices().nth(WIDEST).map_or(content.len(), |(at, _)| at);
    let content = content.get(..end).unwrap_or(content);
    browse::spans(content, &needle.marks(content)).into_iter().map(|span| part(span.text, class(span.part), span.marked)).collect()
}

fn marked(text: &str, needle: &Needle) -> Vec<AnyView> {
    let marks = needle.marks(text);
    browse::spans(text, &marks).into_iter().map(|span| part(span.text, "n", span.marked)).collect()
}

fn part(text: &str, class: &'static str, marked: bool) -> AnyView {
    let text = text.to_owned();
    if marked { view! { <mark class=class>{text}</mark> }.into_any() } else { view! { <span class=class>{text}</span> }.into_any() }
}

fn class(part: Part) -> &'static str {
    match part {
        Part::Comment => "c",
        Part::Name => "n",
        Part::Labels => "l",
        Part::Value => "v",
    }
}
