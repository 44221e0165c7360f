//! Targets as rows that can be edited.

use leptos::prelude::*;

use crate::entry::{Field, Row, spell};
use crate::report::SloStatusView;
use crate::slo::Metric;
use crate::web::card::TheReport;
use crate::web::state::State;
use crate::web::text::form as words;

#[component]
pub fn Targets(state: State, report: TheReport) -> impl IntoView {
    let settings = state.settings;
    // Rows are drawn from their ids, so that a field keeps its focus while something is typed into it.
    let ids = Memo::new(move |_| {
        settings.with(|settings| settings.rows.as_ref().map(|rows| rows.iter().map(|row| row.id).collect::<Vec<u32>>()))
    });
    let edit = move |_| {
        let rows = report.with_untracked(|report| report.as_ref().map(|report| rows_of(&report.slo_statuses)).unwrap_or_default());
        settings.update(|settings| settings.rows = Some(rows));
    };
    let add = move |_| {
        settings.update(|settings| {
            let rows = settings.rows.get_or_insert_default();
            let id = rows.iter().map(|row| row.id + 1).max().unwrap_or(0);
            rows.push(Row { id, metric: String::new(), comparison: "<=".to_owned(), value: String::new() });
        });
    };
    let back = move |_| settings.update(|settings| settings.rows = None);
    move || match ids.get() {
        None => view! { <button type="button" class="small" on:click=edit>{words::EDIT_TARGETS}</button> }.into_any(),
        Some(ids) => view! {
            <fieldset class="targets">
                <legend>{words::TARGETS}</legend>
                {ids.into_iter().map(|id| row(state, id)).collect_view()}
                <datalist id="metric-paths">
                    {Metric::known().into_iter().map(|path| view! { <option value=path></option> }).collect_view()}
                </datalist>
                <div class="buttons">
                    <button type="button" class="small" on:click=add>{words::ADD_TARGET}</button>
                    <button type="button" class="small" on:click=back>{words::BACK_TO_PRESET}</button>
                </div>
            </fieldset>
        }
        .into_any(),
    }
}

fn rows_of(statuses: &[SloStatusView]) -> Vec<Row> {
    let row = |(id, status): (u32, &SloStatusView)| Row {
        id,
        metric: status.target.metric.clone(),
        comparison: status.target.comparison.clone(),
        value: spell(status.target.target_value, status.unit),
    };
    (0..).zip(statuses).map(row).collect()
}

fn row(state: State, id: u32) -> AnyView {
    let settings = state.settings;
    let get = move |pick: fn(&Row) -> &String| {
        move || {
            settings
                .with(|settings| settings.rows.iter().flatten().find(|row| row.id == id).map(|row| pick(row).clone()).unwrap_or_default())
        }
    };
    let set = move |pick: fn(&mut Row) -> &mut String| {
        move |event| {
            let typed = event_target_value(&event);
            settings.update(|settings| {
                settings.rows.iter_mut().flatten().filter(|row| row.id == id).for_each(|row| pick(row).clone_from(&typed));
            });
        }
    };
    let remove = move |_| settings.update(|settings| settings.rows.iter_mut().for_each(|rows| rows.retain(|row| row.id != id)));
    let error = Memo::new(move |_| state.checked.with(|checked| checked.rows.get(&id).cloned()));
    let wrong = move |field: Field| move || error.with(|error| error.as_ref().is_some_and(|(wrong, _)| *wrong == field)).then_some("true");
    let comparison = get(|row| &row.comparison);
    let operators = words::OPERATORS
        .iter()
        .map(|(operator, sign)| {
            view! { <option value=*operator prop:selected=move || comparison() == *operator>{*sign}</option> }
        })
        .collect_view();
    let note = format!("target-error-{id}");
    view! {
        <div class="target-row">
            <input
                type="text" list="metric-paths" autocomplete="off" spellcheck="false" aria-label=words::METRIC placeholder=words::METRIC_EXAMPLE
                aria-invalid=wrong(Field::Metric) aria-describedby=note.clone()
                prop:value=get(|row| &row.metric) on:input=set(|row| &mut row.metric)
            />
            <select aria-label=words::OPERATOR aria-invalid=wrong(Field::Comparison) on:change=set(|row| &mut row.comparison)>{operators}</select>
            <input
                type="text" autocomplete="off" spellcheck="false" aria-label=words::VALUE placeholder=words::VALUE_EXAMPLE
                aria-invalid=wrong(Field::Value) aria-describedby=note.clone()
                prop:value=get(|row| &row.value) on:input=set(|row| &mut row.value)
            />
            <button type="button" class="remove" aria-label=words::REMOVE on:click=remove>"×"</button>
            <p id=note class="field-error" aria-live="polite">{move || error.get().map(|(_, sentence)| sentence)}</p>
        </div>
    }
    .into_any()
}
