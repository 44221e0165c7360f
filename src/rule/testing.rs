//! Rules on hand-made snapshots.

use super::{
    Confidence, Context, Evidence, Finding, Laws, Outcome, Rule, Severity, State, Symptom, SymptomSeen, Symptoms, Thetas, threshold::Theta,
};
use crate::metrics::Unit;
pub(crate) use crate::signal::testing::{Build, setting, snapshot, source, window};
use crate::signal::{Distribution, Observation, Reading, Span, TimeBase};
use crate::slo::{Comparison, Metric, SloStatus, Target, Verdict};

pub(crate) fn thetas(ttft: f64, itl: f64) -> Thetas {
    let theta = |seconds| Some(Theta { seconds, origin: "test".to_owned() });
    Thetas { ttft: theta(ttft), itl: theta(itl) }
}

/// Runs one rule with thresholds of 1 s and 50 ms and the given statuses.
pub(crate) fn check_with(rule: &'static Rule, seen: &Observation, slo: &[SloStatus]) -> Outcome {
    let thetas = thetas(1.0, 0.05);
    let laws = Laws::of(seen);
    let state = State::of(seen, &laws);
    let symptoms = Symptoms::of(seen, &laws, slo, &thetas);
    let ctx = Context { seen, laws: &laws, state: &state, symptoms: &symptoms, slo, thetas: &thetas };
    (rule.check)(&ctx).unwrap_or_else(Outcome::NotMeasurable)
}

pub(crate) fn check(rule: &'static Rule, seen: &Observation) -> Outcome {
    check_with(rule, seen, &[])
}

pub(crate) fn fired(outcome: &Outcome) -> &super::Finding {
    match outcome {
        Outcome::Fired(finding) => finding,
        other => panic!("the rule should fire, but: {other:?}"),
    }
}

/// A missed P95 target on a latency, measured over a window.
pub(crate) fn failing(distribution: Distribution, current: f64, target: f64) -> SloStatus {
    SloStatus {
        target: Target {
            name: distribution.path().to_owned(),
            metric: Metric::Quantile(distribution, 0.95),
            path: format!("{}.p95", distribution.path()),
            comparison: Comparison::LessOrEqual,
            value: target,
            asked: target,
            scale: 1.0,
            description: None,
        },
        current: Some(current),
        interval: Some((current, current)),
        verdict: Verdict::Fail,
        samples: Some(100.0),
        needed: None,
        over_share: None,
        unit: distribution.unit(),
        time_base: TimeBase::Window(Span { seconds: Some(60.0), by: None }),
        source: source(distribution.path()),
        shown_value: String::new(),
        counted: false,
        why: format!("P95 is {current}."),
    }
}

/// A finding of a rule of the catalogue, as if it had fired.
pub(crate) fn finding(id: &str, confidence: f64) -> Finding {
    let rule = super::catalogue::find(id).expect("a rule of the catalogue");
    let reading = Reading { value: 1.0, unit: Unit::Count, time_base: TimeBase::Instant, source: source(id) };
    Finding {
        rule,
        role: rule.role,
        severity: Severity::High,
        confidence: Confidence::new(confidence, Vec::new(), Vec::new()),
        sentence: format!("{id} was seen."),
        headline: format!("{id}."),
        formula: String::new(),
        measure: Evidence::new(id, id, reading, 0),
        threshold: 1.0,
        evidence: Vec::new(),
        explains: rule.explains.to_vec(),
        contributing: Vec::new(),
        actions: Vec::new(),
    }
}

/// A current symptom with a missed target.
pub(crate) fn symptom(symptom: Symptom, score: f64) -> SymptomSeen {
    SymptomSeen {
        symptom,
        score,
        violated: true,
        current: true,
        sufficiency: 1.0,
        sentence: "It is felt.".to_owned(),
        shown: String::new(),
        value: 2.0,
        limit: 1.0,
        unit: Unit::Seconds,
        time_base: TimeBase::Window(Span { seconds: Some(60.0), by: None }),
        source: source(symptom.path()),
        input: 0,
    }
}
