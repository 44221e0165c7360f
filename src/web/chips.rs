//! The texts that are loaded, with their times.

use leptos::prelude::*;
use web_sys::{Element, HtmlInputElement};

use super::action::Action;
use super::app::later;
use super::io::clock;
use super::page::Page;
use super::parts::{button, each, live, size, text, word};
use crate::metrics::duration;
use crate::protocol::{Chip, Clock, Origin, Outcome};
use crate::view::verdict::asks_for_dumps;

/// So many are shown as they are; more of them are one line.
const FEW: usize = 8;
const LOADED: &str = "Loaded dumps";
const ADD_SECOND: &str = "Add a second dump of the same server: then rates and causes speak of now, not of the time since start.";
const PASTE_TIMES: &str = "The times are those of pasting. If the dumps were taken at other times, set them: rates depend on it.";
const FILE_TIMES: &str =
    "The times are those of the files, which copying changes. If the dumps were taken at other times, set them: rates depend on it.";
const NO_TIMES: &str = "Set the time of each dump to get rates per second.";
const CONFIRM_PASTE: &str = "Taken just before it was pasted? Use that time";
const CONFIRM_FILE: &str = "Taken when the file was written? Use that time";
const CONFIRM_TIMES: &str = "Taken at the times shown? Use them";
const NO_TIME: &str = "no time";
const TIME: &str = "Time of the dump";

pub fn chips(page: Page) -> AnyView {
    let is_refused = Memo::new(move |_| page.outcome.with(|outcome| matches!(outcome, Outcome::Refused(_))));
    let asks = Memo::new(move |_| page.outcome.with(|outcome| matches!(outcome, Outcome::Report(report, _) if asks_for_dumps(report))));
    let below = move || page.texts.with(|texts| (advice(texts, is_refused.get(), asks.get()), confirm(texts)));
    let are_many = Memo::new(move |_| page.texts.with(|texts| texts.len() > FEW));
    view! {
        <section class=word(move || if is_refused.get() { "chips refused" } else { "chips" }) aria-label=LOADED>
            {live(move || if are_many.get() { many(page) } else { list(page, RwSignal::new(FEW)) })}
            <p class="quiet">
                {live(move || below().0)} " " {live(move || below().1.map(|label| button(page, "link", Action::ConfirmTimes, label)))}
            </p>
        </section>
    }
    .into_any()
}

/// The first of the texts, as many as are to be shown.
fn list(page: Page, shown: RwSignal<usize>) -> AnyView {
    let ids = move || page.texts.with(|texts| texts.iter().take(shown.get()).map(|text| text.id).collect());
    let known = move |id: u32| page.texts.with_untracked(|texts| texts.iter().find(|text| text.id == id).cloned());
    let item = move |id: u32| known(id).map(|text| chip(page, text)).into_any();
    view! { <ul class="plain">{each(ids, item)}</ul> }.into_any()
}

/// One line for all, with a mark for the time of each; the texts are inside.
fn many(page: Page) -> AnyView {
    let shown = RwSignal::new(0);
    let opened = move |event: web_sys::Event| {
        if event_target::<Element>(&event).has_attribute("open") {
            show_more(page, shown);
        }
    };
    let summary = move || page.texts.with(|texts| spell(texts));
    let marks = move || page.texts.with(|texts| marks(texts));
    view! {
        <details class="many" on:toggle=opened>
            <summary>
                <b>{live(summary)}</b>
                <span class="hidden">": names, times and sizes"</span>
                <svg class="strip" viewBox="-1 0 202 8" preserveAspectRatio="none" aria-hidden="true"><path d=text(marks)></path></svg>
            </summary>
            {list(page, shown)}
        </details>
    }
    .into_any()
}

/// Some more at a time, so that no task is long.
fn show_more(page: Page, shown: RwSignal<usize>) {
    const AT_ONCE: usize = 30;
    if shown.get_untracked() < page.texts.with_untracked(Vec::len) {
        shown.update(|shown| *shown += AT_ONCE);
        later(move || show_more(page, shown));
    }
}

/// `21 dumps, 98 s`.
fn spell(texts: &[Chip]) -> String {
    let count = format!("{} dumps", texts.len());
    match span(texts) {
        Some((first, last)) if last > first => format!("{count}, {}", duration(last - first)),
        _ => count,
    }
}

