//! The dialogs.

pub mod failure;
mod fetch;
mod help;
mod privacy;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

use super::action::{Action, Sheet};
use super::page::Page;
use super::parts::{button, live};

const CLOSE: &str = "Close";

pub fn sheet(page: Page) -> AnyView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let is_open = page.sheet.with(Option::is_some);
        match dialog.get() {
            Some(dialog) if is_open && !dialog.open() => drop(dialog.show_modal()),
            Some(dialog) if !is_open && dialog.open() => dialog.close(),
            _ => {}
        }
    });
    let closed = move |_| {
        page.act(Action::CancelFetch);
        if page.sheet.with_untracked(Option::is_some) {
            page.act(Action::CloseSheet);
        }
    };
    // The dialog itself is hit only outside of its content: that is the backdrop.
    let backdrop = move |event: web_sys::MouseEvent| {
        if let (Some(dialog), Some(target)) = (dialog.get_untracked(), event.target())
            && target == *dialog.unchecked_ref::<EventTarget>()
        {
            page.act(Action::CloseSheet);
        }
    };
    let content = move || match page.sheet.get() {
        None => ().into_any(),
        Some(Sheet::Help) => help::help(page),
        Some(Sheet::Fetch) => fetch::fetch(page),
        Some(Sheet::Privacy) => privacy::privacy(page),
    };
    view! { <dialog node_ref=dialog aria-labelledby="sheet" on:close=closed on:click=backdrop>{live(content)}</dialog> }.into_any()
}

fn frame(page: Page, title: &'static str, content: AnyView) -> AnyView {
    view! {
        <div class="sheet">
            <header><h2 id="sheet">{title}</h2> {button(page, "small", Action::CloseSheet, CLOSE)}</header>
            {content}
        </div>
    }
    .into_any()
}
