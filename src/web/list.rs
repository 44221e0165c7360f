//! The scrolling list of the raw view. It is one stop of the tab key; inside, the arrows move a cursor.

use std::cell::RefCell;

use leptos::prelude::*;
use web_sys::{Element, KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::analysis::Analysis;
use super::events::focus;
use super::state::State;
use crate::view::raw::ROW;

pub const ID: &str = "raw-list";

thread_local! {
    /// The link that led into the raw view, so that there is a way back.
    static ORIGIN: RefCell<Option<Element>> = const { RefCell::new(None) };
}

/// The list, when it is in the document.
pub fn element() -> Option<Element> {
    document().get_element_by_id(ID)
}

/// Takes over how the list is scrolled.
pub fn measure(state: State, list: &Element) {
    let (top, height) = (f64::from(list.scroll_top()), f64::from(list.client_height()));
    let scroll = state.scroll.get_untracked();
    if (scroll.top, scroll.height) != (top, height) {
        state.scroll.update(|scroll| (scroll.top, scroll.height) = (top, height));
    }
}

fn scroll_to(state: State, list: &Element, top: f64) {
    list.set_scroll_top(top.max(0.0) as i32);
    measure(state, list);
}

/// A new search, order or text starts at the top. Nothing but the list has to be drawn again.
pub fn again(state: State, change: impl FnOnce(&Analysis)) {
    state.ask(change);
    state.scroll.update(|scroll| scroll.cursor = None);
    if let Some(list) = element() {
        scroll_to(state, &list, 0.0);
    }
}

/// Shows the lines that a number of the report was read from, and puts the focus where the eye is.
pub fn jump(state: State, link: &Element, action: &str) {
    ORIGIN.set(Some(link.clone()));
    let went = |session: &Analysis| {
        session.act(action);
        session.raw_target()
    };
    let Some(target) = state.ask(went).flatten() else { return };
    state.scroll.update(|scroll| (scroll.cursor, scroll.ready) = (Some(target), true));
    if let Some(list) = element() {
        focus(&list);
    }
    // The list has its new height when it has been drawn.
    request_animation_frame(move || {
        let Some(list) = element() else { return };
        let height = f64::from(list.client_height());
        scroll_to(state, &list, target as f64 * ROW - (height / 3.0).min(160.0));
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        list.scroll_into_view_with_scroll_into_view_options(&options);
        focus(&list);
    });
}

/// Goes back to the link that led here.
pub fn back(state: State, action: &str) {
    state.ask(|session| session.act(action));
    state.scroll.update(|_| ());
    if let Some(element) = ORIGIN.take().filter(|element| element.is_connected()) {
        element.scroll_into_view();
        focus(&element);
    }
}

/// Puts the cursor on a row and opens or closes its family. Nothing but the list has to be drawn again.
fn toggle(state: State, position: usize) {
    state.ask(|session| session.raw_toggle(position));
    state.scroll.update(|scroll| scroll.cursor = Some(position));
}

/// Puts the cursor on the row that was clicked; a family opens or closes.
pub fn click(state: State, row: &Element) {
    let position = row.get_attribute("aria-rowindex").and_then(|index| index.parse::<usize>().ok()).and_then(|index| index.checked_sub(1));
    if let Some(position) = position {
        toggle(state, position);
    }
}

/// True when the key was one of the list's.
pub fn press(state: State, list: &Element, event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let last = state.ask(|session| session.raw_rows()).unwrap_or(0).saturating_sub(1);
    let scroll = state.scroll.get_untracked();
    let page = (scroll.height / ROW).max(2.0) as usize - 1;
    let at = scroll.cursor;
    let next = match event.key().as_str() {
        "ArrowDown" => at.map_or(0, |at| at + 1),
        "ArrowUp" => at.map_or(0, |at| at.saturating_sub(1)),
        "PageDown" => at.unwrap_or(0) + page,
        "PageUp" => at.unwrap_or(0).saturating_sub(page),
        "Home" => 0,
        "End" => last,
        "Enter" | " " | "ArrowRight" | "ArrowLeft" => {
            if let Some(at) = at {
                event.prevent_default();
                toggle(state, at);
            }
            return true;
        }
        _ => return false,
    };
    event.prevent_default();
    let next = next.min(last);
    state.scroll.update(|scroll| scroll.cursor = Some(next));
    let place = next as f64 * ROW;
    if place < scroll.top {
        scroll_to(state, list, place);
    } else if place + ROW > scroll.top + scroll.height {
        scroll_to(state, list, place + ROW - scroll.height + 2.0);
    }
    true
}