/// Unix seconds of the first and of the last.
fn span(texts: &[Chip]) -> Option<(f64, f64)> {
    let first = texts.iter().filter_map(|text| text.at).reduce(f64::min)?;
    Some((first, texts.iter().filter_map(|text| text.at).reduce(f64::max)?))
}

/// A stroke for each time, as a path 200 wide.
fn marks(texts: &[Chip]) -> String {
    let Some((first, last)) = span(texts).filter(|(first, last)| last > first) else { return String::new() };
    let mark = |at: f64| format!("M{:.1} 0v8", 200.0 * (at - first) / (last - first));
    texts.iter().filter_map(|text| text.at).map(mark).collect()
}

fn advice(texts: &[Chip], is_refused: bool, asks: bool) -> &'static str {
    let hinted = |origin| texts.iter().filter(|text| text.hinted && text.origin == origin).count();
    match texts {
        _ if is_refused => "",
        [_] if asks => "",
        [_] => ADD_SECOND,
        [_, _, ..] if hinted(Origin::Pasted) > 1 => PASTE_TIMES,
        [_, _, ..] if hinted(Origin::File) > 0 => FILE_TIMES,
        [_, _, ..] if texts.iter().any(|text| text.at.is_none()) => NO_TIMES,
        _ => "",
    }
}

/// One click for times that are right although nobody told them.
fn confirm(texts: &[Chip]) -> Option<&'static str> {
    let hinted: Vec<Origin> = texts.iter().filter(|text| text.hinted).map(|text| text.origin).collect();
    match hinted.as_slice() {
        [] => None,
        [Origin::Pasted] => Some(CONFIRM_PASTE),
        [_] => Some(CONFIRM_FILE),
        _ => Some(CONFIRM_TIMES),
    }
}

fn chip(page: Page, text: Chip) -> AnyView {
    let id = text.id;
    let is_edited = Memo::new(move |_| page.editing.get() == Some(id));
    // Of all that a chip shows, only its time can change.
    let now = Memo::new(move |_| page.texts.with(|texts| texts.iter().find(|text| text.id == id).cloned()));
    let at = move || now.with(|text| text.as_ref().and_then(|text| text.at));
    let field = move || is_edited.get().then(|| time_field(page, id, untrack(at)));
    let time = move || now.with(|text| text.as_ref().map(time));
    let problems = (text.problems > 0).then(|| {
        let count = if text.problems == 1 { "1 problem".to_owned() } else { format!("{} problems", text.problems) };
        view! { <a href="#problems">{count}</a> " " }
    });
    let set_time = format!(", set the time of {}", text.name);
    let remove = format!("Remove {}", text.name);
    view! {
        <li class="chip" id=format!("chip-{id}")>
            <b>{text.name}</b>
            " "
            <button class="link" type="button" on:click=move |_| page.act(Action::EditTime(id))>{live(time)} <span class="hidden">{set_time}</span></button>
            " "
            {live(field)}
            <span class="quiet">{size(text.bytes)}</span>
            " "
            {problems}
            <button class="remove" type="button" aria-label=remove on:click=move |_| page.act(Action::RemoveText(id))>"×"</button>
        </li>
    }
    .into_any()
}

fn time_field(page: Page, id: u32, at: Option<f64>) -> AnyView {
    let field = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            request_animation_frame(move || drop(field.focus()));
        }
    });
    let set = move |event: web_sys::Event| {
        let field: HtmlInputElement = event_target(&event);
        page.act(Action::SetTime(id, clock::of_field(&field.value())));
    };
    view! {
        <input
            node_ref=field
            type="datetime-local"
            step="1"
            aria-label=TIME
            prop:value=at.map(clock::field).unwrap_or_default()
            on:change=set
            on:focusout=move |_| page.act(Action::EndEditTime)
        />
    }
    .into_any()
}

/// `14:03:20 file time`, `no time`.
fn time(text: &Chip) -> String {
    match text.at {
        None => NO_TIME.to_owned(),
        Some(at) => format!("{} {}", clock::time_of_day(at), whence(text)),
    }
}

/// `file time`, `set by you`.
fn whence(text: &Chip) -> &'static str {
    match (text.clock, text.origin) {
        (Some(Clock::Samples), _) => "time in the samples",
        (Some(Clock::Answer), _) => "date of the answer",
        (None, Origin::Pasted | Origin::File) if !text.hinted => "set by you",
        (None, Origin::Pasted) => "when pasted",
        (None, Origin::File) => "file time",
        (None, Origin::Fetched) => "fetched",
        (None, Origin::Sample) => "simulated",
    }
}
