//! The default score.

use super::{AvailabilityInput, Band, Class, Crowd, Deduction, FindingInput, Health, Inputs, TargetInput};
use crate::rule::{Severity, StateKind};
use crate::sorted::sort_by;

const LATENCY_POINTS: f64 = 40.0;
const AVAILABILITY_POINTS: f64 = 40.0;
const RISK_POINTS: f64 = 15.0;
const EFFICIENCY_POINTS: f64 = 5.0;

/// Share over the target that costs all points: half of the requests; for a median, of which half may be over, half of the rest too.
fn all_missed(allowed: f64) -> f64 {
    if allowed < 0.25 { 0.5 } else { f64::midpoint(allowed, 1.0) }
}

/// Confidence from which on a finding caps the score.
const CONFIRMED: f64 = 0.8;
/// Failures below which availability costs nothing: one or two are chance at any traffic.
const FEW_FAILURES: f64 = 3.0;
/// Confidence of the score of an idle server, at most.
const IDLE_CONFIDENCE: f64 = 0.3;

/// The score with its deductions, largest first.
#[must_use]
pub fn health(inputs: &Inputs) -> Health {
    // What no user would feel says nothing of health by itself; a confirmed finding says what it cannot be.
    let nothing_known = inputs.targets.is_empty() && inputs.availability.is_none() && proven(inputs).is_none();
    match inputs.state {
        StateKind::Active | StateKind::WarmingUp if inputs.queue == Crowd::Blocked => blocked(inputs),
        StateKind::Stalled => stalled(inputs),
        StateKind::Idle | StateKind::Sleeping => unexercised(inputs),
        // Without the gauges of the queue, what is known says what is wrong, and not how well the server does.
        StateKind::NoData => no_data(inputs),
        StateKind::Active | StateKind::WarmingUp if nothing_known => no_data(inputs),
        StateKind::Active | StateKind::WarmingUp => scored(inputs),
    }
}

fn scored(inputs: &Inputs) -> Health {
    let mut deductions = Vec::new();
    deductions.extend(latency(&inputs.targets));
    deductions.extend(inputs.availability.and_then(availability));
    deductions.extend(latent(&inputs.findings, Class::Risk, RISK_POINTS, "risk"));
    deductions.extend(latent(&inputs.findings, Class::Efficiency, EFFICIENCY_POINTS, "efficiency"));
    let raw = 100.0 - deductions.iter().map(|deduction| deduction.points).sum::<f64>();
    let cap = cap(inputs);
    let score = match &cap {
        Some(cap) if cap.points < raw => cap.points,
        _ => raw,
    };
    deductions.extend(cap.filter(|cap| cap.points < raw));
    let score = tenth(score.clamp(0.0, 100.0));
    Health {
        score: Some(score),
        band: Band::of(score),
        profile: PROFILE.to_owned(),
        confidence: confidence(inputs),
        exercised: true,
        deductions,
        coverage: inputs.unmeasured.clone(),
    }
}

pub(super) const PROFILE: &str = "default";

/// The worst target only: latencies move together, so adding them up would punish one cause several times.
fn latency(targets: &[TargetInput]) -> Option<Deduction> {
    let beyond = |target: &TargetInput| (target.missed - target.allowed) / (all_missed(target.allowed) - target.allowed);
    let cost = |target: &TargetInput| beyond(target).clamp(0.0, 1.0) * target.certainty;
    // Of several that cost all points, the one that is missed by most is named.
    let order = |a: &&TargetInput, b: &&TargetInput| {
        cost(a).total_cmp(&cost(b)).then_with(|| beyond(a).total_cmp(&beyond(b))).then_with(|| b.name.cmp(&a.name))
    };
    let worst = targets.iter().max_by(order)?;
    let points = settled(LATENCY_POINTS * cost(worst));
    let doubt = if worst.certainty < 1.0 { ", weighed by how likely that is a miss" } else { "" };
    let reason = if worst.allowed > 0.0 {
        format!("{}: {} missed it, {} may{doubt}", worst.name, percent(worst.missed), percent(worst.allowed))
    } else {
        format!("{}: missed by {}{doubt}", worst.name, percent(worst.missed))
    };
    (points > 0.0).then(|| Deduction { reason, points, kind: "latency".to_owned(), rule: None })
}

/// Points to a millionth: logarithms and exponentials differ in their last digit between machines, and reports must not.
fn settled(points: f64) -> f64 {
    (points * 1e6).round() / 1e6
}

/// By the order of magnitude of the burn: 10 costs half, 100 all.
fn availability(input: AvailabilityInput) -> Option<Deduction> {
    let allowed = (1.0 - input.objective).max(1e-9);
    let share = if input.total > 0.0 { input.bad / input.total } else { 0.0 };
    let burn = share / allowed;
    if burn <= 1.0 || input.bad < FEW_FAILURES {
        return None;
    }
    let points = settled(AVAILABILITY_POINTS * (burn.log10() / 2.0).min(1.0) * input.certainty);
    let reason = format!("{} of requests failed, {} may", percent(share), percent(allowed));
    (points > 0.0).then(|| Deduction { reason, points, kind: "availability".to_owned(), rule: None })
}

