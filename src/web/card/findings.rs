//! What is wrong, worst first; and what it means when nothing is.

use leptos::prelude::*;

use super::finding::finding;
use crate::protocol::Part;
use crate::report::{Bottleneck, Report};
use crate::view::findings::nothing_found;
use crate::web::page::Page;
use crate::web::parts::{card, each, live, plain};

const TITLE: &str = "What is wrong";

/// The findings of the report as it stands. Each one keeps its place in the document, and with it what is open, for as long as its rule fires.
pub fn findings(page: Page) -> AnyView {
    let is_there = page.holds(Part::Findings, |_| true);
    live(move || is_there.get().then(|| list(page)))
}

fn list(page: Page) -> AnyView {
    let count = |report: &Report| match report.bottlenecks.len() {
        0 | 1 => String::new(),
        several => format!("{several} findings, worst first"),
    };
    let aside = move || page.at_turn(Part::Findings, count);
    let calm = move || {
        let nothing = |report: &Report| report.bottlenecks.is_empty().then(|| plain(&nothing_found(report)));
        page.at_turn(Part::Findings, nothing).flatten().map(|sentence| card("card calm", view! { <p>{sentence}</p> }.into_any()))
    };
    let id = |finding: &Bottleneck| finding.id.clone();
    let ids = move || page.at_turn(Part::Findings, |report| report.bottlenecks.iter().map(id).collect::<Vec<String>>()).unwrap_or_default();
    let one = move |id: String| {
        let known = move |report: &Report| report.bottlenecks.iter().find(|known| known.id == id).map(|known| finding(known, page));
        live(move || page.at_turn(Part::Findings, &known))
    };
    view! {
        <section class="part" id="wrong" aria-labelledby="wrong-title">
            <header class="part-head"><h2 id="wrong-title" tabindex="-1">{TITLE}</h2> <span class="aside">{live(aside)}</span></header>
            {live(calm)}
            {each(ids, one)}
        </section>
    }
    .into_any()
}
