//! Findings of the rules as inputs of the score.

use super::{Class, FindingInput};
use crate::rule::{Diagnosis, Finding, Role, RuleVerdict, Severity, Symptoms};

/// Every finding with its class. Contributing causes are part of the finding that they contribute to.
#[must_use]
pub fn finding_inputs(diagnosis: &Diagnosis) -> Vec<FindingInput> {
    diagnosis
        .findings
        .iter()
        .map(|finding| FindingInput {
            id: finding.rule.id.to_owned(),
            title: finding.rule.title.to_owned(),
            severity: finding.severity,
            severity_score: middle(finding.severity),
            confidence: finding.confidence.value,
            class: class(finding, &diagnosis.symptoms),
        })
        .collect()
}

/// Share of the rules that fired or were clear.
#[must_use]
pub fn rules_measured(diagnosis: &Diagnosis) -> f64 {
    let (decided, all) = diagnosis.statuses.iter().fold((0.0, 0.0), |(decided, all), status| {
        (if status.verdict == RuleVerdict::NotMeasurable { decided } else { decided + 1.0 }, all + 1.0)
    });
    if all > 0.0 { decided / all } else { 0.0 }
}

fn class(finding: &Finding, symptoms: &Symptoms) -> Class {
    let violates = || finding.explains.iter().any(|symptom| symptoms.get(*symptom).is_some_and(|seen| seen.violated));
    match finding.role {
        Role::Note => Class::Note,
        _ if violates() => Class::Violating,
        _ if is_about_cost(finding.rule.code) => Class::Efficiency,
        Role::Cause | Role::Symptom | Role::Risk => Class::Risk,
    }
}

/// Caches, small batches, over-reservation, poor speculation and truncated outputs waste money while the service level holds.
fn is_about_cost(code: &str) -> bool {
    code.starts_with('C') || ["Q09", "T05", "I08", "E05"].contains(&code)
}

/// The middle of the band that the word stands for.
fn middle(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 0.875,
        Severity::High => 0.625,
        Severity::Medium => 0.375,
        Severity::Low => 0.125,
        Severity::Info => 0.0,
    }
}
