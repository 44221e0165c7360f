//! The header: where to go, what to take along, how to add.

use leptos::prelude::*;

use super::action::{Action, Sheet};
use super::page::Page;
use super::parts::{button, copy_label, live};
use super::ways_in::ways_in;
use crate::protocol::{Document, Purpose};

const TAGLINE: &str = "runs in this tab, nothing is uploaded";
const NAVIGATION: &str = "Page";
const RULES: &str = "Rules";
const HELP: &str = "Help";
const THEME: &str = "Theme";
const THEME_HINT: &str = "Light, dark, or as the system";
const ADD: &str = "Add a dump";
const START_OVER: &str = "Start over";
const EXPORT: &str = "Export";
const COPY_MARKDOWN: &str = "Copy as Markdown";
const SAVE_MARKDOWN: &str = "Save Markdown";
const SAVE_JSON: &str = "Save JSON";
const PRINT: &str = "Print";

pub fn header(page: Page) -> AnyView {
    let is_reported = page.is_reported();
    let is_loaded = page.is_loaded();
    view! {
        <header class="top">
            <a href="#" class="brand">"serve"<span>"scope"</span></a>
            <span class="tagline">{TAGLINE}</span>
            <nav aria-label=NAVIGATION>
                <a href="#rules">{RULES}</a>
                <button class="link" type="button" on:click=move |_| page.act(Action::Show(Sheet::Help))>{HELP} " " <kbd>"?"</kbd></button>
                <button class="link" type="button" title=THEME_HINT on:click=move |_| page.act(Action::NextTheme)>
                    {THEME} ": " {live(move || page.theme.get().word())}
                </button>
            </nav>
            {live(move || is_reported.get().then(|| take_along(page)))}
            {live(move || is_loaded.get().then(|| add(page)))}
        </header>
    }
    .into_any()
}

fn take_along(page: Page) -> AnyView {
    let copy = move |_| page.act(Action::Export(Document::Markdown, Purpose::Copy));
    view! {
        <details class="menu" id="menu-export">
            <summary class="button">{EXPORT}</summary>
            <div class="menu-body">
                {copy_label(COPY_MARKDOWN, String::new(), page.markdown_copied, copy)}
                {button(page, "", Action::Export(Document::Markdown, Purpose::Save), SAVE_MARKDOWN)}
                {button(page, "", Action::Export(Document::Json, Purpose::Save), SAVE_JSON)}
                {button(page, "", Action::Print, PRINT)}
            </div>
        </details>
    }
    .into_any()
}

fn add(page: Page) -> AnyView {
    view! {
        <details class="menu add" id="menu-add">
            <summary class="button primary">{ADD}</summary>
            <div class="menu-body">{ways_in(page)} {button(page, "", Action::Clear, START_OVER)}</div>
        </details>
    }
    .into_any()
}
