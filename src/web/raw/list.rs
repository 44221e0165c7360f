//! The scrolling list: a tall empty box and the rows in view. The list is one stop of the tab key; inside, the arrows move a cursor.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, MouseEvent};

use super::index::{Index, Mode, Rows, View};
use super::row;
use crate::browse::{self, Needle, Row};
use crate::web::state::State;
use crate::web::text::raw as words;

/// Height of a row in pixels; the style sheet has the same number.
const ROW: f64 = 24.0;
/// Rows drawn beyond both ends, so that a short scroll shows no gap.
const SPARE: usize = 12;

#[component]
pub fn List(state: State, view: RwSignal<View>, index: Memo<Index>, rows: Memo<Rows>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let scroller = move || node.get_untracked().map(|div| div.unchecked_into::<Element>());
    let (scrolled, set_scrolled) = signal(0.0f64);
    let (height, set_height) = signal(480.0f64);
    let cursor = RwSignal::new(None::<usize>);
    let measure = move || {
        if let Some(element) = scroller() {
            set_scrolled.set(f64::from(element.scroll_top()));
            set_height.set(f64::from(element.client_height()));
        }
    };
    let scroll_to = move |top: f64| {
        if let Some(element) = scroller() {
            element.set_scroll_top(top.max(0.0) as i32);
        }
        measure();
    };
    let count = Memo::new(move |_| rows.with(Rows::len));
    let range = Memo::new(move |_| browse::visible(count.get(), ROW, scrolled.get(), height.get(), SPARE));

    // After a jump: scroll there and put the focus where the eye is.
    Effect::new(move |done: Option<u32>| {
        let (jumps, first) = view.with(|view| (view.jumps, view.marked.first().copied()));
        let Some(first) = first.filter(|_| done != Some(jumps) && count.get() > 0) else { return done.unwrap_or(0) };
        let position = first.saturating_sub(1) as usize;
        cursor.set(Some(position));
        scroll_to(position as f64 * ROW - (height.get_untracked() / 3.0).min(160.0));
        if let Some(div) = node.get_untracked() {
            div.scroll_into_view_with_scroll_into_view_options(&nearest());
            let _ = div.focus();
        }
        jumps
    });
    // A new search, order or text starts at the top.
    Effect::new(move |before: Option<(String, Mode, usize)>| {
        let now = view.with(|view| (view.search.clone(), view.mode, view.input));
        let jumped = view.with_untracked(|view| view.mode == Mode::Lines && view.search.is_empty() && !view.marked.is_empty());
        if before.is_some_and(|before| before != now) && !jumped {
            cursor.set(None);
            scroll_to(0.0);
        }
        now
    });

    let toggle = move |position: usize| {
        if let Some(Row::Family { index: family, .. }) = rows.with_untracked(|rows| rows.get(position)) {
            let name = index.with_untracked(|index| index.families.get(family).map(|entry| entry.name.clone()));
            view.update(|view| name.iter().for_each(|name| view.toggle(name)));
        }
    };
    let press = move |event: KeyboardEvent| {
        let last = count.get_untracked().saturating_sub(1);
        let page = (height.get_untracked() / ROW).max(2.0) as usize - 1;
        let at = cursor.get_untracked();
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
                    toggle(at);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        let next = next.min(last);
        cursor.set(Some(next));
        let (top, shown) = (scrolled.get_untracked(), height.get_untracked());
        let place = next as f64 * ROW;
        if place < top {
            scroll_to(place);
        } else if place + ROW > top + shown {
            scroll_to(place + ROW - shown + 2.0);
        }
    };
    let click = move |event: MouseEvent| {
        if let Some(position) = row::position_of(&event) {
            cursor.set(Some(position));
            toggle(position);
        }
    };
    let drawn = move || {
        let (range, at) = (range.get(), cursor.get());
        view.with(|view| {
            let needle = Needle::new(&view.search);
            let draw = |position: usize, row: Row, text: &str, index: &Index| {
                row::draw(row, &row::Place { position, current: at == Some(position) }, text, index, view, &needle)
            };
            state.loaded.with(|loaded| {
                index.with(|index| {
                    let text = index.text(loaded);
                    rows.with(|rows| range.filter_map(|position| Some(draw(position, rows.get(position)?, text, index))).collect_view())
                })
            })
        })
    };
    let current = move || cursor.get().filter(|at| range.get().contains(at)).map(row::id);
    view! {
        <div
            class="raw-list" node_ref=node tabindex="0" role="treegrid" aria-label=words::RAW
            aria-rowcount=move || count.get().to_string() aria-activedescendant=current
            on:scroll=move |_| measure() on:click=click on:keydown=press
        >
            <div class="raw-space" role="rowgroup" style=("--rows", move || count.get().to_string())>
                <div class="raw-rows" role="presentation" style=("--first", move || range.get().start.to_string())>{drawn}</div>
            </div>
        </div>
        {move || (count.get() == 0).then(|| view! { <p class="quiet raw-empty">{words::NOTHING}</p> })}
    }
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}
