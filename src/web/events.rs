//! One listener for everything that people do. What it means is written on the elements, as words of [`crate::view`].

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{ClipboardEvent, DragEvent, Element, Event, HtmlElement, KeyboardEvent};

use super::io::{clipboard, clock, download, drop, fetch, files, keys, samples, theme};
use super::state::{Sheet, State};
use super::{list, menus, route};
use crate::view::words::shared as words;

const EVENTS: [&str; 12] =
    ["click", "input", "change", "focusout", "submit", "keydown", "paste", "dragenter", "dragleave", "dragover", "drop", "hashchange"];

pub fn listen(state: State) {
    let heard = Closure::<dyn Fn(Event)>::new(move |event: Event| hear(state, &event)).into_js_value();
    let heard: &js_sys::Function = heard.unchecked_ref();
    let window = window();
    for name in EVENTS {
        let _ = window.add_event_listener_with_callback(name, heard);
    }
    // Scrolling does not bubble; it is caught on its way down.
    let _ = window.add_event_listener_with_callback_and_bool("scroll", heard, true);
}

fn hear(state: State, event: &Event) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    match (event.type_().as_str(), target) {
        ("click", Some(target)) => {
            menus::clicked(&target);
            click(state, &target);
        }
        ("input", Some(target)) => fill(state, &target, "data-input"),
        ("change", Some(target)) => fill(state, &target, "data-change"),
        ("focusout", Some(target)) if told(&target, "data-change").is_some_and(|field| field.starts_with("time.")) => {
            state.change(&mut |session| session.act("time-done"));
        }
        ("submit", Some(target)) => {
            event.prevent_default();
            if target.class_name() == "fetch" {
                fetch::start(state);
            }
        }
        ("scroll", Some(target)) if target.id() == list::ID => list::measure(state, &target),
        ("keydown", target) => {
            if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                match target.filter(|target| target.id() == list::ID) {
                    Some(list) if list::press(state, &list, event) => {}
                    _ => keys::press(state, event),
                }
            }
        }
        ("paste", target) => {
            if let Some(event) = event.dyn_ref::<ClipboardEvent>() {
                clipboard::pasted(state, event, target.as_ref());
            }
        }
        ("hashchange", _) => route::follow(state),
        (_, _) => {
            if let Some(event) = event.dyn_ref::<DragEvent>() {
                drop::drag(state, event);
            }
        }
    }
}

fn told(element: &Element, name: &str) -> Option<String> {
    element.get_attribute(name)
}

fn click(state: State, target: &Element) {
    if let Ok(Some(row)) = target.closest(".raw-row") {
        list::click(state, &row);
        return;
    }
    let Ok(Some(element)) = target.closest("[data-do]") else { return };
    let action = told(&element, "data-do").unwrap_or_default();
    let (verb, object) = action.split_once(' ').unwrap_or((&action, ""));
    match verb {
        "paste" => clipboard::paste(state),
        "open" => keys::open_files(),
        "fetch" => state.sheet(Some(Sheet::Fetch)),
        "help" => state.sheet(Some(Sheet::Help)),
        "privacy" => state.sheet(Some(Sheet::Privacy)),
        "close" => state.sheet(None),
        "cancel" => fetch::cancel(state),
        "load" => state.load(),
        "theme" => {
            let theme = state.ui.with_untracked(|ui| ui.theme).next();
            theme::choose(theme);
            state.set(&mut |ui| ui.theme = theme);
        }
        "way" => state.set(&mut |ui| ui.way = object.parse().unwrap_or(0)),
        "sample" => samples::load(state, object.parse().unwrap_or(0)),
        "copy" => copy(element, object.to_owned()),
        "copy-markdown" => copy(element, state.ask(|session| session.markdown()).unwrap_or_default()),
        "save-markdown" => save(state, "md", "text/markdown"),
        "save-json" => save(state, "json", "application/json"),
        "print" => {
            let _ = window().print();
        }
        "lines" => list::jump(state, &element, &action),
        "back" => list::back(state, &action),
        "by-family" | "as-text" => list::again(state, |session| session.act(&action)),
        _ => state.change(&mut |session| session.act(&action)),
    }
}

fn save(state: State, ending: &str, mime: &str) {
    let file = state.ask(|session| (session.file_name(), if ending == "md" { session.markdown() } else { session.json() }));
    if let Some((name, text)) = file {
        download::save(&format!("{name}.{ending}"), mime, &text);
    }
}

/// Copies, and says on the button for two seconds whether it did.
fn copy(button: Element, text: String) {
    clipboard::copy(text, move |worked| {
        let Some(label) = button.first_element_child() else { return };
        let before = label.text_content();
        label.set_text_content(Some(if worked { words::COPIED } else { words::NOT_COPIED }));
        set_timeout(
            move || {
                if label.text_content().as_deref() != before.as_deref() {
                    label.set_text_content(before.as_deref());
                }
            },
            std::time::Duration::from_secs(2),
        );
    });
}

fn fill(state: State, target: &Element, attribute: &str) {
    let Some(field) = told(target, attribute) else { return };
    let holds = |name: &str| js_sys::Reflect::get(target, &name.into()).ok();
    let typed = holds("value").and_then(|value| value.as_string()).unwrap_or_default();
    match field.as_str() {
        "address" => state.set(&mut |ui| ui.address.clone_from(&typed)),
        "keys" => {
            let on = holds("checked").is_some_and(|checked| checked.is_truthy());
            state.set(&mut |ui| ui.keys = on);
        }
        "search" | "which" => list::again(state, |session| session.fill(&field, &typed)),
        _ => {
            // The calendar is the page's; the session counts in Unix seconds.
            let value = if field.starts_with("time.") { clock::of_field(&typed).map(clock::written).unwrap_or_default() } else { typed };
            state.change(&mut |session| session.fill(&field, &value));
        }
    }
}

/// True for elements that take typed text.
pub fn is_field(element: &Element) -> bool {
    element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]").unwrap_or(false)
}

/// Focuses an element and brings it into view.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Reads the files that came with a paste or a drop; false when there are none.
pub fn take_files(state: State, data: &web_sys::DataTransfer) -> bool {
    match data.files().filter(|list| list.length() > 0) {
        Some(list) => {
            files::read(state, list);
            true
        }
        None => false,
    }
}
