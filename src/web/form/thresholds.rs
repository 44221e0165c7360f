//! The thresholds of the classic profile.

use leptos::prelude::*;

use crate::web::parts::live;

use super::invalid;
use crate::protocol::ThresholdField;
use crate::web::page::Page;

const THRESHOLDS: &str = "Classic thresholds";

pub fn thresholds(page: Page) -> AnyView {
    let fields = page.catalogue.with_untracked(|catalogue| catalogue.thresholds.clone());
    let fields = fields.into_iter().map(|known| field(page, known)).collect::<Vec<AnyView>>();
    view! { <fieldset class="thresholds"><legend>{THRESHOLDS}</legend>{fields}</fieldset> }.into_any()
}

fn field(page: Page, known: ThresholdField) -> AnyView {
    let ThresholdField { name, label, default } = known;
    let note = format!("threshold-error-{name}");
    let typed = page.settings.with_untracked(|settings| settings.thresholds.get(&name).cloned()).unwrap_or_default();
    let error = Memo::new({
        let name = name.clone();
        move |_| page.checks.with(|checks| checks.thresholds.iter().find(|(wrong, _)| *wrong == name).map(|(_, sentence)| sentence.clone()))
    });
    let change = {
        let name = name.clone();
        move |event| {
            let value = event_target_value(&event);
            page.configure(|settings| drop(settings.thresholds.insert(name.clone(), value)));
        }
    };
    view! {
        <label for=name.clone()>{label}</label>
        <input
            id=name
            type="text"
            autocomplete="off"
            spellcheck="false"
            placeholder=default
            prop:value=typed
            aria-invalid=move || invalid(error.with(Option::is_some))
            aria-describedby=note.clone()
            on:input=change
        />
        <p class="field-error" id=note aria-live="polite">{live(move || error.get())}</p>
    }
    .into_any()
}
