//! What could not be judged, how to switch it on, and what limits the rest.

use leptos::prelude::*;

use crate::metrics::capital;
use crate::report::{NotMeasurable, Note, Report};
use crate::web::page::Page;
use crate::web::parts::{card, link, plain, rich, section};

const TITLE: &str = "Could not be judged";
const NEEDED_BY: &str = "needed by";
const NOTES: &str = "Notes";

pub fn unmeasured(report: &Report, _: Page) -> AnyView {
    let (missing, notes) = (&report.not_measurable, &report.notes);
    if missing.is_empty() && notes.is_empty() {
        return ().into_any();
    }
    let note = |note: &Note| view! { <li>{rich(&note.sentence)}</li> }.into_any();
    let notes =
        (!notes.is_empty()).then(|| view! { <h3>{NOTES}</h3><ul>{notes.iter().map(note).collect::<Vec<AnyView>>()}</ul> }.into_any());
    let list = view! { <ul class="plain missing">{missing.iter().map(item).collect::<Vec<AnyView>>()}</ul> };
    section("unmeasured", TITLE, "", card("card unmeasured", view! { {list}{notes} }.into_any()))
}

fn item(missing: &NotMeasurable) -> AnyView {
    let rule = |rule: &String| view! { " "{link(format!("#rule-{rule}"), rule)} }.into_any();
    let rules = missing.rules.iter().map(rule).collect::<Vec<AnyView>>();
    let needed = (!rules.is_empty()).then(|| view! { <p class="quiet">{NEEDED_BY}{rules}</p> }.into_any());
    view! { <li><p><b>{plain(&capital(&missing.what))}</b>" "{rich(&missing.how)}</p>{needed}</li> }.into_any()
}
