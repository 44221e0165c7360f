//! The page. The only module that names leptos or web-sys.
//!
//! One source of truth: the [`crate::session`] for what was given, [`state`] for the page around it. What is shown is a tree of
//! [`crate::view`]; [`draw`] puts it into the document, [`events`] brings back what people do. `io` brings text in; nothing here
//! decides anything about a server. The session and the whole core are in another module, [`analysis`], which is loaded when the page
//! has been painted; what comes earlier waits for it.

mod analysis;
mod app;
mod draw;
mod events;
mod host;
mod io;
mod list;
mod menus;
mod panic;
mod route;
mod state;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Starts the page: the panic banner, `window.servescope`, and the application in place of the static shell.
pub fn start() {
    panic::install();
    analysis::announce();
    let Some(shell) = document().get_element_by_id("app").and_then(|shell| shell.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return;
    };
    shell.replace_children_with_node_0();
    mount_to(shell, app::App).forget();
}
