//! Possible causes where none is proven: what speaks for each, what against it, and the cheapest look that would decide.

use leptos::prelude::*;

use crate::report::{Hypothesis, Report};
use crate::view::possible::{is_found, leads};
use crate::web::page::Page;
use crate::web::parts::{described, link, list, rich, section};

const TITLE: &str = "Possible causes";
const NONE_PROVEN: &str = "none is proven; likeliest first";
const FOR: &str = "For";
const AGAINST: &str = "Against";
const DECIDES: &str = "To decide";
const FOUND: &str = "The finding above has the numbers.";

pub fn possible(report: &Report, _: Page) -> AnyView {
    if !leads(report) {
        return ().into_any();
    }
    let one = |hypothesis: &Hypothesis| cause(hypothesis, is_found(report, hypothesis));
    let causes = report.hypotheses.iter().map(one).collect::<Vec<AnyView>>();
    section("possible", TITLE, NONE_PROVEN, view! { <ol class="card possible">{causes}</ol> }.into_any())
}

/// What is a finding too has its evidence there.
fn cause(hypothesis: &Hypothesis, is_found: bool) -> AnyView {
    let target = if is_found { format!("#{}", hypothesis.cause) } else { format!("#rule-{}", hypothesis.cause) };
    let supports = if is_found { Some(described(FOR, FOUND.into_any())) } else { listed(FOR, &hypothesis.supports) };
    view! {
        <li>
            <h3>{link(target, &hypothesis.title)}</h3>
            <dl>
                {supports}
                {listed(AGAINST, &hypothesis.contradicts)}
                {described(DECIDES, rich(&hypothesis.decide))}
            </dl>
        </li>
    }
    .into_any()
}

fn listed(label: &'static str, items: &[String]) -> Option<AnyView> {
    match items {
        [] => None,
        [only] => Some(described(label, rich(only))),
        several => Some(described(label, list(several))),
    }
}
