//! What the published thresholds of others say of the same numbers. They inform, they do not score.

use leptos::prelude::*;

use super::TheReport;
use crate::report::Opinion;
use crate::web::text::report as words;
use crate::web::ui::{badge, of_opinion, rich, slice};

#[component]
pub fn Opinions(report: TheReport) -> impl IntoView {
    let opinions = slice(report, |report| report.opinions.clone());
    move || {
        opinions.with(|opinions| {
            if opinions.is_empty() {
                return None;
            }
            let rows = opinions.iter().map(row).collect_view();
            let view = view! {
                <details class="card opinions">
                    <summary>{words::OPINIONS} " " <span class="aside">{words::opinions(opinions.len())}</span></summary>
                    <p class="quiet">{words::OPINIONS_NOTE}</p>
                    <div class="wide" tabindex="0" role="group" aria-label=words::OPINIONS>
                    <table class="full">
                        <caption class="hidden">{words::OPINIONS}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{words::WHO}</th><th scope="col">{words::SIGNAL}</th><th scope="col">{words::THEIR_RULE}</th>
                                <th scope="col">{words::VALUE}</th><th scope="col">{words::VERDICT}</th><th scope="col">{words::SOURCE}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                    </div>
                </details>
            };
            Some(view.into_any())
        })
    }
}

fn row(opinion: &Opinion) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{opinion.pack.clone()}</th>
            <td>{words::path(&opinion.signal)}</td>
            <td>{rich(&opinion.condition)}</td>
            <td class="value">{opinion.shown.clone()}</td>
            <td>{badge(of_opinion(opinion.verdict))}</td>
            <td class="quiet">{rich(&opinion.source)}</td>
        </tr>
    }
}
