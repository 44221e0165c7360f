//! What people do to the page as a whole: paste, drop, press a key, click outside of a menu, follow a link.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{ClipboardEvent, DragEvent, Element, Event, KeyboardEvent};

use super::io::{clipboard, drop, keys};
use super::page::Page;
use super::{menus, route};

const EVENTS: [&str; 7] = ["keydown", "paste", "dragenter", "dragleave", "dragover", "drop", "hashchange"];

pub fn listen(page: Page) {
    let heard = Closure::<dyn Fn(Event)>::new(move |event: Event| hear(page, &event)).into_js_value();
    let heard: &js_sys::Function = heard.unchecked_ref();
    let window = window();
    for name in EVENTS {
        let _ = window.add_event_listener_with_callback(name, heard);
    }
    // On its way down, so that a menu is closed, and its head has the focus, before what was chosen opens a dialog.
    let _ = window.add_event_listener_with_callback_and_bool("click", heard, true);
}

fn hear(page: Page, event: &Event) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    match (event.type_().as_str(), target) {
        ("click", Some(target)) => menus::clicked(&target),
        ("keydown", _) => {
            if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                keys::press(page, event);
            }
        }
        ("paste", target) => {
            if let Some(event) = event.dyn_ref::<ClipboardEvent>() {
                clipboard::pasted(page, event, target.as_ref());
            }
        }
        ("hashchange", _) => route::follow(page),
        (_, _) => {
            if let Some(event) = event.dyn_ref::<DragEvent>() {
                drop::drag(page, event);
            }
        }
    }
}
