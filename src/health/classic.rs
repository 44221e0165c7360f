//! The classic score with its deductions.

use super::{Band, Deduction, Health};
use crate::classic::{Finding, finding_points, missed_targets, score, target_points};
use crate::slo::SloStatus;

/// The score of the classic profile; `without_input` are the inputs of its checks that the text does not give. It knows no "no data": a server of which nothing was read scores 100.
#[must_use]
pub fn classic(findings: &[Finding], statuses: &[SloStatus], without_input: &[&str]) -> Health {
    let mut deductions: Vec<Deduction> = findings
        .iter()
        .map(|finding| Deduction {
            reason: finding.title.to_owned(),
            points: finding_points(finding.severity),
            kind: "finding".to_owned(),
            rule: Some(finding.id.to_owned()),
        })
        .collect();
    let (missed, all) = missed_targets(statuses);
    if missed > 0.0 {
        deductions.push(Deduction {
            reason: format!("{missed:.0} of {all:.0} targets are not met"),
            points: target_points(statuses),
            kind: "slo".to_owned(),
            rule: None,
        });
    }
    let score = score(findings, statuses);
    let mut coverage = vec!["The classic score adds up symptoms; it knows neither causes nor how sure they are.".to_owned()];
    if !without_input.is_empty() {
        let (checks, had) = if without_input.len() == 1 { ("check", "its input is") } else { ("checks", "their inputs are") };
        let named = without_input.join(", ");
        coverage.insert(0, format!("{} classic {checks} found nothing because {had} not in the text: {named}.", without_input.len()));
    }
    Health {
        score: Some(score),
        band: Band::of(score),
        profile: "classic".to_owned(),
        confidence: 0.0,
        exercised: true,
        deductions,
        coverage,
    }
}
