//! The settings beside the report. A change analyses again at once; a field that cannot be read says why and changes nothing.

mod targets;
mod thresholds;

use leptos::prelude::*;

use crate::web::parts::live;

use super::page::Page;
use crate::protocol::{Catalogue, Outcome, Settings};

const SETTINGS: &str = "Settings";
const BACKEND: &str = "Server";
const AUTO: &str = "detect it";
const PRESET: &str = "Targets for";
const ASSUME: &str = "assume them from the workload";
const PROFILE: &str = "Rules";
const SCORE: &str = "Score";
const INSTANCE: &str = "Instance or model";
const BUSIEST: &str = "the busiest in the text";
const BACKENDS: [(&str, &str); 3] = [("vllm", "vLLM"), ("sglang", "SGLang"), ("tgi", "TGI")];
const PROFILES: [(&str, &str); 2] = [("", "causes, with evidence"), ("classic", "classic thresholds")];
const SCORES: [(&str, &str); 3] = [("", "by user impact"), ("classic", "classic"), ("apdex", "Apdex")];

pub fn form(page: Page) -> AnyView {
    let server = move || {
        page.outcome.with(|outcome| match outcome {
            Outcome::Report(report, _) => format!("detected: {}", report.backend.name),
            _ => AUTO.to_owned(),
        })
    };
    let assumed = move || {
        page.outcome.with(|outcome| match outcome {
            Outcome::Report(_, summary) => summary.assumed.as_ref().map_or_else(|| ASSUME.to_owned(), |name| format!("assumed: {name}")),
            _ => ASSUME.to_owned(),
        })
    };
    let backends = move || {
        let found = [(String::new(), server())];
        found.into_iter().chain(options(&BACKENDS)).collect::<Vec<(String, String)>>()
    };
    let presets = move || {
        let all = page.catalogue.with(|catalogue: &Catalogue| {
            catalogue.presets.iter().map(|preset| (preset.id.clone(), preset.name.clone())).collect::<Vec<(String, String)>>()
        });
        [(String::new(), assumed())].into_iter().chain(all).collect()
    };
    let profiles = || options(&PROFILES).collect();
    let scores = || options(&SCORES).collect();
    let source = move || {
        let chosen = page.settings.with(|settings| settings.preset.clone());
        let source =
            |catalogue: &Catalogue| catalogue.presets.iter().find(|preset| preset.id == chosen).map(|preset| preset.source.clone());
        page.catalogue.with(source)
    };
    let is_classic = Memo::new(move |_| page.settings.with(|settings| settings.profile == "classic"));
    let instance = move |event| {
        let typed = event_target_value(&event).trim().to_owned();
        page.configure(|settings| settings.instance = typed);
    };
    view! {
        <section class="part" id="settings" aria-labelledby="settings-title">
            <details class="settings-fold" open=is_wide()>
                <summary><h2 id="settings-title">{SETTINGS}</h2></summary>
                <form class="card settings" on:submit=move |event| event.prevent_default()>
                    {choice(page, "backend", BACKEND, backends, (|settings| &settings.backend, |settings, chosen| settings.backend = chosen))}
                    {choice(page, "preset", PRESET, presets, (|settings| &settings.preset, choose_preset))}
                    <p class="quiet field-note">{live(source)}</p>
                    {targets::targets(page)}
                    {choice(page, "profile", PROFILE, profiles, (|settings| &settings.profile, |settings, chosen| settings.profile = chosen))}
                    {choice(page, "score", SCORE, scores, (|settings| &settings.score, |settings, chosen| settings.score = chosen))}
                    {live(move || is_classic.get().then(|| thresholds::thresholds(page)))}
                    <label for="instance">{INSTANCE}</label>
                    <input
                        id="instance"
                        type="text"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder=BUSIEST
                        prop:value=move || page.settings.with(|settings| settings.instance.clone())
                        on:change=instance
                    />
                    <p class="field-error" role="alert">{live(move || page.checks.with(|checks| checks.general.clone()))}</p>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn options(known: &'static [(&'static str, &'static str)]) -> impl Iterator<Item = (String, String)> {
    known.iter().map(|(value, name)| ((*value).to_owned(), (*name).to_owned()))
}

/// How a field is read and written.
type Field = (fn(&Settings) -> &String, fn(&mut Settings, String));

/// A preset takes the place of targets that were typed; they can be edited from there again.
fn choose_preset(settings: &mut Settings, chosen: String) {
    settings.targets = None;
    settings.preset = chosen;
}

/// A list to choose from; the options may change, the choice stays.
fn choice(
    page: Page,
    id: &'static str,
    label: &'static str,
    options: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
    (read, write): Field,
) -> AnyView {
    let chosen = Memo::new(move |_| page.settings.with(|settings| read(settings).clone()));
    let options = Memo::new(move |_| options());
    let option = move |(value, name): (String, String)| {
        let own = value.clone();
        view! { <option value=value prop:selected=move || chosen.with(|chosen| *chosen == own)>{name}</option> }.into_any()
    };
    let change = move |event| {
        let value = event_target_value(&event);
        page.configure(|settings| write(settings, value));
    };
    view! {
        <label for=id>{label}</label>
        <select id=id on:change=change>{live(move || options.get().into_iter().map(&option).collect::<Vec<AnyView>>())}</select>
    }
    .into_any()
}

/// Beside the report the form is open; on a narrow screen it would push the report away.
fn is_wide() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width >= 1024.0)
}

/// Marks a field that could not be read.
fn invalid(is_wrong: bool) -> Option<&'static str> {
    is_wrong.then_some("true")
}
