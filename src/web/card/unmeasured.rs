//! What could not be judged, how to switch it on, and what limits the rest.

use leptos::prelude::*;

use super::TheReport;
use crate::report::NotMeasurable;
use crate::web::text::report as words;
use crate::web::ui::{capital, rich, section, slice};

#[component]
pub fn Unmeasured(report: TheReport) -> impl IntoView {
    let missing = slice(report, |report| report.not_measurable.clone());
    let notes = slice(report, |report| report.notes.clone());
    move || {
        let (missing, notes) = (missing.get(), notes.get());
        if missing.is_empty() && notes.is_empty() {
            return None;
        }
        let items = missing.iter().map(item).collect_view();
        let remarks = notes.iter().map(|note| view! { <li>{rich(&note.sentence)}</li> }).collect_view();
        let content = view! {
            <div class="card unmeasured">
                <ul class="plain missing">{items}</ul>
                {(!notes.is_empty()).then(|| view! { <h3>{words::NOTES}</h3><ul>{remarks}</ul> })}
            </div>
        };
        Some(section("unmeasured", words::UNMEASURED, (), content))
    }
}

fn item(missing: &NotMeasurable) -> impl IntoView + use<> {
    let links = missing.rules.iter().map(|rule| view! { " " <a href=format!("#rule-{rule}")>{rule.clone()}</a> }).collect_view();
    view! {
        <li>
            <p><b>{capital(&missing.what)}</b> " " {rich(&missing.how)}</p>
            {(!missing.rules.is_empty()).then(|| view! { <p class="quiet">{words::NEEDED_BY}{links}</p> })}
        </li>
    }
}
