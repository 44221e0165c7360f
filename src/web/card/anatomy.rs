//! Where the time of a request goes.

use leptos::prelude::*;

use super::{TheReport, distribution::distribution};
use crate::metrics::Unit;
use crate::report::{Anatomy as View, DistributionView, Phase, SloStatusView};
use crate::web::chart::phases;
use crate::web::state::State;
use crate::web::text::report as words;
use crate::web::ui::{lines, rich, section, slice};

/// The distributions that people ask for first; the others are folded away.
const MAIN: [&str; 5] = ["ttft", "itl", "tpot", "e2e", "queue_time"];

#[component]
pub fn Anatomy(state: State, report: TheReport) -> impl IntoView {
    let view = slice(report, |report| report.anatomy.clone());
    let statuses = slice(report, |report| report.slo_statuses.clone());
    move || {
        let (anatomy, statuses) = (view.get(), statuses.get());
        if anatomy.phases.is_empty() && anatomy.distributions.is_empty() {
            return None;
        }
        let draw = |view: &DistributionView| distribution(state, view, &targets(&statuses, &view.path));
        let (main, rest): (Vec<_>, Vec<_>) = anatomy.distributions.iter().partition(|view| MAIN.contains(&view.path.as_str()));
        let more = (!rest.is_empty()).then(|| {
            view! {
                <details class="more">
                    <summary>{words::more_distributions(rest.len())}</summary>
                    <div class="distributions">{rest.iter().map(|view| draw(view)).collect_view()}</div>
                </details>
            }
        });
        let content = view! {
            {time(state, &anatomy)}
            <div class="distributions">{main.iter().map(|view| draw(view)).collect_view()}</div>
            {more}
        };
        Some(section("anatomy", words::ANATOMY, (), content))
    }
}

/// The targets on quantiles and means of this distribution.
fn targets(statuses: &[SloStatusView], path: &str) -> Vec<f64> {
    let belongs = |metric: &str| metric.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    let mut targets: Vec<f64> =
        statuses.iter().filter(|status| belongs(&status.target.metric)).map(|status| status.target.target_value).collect();
    targets.sort_by(f64::total_cmp);
    targets.dedup();
    targets
}

fn time(state: State, anatomy: &View) -> Option<AnyView> {
    if anatomy.phases.is_empty() {
        return None;
    }
    let rows = anatomy.phases.iter().map(|phase| row(state, phase)).collect_view();
    let total = anatomy.total_seconds.map(|total| {
        view! { <tr class="total"><th scope="row">{words::E2E_MEAN}</th><td class="value">{Unit::Seconds.show(total)}</td><td></td><td></td></tr> }
    });
    let view = view! {
        <div class="card">
            {phases(&anatomy.phases)}
            <table class="phases-table">
                <caption class="hidden">{words::PHASES}</caption>
                <thead class="hidden">
                    <tr>
                        <th scope="col">{words::PHASE}</th><th scope="col">{words::MEAN}</th>
                        <th scope="col">{words::SHARE}</th><th scope="col">{words::FROM}</th>
                    </tr>
                </thead>
                <tbody>{rows}{total}</tbody>
            </table>
            <p class="quiet">{rich(&anatomy.remark)}</p>
        </div>
    };
    Some(view.into_any())
}

fn row(state: State, phase: &Phase) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row"><span class=format!("key phase-{}", phase.id) aria-hidden="true"></span> {phase.label.clone()}</th>
            <td class="value">{Unit::Seconds.show(phase.mean_seconds)}</td>
            <td class="value">{Unit::Ratio.show(phase.share)}</td>
            <td class="from">{lines(state, phase.input, &phase.lines)}</td>
        </tr>
    }
}
