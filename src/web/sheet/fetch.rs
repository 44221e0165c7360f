//! The form for an address, how its fetch goes, and what to do when it fails.

use leptos::html;
use leptos::prelude::*;

use super::failure::failure;
use super::frame;
use crate::web::action::Action;
use crate::web::io::clipboard;
use crate::web::io::fetch::Progress;
use crate::web::page::Page;
use crate::web::parts::{button, flag, live, size};

const TITLE: &str = "Fetch from a URL";
const ADDRESS: &str = "Address of the server";
const EXAMPLE: &str = "gpu-7:8000";
const FETCH: &str = "Fetch";
const CANCEL: &str = "Cancel";
const HOW: &str = "http:// and /metrics are added when they are missing. The browser asks the server directly, without cookies; a server that does not \
                   allow other pages to read its answers cannot be fetched this way.";

pub fn fetch(page: Page) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            request_animation_frame(move || drop(field.focus()));
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        page.act(Action::Fetch);
    };
    let is_running = move || page.fetching.with(|progress| matches!(progress, Progress::Running(_)));
    let below = move || match page.fetching.get() {
        Progress::Idle => view! { <p class="quiet">{HOW}</p> }.into_any(),
        Progress::Running(bytes) => {
            let sentence = if bytes == 0 { "Asking…".to_owned() } else { format!("Receiving… {}", size(bytes)) };
            view! { <p role="status">{sentence} " " {button(page, "small", Action::CancelFetch, CANCEL)}</p> }.into_any()
        }
        Progress::Failed(url, why) => failure(&url, &why, &window().location().origin().unwrap_or_default(), clipboard::is_mac()),
    };
    let content = view! {
        <form class="fetch" on:submit=submit>
            <label for="fetch-address">{ADDRESS}</label>
            <div class="field-row">
                <input
                    node_ref=field
                    id="fetch-address"
                    type="text"
                    inputmode="url"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=EXAMPLE
                    prop:value=move || page.address.get()
                    on:input=move |event| page.address.set(event_target_value(&event))
                />
                <button class="primary" type="submit" disabled=flag(is_running)>{FETCH}</button>
            </div>
        </form>
        {live(below)}
    };
    frame(page, TITLE, content.into_any())
}
