//! The raw view with its tools: search, order, which text.

use leptos::prelude::*;

use super::list::list;
use crate::metrics::Unit;
use crate::protocol::RawRows;
use crate::web::action::Action;
use crate::web::page::Page;
use crate::web::parts::{button, live, word};

/// Id of the search field; a key leads there.
pub const SEARCH_FIELD: &str = "raw-search";

const RAW: &str = "Raw metrics";
const SEARCH: &str = "Search names, labels, help";
const ORDER: &str = "Order of the raw metrics";
const BY_FAMILY: &str = "By family";
const AS_TEXT: &str = "As text";
const WHICH: &str = "Which dump";
const BACK: &str = "Back to where you were";
const NOTHING: &str = "Nothing matches.";
const NOT_KEPT: &str = "The text is no longer kept, to save memory. Add it again to see its lines.";

pub fn raw(page: Page) -> AnyView {
    let nothing = Memo::new(move |_| {
        page.raw.rows.with(|rows| rows.as_ref().filter(|rows| rows.count == 0).map(|rows| if rows.is_gone { NOT_KEPT } else { NOTHING }))
    });
    view! {
        <section class="part" id="raw" aria-labelledby="raw-title">
            <header class="part-head"><h2 id="raw-title" tabindex="-1">{RAW}</h2> <span class="aside"></span></header>
            <div class="card raw">
                {tools(page)} {list(page, RAW)} {live(move || nothing.get().map(|sentence| view! { <p class="quiet raw-empty">{sentence}</p> }))}
            </div>
        </section>
    }
    .into_any()
}

fn tools(page: Page) -> AnyView {
    let raw = page.raw;
    let typed = move |event| {
        raw.search.set(event_target_value(&event));
        raw.start_over(page);
    };
    let order = move |as_text: bool, label: &'static str| {
        let choose = move |_| {
            raw.as_text.set(as_text);
            raw.start_over(page);
        };
        let pressed = move || if raw.as_text.get() == as_text { "true" } else { "false" };
        view! { <button type="button" aria-pressed=word(pressed) on:click=choose>{label}</button> }.into_any()
    };
    let count = move || {
        raw.rows.with(|rows| rows.as_ref().map(|rows| counted(rows, raw.as_text.get(), raw.search.with(|typed| !typed.trim().is_empty()))))
    };
    view! {
        <div class="raw-tools">
            <input
                id=SEARCH_FIELD
                type="search"
                placeholder=SEARCH
                aria-label=SEARCH
                autocomplete="off"
                spellcheck="false"
                prop:value=move || raw.search.get()
                on:input=typed
            />
            <div class="switch" role="group" aria-label=ORDER>{order(false, BY_FAMILY)} {order(true, AS_TEXT)}</div>
            {chooser(page)}
            <span class="quiet" role="status">{live(count)}</span>
            {live(move || raw.is_led.get().then(|| button(page, "small", Action::Back, BACK)))}
        </div>
    }
    .into_any()
}

fn chooser(page: Page) -> AnyView {
    let raw = page.raw;
    let names = Memo::new(move |_| page.texts.with(|texts| texts.iter().map(|text| text.name.clone()).collect::<Vec<String>>()));
    let chosen = Memo::new(move |_| {
        let last = names.with(|names| names.len().saturating_sub(1));
        raw.text.get().map_or(last, |text| last.min(text as usize))
    });
    let choose = move |event| {
        raw.text.set(event_target_value(&event).parse().ok());
        raw.marked.set(Vec::new());
        raw.start_over(page);
    };
    let shown = move || {
        let (names, chosen) = (names.get(), chosen.get());
        let option = move |(index, name): (usize, String)| {
            view! { <option value=index.to_string() prop:selected=index == chosen>{name}</option> }.into_any()
        };
        (names.len() > 1).then(|| {
            view! { <select aria-label=WHICH on:change=choose>{names.into_iter().enumerate().map(option).collect::<Vec<AnyView>>()}</select> }
        })
    };
    live(shown)
}

fn counted(rows: &RawRows, as_text: bool, is_searched: bool) -> String {
    match (as_text, is_searched) {
        (true, true) => format!("{} of {}", Unit::Count.show(f64::from(rows.count)), count_of(rows.lines, "line", "lines")),
        (true, false) => count_of(rows.lines, "line", "lines"),
        (false, true) => count_of(rows.count, "row", "rows"),
        (false, false) => count_of(rows.families, "family", "families"),
    }
}

fn count_of(count: u32, one: &str, many: &str) -> String {
    format!("{} {}", Unit::Count.show(f64::from(count)), if count == 1 { one } else { many })
}