/// Causes that break no service level: together `points · (1 − Π(1 − severity · confidence))`, each with what it adds.
fn latent(findings: &[FindingInput], class: Class, points: f64, kind: &str) -> Vec<Deduction> {
    let weight = |finding: &FindingInput| (finding.severity_score * finding.confidence).clamp(0.0, 1.0);
    let mut found: Vec<&FindingInput> = findings.iter().filter(|finding| finding.class == class && weight(finding) > 0.0).collect();
    sort_by(&mut found, |a, b| weight(b).total_cmp(&weight(a)).then_with(|| a.id.cmp(&b.id)));
    let mut left = points;
    found
        .into_iter()
        .map(|finding| {
            let taken = left * weight(finding);
            left -= taken;
            Deduction { reason: finding.title.clone(), points: taken, kind: kind.to_owned(), rule: Some(finding.id.clone()) }
        })
        .collect()
}

/// The lowest of the caps.
fn cap(inputs: &Inputs) -> Option<Deduction> {
    match (proven(inputs), crowded(inputs.queue)) {
        (Some(proven), Some(crowded)) => Some(if crowded.points < proven.points { crowded } else { proven }),
        (proven, crowded) => proven.or(crowded),
    }
}

/// A confirmed finding keeps the score out of the bands above its severity, and an outage out of nearly all.
fn proven(inputs: &Inputs) -> Option<Deduction> {
    let outage = inputs.availability.filter(|found| found.interval.1 < 0.5 && found.bad >= FEW_FAILURES);
    let outage = outage.map(|_| Deduction {
        reason: "More than half of the requests fail".to_owned(),
        points: 10.0,
        kind: "cap".to_owned(),
        rule: None,
    });
    let mut confirmed: Vec<(f64, &FindingInput)> = inputs
        .findings
        .iter()
        .filter(|finding| finding.class != Class::Note && finding.confidence >= CONFIRMED)
        .filter_map(|finding| Some((ceiling(finding.severity)?, finding)))
        .collect();
    sort_by(&mut confirmed, |a, b| a.0.total_cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
    let finding = confirmed.first().map(|(points, finding)| Deduction {
        reason: format!("{}: confirmed, so no more than {points:.0}", finding.title),
        points: *points,
        kind: "cap".to_owned(),
        rule: Some(finding.id.clone()),
    });
    outage.or(finding)
}

/// A queue many times as long as the batch is felt by all who come now, whatever the lifetime says.
fn crowded(queue: Crowd) -> Option<Deduction> {
    const MOST: f64 = 49.0;
    (queue == Crowd::Pressing).then(|| Deduction {
        reason: format!("At this moment many times as many requests wait as run, so no more than {MOST:.0}"),
        points: MOST,
        kind: "cap".to_owned(),
        rule: None,
    })
}

fn ceiling(severity: Severity) -> Option<f64> {
    match severity {
        Severity::Critical => Some(49.0),
        Severity::High => Some(74.0),
        Severity::Medium => Some(89.0),
        Severity::Low | Severity::Info => None,
    }
}

/// Sufficiency of the data times the share of the score's weight that could be observed.
fn confidence(inputs: &Inputs) -> f64 {
    let observed = LATENCY_POINTS * inputs.targets_measured
        + if inputs.availability.is_some() { AVAILABILITY_POINTS } else { 0.0 }
        + (RISK_POINTS + EFFICIENCY_POINTS) * inputs.rules_measured;
    (inputs.sufficiency * observed / 100.0).clamp(0.0, 1.0)
}

fn stalled(inputs: &Inputs) -> Health {
    let reason = "The engine makes no progress".to_owned();
    Health {
        score: Some(0.0),
        band: Band::Outage,
        profile: PROFILE.to_owned(),
        confidence: confidence(inputs).max(0.75),
        exercised: true,
        deductions: vec![Deduction { reason, points: 0.0, kind: "cap".to_owned(), rule: Some("engine-stalled".to_owned()) }],
        coverage: inputs.unmeasured.clone(),
    }
}

fn unexercised(inputs: &Inputs) -> Health {
    let mut coverage = vec!["Nothing was asked of the server, so nothing shows that it would be healthy under load.".to_owned()];
    let missed = inputs.targets.iter().filter(|target| target.certainty >= 1.0).count();
    if missed > 0 {
        coverage.push(format!(
            "{missed} of the targets below were missed while it was busy; a second dump under load shows whether they still are."
        ));
    }
    coverage.extend(inputs.unmeasured.iter().cloned());
    Health {
        score: Some(100.0),
        band: Band::Healthy,
        profile: PROFILE.to_owned(),
        confidence: confidence(inputs).min(IDLE_CONFIDENCE),
        exercised: false,
        deductions: Vec::new(),
        coverage,
    }
}

/// Whatever was met before says nothing of requests that nobody serves.
fn blocked(inputs: &Inputs) -> Health {
    let mut health = no_data(inputs);
    health.coverage.insert(0, "Requests wait and nothing runs: what was served before says nothing of now.".to_owned());
    health
}

fn no_data(inputs: &Inputs) -> Health {
    Health {
        score: None,
        band: Band::Unknown,
        profile: PROFILE.to_owned(),
        confidence: 0.0,
        exercised: false,
        deductions: Vec::new(),
        coverage: inputs.unmeasured.clone(),
    }
}

fn percent(share: f64) -> String {
    crate::metrics::Unit::Ratio.show(share)
}

/// The score is printed and compared with one decimal.
fn tenth(score: f64) -> f64 {
    (score * 10.0).round() / 10.0
}
