//! What the worker tells, taken into the state of the page.

use js_sys::JsString;
use leptos::prelude::{Set, Update as _};

use super::io::{download, fetch};
use super::page::Page;
use super::parts::copied;
use super::{route, worker};
use crate::protocol::{Document, Purpose, Update};

/// `beside` is the document that came with the updates.
pub fn take(page: Page, updates: Vec<Update>, beside: Option<JsString>) {
    for update in updates {
        match update {
            Update::Ready(catalogue) => page.worker_is_ready(catalogue),
            Update::Reading(None) => page.reading.set(None),
            Update::Reading(progress) => page.reading.update(|reading| {
                if let Some(reading) = reading {
                    reading.progress = progress;
                }
            }),
            Update::Texts(texts) => {
                page.raw.texts_changed(page, &texts);
                page.texts.set(texts);
            }
            Update::Outcome(outcome) => page.outcome.set(outcome),
            Update::Message(message) => page.message.set(message),
            Update::Fetched => fetch::loaded(page),
            Update::NotMetrics { sentence, hint, first_line } => fetch::rejected(page, sentence, hint, first_line),
            Update::Checked(checks) => page.checks.set(checks),
            Update::Raw(rows) => page.raw.take(page, rows),
            Update::Rules(rules) => {
                page.rules.set(rules);
                route::arrive(page);
            }
            Update::Exported { document, purpose, name } => {
                if let Some(text) = beside.clone() {
                    exported(page, document, purpose, &name, text);
                }
            }
            Update::Answered { id } => worker::answer(id, beside.clone()),
        }
    }
}

fn exported(page: Page, document: Document, purpose: Purpose, name: &str, text: JsString) {
    let mime = match document {
        Document::Markdown => "text/markdown",
        Document::Json => "application/json",
    };
    match purpose {
        Purpose::Save => download::save(name, mime, &text),
        Purpose::Copy => copied(text, page.markdown_copied),
    }
}
