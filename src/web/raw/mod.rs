//! The raw view: which rows of which text are looked at. The rows themselves come from the worker, as many as are in view.

mod list;
mod row;
mod view;

pub use view::{SEARCH_FIELD, raw};

use std::cell::RefCell;
use std::ops::Range;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::app::later;
use super::page::Page;
use crate::browse::visible;
use crate::metrics::SourceLines;
use crate::protocol::{Chip, Command, RawQuery, RawRows};

/// Height of a row in pixels; the style sheet has the same number.
const ROW: f64 = 24.0;
/// Rows drawn beyond both ends, so that a short scroll shows no gap.
const SPARE: usize = 12;

thread_local! {
    /// The link that led into the raw view, so that there is a way back.
    static ORIGIN: RefCell<Option<Element>> = const { RefCell::new(None) };
}

#[derive(Debug, Clone, Copy)]
pub struct Raw {
    /// Index of the text; the last one where nobody chose.
    text: RwSignal<Option<u32>>,
    as_text: RwSignal<bool>,
    search: RwSignal<String>,
    /// Names of families that are open.
    open: RwSignal<Vec<String>>,
    /// First and last of the lines to highlight, ascending.
    marked: RwSignal<Vec<(u32, u32)>>,
    /// A number of the report led here.
    is_led: RwSignal<bool>,
    /// The row that the keys move.
    cursor: RwSignal<Option<u32>>,
    /// What the worker told last; `None` before it did.
    rows: RwSignal<Option<RawRows>>,
    asked: StoredValue<Asked>,
}

/// What was asked of the worker, and for what.
#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    /// Of the last question.
    id: u32,
    /// Of the first question since something else than the range changed: rows are of one list from here on.
    list: u32,
    is_waiting: bool,
    /// How the list is scrolled, in pixels.
    top: f64,
    height: f64,
    /// Where the list shall be scrolled when its rows are there.
    go_to: Option<u32>,
}

impl Raw {
    pub fn new() -> Self {
        Raw {
            text: RwSignal::new(None),
            as_text: RwSignal::new(false),
            search: RwSignal::default(),
            open: RwSignal::default(),
            marked: RwSignal::default(),
            is_led: RwSignal::new(false),
            cursor: RwSignal::new(None),
            rows: RwSignal::new(None),
            asked: StoredValue::new(Asked { height: 480.0, ..Asked::default() }),
        }
    }

    /// The texts are others. Rows of those before stay until the new ones are known, which can wait until the verdict is on the screen.
    pub fn texts_changed(self, page: Page, texts: &[Chip]) {
        let is_same = page.texts.with_untracked(|before| before.iter().map(|text| text.id).eq(texts.iter().map(|text| text.id)));
        if is_same {
            return;
        }
        self.leave();
        if texts.is_empty() {
            self.rows.set(None);
        } else {
            later(move || later(move || self.ask_anew(page)));
        }
    }

    /// Rows that the worker tells.
    pub fn take(self, page: Page, rows: RawRows) {
        let asked = self.asked.get_value();
        if rows.id < asked.list {
            return;
        }
        self.asked.update_value(|asked| asked.is_waiting = asked.id != rows.id);
        self.rows.set(Some(rows));
        if let Some(target) = asked.go_to {
            self.asked.update_value(|asked| asked.go_to = None);
            self.arrive(page, target);
        } else {
            self.fill(page);
        }
    }

    /// Shows the lines that a number of the report was read from, and puts the focus where the eye is.
    pub fn jump(self, page: Page, input: usize, lines: &SourceLines) {
        let Some(target) = lines.iter().next().and_then(|line| line.checked_sub(1)) else { return };
        ORIGIN.set(clicked());
        self.text.set(u32::try_from(input).ok());
        self.as_text.set(true);
        self.search.set(String::new());
        self.marked.set(lines.stretches().collect());
        self.is_led.set(true);
        self.cursor.set(Some(target));
        self.asked.update_value(|asked| {
            asked.top = place(target, asked.height);
            asked.go_to = Some(target);
        });
        if let Some(list) = list::element() {
            let _ = list.focus();
        }
        self.ask_anew(page);
    }

