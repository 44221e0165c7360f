//! The composition of the page.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{EventTarget, HtmlElement, HtmlInputElement};

use super::host::{Host, drawn, later};
use super::io::{fetch, files, keys, theme};
use super::state::State;
use super::{events, route};
use crate::session::Part;
use crate::view::words::app as words;

#[component]
pub fn App() -> impl IntoView {
    let state = State::new(theme::restore());
    events::listen(state);
    route::follow(state);
    later(move || state.load());
    let open = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(list) = input.files() {
            files::read(state, list);
        }
        input.set_value(""); // the same file may be opened again
    };
    // The announcement whose sentence is heard because the focus went to it.
    let heard = RwSignal::new(String::new());
    let said = move || {
        if state.ui.with(|ui| ui.busy > 0) {
            return words::READING.to_owned();
        }
        let all = state.status.with(|status| status.announcement.clone());
        let score = all.split('\n').next().filter(|_| heard.with(|heard| *heard == all)).map(str::to_owned);
        score.unwrap_or(all)
    };
    let absent = Memo::new(move |_| state.ui.with(|ui| ui.rules) || !state.status.with(|status| status.loaded));
    let held = Memo::new(move |_| state.ui.with(|ui| ui.held));
    Effect::new(move |_| {
        if !absent.get() && greet() {
            heard.set(state.status.with_untracked(|status| status.announcement.clone()));
        }
    });
    let sheet = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let open = state.ui.with(|ui| ui.sheet.is_some());
        match sheet.get() {
            Some(dialog) if open && !dialog.open() => drop(dialog.show_modal()),
            Some(dialog) if !open && dialog.open() => dialog.close(),
            _ => {}
        }
    });
    let close = move |_| {
        fetch::cancel(state);
        if state.ui.with_untracked(|ui| ui.sheet.is_some()) {
            state.sheet(None);
        }
    };
    // The dialog itself is hit only outside of its content: that is the backdrop.
    let backdrop = move |event: web_sys::MouseEvent| {
        if let (Some(dialog), Some(target)) = (sheet.get_untracked(), event.target())
            && target == *dialog.unchecked_ref::<EventTarget>()
        {
            state.sheet(None);
        }
    };
    view! {
        <a class="skip" href="#main">{words::SKIP}</a>
        <header use:drawn=(state, Host::Header)></header>
        <main id="main" tabindex="-1">
            <div use:drawn=(state, Host::Part(Part::Notice))></div>
            <div use:drawn=(state, Host::Page)></div>
            <div class="report" hidden=absent>
                <div use:drawn=(state, Host::Part(Part::Top))></div>
                <div use:drawn=(state, Host::Part(Part::Main))></div>
                <div use:drawn=(state, Host::Part(Part::Side))></div>
                <div use:drawn=(state, Host::Part(Part::Rest))></div>
                <div use:drawn=(state, Host::Raw)></div>
            </div>
        </main>
        <p class="hidden" role="status">{said}</p>
        <input id=keys::FILE_INPUT type="file" multiple=true hidden=true aria-label=words::OPEN on:change=open />
        <div class="drop-cover" class:shown=held aria-hidden="true"><p>{words::DROP_HERE}</p></div>
        <dialog node_ref=sheet aria-labelledby="sheet" on:close=close on:click=backdrop>
            <div use:drawn=(state, Host::Sheet)></div>
        </dialog>
    }
}

/// When a report takes the place of the empty page: the verdict is the first thing to hear. True when the focus goes there.
fn greet() -> bool {
    // What is focused on the empty page goes with it.
    let passing = |element: web_sys::Element| element.matches("body, .home *").unwrap_or(false);
    let nothing_focused = move || document().active_element().is_none_or(passing);
    request_animation_frame(move || {
        let headline = document().get_element_by_id("headline").and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(headline) = headline.filter(|_| nothing_focused()) {
            let _ = headline.focus();
        }
    });
    nothing_focused()
}
