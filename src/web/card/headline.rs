//! The verdict: one sentence, the score, and what both rest on.

use leptos::prelude::*;

use super::TheReport;
use crate::report::Report;
use crate::rule::ConfidenceWord;
use crate::signal::Mode;
use crate::web::text::{report as words, words as common};
use crate::web::ui::{of_band, rich, shape};

#[component]
pub fn Headline(report: TheReport) -> impl IntoView {
    move || report.get().map(|report| card(&report))
}

fn card(report: &Report) -> AnyView {
    let look = of_band(report.health.band);
    let score = report.health.score.map(|score| format!("{score:.0}"));
    let judged = score.is_some();
    view! {
        <section class=format!("verdict {}", look.tone) aria-labelledby="headline">
            <div class="score">
                {score.map(|score| view! { <span class="points">{score}</span> " " <span class="of">{words::OF_100}</span> " " })}
                <span class="band">{shape(look.shape)} {look.word}</span>
                {(judged && !report.health.exercised).then_some(view! { " " <span class="of">{words::NOT_EXERCISED}</span> })}
            </div>
            <div class="verdict-text">
                <h1 id="headline" tabindex="-1">{rich(&report.headline.text)}</h1>
                {first_action(report)}
                <p class="facts">{facts(report)}</p>
                <p class="state">{rich(&report.state.sentence)}</p>
            </div>
        </section>
    }
    .into_any()
}

/// The first thing to do, for those who read no further.
fn first_action(report: &Report) -> Option<AnyView> {
    let winner = report.headline.rule.as_ref()?;
    let finding = report.bottlenecks.iter().find(|finding| finding.id == *winner).or(report.bottlenecks.first())?;
    if finding.recommendation.is_empty() {
        return None;
    }
    let view = view! {
        <p class="do-first">
            <span class="label">{words::DO_FIRST}</span>
            <span>{rich(&finding.recommendation)} " " <a href=format!("#{}", finding.id)>{words::WHY_AND_PRICE}</a></span>
        </p>
    };
    Some(view.into_any())
}

fn facts(report: &Report) -> Vec<AnyView> {
    let fact = |label: &'static str, value: String| view! { <span class="fact">{label} " " <b>{value}</b></span> " " }.into_any();
    let backend = &report.backend;
    let mut facts = vec![
        view! { <span class="fact" title=backend.why.clone()><b>{backend.name.clone()}</b> " " {backend.version_range.clone()}</span> " " }
            .into_any(),
    ];
    if !report.models.is_empty() {
        facts.push(fact(words::MODEL, report.models.join(", ")));
    }
    if !report.instance_id.is_empty() && !report.models.contains(&report.instance_id) {
        facts.push(fact(words::INSTANCE, report.instance_id.clone()));
    }
    let basis = match (&report.window, report.mode) {
        (Some(window), _) => window.words.clone(),
        (None, Mode::Snapshot) => words::ONE_DUMP.to_owned(),
        (None, Mode::Window | Mode::Series) => words::dumps(report.inputs.len()),
    };
    facts.push(view! { <span class="fact"><b>{basis}</b></span> " " }.into_any());
    if let Some(word) = report.headline.confidence {
        facts.push(fact(words::CAUSE, confidence(word).to_owned()));
    }
    if report.profile != "default" {
        facts.push(fact(words::RULES, report.profile.clone()));
    }
    facts
}

pub fn confidence(word: ConfidenceWord) -> &'static str {
    match word {
        ConfidenceWord::Possible => common::POSSIBLE,
        ConfidenceWord::Probable => common::PROBABLE,
        ConfidenceWord::Confirmed => common::CONFIRMED,
    }
}

/// What a screen reader is told when the verdict changes.
pub fn announcement(report: &Report) -> String {
    let look = of_band(report.health.band);
    let score = report.health.score.map(|score| format!("{score:.0} {}, ", words::OF_100)).unwrap_or_default();
    format!("{}: {score}{}. {}", words::HEALTH, look.word, report.headline.text)
}
