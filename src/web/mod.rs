//! The page. The only module that names leptos or web-sys.
//!
//! Leptos draws what the worker tells, from the small signals of [`page::Page`]; what people do is an [`action::Action`]. `io` brings text
//! in. Nothing here reads a metrics text or decides anything about a server: that is in another module of wasm, which runs in a
//! [`worker`] and is loaded when the page has been painted; what comes earlier waits for it.

mod action;
mod app;
mod card;
mod chart;
mod chips;
mod form;
mod header;
mod home;
mod io;
mod listen;
mod menus;
mod notice;
mod page;
mod panic;
mod parts;
mod raw;
mod reading;
mod refused;
mod route;
mod rules;
mod sheet;
mod turns;
mod updates;
mod ways_in;
mod worker;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Starts the page: the panic banner, `window.servescope`, and the application in place of the static shell.
pub fn start() {
    panic::install();
    worker::announce();
    let Some(shell) = document().get_element_by_id("app").and_then(|shell| shell.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return;
    };
    shell.replace_children_with_node_0();
    mount_to(shell, app::App).forget();
}
