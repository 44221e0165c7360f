//! What happened on the way in: texts that are being read, rejected or replaced, and how the worker is.

use leptos::prelude::*;

use super::action::Action;
use super::page::{Page, Worker};
use super::parts::{button, live, rich, word};
use crate::protocol::Message;

const LOADING: &str = "The analysis is still being loaded. What you gave is here and waits for it.";
const NOT_LOADED: &str =
    "The analysis could not be loaded. Is the page still being served? What you gave is kept, and nothing was sent anywhere.";
const LOAD_AGAIN: &str = "Load it again";
const STOPPED: &str = "The analysis stopped.";
const WHY_STOPPED: &str = "It ran out of memory, or met a defect of servescope. Your data never left this page, and your settings are kept. \
                           Start it again, then give the dumps again. The text below helps to find a defect.";
const START_AGAIN: &str = "Start it again";
const UNDO: &str = "Undo";
const DISMISS: &str = "Dismiss";
const KEPT: &str = "Nothing that was loaded before was lost.";
const EXCERPT: &str = "The first lines of the text";

/// Always there, so that what it says is heard when it comes.
pub fn notice(page: Page) -> AnyView {
    let class = move || match (page.worker.get(), page.message.with(Option::is_some)) {
        (Worker::Failed, _) => "notice bad",
        (Worker::Stopped(_), _) => "notice bad crash",
        (Worker::Awaited, _) => "notice",
        (Worker::Loading | Worker::Ready, false) => "notice none",
        (Worker::Loading | Worker::Ready, true) if page.message.with(|message| matches!(message, Some(Message::Rejected { .. }))) => {
            "notice bad"
        }
        (Worker::Loading | Worker::Ready, true) => "notice",
    };
    let content = move || match page.worker.get() {
        Worker::Awaited => view! { <p>{LOADING}</p> }.into_any(),
        Worker::Failed => worker_ended(page, NOT_LOADED, LOAD_AGAIN),
        Worker::Stopped(reason) => view! {
            <p><strong>{STOPPED}</strong></p>
            {worker_ended(page, WHY_STOPPED, START_AGAIN)}
            <pre>{reason}</pre>
        }
        .into_any(),
        Worker::Loading | Worker::Ready => page.message.get().map(|message| said(page, message)).into_any(),
    };
    view! { <div class=word(class) role="alert">{live(content)}</div> }.into_any()
}

fn worker_ended(page: Page, sentence: &'static str, again: &'static str) -> AnyView {
    view! { <p>{sentence}</p> <div class="buttons">{button(page, "small", Action::StartWorker, again)}</div> }.into_any()
}

fn said(page: Page, message: Message) -> AnyView {
    let (content, undo) = match message {
        Message::Plain { sentence, undo } => (view! { <p>{rich(&sentence)}</p> }.into_any(), undo),
        Message::Rejected { name, sentence, hint, problems, excerpt, kept } => {
            let first = view! { <p><b>{format!("{name} was not loaded.")}</b> " " {rich(&sentence)} " " {rich(&hint)}</p> };
            (
                view! { {first} {reasons(problems)} {first_lines(excerpt)} {kept.then(|| view! { <p class="quiet">{KEPT}</p> })} }
                    .into_any(),
                false,
            )
        }
    };
    view! {
        {content}
        <div class="buttons">
            {undo.then(|| button(page, "small", Action::Undo, UNDO))}
            {button(page, "small", Action::Dismiss, DISMISS)}
        </div>
    }
    .into_any()
}

fn reasons(problems: Vec<(u32, String)>) -> Option<AnyView> {
    let reason = |(line, sentence): (u32, String)| view! { <li>{format!("Line {line}: ")} {rich(&sentence)}</li> }.into_any();
    (!problems.is_empty()).then(|| view! { <ul>{problems.into_iter().map(reason).collect::<Vec<AnyView>>()}</ul> }.into_any())
}

fn first_lines(excerpt: Vec<(u32, String)>) -> Option<AnyView> {
    let row =
        |(line, text): (u32, String)| view! { <div><span class="no">{line.to_string()}</span> " " <code>{text}</code></div> }.into_any();
    let rows = excerpt.into_iter().map(row).collect::<Vec<AnyView>>();
    (!rows.is_empty()).then(|| view! { <div class="excerpt" tabindex="0" role="group" aria-label=EXCERPT>{rows}</div> }.into_any())
}
