//! What is wrong, worst first; and what it means when nothing is.

use leptos::prelude::*;

use super::{TheReport, bottleneck::bottleneck};
use crate::report::{Bottleneck, Report, RuleVerdict};
use crate::web::state::State;
use crate::web::text::report as words;
use crate::web::ui::{section, slice};

#[component]
pub fn Bottlenecks(state: State, report: TheReport) -> impl IntoView {
    let findings = slice(report, |report| report.bottlenecks.clone());
    let counts = slice(report, counts);
    section(
        "wrong",
        words::WRONG,
        move || findings.with(|findings| aside(findings)),
        move || {
            findings.with(|findings| match findings.as_slice() {
                [] => view! { <div class="card calm"><p>{words::nothing_fired(counts.get())}</p></div> }.into_any(),
                findings => findings.iter().map(|finding| bottleneck(state, finding)).collect_view().into_any(),
            })
        },
    )
}

fn aside(findings: &[Bottleneck]) -> String {
    if findings.len() > 1 { words::findings(findings.len()) } else { String::new() }
}

/// Rules that were judged, and rules in all.
fn counts(report: &Report) -> (usize, usize) {
    (report.rules.iter().filter(|rule| rule.verdict != RuleVerdict::NotMeasurable).count(), report.rules.len())
}
