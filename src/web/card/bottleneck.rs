//! One finding: what, why, the numbers, what to change, and how to disprove it.

use leptos::prelude::*;

use super::headline::confidence;
use crate::report::{Action, Bottleneck, Evidence};
use crate::rule::{BottleneckType, Role};
use crate::web::state::State;
use crate::web::text::report as words;
use crate::web::ui::{badge, lines, of_severity, rich};

pub fn bottleneck(state: State, finding: &Bottleneck) -> AnyView {
    let heading = format!("{}-title", finding.id);
    let look = of_severity(finding.severity);
    view! {
        <article id=finding.id.clone() class=format!("card finding {}", look.tone) aria-labelledby=heading.clone()>
            <header>
                {badge(look)} " " <h3 id=heading.clone() tabindex="-1">{finding.title.clone()}</h3> " " <span class="aside">{standing(finding)}</span>
            </header>
            <p class="what">{rich(&finding.description)}</p>
            {(!finding.why.is_empty()).then(|| view! { <p class="why">{rich(&finding.why)}</p> })}
            {numbers(state, finding)}
            {actions(&finding.actions, &finding.recommendation)}
            {contributing(finding)}
            {proof(finding)}
        </article>
    }
    .into_any()
}

/// `cause, confirmed · explains TTFT, E2E`.
fn standing(finding: &Bottleneck) -> String {
    let role = match finding.role {
        Role::Cause => words::CAUSE,
        Role::Symptom => words::SYMPTOM,
        Role::Risk => words::RISK,
        Role::Note => words::NOTE,
    };
    let mut parts = vec![format!("{role}, {}", confidence(finding.confidence.word))];
    if !finding.explains.is_empty() {
        let paths: Vec<String> = finding.explains.iter().map(|path| words::path(path)).collect();
        parts.push(words::explains(&paths.join(", ")));
    }
    parts.join(" · ")
}

fn numbers(state: State, finding: &Bottleneck) -> Option<AnyView> {
    if finding.evidence.is_empty() {
        return None;
    }
    let rows = finding.evidence.iter().map(|evidence| number(state, evidence)).collect_view();
    let view = view! {
        // The roles stand here because a narrow screen lays the rows out as blocks, which would take them away.
        <table class="numbers" role="table">
            <caption class="hidden">{words::numbers_of(&finding.title)}</caption>
            <thead class="hidden" role="rowgroup">
                <tr role="row">
                    <th role="columnheader">{words::WHAT}</th>
                    <th role="columnheader">{words::VALUE}</th>
                    <th role="columnheader">{words::FROM}</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    };
    Some(view.into_any())
}

fn number(state: State, evidence: &Evidence) -> impl IntoView + use<> {
    view! {
        <tr role="row">
            <th role="rowheader">{evidence.label.clone()}</th>
            <td class="value" role="cell">{evidence.shown.clone()}</td>
            <td class="from" role="cell">
                <span title=evidence.metric.clone()>{evidence.time_base.words.clone()}</span>
                {evidence.inferred.then_some(words::INFERRED)} " "
                {lines(state, evidence.input, &evidence.lines)}
            </td>
        </tr>
    }
}

fn actions(actions: &[Action], recommendation: &str) -> Option<AnyView> {
    if actions.is_empty() {
        return (!recommendation.is_empty())
            .then(|| view! { <div class="actions"><dl><dt>{words::CHANGE}</dt><dd>{rich(recommendation)}</dd></dl></div> }.into_any());
    }
    Some(view! { <div class="actions">{actions.iter().map(action).collect_view()}</div> }.into_any())
}

fn action(action: &Action) -> impl IntoView + use<> {
    let names_flag = action.flag.is_empty() || action.change.contains(&action.flag);
    let flag = (!names_flag).then(|| view! { <code>{action.flag.clone()}</code> " " });
    let versions = (!action.versions.is_empty() && action.versions != "any")
        .then(|| view! { " " <span class="versions">{action.versions.clone()}</span> });
    let line = |label: &'static str, text: &str| (!text.is_empty()).then(|| view! { <dt>{label}</dt><dd>{rich(text)}</dd> });
    view! {
        <dl>
            <dt>{words::CHANGE}</dt>
            <dd>{flag}{rich(&action.change)}{versions}</dd>
            {line(words::PRICE, &action.tradeoff)}
            {line(words::VERIFY, &action.verify)}
        </dl>
    }
}

fn contributing(finding: &Bottleneck) -> Option<AnyView> {
    if finding.contributing.is_empty() {
        return None;
    }
    let items = finding
        .contributing
        .iter()
        .map(|other| view! { <li><b>{other.title.clone()}</b> ": " {rich(&other.sentence)}</li> })
        .collect_view();
    Some(view! { <div class="contributing"><h4>{words::CONTRIBUTING}</h4><ul>{items}</ul></div> }.into_any())
}

fn proof(finding: &Bottleneck) -> AnyView {
    let line = |label: &'static str, text: String| (!text.is_empty()).then(|| view! { <dt>{label}</dt><dd>{rich(&text)}</dd> });
    let list = |label: &'static str, items: &[String]| {
        (!items.is_empty())
            .then(|| view! { <dt>{label}</dt><dd><ul>{items.iter().map(|item| view! { <li>{rich(item)}</li> }).collect_view()}</ul></dd> })
    };
    let classic = finding.id.starts_with("classic-");
    let against =
        if classic { words::against(&finding.metric_name, finding.current_value, finding.threshold_value) } else { String::new() };
    view! {
        <details class="proof">
            <summary>{words::PROOF}</summary>
            <dl>
                {line(words::FORMULA, finding.formula.clone())}
                {line(words::THRESHOLD, against)}
                {line(words::CONFIDENCE, words::confidence(confidence(finding.confidence.word), finding.confidence.value))}
                {list(words::WOULD_RAISE_IT, &finding.confidence.missing)}
                {list(words::SPEAKS_AGAINST, &finding.confidence.contradictions)}
                {line(words::FALSIFIER, finding.falsifier.clone())}
                {list(words::SOURCES, &finding.sources)}
                <dt>{words::RULE}</dt>
                <dd><a href=format!("#rule-{}", finding.id)>{finding.id.clone()}</a> " · " {kind(finding.kind)}</dd>
            </dl>
        </details>
    }
    .into_any()
}

fn kind(kind: BottleneckType) -> &'static str {
    match kind {
        BottleneckType::HighLatency => "high latency",
        BottleneckType::LowThroughput => "low throughput",
        BottleneckType::QueueBuildup => "queue build-up",
        BottleneckType::CacheInefficiency => "cache inefficiency",
        BottleneckType::MemoryPressure => "memory pressure",
        BottleneckType::BatchSizeSuboptimal => "batch size",
        BottleneckType::Availability => "availability",
        BottleneckType::Imbalance => "imbalance",
        BottleneckType::DataQuality => "data quality",
        BottleneckType::Forecast => "forecast",
    }
}
