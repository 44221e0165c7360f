//! Taking the report along.

use std::sync::Arc;

use leptos::prelude::*;

use crate::export::markdown;
use crate::report::Report;
use crate::request;
use crate::web::io::download;
use crate::web::state::{Outcome, State};
use crate::web::text::export as words;
use crate::web::ui::CopyButton;

#[component]
pub fn Export(state: State) -> impl IntoView {
    let report = move || {
        state.outcome.with_untracked(|outcome| match outcome {
            Outcome::Report(report) => Some(Arc::clone(report)),
            Outcome::Empty | Outcome::Refused(_) => None,
        })
    };
    let text = move || report().map(|report| markdown(&report)).unwrap_or_default();
    let save_markdown = move |_| {
        if let Some(report) = report() {
            download::save(&name(&report, "md"), "text/markdown", &markdown(&report));
        }
    };
    let save_json = move |_| {
        if let Some(report) = report() {
            download::save(&name(&report, "json"), "application/json", &request::answer(Ok((*report).clone())));
        }
    };
    let print = move |_| {
        let _ = window().print();
    };
    view! {
        <details class="menu">
            <summary class="button">{words::EXPORT}</summary>
            <div class="menu-body">
                <CopyButton text=Signal::derive(text) label=words::COPY_MARKDOWN />
                <button type="button" on:click=save_markdown>{words::SAVE_MARKDOWN}</button>
                <button type="button" on:click=save_json>{words::SAVE_JSON}</button>
                <button type="button" on:click=print>{words::PRINT}</button>
            </div>
        </details>
    }
}

/// `servescope-gpu-7-8000-2026-11-24T140420Z.md`, with nothing in it that a file system minds.
fn name(report: &Report, ending: &str) -> String {
    let clean = |text: &str, kept: &[char]| -> String {
        let ok = |c: char| c.is_ascii_alphanumeric() || kept.contains(&c);
        text.chars().map(|c| if ok(c) { c } else { '-' }).collect::<String>().trim_matches('-').chars().take(60).collect()
    };
    let time = report.timestamp.as_deref().map(|time| format!("-{}", clean(&time.replace(':', ""), &['-']))).unwrap_or_default();
    format!("servescope-{}{time}.{ending}", clean(&report.instance_id, &['-', '_']))
}
