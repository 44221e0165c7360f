//! The thresholds of the classic profile.

use leptos::prelude::*;

use crate::entry::{THRESHOLDS, Threshold, spell};
use crate::web::state::State;
use crate::web::text::form as words;

#[component]
pub fn Thresholds(state: State) -> impl IntoView {
    view! {
        <fieldset class="thresholds">
            <legend>{words::THRESHOLDS}</legend>
            {THRESHOLDS.iter().map(|threshold| field(state, threshold)).collect_view()}
        </fieldset>
    }
}

fn field(state: State, threshold: &'static Threshold) -> AnyView {
    let name = threshold.name;
    let settings = state.settings;
    let typed = move || settings.with(|settings| settings.thresholds.get(name).cloned().unwrap_or_default());
    let set = move |event| {
        let text = event_target_value(&event);
        settings.update(|settings| {
            settings.thresholds.insert(name.to_owned(), text);
        });
    };
    let error = Memo::new(move |_| state.checked.with(|checked| checked.thresholds.get(name).cloned()));
    let note = format!("threshold-error-{name}");
    view! {
        <label for=name>{threshold.words}</label>
        <input
            id=name type="text" autocomplete="off" spellcheck="false" placeholder=spell(threshold.default, threshold.unit)
            aria-invalid=move || error.with(Option::is_some).then_some("true") aria-describedby=note.clone()
            prop:value=typed on:input=set
        />
        <p id=note class="field-error" aria-live="polite">{move || error.get()}</p>
    }
    .into_any()
}
