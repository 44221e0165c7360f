//! The composition of the page.

use std::time::Duration;

use leptos::prelude::*;

use crate::web::parts::{flag, live, word};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

use super::io::{files, keys, theme};
use super::page::Page;
use super::turns::Turns;
use super::{card, chips, form, header, home, listen, notice, raw, reading, refused, route, rules, sheet};
use crate::protocol::{Outcome, Part};
use crate::report::Report;
use crate::view::verdict::{announcement as told, title};

const SKIP: &str = "Skip to the content";
const OPEN: &str = "Open files";
const DROP_HERE: &str = "Drop it anywhere";
const READING: &str = "Reading…";

#[component]
pub fn App() -> impl IntoView {
    let page = Page::new(theme::restore());
    listen::listen(page);
    Turns::follow(page);
    name_tab(page);
    route::follow(page);
    later(move || page.start_worker());
    let open = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(list) = input.files() {
            files::read(page, &list);
        }
        input.set_value(""); // the same file may be opened again
    };
    let is_loaded = page.is_loaded();
    view! {
        <a class="skip" href="#main">{SKIP}</a>
        {header::header(page)}
        <main id="main" tabindex="-1">
            {notice::notice(page)}
            {reading::reading(page)}
            {live(move || match (page.is_at_rules.get(), is_loaded.get()) {
                (true, _) => rules::rules(page),
                (false, false) => home::home(page),
                (false, true) => ().into_any(),
            })}
            {live(move || is_loaded.get().then(|| report(page)))}
        </main>
        {announcement(page)}
        <input id=keys::FILE_INPUT type="file" multiple=true hidden=true aria-label=OPEN on:change=open />
        <div class="drop-cover" class:shown=move || page.is_held.get() aria-hidden="true"><p>{DROP_HERE}</p></div>
        {sheet::sheet(page)}
    }
}

fn report(page: Page) -> AnyView {
    let first = move |card: fn(&Report, Page) -> AnyView| live(move || page.with_report(|report| card(report, page)));
    let has_form = Memo::new(move |_| page.turns.has(Part::Settings));
    let busy = move || if page.turns.are_left.get() { "true" } else { "false" };
    view! {
        <div class="report" hidden=flag(move || page.is_at_rules.get())>
            <div class="report-top">{first(card::verdict)} {refused::refused(page)} {chips::chips(page)} {first(card::jumps)} {card::top(page)}</div>
            <div class="report-main">{card::main(page)}</div>
            <div class="report-side">{card::side(page)} {live(move || has_form.get().then(|| form::form(page)))}</div>
            <div class="report-rest" aria-busy=word(busy)>{card::rest(page)}</div>
            <div class="report-raw">{raw::raw(page)}</div>
        </div>
    }
    .into_any()
}

/// The tab tells the verdict and the server.
fn name_tab(page: Page) {
    let own = document().title();
    Effect::new(move |_| {
        let title = page.outcome.with(|outcome| match outcome {
            Outcome::Report(report, _) => title(report),
            Outcome::Refused(error) => error.sentence.clone(),
            Outcome::Empty => own.clone(),
        });
        document().set_title(&title);
    });
}

/// What a screen reader is told: that texts are being read, and then the score and the sentence of the verdict.
fn announcement(page: Page) -> AnyView {
    let told = Memo::new(move |_| {
        page.outcome.with(|outcome| match outcome {
            Outcome::Empty => [String::new(), String::new()],
            Outcome::Report(report, _) => told(report),
            Outcome::Refused(error) => [String::new(), error.sentence.clone()],
        })
    });
    // The sentence that is heard because the focus went to it.
    let heard = RwSignal::new([String::new(), String::new()]);
    let is_shown = Memo::new(move |_| !page.is_at_rules.get() && page.outcome.with(|outcome| !matches!(outcome, Outcome::Empty)));
    Effect::new(move |_| {
        if is_shown.get() && greet() {
            heard.set(told.get_untracked());
        }
    });
    let said = move || {
        if page.busy.get() > 0 || page.reading.with(Option::is_some) {
            return READING.to_owned();
        }
        let now = told.get();
        let is_heard = heard.with(|heard| *heard == now);
        let [score, headline] = now;
        if is_heard { score } else { format!("{score}\n{headline}") }
    };
    view! { <p class="hidden" role="status">{live(said)}</p> }.into_any()
}

/// When a report takes the place of the empty page: the verdict is the first thing to hear. True when the focus goes there.
fn greet() -> bool {
    // What is focused on the empty page goes with it.
    let passing = |element: web_sys::Element| element.matches("body, .home *").unwrap_or(false);
    let nothing_focused = move || document().active_element().is_none_or(passing);
    request_animation_frame(move || {
        let headline = document().get_element_by_id("headline").and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(headline) = headline.filter(|_| nothing_focused()) {
            let _ = headline.focus();
        }
    });
    nothing_focused()
}

/// Time for the browser to paint, and to take what the person does next.
const BREATH: Duration = Duration::from_millis(8);

/// Runs something after the next painting.
pub fn later(task: impl FnOnce() + 'static) {
    request_animation_frame(move || set_timeout(task, BREATH));
}
