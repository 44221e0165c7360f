//! The page. The only module that names leptos or web-sys.
//!
//! One source of truth: the texts that were given and the settings ([`state`]). The report is a memo of them, every card a view of a
//! slice of the report. `io` brings text in; nothing here decides anything about a server.

mod api;
mod app;
mod card;
mod chart;
mod form;
mod frame;
mod home;
mod io;
mod panic;
mod raw;
mod route;
mod rules;
mod state;
mod text;
mod ui;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Starts the page: the panic banner, `window.servescope`, and the application in place of the static shell.
pub fn start() {
    panic::install();
    api::expose();
    let Some(shell) = document().get_element_by_id("app").and_then(|shell| shell.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return;
    };
    shell.replace_children_with_node_0();
    mount_to(shell, app::App).forget();
}
