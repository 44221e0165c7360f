//! Possible causes where none is proven: what speaks for each, what against it, and the cheapest look that would decide.
//!
//! One dump holds the state of this moment and the totals since start. A rule that judges a window cannot claim a cause from these; but
//! if the server has been doing all along what it does now, the totals say what a window would. That is a hypothesis, not a finding: it
//! is in no score and in no headline.

mod busy;
mod decide;
mod queue;

use super::explain::{self, Explanation};
use super::{Context, Evidence, Finding, Laws, Outcome, PROBABLE_FROM, Role, Rule, State, StateKind, Symptoms, catalogue};
use crate::signal::{Mode, Observation, TimeBase};
use crate::sorted::sort_by;

/// More than these are a list of everything that can go wrong.
const SHOWN: usize = 4;
/// Numbers that speak for one of them.
const NUMBERS: usize = 4;

/// A possible cause.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    pub rule: &'static Rule,
    /// Likelier ones first.
    pub weight: f64,
    pub supports: Vec<String>,
    pub contradicts: Vec<String>,
    /// The cheapest observation that would decide.
    pub decide: String,
}

/// Possible causes, likeliest first; none where a cause is probable already, or where nothing is being served.
pub(super) fn hypotheses(ctx: &Context<'_>, explanation: &Explanation) -> Vec<Hypothesis> {
    let causes = || explanation.findings.iter().filter(|finding| finding.role == Role::Cause);
    // What an idle server was slow at before is still worth a look.
    let felt = ctx.state.kind == StateKind::Idle && !ctx.symptoms.seen.is_empty();
    if !(ctx.state.serving() || felt) || causes().any(|cause| cause.confidence.value >= PROBABLE_FROM) {
        return Vec::new();
    }
    let mut found = if ctx.mode() == Mode::Snapshot { since_start(ctx) } else { Vec::new() };
    queue::add(ctx, &mut found);
    let elsewhere =
        |hypothesis: &Hypothesis| explanation.findings.iter().any(|finding| finding.role != Role::Cause && finding.rule == hypothesis.rule);
    found.retain(|hypothesis| !elsewhere(hypothesis));
    // A cause that is claimed as possible is one of them, and the first.
    for claimed in causes() {
        let mut first = hypothesis(ctx, claimed, 1.0 + claimed.confidence.value);
        if let Some(at) = found.iter().position(|other| other.rule == claimed.rule) {
            let other = found.swap_remove(at);
            first.supports.extend(other.supports.into_iter().filter(|sentence| !first.supports.contains(sentence)).collect::<Vec<_>>());
            first.contradicts.extend(other.contradicts);
            first.contradicts.dedup();
        }
        found.push(first);
    }
    sort_by(&mut found, |a, b| b.weight.total_cmp(&a.weight));
    found.truncate(SHOWN);
    found
}

/// What the rules find when the totals since start are taken for a window in which the gauges stood where they are.
fn since_start(ctx: &Context<'_>) -> Vec<Hypothesis> {
    let seen = Observation::since_start(ctx.seen.last.clone(), busy::seconds(ctx));
    let laws = Laws::of(&seen);
    let symptoms = Symptoms::of(&seen, &laws, ctx.slo, ctx.thetas);
    let state = State { kind: StateKind::Active, sentence: ctx.state.sentence.clone() };
    let all = Context { seen: &seen, laws: &laws, state: &state, symptoms: &symptoms, slo: ctx.slo, thetas: ctx.thetas };
    let outcomes: Vec<(&'static Rule, Outcome)> = catalogue::all()
        .filter(|rule| rule.role != Role::Note && rule.backends.contains(&ctx.backend()))
        .map(|rule| (rule, (rule.check)(&all).unwrap_or_else(Outcome::NotMeasurable)))
        .collect();
    let fired = explain::fired(&outcomes);
    let explained = explain::explain(fired.clone(), &symptoms, &state);
    let suppressed = |finding: &Finding| explained.suppressed.iter().any(|(rule, _)| *rule == finding.rule.id);
    // Those that win over others come first; what only contributes stays possible.
    let winner = |finding: &Finding| explained.findings.iter().any(|other| other.rule == finding.rule && other.role != Role::Symptom);
    fired
        .iter()
        .filter(|finding| !suppressed(finding))
        .map(|finding| {
            let weight = finding.confidence.value * if winner(finding) { 1.0 } else { 0.5 };
            hypothesis(ctx, finding, weight)
        })
        .collect()
}

fn hypothesis(ctx: &Context<'_>, finding: &Finding, weight: f64) -> Hypothesis {
    Hypothesis {
        rule: finding.rule,
        weight,
        supports: finding.evidence.iter().take(NUMBERS).map(support).collect(),
        contradicts: finding.confidence.contradictions.clone(),
        decide: decide::decide(ctx, finding.rule.id),
    }
}

/// `mean tokens per engine step: 511 since start`.
fn support(evidence: &Evidence) -> String {
    let base = match evidence.time_base {
        TimeBase::Lifetime(_) | TimeBase::Window(_) => " since start",
        TimeBase::Instant => " now",
        TimeBase::Config => " (setting)",
    };
    crate::metrics::capital(&format!("{}: {}{base}.", evidence.label, evidence.shown))
}
