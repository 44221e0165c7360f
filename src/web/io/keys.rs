//! Single-key shortcuts. They can be switched off in the help, and never act while somebody types.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::super::action::{Action, Sheet};
use super::super::menus;
use super::super::page::Page;
use super::super::raw::SEARCH_FIELD;
use super::files::is_field;

/// Id of the field that the shortcut for opening files acts on.
pub const FILE_INPUT: &str = "open-files";

pub fn press(page: Page, event: &KeyboardEvent) {
    if event.key() == "Escape" && menus::escaped() {
        event.prevent_default();
        return;
    }
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return;
    }
    let typing = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| is_field(&element));
    if typing || !page.has_keys.get_untracked() || page.sheet.with_untracked(Option::is_some) {
        return;
    }
    let acted = match event.key().as_str() {
        "?" => {
            page.act(Action::Show(Sheet::Help));
            true
        }
        "o" => click(FILE_INPUT),
        "u" => {
            page.act(Action::Show(Sheet::Fetch));
            true
        }
        "/" => focus(SEARCH_FIELD),
        _ => false,
    };
    if acted {
        event.prevent_default();
    }
}

/// Opens the file dialog.
pub fn open_files() {
    click(FILE_INPUT);
}

fn click(id: &str) -> bool {
    element(id).map(|element| element.click()).is_some()
}

fn focus(id: &str) -> bool {
    element(id).is_some_and(|element| {
        element.scroll_into_view();
        element.focus().is_ok()
    })
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
