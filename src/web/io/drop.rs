//! Dropping files, a text or a link anywhere on the page.

use std::cell::Cell;

use web_sys::DragEvent;

use super::super::events::take_files;
use super::super::state::{Sheet, State};
use super::clipboard;

thread_local! {
    /// Entering a child fires before leaving its parent; the depth tells when the page itself was left.
    static DEPTH: Cell<i32> = const { Cell::new(0) };
}

pub fn drag(state: State, event: &DragEvent) {
    let kind = event.type_();
    if kind == "drop" {
        DEPTH.set(0);
        hold(state, false);
        dropped(state, event);
    } else if droppable(event) {
        event.prevent_default();
        match kind.as_str() {
            "dragenter" => {
                DEPTH.set(DEPTH.get() + 1);
                hold(state, true);
            }
            "dragleave" => {
                DEPTH.set(DEPTH.get() - 1);
                if DEPTH.get() <= 0 {
                    hold(state, false);
                }
            }
            _ => {}
        }
    }
}

fn hold(state: State, held: bool) {
    state.set(&mut |ui| ui.held = held);
}

fn dropped(state: State, event: &DragEvent) {
    let Some(data) = event.data_transfer() else { return };
    if take_files(state, &data) {
        event.prevent_default();
        return;
    }
    let text = clipboard::plain(&data);
    let line = text.trim();
    if line.length() == 0 {
        return;
    }
    event.prevent_default();
    let is_link = !line.includes("\n", 0) && (line.starts_with("http://", 0) || line.starts_with("https://", 0));
    if is_link {
        let address = String::from(line);
        state.set(&mut |ui| ui.address.clone_from(&address));
        state.sheet(Some(Sheet::Fetch));
    } else {
        clipboard::take_text(state, text);
    }
}

fn droppable(event: &DragEvent) -> bool {
    let Some(data) = event.data_transfer() else { return false };
    let types = data.types();
    (0..types.length()).filter_map(|index| types.get(index).as_string()).any(|kind| kind == "Files" || kind == "text/plain")
}
