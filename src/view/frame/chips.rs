//! The texts that are loaded, with their times.

use crate::analyze::Clock;
use crate::view::node::{Node, el, el_of, el_with};
use crate::view::parts::{button, link};
use crate::view::words::chips as words;

/// How a text came in; decides what its time is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The time is that of pasting.
    Pasted,
    /// The time is that of the file's last change.
    File,
    /// The time is that of the answer.
    Fetched,
    Sample,
}

impl Origin {
    pub const ALL: [Origin; 4] = [Origin::Pasted, Origin::File, Origin::Fetched, Origin::Sample];
}

/// What a chip shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Chip {
    /// Stable while the page lives.
    pub id: u32,
    pub name: String,
    pub bytes: usize,
    pub origin: Origin,
    /// Unix seconds.
    pub at: Option<f64>,
    /// Nobody told that time.
    pub hinted: bool,
    /// What in the text itself tells that time, if it does.
    pub clock: Option<Clock>,
    pub problems: u32,
}

/// What the rest of the page says of these texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// There is no report of them.
    pub refused: bool,
    /// The report asks for more dumps already.
    pub asked: bool,
}

/// `editing` is the chip whose time is being set.
pub fn chips(chips: &[Chip], beside: Beside, editing: Option<u32>) -> Node {
    let Beside { refused, asked } = beside;
    let items = chips.iter().map(|known| chip(known, editing == Some(known.id))).collect();
    let hinted = |origin| chips.iter().filter(|chip| chip.hinted && chip.origin == origin).count();
    let advice = match chips {
        _ if refused => "",
        [_] if asked => "",
        [_] => words::ADD_SECOND,
        [_, _, ..] if hinted(Origin::Pasted) > 1 => words::PASTE_TIMES,
        [_, _, ..] if hinted(Origin::File) > 0 => words::FILE_TIMES,
        [_, _, ..] if chips.iter().any(|chip| chip.at.is_none()) => words::NO_TIMES,
        _ => "",
    };
    el_of("section", if refused { "chips refused" } else { "chips" })
        .attr("aria-label", words::LOADED)
        .with(el_of("ul", "plain").all(items))
        .with(el_of("p", "quiet").text(advice).text(" ").maybe(confirm(chips)))
}

/// One click for times that are right although nobody told them.
fn confirm(chips: &[Chip]) -> Option<Node> {
    let hinted: Vec<Origin> = chips.iter().filter(|chip| chip.hinted).map(|chip| chip.origin).collect();
    let label = match hinted.as_slice() {
        [] => return None,
        [Origin::Pasted] => words::CONFIRM_PASTE,
        [_] => words::CONFIRM_FILE,
        _ => words::CONFIRM_TIMES,
    };
    Some(button("link", "confirm-times", label))
}

fn chip(chip: &Chip, editing: bool) -> Node {
    let id = chip.id;
    let mut item = el_of("li", "chip")
        .id(&format!("chip-{id}"))
        .with(el_with("b", &chip.name))
        .text(" ")
        .with(time(button("link", &format!("time {id}"), ""), chip).with(el_of("span", "hidden").say(words::set_time(&chip.name))))
        .text(" ");
    if editing {
        let field = el("input").attr("type", "datetime-local").attr("step", "1").attr("aria-label", words::TIME);
        let at = chip.at.map(|at| at.to_string()).unwrap_or_default();
        item = item.with(field.attr(".local", &at).attr("data-change", &format!("time.{id}")).flag(".focus", true));
    }
    item = item.with(el_of("span", "quiet").say(words::size(chip.bytes))).text(" ");
    if chip.problems > 0 {
        item = item.with(link("#problems", &words::problems(chip.problems))).text(" ");
    }
    item.with(button("remove", &format!("remove {id}"), "×").attr("aria-label", &words::remove(&chip.name)))
}

/// `14:03:20 file time`, `no time`.
fn time(button: Node, chip: &Chip) -> Node {
    let Some(at) = chip.at else { return button.text(words::NO_TIME) };
    let told = match chip.clock {
        Some(Clock::Samples) => Some(words::TIME_OF_SAMPLES),
        Some(Clock::Answer) => Some(words::TIME_OF_DATE),
        None => None,
    };
    let origin = told.unwrap_or(match chip.origin {
        Origin::Pasted | Origin::File if !chip.hinted => words::TIME_SET,
        Origin::Pasted => words::TIME_OF_PASTE,
        Origin::File => words::TIME_OF_FILE,
        Origin::Fetched => words::TIME_OF_ANSWER,
        Origin::Sample => words::SIMULATED,
    });
    button.with(el("span").attr(".local", &at.to_string())).text(" ").text(origin)
}
