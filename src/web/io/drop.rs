//! Dropping files, a text or a link anywhere on the page.

use leptos::ev;
use leptos::prelude::*;
use web_sys::DragEvent;

use super::super::state::{Sheet, State};
use super::{clipboard, files};

/// True while something that can be dropped is held over the page.
pub fn listen(state: State) -> ReadSignal<bool> {
    let (held, set_held) = signal(false);
    // Entering a child fires before leaving its parent; the depth tells when the page itself was left.
    let depth = StoredValue::new(0i32);
    let _ = window_event_listener(ev::dragenter, move |event: DragEvent| {
        if droppable(&event) {
            event.prevent_default();
            depth.update_value(|depth| *depth += 1);
            set_held.set(true);
        }
    });
    let _ = window_event_listener(ev::dragleave, move |event: DragEvent| {
        if droppable(&event) {
            depth.update_value(|depth| *depth -= 1);
            if depth.get_value() <= 0 {
                set_held.set(false);
            }
        }
    });
    let _ = window_event_listener(ev::dragover, move |event: DragEvent| {
        if droppable(&event) {
            event.prevent_default();
        }
    });
    let _ = window_event_listener(ev::drop, move |event: DragEvent| {
        depth.set_value(0);
        set_held.set(false);
        let Some(data) = event.data_transfer() else { return };
        if let Some(list) = data.files().filter(|list| list.length() > 0) {
            event.prevent_default();
            files::read(state, list);
            return;
        }
        let Some(text) = data.get_data("text/plain").ok().filter(|text| !text.trim().is_empty()) else { return };
        event.prevent_default();
        let line = text.trim();
        if !line.contains('\n') && (line.starts_with("http://") || line.starts_with("https://")) {
            state.address.set(line.to_owned());
            state.sheet.set(Some(Sheet::Fetch));
        } else {
            clipboard::take(state, text);
        }
    });
    held
}

fn droppable(event: &DragEvent) -> bool {
    let Some(data) = event.data_transfer() else { return false };
    let types = data.types();
    (0..types.length()).filter_map(|index| types.get(index).as_string()).any(|kind| kind == "Files" || kind == "text/plain")
}
