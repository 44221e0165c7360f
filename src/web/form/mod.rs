//! The settings beside the report. A change analyses again at once; a field that cannot be read says why and changes nothing.

mod targets;
mod thresholds;

use leptos::prelude::*;

use self::targets::Targets;
use self::thresholds::Thresholds;
use super::card::TheReport;
use super::state::State;
use super::text::form as words;
use crate::entry::Settings;
use crate::slo;

#[component]
pub fn SettingsCard(state: State, report: TheReport) -> impl IntoView {
    let settings = state.settings;
    // Beside the report the form is open; on a narrow screen it would push the report away.
    let wide = window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width >= 1024.0);
    let known = StoredValue::new(slo::presets());
    let detected = Memo::new(move |_| report.with(|report| report.as_ref().map(|report| report.backend.name.clone()).unwrap_or_default()));
    let assumed = Memo::new(move |_| report.with(|report| report.as_ref().map(|report| report.slo_source.clone()).unwrap_or_default()));
    let backends = move || {
        let auto = match detected.get() {
            name if name.is_empty() => words::AUTO.to_owned(),
            name => words::detected(&name),
        };
        [("", auto), ("vllm", "vLLM".to_owned()), ("sglang", "SGLang".to_owned()), ("tgi", "TGI".to_owned())]
    };
    let presets = move || {
        let assumed = assumed.with(|source| source.strip_prefix("assumed:").map(str::to_owned));
        let name = |id: &str| {
            known.with_value(|known| known.iter().find(|preset| preset.id == id).map_or(id.to_owned(), |preset| preset.name.to_owned()))
        };
        let auto = assumed.map_or_else(|| words::ASSUME.to_owned(), |id| words::assumed(&name(&id)));
        let mut options = vec![(String::new(), auto)];
        known.with_value(|known| options.extend(known.iter().map(|preset| (preset.id.to_owned(), preset.name.to_owned()))));
        options
    };
    let source = move || {
        let chosen = settings.with(|settings| settings.preset.clone());
        known.with_value(|known| known.iter().find(|preset| preset.id == chosen).map(|preset| preset.source))
    };
    let classic = Memo::new(move |_| settings.with(|settings| settings.profile == "classic"));
    let general = move || state.checked.with(|checked| checked.general.clone());
    view! {
        <section id="settings" class="part" aria-labelledby="settings-title">
            <details class="settings-fold" open=wide>
            <summary><h2 id="settings-title">{words::SETTINGS}</h2></summary>
            <form class="card settings" on:submit=|event| event.prevent_default()>
                {choice("backend", words::BACKEND, settings, |settings| &mut settings.backend, move || backends().map(|(id, name)| (id.to_owned(), name)).to_vec())}
                {choice("preset", words::PRESET, settings, preset_field, presets)}
                <p class="quiet field-note">{source}</p>
                <Targets state=state report=report />
                {choice("profile", words::PROFILE, settings, |settings| &mut settings.profile, || options(&words::PROFILES))}
                {choice("score", words::SCORE, settings, |settings| &mut settings.score, || options(&words::SCORES))}
                {move || classic.get().then(|| view! { <Thresholds state=state /> })}
                <label for="instance">{words::INSTANCE}</label>
                <input
                    id="instance" type="text" autocomplete="off" spellcheck="false" placeholder=words::BUSIEST
                    prop:value=move || settings.with(|settings| settings.instance.clone())
                    on:change=move |event| settings.update(|settings| settings.instance = event_target_value(&event).trim().to_owned())
                />
                <p class="field-error" role="alert">{general}</p>
            </form>
            </details>
        </section>
    }
}

/// A preset takes the place of targets that were typed; they can be edited from there again.
fn preset_field(settings: &mut Settings) -> &mut String {
    settings.rows = None;
    &mut settings.preset
}

fn options(words: &[(&str, &str)]) -> Vec<(String, String)> {
    words.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect()
}

fn choice(
    id: &'static str,
    label: &'static str,
    settings: RwSignal<Settings>,
    field: fn(&mut Settings) -> &mut String,
    options: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
) -> AnyView {
    let current = Memo::new(move |_| settings.with(|settings| field(&mut settings.clone()).clone()));
    let items = move || {
        let current = current.get();
        options()
            .into_iter()
            .map(|(id, name)| {
                let selected = id == current;
                view! { <option value=id prop:selected=selected>{name}</option> }
            })
            .collect_view()
    };
    view! {
        <label for=id>{label}</label>
        <select id=id on:change=move |event| settings.update(|settings| *field(settings) = event_target_value(&event))>{items}</select>
    }
    .into_any()
}
