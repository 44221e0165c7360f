//! The whole path from an observation to a diagnosis.

use super::{
    ConfidenceWord, Context, Finding, Laws, Missing, Outcome, Rule, State, StateKind, SymptomSeen, Symptoms, Thetas, catalogue, explain,
    headline, next_step,
};
use crate::signal::{Gauge, Observation};
use crate::slo::SloStatus;

/// Everything that the rules have to say about one observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    pub state: State,
    pub laws: Laws,
    /// Worst first; the headline's cause is the first one with role cause.
    pub findings: Vec<Finding>,
    pub symptoms: Symptoms,
    pub unexplained: Vec<SymptomSeen>,
    /// Every rule that applies to this backend, in the catalogue's order.
    pub statuses: Vec<RuleStatus>,
    pub not_measurable: Vec<NotMeasurable>,
    pub headline: Headline,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Headline {
    pub text: String,
    /// The rule that won; `None` when nothing fired.
    pub rule: Option<&'static Rule>,
    pub confidence: Option<ConfidenceWord>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleVerdict {
    Fired,
    Clear,
    NotMeasurable,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RuleStatus {
    pub rule: &'static Rule,
    pub verdict: RuleVerdict,
    /// What was seen, or what is missing.
    pub sentence: String,
}

/// One missing input with all the rules that wait for it.
#[derive(Debug, Clone, PartialEq)]
pub struct NotMeasurable {
    pub rules: Vec<&'static Rule>,
    pub missing: Missing,
}

/// Diagnoses an observation. `slo` are the evaluated targets, `thetas` the latency thresholds that stand behind them.
#[must_use]
pub fn diagnose(seen: &Observation, slo: &[SloStatus], thetas: &Thetas) -> Diagnosis {
    let laws = Laws::of(seen);
    let state = State::of(seen, &laws);
    let symptoms = Symptoms::of(seen, &laws, slo, thetas);
    let ctx = Context { seen, laws: &laws, state: &state, symptoms: &symptoms, slo, thetas };
    let outcomes: Vec<(&'static Rule, Outcome)> = catalogue::all()
        .filter(|rule| rule.backends.contains(&seen.last.backend))
        .map(|rule| (rule, honest(&ctx, (rule.check)(&ctx).unwrap_or_else(Outcome::NotMeasurable))))
        .collect();
    let not_measurable = not_measurable(&outcomes);
    let mut explanation = explain::explain(explain::fired(&outcomes), &symptoms, &state);
    next_step::give_steps(&ctx, &mut explanation, &not_measurable);
    let statuses = outcomes.iter().map(|(rule, outcome)| status(rule, outcome, &explanation.suppressed)).collect();
    let headline = headline::headline(&ctx, &explanation);
    Diagnosis {
        not_measurable,
        findings: explanation.findings,
        unexplained: explanation.unexplained,
        statuses,
        headline,
        state,
        symptoms,
        laws,
    }
}

/// What is missing because its value cannot be is not for the person to paste.
fn out_of_range(seen: &Observation, missing: Missing) -> Missing {
    let odd = seen.last.out_of_range.iter().find(|odd| odd.gauge.words() == missing.what);
    odd.map_or(missing, Missing::out_of_range)
}

/// Nothing is clear on a server of which it is unknown whether it does anything.
fn honest(ctx: &Context<'_>, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Clear(_) if ctx.state.kind == StateKind::NoData => {
            let gauge = if ctx.seen.gauge(Gauge::Running).is_none() { Gauge::Running } else { Gauge::Waiting };
            Outcome::NotMeasurable(out_of_range(ctx.seen, Missing::gauge(ctx.backend(), gauge)))
        }
        Outcome::NotMeasurable(missing) => Outcome::NotMeasurable(out_of_range(ctx.seen, missing)),
        other => other,
    }
}

fn status(rule: &'static Rule, outcome: &Outcome, suppressed: &[(&'static str, &'static str)]) -> RuleStatus {
    let (verdict, sentence) = match outcome {
        Outcome::Fired(finding) => match suppressed.iter().find(|(target, _)| *target == rule.id) {
            Some((_, by)) => (RuleVerdict::Fired, format!("{} It follows from {by}.", finding.sentence)),
            None => (RuleVerdict::Fired, finding.sentence.clone()),
        },
        Outcome::Clear(sentence) => (RuleVerdict::Clear, sentence.clone()),
        Outcome::NotMeasurable(missing) => (RuleVerdict::NotMeasurable, format!("Needs {}. {}", missing.what, missing.how_to_enable)),
    };
    RuleStatus { rule, verdict, sentence }
}

fn not_measurable(outcomes: &[(&'static Rule, Outcome)]) -> Vec<NotMeasurable> {
    let mut grouped: Vec<NotMeasurable> = Vec::new();
    for (rule, outcome) in outcomes {
        let Outcome::NotMeasurable(missing) = outcome else { continue };
        match grouped.iter_mut().find(|group| group.missing == *missing) {
            Some(group) => group.rules.push(rule),
            None => grouped.push(NotMeasurable { rules: vec![rule], missing: missing.clone() }),
        }
    }
    grouped
}
