//! The three ways in that every place with an "add" offers.

use leptos::prelude::*;

use super::action::{Action, Sheet};
use super::io::clipboard;
use super::page::Page;
use super::parts::button;

const PASTE: &str = "Paste from clipboard";
const OPEN: &str = "Open files";
const FETCH: &str = "Fetch from a URL";

pub fn ways_in(page: Page) -> AnyView {
    let key = if clipboard::is_mac() { "⌘V" } else { "Ctrl V" };
    view! {
        <button class="primary" type="button" on:click=move |_| page.act(Action::PasteFromClipboard)>{PASTE} " " <kbd>{key}</kbd></button>
        {button(page, "", Action::OpenFiles, OPEN)}
        {button(page, "", Action::Show(Sheet::Fetch), FETCH)}
    }
    .into_any()
}
