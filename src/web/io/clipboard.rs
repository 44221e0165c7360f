//! Paste and copy.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, Element};

use super::super::events::{is_field, take_files};
use super::super::state::State;
use super::{clock, take};
use crate::session::Incoming;
use crate::view::frame::Origin;
use crate::view::words::input as words;

/// Below this a paste into a form field is meant for the field.
const FIELD_PASTE: usize = 200;

/// Pasting works anywhere on the page. The text goes straight to the analysis and never into an element.
pub fn pasted(state: State, event: &ClipboardEvent, target: Option<&Element>) {
    let Some(data) = event.clipboard_data() else { return };
    if take_files(state, &data) {
        event.prevent_default();
        return;
    }
    let Ok(text) = data.get_data("text/plain") else { return };
    if text.is_empty() || (target.is_some_and(is_field) && text.len() < FIELD_PASTE) {
        return;
    }
    event.prevent_default();
    take_text(state, text);
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
            Some(text) => take_text(state, text),
            None => state.tell(&words::clipboard_refused(is_mac())),
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

pub fn take_text(state: State, text: String) {
    let name = words::PASTED.to_owned();
    take(state, vec![Incoming { name, at: Some(clock::now()), bytes: text.into_bytes(), origin: Origin::Pasted }]);
}
