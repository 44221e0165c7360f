//! Targets as rows that can be edited.

use leptos::prelude::*;

use super::invalid;
use crate::protocol::{Field, TargetRow};
use crate::web::action::Action;
use crate::web::page::Page;
use crate::web::parts::{button, each, live};

const EDIT: &str = "Edit the targets";
const TARGETS: &str = "Targets";
const ADD: &str = "Add a target";
const BACK_TO_PRESET: &str = "Back to the preset";
const METRIC: &str = "Metric";
const METRIC_EXAMPLE: &str = "ttft.p95";
const OPERATOR: &str = "Comparison";
const VALUE: &str = "Value with unit";
const VALUE_EXAMPLE: &str = "250 ms";
const REMOVE: &str = "Remove this target";
const OPERATORS: [(&str, &str); 5] = [("<=", "≤"), ("<", "<"), (">=", "≥"), (">", ">"), ("==", "=")];

pub fn targets(page: Page) -> AnyView {
    let are_edited = Memo::new(move |_| page.settings.with(|settings| settings.targets.is_some()));
    let shown = move || if are_edited.get() { rows(page) } else { button(page, "small", Action::EditTargets, EDIT) };
    live(shown)
}

fn rows(page: Page) -> AnyView {
    let ids = move || page.settings.with(|settings| settings.targets.iter().flatten().map(|row| row.id).collect());
    let known = move |id: u32| page.settings.with_untracked(|settings| settings.targets.iter().flatten().find(|row| row.id == id).cloned());
    let one = move |id: u32| known(id).map(|row| target(page, row)).into_any();
    let metrics = move || {
        let option = |path: &String| view! { <option value=path.clone()></option> }.into_any();
        page.catalogue.with(|catalogue| catalogue.metrics.iter().map(option).collect::<Vec<AnyView>>())
    };
    view! {
        <fieldset class="targets">
            <legend>{TARGETS}</legend>
            {each(ids, one)}
            <datalist id="metric-paths">{live(metrics)}</datalist>
            <div class="buttons">
                {button(page, "small", Action::AddTarget, ADD)} {button(page, "small", Action::DropTargets, BACK_TO_PRESET)}
            </div>
        </fieldset>
    }
    .into_any()
}

fn target(page: Page, row: TargetRow) -> AnyView {
    let id = row.id;
    let error = Memo::new(move |_| {
        page.checks.with(|checks| checks.targets.iter().find(|(row, ..)| *row == id).map(|(_, field, sentence)| (*field, sentence.clone())))
    });
    let wrong = move |field| move || invalid(error.with(|error| error.as_ref().is_some_and(|(wrong, _)| *wrong == field)));
    let typed = move |cell: fn(&mut TargetRow) -> &mut String| {
        move |event: web_sys::Event| {
            let value = event_target_value(&event);
            page.configure(|settings| {
                let row = settings.targets.iter_mut().flatten().find(|row| row.id == id);
                row.into_iter().for_each(|row| value.clone_into(cell(row)));
            });
        }
    };
    let note = format!("target-error-{id}");
    let operator = |(value, sign): (&'static str, &'static str)| {
        let is_own = row.comparison == value;
        view! { <option value=value selected=is_own>{sign}</option> }.into_any()
    };
    view! {
        <div class="target-row" id=format!("target-{id}")>
            <input
                type="text"
                autocomplete="off"
                spellcheck="false"
                placeholder=METRIC_EXAMPLE
                prop:value=row.metric.clone()
                list="metric-paths"
                aria-label=METRIC
                aria-invalid=wrong(Field::Metric)
                aria-describedby=note.clone()
                on:input=typed(|row| &mut row.metric)
            />
            <select
                aria-label=OPERATOR
                aria-invalid=wrong(Field::Comparison)
                aria-describedby=note.clone()
                on:change=typed(|row| &mut row.comparison)
            >
                {OPERATORS.into_iter().map(operator).collect::<Vec<AnyView>>()}
            </select>
            <input
                type="text"
                autocomplete="off"
                spellcheck="false"
                placeholder=VALUE_EXAMPLE
                prop:value=row.value.clone()
                aria-label=VALUE
                aria-invalid=wrong(Field::Value)
                aria-describedby=note.clone()
                on:input=typed(|row| &mut row.value)
            />
            <button class="remove" type="button" aria-label=REMOVE on:click=move |_| page.act(Action::RemoveTarget(id))>"×"</button>
            <p class="field-error" id=note aria-live="polite">{live(move || error.with(|error| error.as_ref().map(|(_, sentence)| sentence.clone())))}</p>
        </div>
    }
    .into_any()
}
