//! What the top of the report says besides its headline.

use crate::report::{Bottleneck, Footing, Report};
use crate::rule::{ConfidenceWord, Role};
use crate::signal::Mode;

/// What the verdict rests on: `model llama`, `60 s between two dumps`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fact {
    /// May be empty.
    pub label: &'static str,
    pub value: String,
    /// May be empty.
    pub after: String,
    /// Why that is believed; may be empty.
    pub title: String,
}

#[must_use]
pub fn facts(report: &Report) -> Vec<Fact> {
    let backend = &report.backend;
    let fact = |label, value: &str| Fact { label, value: value.to_owned(), ..Fact::default() };
    let mut facts = vec![Fact { after: backend.version_range.clone(), title: backend.why.clone(), ..fact("", &backend.name) }];
    if !report.models.is_empty() {
        facts.push(fact("model", &report.models.join(", ")));
    }
    facts.extend(report.instance_name.as_deref().map(|name| fact("instance", name)));
    let basis = match (&report.window, report.mode) {
        _ if report.timeline.is_some() => report.timeline.as_ref().map_or_else(String::new, super::timeline::basis),
        (Some(window), _) => window.words.clone(),
        (None, Mode::Snapshot) => "one dump".to_owned(),
        (None, Mode::Window | Mode::Series) => format!("{} dumps", report.inputs.len()),
    };
    facts.push(fact("", &basis));
    // That something is felt is another thing than why; that its cause is not found stands with the targets.
    match (report.headline.confidence, leading(report).map(|finding| finding.role)) {
        (Some(_), Some(Role::Symptom)) => facts.push(fact("", role(Role::Symptom))),
        (Some(word), Some(other)) => facts.push(fact(role(other), confidence(word))),
        (None, _) | (_, None) => {}
    }
    if report.profile != "default" {
        facts.push(fact("rules", &report.profile));
    }
    facts
}

/// What the headline speaks of.
fn leading(report: &Report) -> Option<&Bottleneck> {
    let rule = report.headline.rule.as_ref()?;
    report.bottlenecks.iter().find(|finding| finding.id == *rule)
}

/// What the server is doing, unless the headline has said it: of a symptom and where nothing is found it speaks of nothing else.
#[must_use]
pub fn state(report: &Report) -> Option<&str> {
    let is_said = leading(report).is_none_or(|finding| finding.role == Role::Symptom);
    (!is_said && !report.state.sentence.is_empty()).then_some(report.state.sentence.as_str())
}

/// True when the first thing to do is to take more dumps, so that nothing else on the page has to ask for them.
#[must_use]
pub fn asks_for_dumps(report: &Report) -> bool {
    report.mode == Mode::Snapshot && leading(report).is_some_and(only_finds_out)
}

/// The finding whose advice comes first, when it has some.
#[must_use]
pub fn first_to_do(report: &Report) -> Option<&Bottleneck> {
    report.headline.rule.as_ref()?;
    leading(report).or(report.bottlenecks.first()).filter(|finding| !finding.recommendation.is_empty())
}

/// Of a symptom nothing is to be changed before its cause is known: what there is to do finds out more, and has no price.
#[must_use]
pub fn only_finds_out(finding: &Bottleneck) -> bool {
    finding.role == Role::Symptom && !finding.is_classic()
}

/// The score is no merit: nothing was asked of the server.
#[must_use]
pub fn is_unearned(report: &Report) -> bool {
    report.standing.footing == Footing::Untested
}

/// What a screen reader is told when the verdict changes: the score, and the sentence.
#[must_use]
pub fn announcement(report: &Report) -> [String; 2] {
    let score = report.shown_score().map(|score| format!("{score:.0} of 100, ")).unwrap_or_default();
    [format!("Health: {score}{}.", report.standing.footing.word()), report.headline.text.clone()]
}

/// What the tab is called: `Critical 49, vLLM llama-8b: Requests wait …`. The verdict first, because a tab is narrow.
#[must_use]
pub fn title(report: &Report) -> String {
    let score = report.shown_score().map(|score| format!(" {score:.0}")).unwrap_or_default();
    let name = report.instance_name.as_ref().or(report.models.first()).map(|name| format!(" {name}")).unwrap_or_default();
    format!("{}{score} · {}{name}: {}", report.standing.footing.word(), report.backend.name, report.headline.lead)
}

#[must_use]
pub fn confidence(word: ConfidenceWord) -> &'static str {
    match word {
        ConfidenceWord::Possible => "possible",
        ConfidenceWord::Probable => "probable",
        ConfidenceWord::Confirmed => "confirmed",
    }
}

#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Cause => "cause",
        Role::Symptom => "symptom",
        Role::Risk => "risk",
        Role::Note => "note",
    }
}
