//! Dropping files, a text or a link anywhere on the page.

use std::cell::Cell;

use leptos::prelude::Set;
use web_sys::DragEvent;

use super::super::action::{Action, Sheet};
use super::super::page::Page;
use super::clipboard;
use super::files::take_files;

thread_local! {
    /// Entering a child fires before leaving its parent; the depth tells when the page itself was left.
    static DEPTH: Cell<i32> = const { Cell::new(0) };
}

pub fn drag(page: Page, event: &DragEvent) {
    let kind = event.type_();
    if kind == "drop" {
        DEPTH.set(0);
        hold(page, false);
        dropped(page, event);
    } else if droppable(event) {
        event.prevent_default();
        match kind.as_str() {
            "dragenter" => {
                DEPTH.set(DEPTH.get() + 1);
                hold(page, true);
            }
            "dragleave" => {
                DEPTH.set(DEPTH.get() - 1);
                if DEPTH.get() <= 0 {
                    hold(page, false);
                }
            }
            _ => {}
        }
    }
}

fn hold(page: Page, held: bool) {
    page.is_held.set(held);
}

fn dropped(page: Page, event: &DragEvent) {
    let Some(data) = event.data_transfer() else { return };
    if take_files(page, &data) {
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
        page.address.set(String::from(line));
        page.act(Action::Show(Sheet::Fetch));
    } else {
        clipboard::take_text(page, text);
    }
}

fn droppable(event: &DragEvent) -> bool {
    let Some(data) = event.data_transfer() else { return false };
    let types = data.types();
    (0..types.length()).filter_map(|index| types.get(index).as_string()).any(|kind| kind == "Files" || kind == "text/plain")
}
