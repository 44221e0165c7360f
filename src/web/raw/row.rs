//! A row: a family, or a line.

use leptos::prelude::*;
use web_sys::Element;

use crate::protocol::{Mark, RawRow, RawRows, Span};
use crate::web::page::Page;

pub fn id(position: u32) -> String {
    format!("raw-row-{position}")
}

/// The name of the family in this row, when it is one.
pub fn key(rows: &RawRows, position: u32) -> Option<String> {
    match rows.rows.get(position.checked_sub(rows.first)? as usize)? {
        RawRow::Family { key, .. } => Some(key.clone()),
        RawRow::Line { .. } => None,
    }
}

pub fn row(page: Page, position: u32, row: RawRow) -> AnyView {
    let raw = page.raw;
    let is_current = Memo::new(move |_| raw.cursor.get() == Some(position));
    let with_cursor = move |class: &str| if is_current.get() { format!("{class} current") } else { class.to_owned() };
    let click = move |_| raw.toggle(page, position);
    match row {
        RawRow::Family { name, kind, help, gist, open, .. } => {
            let title = help.clone();
            let class = move || with_cursor(if open { "raw-row family open" } else { "raw-row family" });
            view! {
                <div
                    class=class
                    id=id(position)
                    role="row"
                    aria-rowindex=(position + 1).to_string()
                    use:at_level="1"
                    aria-expanded=if open { "true" } else { "false" }
                    on:click=click
                >
                    <span class="name" role="rowheader">{spans(name, |_| "n")}</span>
                    <span class="kind" role="gridcell">{kind}</span>
                    <span class="gist" role="gridcell">{gist}</span>
                    <span class="help" role="gridcell" title=title>{help}</span>
                </div>
            }
            .into_any()
        }
        RawRow::Line { number, content } => {
            let is_marked =
                Memo::new(move |_| raw.marked.with(|marked| marked.iter().any(|(first, last)| (*first..=*last).contains(&number))));
            let class = move || with_cursor(if is_marked.get() { "raw-row line marked" } else { "raw-row line" });
            let level = if raw.as_text.get_untracked() { "1" } else { "2" };
            view! {
                <div class=class id=id(position) role="row" aria-rowindex=(position + 1).to_string() use:at_level=level on:click=click>
                    <span class="no" role="rowheader">{number.to_string()}</span>
                    <span class="code" role="gridcell">{spans(content, class_of)}</span>
                </div>
            }
            .into_any()
        }
    }
}

/// `aria-level`, which the components do not know. Families are at level 1, and so are lines where there are no families.
fn at_level(row: Element, level: &'static str) {
    let _ = row.set_attribute("aria-level", level);
}

fn spans(spans: Vec<Span>, class: fn(Mark) -> &'static str) -> Vec<AnyView> {
    let span = |span: Span| {
        let class = class(span.mark);
        if span.found {
            view! { <mark class=class>{span.text}</mark> }.into_any()
        } else {
            view! { <span class=class>{span.text}</span> }.into_any()
        }
    };
    spans.into_iter().map(span).collect()
}

fn class_of(mark: Mark) -> &'static str {
    match mark {
        Mark::Comment => "c",
        Mark::Name => "n",
        Mark::Labels => "l",
        Mark::Value => "v",
    }
}
