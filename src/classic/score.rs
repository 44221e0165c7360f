//! The score, the check of targets and the recommendations of the classic profile.

use super::Finding;
use crate::rule::Severity;
use crate::slo::{SloStatus, Verdict};

/// Targets as the classic monitor checks them: the value alone against the target, without bounds or sample size.
///
/// A target that has no value stays `no_data`; the first design left it out of the list.
#[must_use]
pub fn check(statuses: Vec<SloStatus>) -> Vec<SloStatus> {
    statuses.into_iter().map(checked).collect()
}

fn checked(status: SloStatus) -> SloStatus {
    let Some(value) = status.reported_current() else {
        let why = if status.interval.is_some() { format!("{} The classic check needs a value.", status.why) } else { status.why.clone() };
        return SloStatus { verdict: Verdict::NoData, needed: None, why, ..status };
    };
    let target = &status.target;
    let met = target.comparison.holds(value, target.asked);
    let why = format!(
        "{} {} {} {} {}.",
        status.unit.show(status.current.unwrap_or(value)),
        if met { "meets" } else { "does not meet" },
        target.path,
        target.comparison.symbol(),
        target.asked
    );
    SloStatus { verdict: if met { Verdict::Pass } else { Verdict::Fail }, needed: None, why, ..status }
}

/// 100 less 25, 15, 10 or 5 for each critical, high, medium or low finding, and less 20 times the share of targets that are not met.
#[must_use]
pub fn score(findings: &[Finding], statuses: &[SloStatus]) -> f64 {
    let points: f64 = findings.iter().map(|finding| finding_points(finding.severity)).sum();
    (100.0 - points - target_points(statuses)).clamp(0.0, 100.0)
}

/// What one finding costs.
#[must_use]
pub fn finding_points(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 25.0,
        Severity::High => 15.0,
        Severity::Medium => 10.0,
        Severity::Low | Severity::Info => 5.0,
    }
}

/// What the targets cost together.
#[must_use]
pub fn target_points(statuses: &[SloStatus]) -> f64 {
    let (missed, all) = missed_targets(statuses);
    if all > 0.0 { missed / all * 20.0 } else { 0.0 }
}

/// Targets that are not met, and all targets that have a value; the others are in neither number.
#[must_use]
pub fn missed_targets(statuses: &[SloStatus]) -> (f64, f64) {
    statuses
        .iter()
        .filter(|status| status.verdict != Verdict::NoData)
        .fold((0.0, 0.0), |(missed, all), status| (if status.verdict == Verdict::Pass { missed } else { missed + 1.0 }, all + 1.0))
}

/// What the findings recommend, then what the targets ask, each once.
#[must_use]
pub fn recommendations(findings: &[Finding], statuses: &[SloStatus]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let of_findings = findings.iter().map(|finding| finding.recommendation.to_owned());
    let of_targets = statuses.iter().filter(|status| status.verdict == Verdict::Fail).filter_map(|status| {
        let value = status.reported_current()?;
        Some(format!("Bring {} back to its target: it is {value:.2}, the target is {:.2}.", status.target.name, status.target.asked))
    });
    for recommendation in of_findings.chain(of_targets) {
        if !all.contains(&recommendation) {
            all.push(recommendation);
        }
    }
    all
}
