//! Paste and copy.

use leptos::prelude::*;
use leptos::{ev, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, Element};

use super::super::state::{Notice, Origin, State};
use super::super::text;
use super::accept::{Incoming, accept};
use super::{clock, files};

/// Below this a paste into a form field is meant for the field.
const FIELD_PASTE: usize = 200;

/// Pasting works anywhere on the page. The text goes straight to the analysis and never into an element.
pub fn listen(state: State) {
    let _ = window_event_listener(ev::paste, move |event: ClipboardEvent| {
        let Some(data) = event.clipboard_data() else { return };
        if let Some(list) = data.files().filter(|list| list.length() > 0) {
            event.prevent_default();
            files::read(state, list);
            return;
        }
        let Ok(text) = data.get_data("text/plain") else { return };
        if text.is_empty() || (in_field(&event) && text.len() < FIELD_PASTE) {
            return;
        }
        event.prevent_default();
        take(state, text);
    });
}

/// Reads the clipboard for the button. The browser may ask the person first.
pub fn paste(state: State) {
    spawn_local(async move {
        let read = async {
            let clipboard = window().navigator().clipboard();
            if clipboard.is_undefined() {
                return None; // not a secure context
            }
            JsFuture::from(clipboard.read_text()).await.ok()?.as_string()
        };
        match read.await.filter(|text| !text.trim().is_empty()) {
            Some(text) => take(state, text),
            None => state.notice.set(Some(Notice::LeftOut { sentence: text::input::clipboard_refused(is_mac()) })),
        }
    });
}

/// Puts text on the clipboard; `done` says whether it worked.
pub fn copy(text: String, done: impl FnOnce(bool) + 'static) {
    spawn_local(async move {
        let clipboard = window().navigator().clipboard();
        let worked = !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(&text)).await.is_ok();
        done(worked);
    });
}

/// True on machines where the command key does what Ctrl does elsewhere.
pub fn is_mac() -> bool {
    window().navigator().platform().is_ok_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

pub(super) fn take(state: State, text: String) {
    let incoming =
        Incoming { name: text::input::PASTED.to_owned(), at: Some(clock::now()), bytes: text.into_bytes(), origin: Origin::Pasted };
    accept(state, vec![incoming]);
}

fn in_field(event: &ClipboardEvent) -> bool {
    event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| is_field(&element))
}

/// True for elements that take typed text.
pub fn is_field(element: &Element) -> bool {
    element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]").unwrap_or(false)
}
