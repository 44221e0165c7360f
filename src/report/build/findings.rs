//! Findings of the rules in the report's shapes.

use crate::report::{
    Action, Bottleneck, ConfidenceView, Contributing, Evidence, Headline, Hypothesis, NotMeasurable, RuleStatus, RuleVerdict, StateView,
};
use crate::rule;
use crate::signal::{Hint, HintedBy, Mode, Observation};

use super::time::{rfc3339, time_base};

/// Findings, worst first.
#[must_use]
pub fn bottlenecks(diagnosis: &rule::Diagnosis, timestamp: Option<&str>) -> Vec<Bottleneck> {
    diagnosis.findings.iter().map(|finding| bottleneck(finding, timestamp)).collect()
}

fn bottleneck(finding: &rule::Finding, timestamp: Option<&str>) -> Bottleneck {
    let rule = finding.rule;
    let actions: Vec<Action> = finding.actions.iter().map(action).collect();
    Bottleneck {
        id: rule.id.to_owned(),
        title: rule.title.to_owned(),
        kind: rule.kind,
        role: finding.role,
        severity: finding.severity,
        description: finding.sentence.clone(),
        metric_name: finding.measure.signal.clone(),
        current_value: finding.measure.value,
        threshold_value: finding.threshold,
        recommendation: actions.first().map_or_else(|| rule.texts.what_to_do.to_owned(), sentence),
        timestamp: timestamp.map(str::to_owned),
        confidence: confidence(&finding.confidence),
        evidence: finding.evidence.iter().map(evidence).collect(),
        explains: finding.explains.iter().map(|symptom| symptom.path().to_owned()).collect(),
        contributing: finding.contributing.iter().map(contributing).collect(),
        actions,
        why: rule.texts.why.to_owned(),
        formula: finding.formula.clone(),
        falsifier: rule.texts.falsifier.to_owned(),
        sources: rule.texts.sources.iter().map(|source| (*source).to_owned()).collect(),
    }
}

/// An action as one sentence: the flag is named when the change does not name it already.
fn sentence(action: &Action) -> String {
    if action.flag.is_empty() || action.names_flag { action.change.clone() } else { format!("{}: {}", action.flag, action.change) }
}

fn action(action: &rule::Action) -> Action {
    Action {
        flag: action.flag.clone(),
        change: action.change.clone(),
        names_flag: !action.flag.is_empty() && action.change.contains(&action.flag),
        tradeoff: action.tradeoff.clone(),
        verify: action.verify.clone(),
        versions: action.versions.clone(),
    }
}

fn confidence(confidence: &rule::Confidence) -> ConfidenceView {
    ConfidenceView {
        value: confidence.value,
        word: confidence.word,
        missing: confidence.missing.clone(),
        contradictions: confidence.contradictions.clone(),
    }
}

fn contributing(other: &rule::Contributing) -> Contributing {
    Contributing { id: other.rule.id.to_owned(), title: other.rule.title.to_owned(), sentence: other.sentence.clone() }
}

fn evidence(evidence: &rule::Evidence) -> Evidence {
    Evidence {
        signal: evidence.signal.clone(),
        label: evidence.label.clone(),
        value: evidence.value,
        unit: evidence.unit,
        shown: evidence.shown.clone(),
        time_base: time_base(evidence.time_base),
        inferred: evidence.inferred,
        metric: evidence.source.metric.clone(),
        input: evidence.input,
        lines: evidence.source.lines.clone(),
    }
}

/// Possible causes, likeliest first.
#[must_use]
pub fn hypotheses(diagnosis: &rule::Diagnosis) -> Vec<Hypothesis> {
    let one = |hypothesis: &rule::Hypothesis| Hypothesis {
        cause: hypothesis.rule.id.to_owned(),
        title: hypothesis.rule.title.to_owned(),
        supports: hypothesis.supports.clone(),
        contradicts: hypothesis.contradicts.clone(),
        decide: hypothesis.decide.clone(),
    };
    diagnosis.hypotheses.iter().map(one).collect()
}

/// Every rule with its verdict.
#[must_use]
pub fn rules(diagnosis: &rule::Diagnosis) -> Vec<RuleStatus> {
    let verdict = |verdict| match verdict {
        rule::RuleVerdict::Fired => RuleVerdict::Fired,
        rule::RuleVerdict::Clear => RuleVerdict::Clear,
        rule::RuleVerdict::NotMeasurable => RuleVerdict::NotMeasurable,
    };
    let status = |status: &rule::RuleStatus| RuleStatus {
        id: status.rule.id.to_owned(),
        title: status.rule.title.to_owned(),
        verdict: verdict(status.verdict),
        sentence: status.sentence.clone(),
    };
    diagnosis.statuses.iter().map(status).collect()
}

/// What could not be judged, grouped by what is missing.
#[must_use]
pub fn not_measurable(diagnosis: &rule::Diagnosis, seen: &Observation) -> Vec<NotMeasurable> {
    let one = |missing: &rule::NotMeasurable| NotMeasurable {
        rules: missing.rules.iter().map(|rule| rule.id.to_owned()).collect(),
        what: missing.missing.what.clone(),
        how: missing.missing.how_to_enable.clone(),
    };
    let mut all: Vec<NotMeasurable> = diagnosis.not_measurable.iter().map(one).collect();
    if let Some(hint) = seen.last.hint.filter(|_| seen.mode() == Mode::Snapshot && seen.last.started_at.is_some()) {
        let missing = rule::Missing::time_of_dump();
        let how = hinted_time(hint);
        match all.iter_mut().find(|known| known.what == missing.what) {
            Some(known) => known.how = how,
            None => all.insert(0, NotMeasurable { rules: Vec::new(), what: missing.what.clone(), how }),
        }
    }
    all
}

/// The time is offered, not used.
fn hinted_time(hint: Hint) -> String {
    let says = match hint.by {
        HintedBy::File => "The file says",
        HintedBy::Paste => "It was pasted at",
    };
    let time = rfc3339(hint.at.round()).unwrap_or_else(|| "nothing usable".to_owned());
    format!(
        "{says} {time}, which need not be when it was taken. Confirm that time at the dump, or type the right one: with the start time it \
         gives the age of the process and rates since start."
    )
}

#[must_use]
pub fn headline(diagnosis: &rule::Diagnosis) -> Headline {
    let headline = &diagnosis.headline;
    Headline::new(headline.text.clone(), headline.rule.map(|rule| rule.id.to_owned()), headline.confidence)
}

#[must_use]
pub fn state(state: &rule::State) -> StateView {
    StateView { id: state.kind.id().to_owned(), sentence: state.sentence.clone() }
}

/// The first action of each finding, each sentence once.
#[must_use]
pub fn recommendations(bottlenecks: &[Bottleneck]) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    for bottleneck in bottlenecks {
        if !bottleneck.recommendation.is_empty() && !sentences.contains(&bottleneck.recommendation) {
            sentences.push(bottleneck.recommendation.clone());
        }
    }
    sentences
}
