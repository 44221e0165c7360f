//! Service levels: every target with its verdict, its interval, and why.

use leptos::prelude::*;

use super::TheReport;
use crate::entry::spell;
use crate::metrics::Unit;
use crate::report::SloStatusView;
use crate::slo::Verdict;
use crate::web::chart::bullet;
use crate::web::state::State;
use crate::web::text::report as words;
use crate::web::ui::{badge, lines, of_verdict, rich, section, slice};

#[component]
pub fn Services(state: State, report: TheReport) -> impl IntoView {
    let statuses = slice(report, |report| report.slo_statuses.clone());
    let source = slice(report, |report| report.slo_source.clone());
    section(
        "services",
        words::SERVICES,
        move || statuses.with(|statuses| tally(statuses)),
        move || {
            let items = statuses.with(|statuses| statuses.iter().map(|status| item(state, status)).collect_view());
            let empty = statuses.with(Vec::is_empty).then(|| view! { <p class="quiet">{words::NO_TARGETS}</p> });
            view! {
                <div class="card services">
                    <p class="quiet">{source.with(|source| words::slo_source(source))} " " <a href="#settings">{words::EDIT_TARGETS}</a></p>
                    {empty}
                    <ul class="plain">{items}</ul>
                </div>
            }
        },
    )
}

fn item(state: State, status: &SloStatusView) -> AnyView {
    let look = of_verdict(status.verdict);
    let facts = view! {
        <b>{status.shown.clone()}</b>
        {counted(status)}
        {format!(" · {}", status.time_base.words)} " "
        {lines(state, status.input, &status.lines)}
    };
    let measured = status.verdict != Verdict::NoData;
    view! {
        <li class=format!("service {}", look.tone)>
            <div class="service-head"><h3>{goal(status)}</h3> " " {badge(look)}</div>
            {bullet(status)}
            {measured.then_some(view! { <p class="service-facts">{facts}</p> })}
            <p class="service-why">{rich(&status.why)}</p>
        </li>
    }
    .into_any()
}

/// The number of samples, unless the value says it already.
fn counted(status: &SloStatusView) -> Option<String> {
    status.samples.filter(|_| !status.shown.contains("n = ")).map(|samples| format!(" · {}", words::samples(samples)))
}

/// `TTFT P95 ≤ 1 s`.
fn goal(status: &SloStatusView) -> String {
    let sign = match status.target.comparison.as_str() {
        "<=" => "≤",
        ">=" => "≥",
        "==" => "=",
        other => other,
    };
    format!("{} {sign} {}", words::path(&status.target.metric), spell(status.target.target_value, status.unit))
}

fn tally(statuses: &[SloStatusView]) -> String {
    let mut parts = Vec::new();
    for verdict in [Verdict::Fail, Verdict::Pass, Verdict::Undetermined, Verdict::NoData] {
        let count = statuses.iter().filter(|status| status.verdict == verdict).count();
        if count > 0 {
            parts.push(format!("{} {}", Unit::Count.show(count as f64), of_verdict(verdict).word));
        }
    }
    parts.join(" · ")
}
