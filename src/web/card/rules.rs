//! Every rule with its verdict: silence is never health.

use leptos::prelude::*;

use super::TheReport;
use crate::report::{RuleStatus, RuleVerdict};
use crate::web::text::report as words;
use crate::web::ui::{badge, of_rule, rich, slice};

#[component]
pub fn RuleList(report: TheReport) -> impl IntoView {
    let rules = slice(report, |report| report.rules.clone());
    move || {
        rules.with(|rules| {
            if rules.is_empty() {
                return None;
            }
            let count = |verdict| rules.iter().filter(|rule| rule.verdict == verdict).count();
            let tally = words::rules(count(RuleVerdict::Fired), count(RuleVerdict::Clear), count(RuleVerdict::NotMeasurable));
            let groups = [RuleVerdict::Fired, RuleVerdict::Clear, RuleVerdict::NotMeasurable];
            let rows = groups.iter().flat_map(|verdict| rules.iter().filter(move |rule| rule.verdict == *verdict)).map(row).collect_view();
            let view = view! {
                <details class="card rules">
                    <summary>{words::ALL_RULES} " " <span class="aside">{tally}</span></summary>
                    <div class="wide" tabindex="0" role="group" aria-label=words::ALL_RULES>
                    <table class="full">
                        <caption class="hidden">{words::ALL_RULES}</caption>
                        <thead>
                            <tr><th scope="col">{words::VERDICT}</th><th scope="col">{words::RULE}</th><th scope="col">{words::SEEN}</th></tr>
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

fn row(rule: &RuleStatus) -> impl IntoView + use<> {
    view! {
        <tr>
            <td>{badge(of_rule(rule.verdict))}</td>
            <th scope="row"><a href=format!("#rule-{}", rule.id)>{rule.title.clone()}</a></th>
            <td>{rich(&rule.sentence)}</td>
        </tr>
    }
}