    /// Goes back to the link that led here.
    pub fn back(self, page: Page) {
        self.leave();
        self.fill(page);
        if let Some(element) = ORIGIN.take().filter(|element| element.is_connected()) {
            element.scroll_into_view();
            if let Some(element) = element.dyn_ref::<HtmlElement>() {
                let _ = element.focus();
            }
        }
    }

    fn leave(self) {
        self.marked.set(Vec::new());
        self.is_led.set(false);
    }

    /// A new search, order or text starts at the top.
    fn start_over(self, page: Page) {
        self.cursor.set(None);
        self.asked.update_value(|asked| asked.top = 0.0);
        if let Some(list) = list::element() {
            list.set_scroll_top(0);
        }
        self.ask_anew(page);
    }

    /// Asks for the rows in view of another list than before.
    fn ask_anew(self, page: Page) {
        self.asked.update_value(|asked| asked.list = asked.id + 1);
        self.ask(page);
    }

    fn ask(self, page: Page) {
        self.asked.update_value(|asked| {
            asked.id += 1;
            asked.is_waiting = true;
        });
        let asked = self.asked.get_value();
        let rows = self.wanted(u32::MAX as usize);
        page.send(Command::ShowRaw(RawQuery {
            id: asked.id,
            text: self.text.get_untracked(),
            as_text: self.as_text.get_untracked(),
            search: self.search.get_untracked(),
            open: self.open.get_untracked(),
            rows: rows.start as u32..rows.end as u32,
        }));
    }

    /// The rows in view, and a few more, of so many.
    fn wanted(self, count: usize) -> Range<usize> {
        let asked = self.asked.get_value();
        visible(count, ROW, asked.top, asked.height, SPARE)
    }

    /// Asks for the rows that are in view and not there.
    fn fill(self, page: Page) {
        let asked = self.asked.get_value();
        let is_there = self.rows.with_untracked(|rows| {
            rows.as_ref().is_none_or(|rows| {
                let wanted = self.wanted(rows.count as usize);
                let first = rows.first as usize;
                wanted.is_empty() || (first <= wanted.start && wanted.end <= first + rows.rows.len())
            })
        });
        if !is_there && !asked.is_waiting {
            self.ask(page);
        }
    }

    /// The list was scrolled or has another height.
    fn measure(self, page: Page, list: &Element) {
        let (top, height) = (f64::from(list.scroll_top()), f64::from(list.client_height()));
        let asked = self.asked.get_value();
        if asked.go_to.is_none() && (asked.top, asked.height) != (top, height) {
            self.asked.update_value(|asked| (asked.top, asked.height) = (top, height));
            self.fill(page);
        }
    }

    /// Scrolls the list to a row, and the page to the list, when the list has its new height.
    fn arrive(self, page: Page, target: u32) {
        request_animation_frame(move || {
            let Some(list) = list::element() else { return };
            list.set_scroll_top(place(target, f64::from(list.client_height())) as i32);
            self.measure(page, &list);
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            list.scroll_into_view_with_scroll_into_view_options(&options);
            let _ = list.focus();
        });
    }

    /// Opens the family of a row, or closes it, and puts the cursor there.
    fn toggle(self, page: Page, position: u32) {
        self.cursor.set(Some(position));
        let Some(key) = self.rows.with_untracked(|rows| rows.as_ref().and_then(|rows| row::key(rows, position))) else { return };
        self.open.update(|open| match open.iter().position(|name| *name == key) {
            Some(at) => drop(open.remove(at)),
            None => open.push(key),
        });
        self.ask_anew(page);
    }
}

/// Where a list of this height is scrolled to show a row with some of what comes before it.
fn place(row: u32, height: f64) -> f64 {
    (f64::from(row) * ROW - (height / 3.0).min(160.0)).max(0.0)
}

/// The link whose click is being answered.
fn clicked() -> Option<Element> {
    let event = window().event().dyn_into::<Event>().ok()?;
    event.target()?.dyn_into::<Element>().ok()?.closest("button").ok()?
}
