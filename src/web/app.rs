//! The composition of the page.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

use super::card::{
    Anatomy, Bottlenecks, Headline, HealthCard, Opinions, Problems, RuleList, Services, Signals, TheReport, Unmeasured, announcement,
};
use super::form::SettingsCard;
use super::frame::{Chips, FetchSheet, Header, HelpSheet, NoticeBar, PrivacySheet};
use super::home::Home;
use super::io::{clipboard, drop, files, keys};
use super::raw::Raw;
use super::route::{Route, route};
use super::rules::RulesPage;
use super::state::{Outcome, State};
use super::text::app as words;
use super::ui::rich;

#[component]
pub fn App() -> impl IntoView {
    let state = State::new();
    clipboard::listen(state);
    keys::listen(state);
    let held = drop::listen(state);
    let route = route();
    let report: TheReport = Memo::new(move |_| match state.outcome.get() {
        Outcome::Report(report) => Some(report),
        Outcome::Empty | Outcome::Refused(_) => None,
    });
    let content = move || match (route.get(), empty(state).get()) {
        (Route::Rules(rule), _) => view! { <RulesPage rule=rule /> }.into_any(),
        (Route::Main, true) => view! { <Home state=state /> }.into_any(),
        (Route::Main, false) => view! { <Loaded state=state report=report /> }.into_any(),
    };
    let open = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(list) = input.files() {
            files::read(state, list);
        }
        input.set_value(""); // the same file may be opened again
    };
    view! {
        <a class="skip" href="#main">{words::SKIP}</a>
        <Header state=state />
        <main id="main" tabindex="-1">
            <NoticeBar state=state />
            {content}
        </main>
        <p class="hidden" role="status">{move || say(state, report)}</p>
        <input id=keys::FILE_INPUT type="file" multiple=true hidden=true aria-label=words::OPEN on:change=open />
        <div class="drop-cover" class:shown=held aria-hidden="true"><p>{words::DROP_HERE}</p></div>
        <HelpSheet state=state />
        <FetchSheet state=state />
        <PrivacySheet state=state />
    }
}

fn empty(state: State) -> Memo<bool> {
    Memo::new(move |_| state.outcome.with(|outcome| *outcome == Outcome::Empty))
}

/// What a screen reader is told without being asked.
fn say(state: State, report: TheReport) -> String {
    if state.busy.get() > 0 {
        return words::READING.to_owned();
    }
    report.with(|report| report.as_ref().map(|report: &Arc<_>| announcement(report)).unwrap_or_default())
}

/// The page with something loaded: a report, or why there is none.
#[component]
fn Loaded(state: State, report: TheReport) -> impl IntoView {
    let refused = move || match state.outcome.get() {
        Outcome::Refused(error) => Some(view! {
            <section class="verdict quiet" aria-labelledby="headline">
                <div class="verdict-text">
                    <h1 id="headline" tabindex="-1">{rich(&error.sentence)}</h1>
                    <p>{rich(&error.hint)}</p>
                    <p class="quiet">{words::NOTHING_LOST}</p>
                </div>
            </section>
        }),
        Outcome::Empty | Outcome::Report(_) => None,
    };
    let reported = Memo::new(move |_| report.with(Option::is_some));
    // The first thing to hear after the drop zone has gone.
    request_animation_frame(|| {
        let nothing_focused = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if let Some(headline) = document().get_element_by_id("headline").and_then(|element| element.dyn_into::<HtmlElement>().ok())
            && nothing_focused
        {
            let _ = headline.focus();
        }
    });
    view! {
        <div class="report">
            <div class="report-top">
                <Headline report=report />
                {refused}
                <Chips state=state />
                {move || reported.get().then(|| jumps(report))}
            </div>
            {move || reported.get().then(|| view! {
                <div class="report-main">
                    <Bottlenecks state=state report=report />
                </div>
            })}
            <div class="report-side">
                {move || reported.get().then(|| view! {
                    <Services state=state report=report />
                    <HealthCard report=report />
                })}
                <SettingsCard state=state report=report />
            </div>
            {move || reported.get().then(|| view! {
                <div class="report-rest">
                    <Anatomy state=state report=report />
                    <Signals state=state report=report />
                    <Unmeasured report=report />
                    <RuleList report=report />
                    <Opinions report=report />
                    <Problems state=state report=report />
                </div>
            })}
            <div class="report-raw"><Raw state=state /></div>
        </div>
    }
}

/// Links to the parts, each with what is in it.
fn jumps(report: TheReport) -> impl IntoView {
    let links = move || {
        report.with(|report| {
            report.as_ref().map(|report| {
                words::jumps(report)
                    .into_iter()
                    .map(|(target, label)| view! { <a href=format!("#{target}")>{label}</a> " " })
                    .collect_view()
            })
        })
    };
    view! { <nav class="jumps" aria-label=words::PARTS>{links}</nav> }
}
