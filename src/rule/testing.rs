//! Rules on hand-made snapshots.

use super::{Context, Laws, Outcome, Rule, State, Symptoms, Thetas, threshold::Theta};
pub(crate) use crate::signal::testing::{Build, setting, source};
use crate::signal::{Distribution, Observation, TimeBase};
use crate::slo::{Comparison, Metric, SloStatus, Target, Verdict};

pub(crate) fn snapshot(build: Build) -> Observation {
    Observation::snapshot(build.0)
}

/// A window of 60 s; the second snapshot gets a later time unless both have one.
pub(crate) fn window(first: Build, last: Build) -> Observation {
    let at = first.0.at.unwrap_or(1000.0);
    let first = first.at(at);
    let last = if last.0.at.is_some_and(|end| end > at) { last } else { last.at(at + 60.0) };
    Observation::window(first.0, last.0)
}

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
        time_base: TimeBase::Window(Some(60.0)),
        source: source(distribution.path()),
        shown: String::new(),
        why: format!("P95 is {current}."),
    }
}
