//! The scrolling list. It is one stop of the tab key; inside, the arrows move a cursor.

use leptos::prelude::*;

use crate::web::parts::{each, text};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::ROW;
use super::row::{id, row};
use crate::web::page::Page;

const ID: &str = "raw-list";

/// The list, when it is in the document.
pub fn element() -> Option<HtmlElement> {
    document().get_element_by_id(ID)?.dyn_into().ok()
}

pub fn list(page: Page, label: &'static str) -> AnyView {
    let raw = page.raw;
    let count = Memo::new(move |_| raw.rows.with(|rows| rows.as_ref().map_or(0, |rows| rows.count)));
    let first = Memo::new(move |_| raw.rows.with(|rows| rows.as_ref().map_or(0, |rows| rows.first)));
    let current = move || {
        let cursor = raw.cursor.get()?;
        raw.rows
            .with(|rows| rows.as_ref().is_some_and(|rows| (rows.first..rows.first + rows.rows.len() as u32).contains(&cursor)))
            .then(|| id(cursor))
    };
    // Rows of one list are the same wherever it is scrolled.
    let keys = move || {
        let list = raw.asked.with_value(|asked| asked.list);
        raw.rows.with(|rows| rows.iter().flat_map(|rows| (rows.first..).take(rows.rows.len())).map(|position| (list, position)).collect())
    };
    let known = move |position: u32| {
        raw.rows.with_untracked(|rows| {
            let rows = rows.as_ref()?;
            rows.rows.get(position.checked_sub(rows.first)? as usize).cloned()
        })
    };
    let one = move |(_, position): (u32, u32)| known(position).map(|shown| row(page, position, shown)).into_any();
    view! {
        <div
            class="raw-list"
            id=ID
            tabindex="0"
            role="treegrid"
            aria-label=label
            aria-rowcount=text(move || count.get().to_string())
            aria-activedescendant=current
            on:scroll=move |event| raw.measure(page, &event_target::<web_sys::Element>(&event))
            on:keydown=move |event| press(page, &event)
        >
            <div class="raw-space" role="rowgroup" style:--rows=move || count.get().to_string()>
                <div class="raw-rows" id="raw-rows" role="presentation" style:--first=move || first.get().to_string()>
                    {each(keys, one)}
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn press(page: Page, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let raw = page.raw;
    let last = raw.rows.with_untracked(|rows| rows.as_ref().map_or(0, |rows| rows.count)).saturating_sub(1);
    let height = raw.asked.with_value(|asked| asked.height);
    let screen = (height / ROW).max(2.0) as u32 - 1;
    let at = raw.cursor.get_untracked();
    let next = match event.key().as_str() {
        "ArrowDown" => at.map_or(0, |at| at + 1),
        "ArrowUp" => at.map_or(0, |at| at.saturating_sub(1)),
        "PageDown" => at.unwrap_or(0) + screen,
        "PageUp" => at.unwrap_or(0).saturating_sub(screen),
        "Home" => 0,
        "End" => last,
        "Enter" | " " | "ArrowRight" | "ArrowLeft" => {
            if let Some(at) = at {
                event.prevent_default();
                raw.toggle(page, at);
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    let next = next.min(last);
    raw.cursor.set(Some(next));
    let Some(list) = element() else { return };
    let (place, top) = (f64::from(next) * ROW, f64::from(list.scroll_top()));
    let scrolled = if place < top {
        place
    } else if place + ROW > top + height {
        place + ROW - height + 2.0
    } else {
        return;
    };
    list.set_scroll_top(scrolled as i32);
    raw.measure(page, &list);
}
