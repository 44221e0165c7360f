//! How the score came about: from 100 down.

use leptos::prelude::*;

use super::TheReport;
use crate::plot::{Step, waterfall};
use crate::report::{Deduction, Health};
use crate::web::text::report as words;
use crate::web::ui::{rich, section, slice};

#[component]
pub fn HealthCard(report: TheReport) -> impl IntoView {
    let health = slice(report, |report| Some(report.health.clone()));
    move || {
        health.get().map(|health| {
            let aside = health.score.map(|score| format!("100 → {score:.0}")).unwrap_or_default();
            section("health", words::HEALTH, aside, card(&health))
        })
    }
}

fn card(health: &Health) -> AnyView {
    let rows = health.deductions.iter().zip(waterfall(&health.deductions)).map(|(deduction, step)| row(deduction, step)).collect_view();
    let nothing = (health.deductions.is_empty() && health.score.is_some()).then(|| view! { <p>{words::NOTHING_DEDUCTED}</p> });
    let unseen = health.coverage.iter().map(|item| view! { <li>{rich(item)}</li> }).collect_view();
    let table = (!health.deductions.is_empty()).then(|| {
        view! {
            <table class="waterfall">
                <caption class="hidden">{words::WATERFALL}</caption>
                <thead class="hidden">
                    <tr><th scope="col">{words::REASON}</th><th scope="col">{words::POINTS}</th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    view! {
        <div class="card health">
            {nothing}
            {table}
            {health.score.is_some().then(|| view! { <p class="quiet">{words::score_confidence(health.confidence)}</p> })}
            {(!health.coverage.is_empty()).then(|| view! { <h3>{words::UNSEEN}</h3><ul>{unseen}</ul> })}
        </div>
    }
    .into_any()
}

fn row(deduction: &Deduction, step: Step) -> impl IntoView + use<> {
    let points = if step.cap { format!("≤ {:.0}", deduction.points) } else { format!("−{}", words::points(deduction.points)) };
    let rule = deduction.rule.as_ref().map(|rule| view! { " " <a href=format!("#{rule}")>{words::SEE}</a> });
    view! {
        <tr>
            <th scope="row">
                {rich(&deduction.reason)} {rule}
                <svg class="fall" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="left" x="0" y="0" width=step.to height="4" />
                    <rect class="lost" x=step.to y="0" width=step.from - step.to height="4" />
                </svg>
            </th>
            <td class="value">{points}</td>
        </tr>
    }
}
