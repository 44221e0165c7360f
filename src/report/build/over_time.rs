//! Trends, changes and forecasts of a report.

use crate::metrics::{capital, duration};
use crate::report::{Forecast, LevelChange, Trend};
use crate::timeline::when;
use crate::trend::{self, Kind, OverTime, What};

use super::rfc3339;

#[must_use]
pub fn trends(found: &OverTime) -> Vec<Trend> {
    found.trends.iter().map(trend).collect()
}

fn trend(found: &trend::Trend) -> Trend {
    const HOUR: f64 = 3600.0;
    let unit = found.measure.unit();
    let (first, last) = found.ends();
    let verb = if last > first { "rises" } else { "falls" };
    let (low, high) = found.line.interval;
    Trend {
        signal: found.measure.path().to_owned(),
        unit,
        slope: settled(found.line.slope * HOUR),
        interval: [Some(settled(low * HOUR)), Some(settled(high * HOUR))],
        significance: settled(found.test.p),
        from: rfc3339(found.from),
        to: rfc3339(found.to),
        words: format!(
            "The {} {verb}: {} over {}.",
            found.measure.words(),
            unit.show_change(first.max(0.0), last.max(0.0)),
            duration(found.to - found.from)
        ),
    }
}

#[must_use]
pub fn changes(found: &OverTime) -> Vec<LevelChange> {
    found.changes.iter().map(|change| self::change(change, found.start.unwrap_or(change.at))).collect()
}

fn change(change: &trend::Change, zero: f64) -> LevelChange {
    let unit = change.measure.unit();
    let zone = if rfc3339(change.at).is_some() { " UTC" } else { "" };
    let moved = change.before.zip(change.after).map(|(before, after)| format!(" {}", unit.show_change(before, after)));
    let is_said = |moved: &String| change.reason.as_ref().is_some_and(|reason| reason.contains(moved.as_str()));
    let moved = moved.filter(|moved| !is_said(moved)).map(|moved| format!(": {}{moved}", change.measure.words())).unwrap_or_default();
    let reason = change.reason.as_ref().map(|reason| format!(" {reason}")).unwrap_or_default();
    LevelChange {
        signal: change.measure.path().to_owned(),
        unit,
        at: change.at,
        before: change.before,
        after: change.after,
        kind: kind(change.kind).0.to_owned(),
        reason: change.reason.clone(),
        also: change.also.iter().map(|measure| measure.path().to_owned()).collect(),
        words: format!("{}{zone}, {}{moved}.{reason}", when(change.at, zero), kind(change.kind).1),
    }
}

/// Id and words.
fn kind(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Server => ("server", "the server changed"),
        Kind::Traffic => ("traffic", "the traffic changed"),
        Kind::Cache => ("cache", "the prefix cache changed"),
        Kind::Restart => ("restart", "the process restarted"),
        Kind::Unclear => ("unclear", "something changed"),
    }
}

#[must_use]
pub fn forecasts(found: &OverTime) -> Vec<Forecast> {
    found.forecasts.iter().map(forecast).collect()
}

fn forecast(found: &trend::Forecast) -> Forecast {
    let what = match found.what {
        What::KvExhaustion => ("kv-exhaustion", "The KV cache is full"),
        What::QueueOnset => ("queue-onset", "A queue begins"),
        What::SloBreach => ("slo-breach", "A target is missed"),
        What::BudgetExhaustion => ("budget-exhaustion", "The error budget is used up"),
    };
    let event = match &found.target {
        Some(target) if found.what == What::SloBreach => format!("{} passes its target", crate::report::path_words(target)),
        _ => what.1.to_owned(),
    };
    let words = match (&found.withheld, found.eta) {
        (Some(why), _) => format!("{event}: no forecast. {why}"),
        (None, Some(eta)) => format!("{event} in about {} ({}) if this goes on.", duration(eta), range(found)),
        (None, None) => format!("{event}: not within {}.", duration(found.horizon)),
    };
    Forecast {
        what: what.0.to_owned(),
        signal: found.measure.path().to_owned(),
        target: found.target.clone(),
        unit: found.measure.unit(),
        limit: settled(found.limit),
        eta: found.eta.map(settled),
        interval: [found.interval.0.map(settled), found.interval.1.map(settled)],
        horizon: found.horizon,
        held_out_error: found.held_out_error.map(settled),
        last_value_error: found.last_value_error.map(settled),
        withheld: found.withheld.clone(),
        words: capital(&words),
    }
}

/// Six significant digits: exponentials differ in their last bits between WebAssembly and native code.
fn settled(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powi(5 - value.abs().log10().floor() as i32);
    if scale.is_finite() && scale > 0.0 { (value * scale).round() / scale } else { 0.0 }
}

/// `90% interval 47.5–102 s`.
fn range(found: &trend::Forecast) -> String {
    match found.interval {
        (Some(low), Some(high)) => format!("90% interval {} to {}", duration(low), duration(high)),
        (Some(low), None) => format!("90% interval from {} on", duration(low)),
        (None, _) => "no lower bound".to_owned(),
    }
}
