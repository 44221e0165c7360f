//! Sentences and numbers, typeset. Text of a report becomes text, never markup.

use leptos::prelude::*;

use crate::view::runs::{self, Run};

/// A sentence in which flags and names are set as code.
pub fn rich(text: &str) -> AnyView {
    set(runs::rich(text))
}

/// A text in which nothing is code.
pub fn plain(text: &str) -> AnyView {
    set(runs::plain(text))
}

fn set(mut runs: Vec<Run>) -> AnyView {
    match (runs.pop(), runs.is_empty()) {
        (None, _) => ().into_any(),
        (Some(only), true) => run(only),
        (Some(last), false) => runs.into_iter().chain([last]).map(run).collect::<Vec<AnyView>>().into_any(),
    }
}

fn run(run: Run) -> AnyView {
    match run {
        Run::Text(text) => text.into_any(),
        Run::Code(text) => view! { <code>{text}</code> }.into_any(),
        Run::Range(text) => view! { <span class="range">{text}</span> }.into_any(),
    }
}

/// A paragraph with a sentence; nothing when there is none.
pub fn sentence(class: &'static str, text: &str) -> Option<AnyView> {
    (!text.is_empty()).then(|| view! { <p class=class>{rich(text)}</p> }.into_any())
}

/// Entries that are sentences.
pub fn list(items: &[String]) -> AnyView {
    let item = |item: &String| view! { <li>{rich(item)}</li> }.into_any();
    view! { <ul>{items.iter().map(item).collect::<Vec<AnyView>>()}</ul> }.into_any()
}

/// A term of a description list with its sentence; nothing when there is none.
pub fn term(label: &'static str, text: &str) -> Option<AnyView> {
    (!text.is_empty()).then(|| described(label, rich(text)))
}

pub fn described(label: &'static str, content: AnyView) -> AnyView {
    view! { <dt>{label}</dt> <dd>{content}</dd> }.into_any()
}

/// Small text in a colour that stands back.
pub fn aside(content: AnyView) -> AnyView {
    view! { <span class="aside">{content}</span> }.into_any()
}
