//! Links to the parts, each with what is in it.

use leptos::prelude::*;

use crate::report::Report;
use crate::view;
use crate::web::page::Page;
use crate::web::parts::link;

const PARTS: &str = "Parts of the report";

pub fn jumps(report: &Report, _: Page) -> AnyView {
    let jump = |(part, label): (&str, String)| view! { {link(format!("#{part}"), &label)}" " }.into_any();
    view! { <nav class="jumps" aria-label=PARTS>{view::jumps::jumps(report).into_iter().map(jump).collect::<Vec<AnyView>>()}</nav> }
        .into_any()
}
