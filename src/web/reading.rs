//! How far the reading has come, and the way to give it up. What takes no time is not worth a word.

use leptos::prelude::*;

use super::action::Action;
use super::io::clock;
use super::page::{Page, Reading};
use super::parts::{button, live, size, text};
use crate::protocol::Progress;

const READING: &str = "Reading…";
const CANCEL: &str = "Cancel";

pub fn reading(page: Page) -> AnyView {
    let is_shown = Memo::new(move |_| page.reading.with(|reading| reading.is_some_and(|reading| reading.progress.is_some())));
    let shown = move || {
        is_shown.get().then(|| {
            let progress = move || page.reading.get().and_then(|reading| Some((reading, reading.progress?)));
            let sentence = move || progress().map_or_else(|| READING.to_owned(), |(reading, progress)| words(&reading, progress));
            let part = move || progress().map_or(0, |(_, progress)| progress.read).to_string();
            let whole = move || progress().map_or(1, |(_, progress)| progress.total).to_string();
            view! {
                <div class="notice reading">
                    <p>{live(sentence)}</p>
                    <progress value=text(part) max=text(whole) aria-label=READING></progress>
                    <div class="buttons">{button(page, "small", Action::CancelReading, CANCEL)}</div>
                </div>
            }
        })
    };
    live(shown)
}

/// `Reading… 120 MB of 512 MB, 350 MB per second`.
fn words(reading: &Reading, progress: Progress) -> String {
    let seconds = clock::now() - reading.since;
    let rate = if seconds > 0.2 { format!(", {} per second", size((progress.read as f64 / seconds) as u64)) } else { String::new() };
    format!("{READING} {} of {}{rate}", size(progress.read), size(progress.total))
}
