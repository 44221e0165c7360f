//! What a score may be called: the number alone says nothing of causes that it does not count, nor of what was never tried.

use super::{Band, Bottleneck, Report};
use crate::metrics::capital;
use crate::rule::{ConfidenceWord, Role, Severity};
use crate::slo::Verdict;

/// How a score is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Footing {
    /// By its band.
    Band(Band),
    /// High, and a cause, a symptom or a risk was found that breaks no target so far as is known.
    LookCloser,
    /// High, though a target is missed.
    TargetMissed,
    /// High, because nothing that could be decided speaks against it; no target could.
    NotProven,
    /// Nothing was asked of the server.
    Untested,
}

impl Footing {
    /// The word for it, on every surface.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Footing::Band(Band::Healthy) => "Healthy",
            Footing::Band(Band::Minor) => "Minor",
            Footing::Band(Band::Degraded) => "Degraded",
            Footing::Band(Band::Critical) => "Critical",
            Footing::Band(Band::Outage) => "Outage",
            Footing::Band(Band::Unknown) => "Cannot tell",
            Footing::LookCloser => "Look closer",
            Footing::TargetMissed => "SLO missed",
            Footing::NotProven => "Not proven",
            Footing::Untested => "Untested",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub footing: Footing,
    /// What became of the targets, and which causes the score does not count.
    pub sentence: String,
}

impl Standing {
    #[must_use]
    pub fn of(report: &Report) -> Standing {
        let missed = count(report, |verdict| verdict == Verdict::Fail);
        let met = count(report, |verdict| verdict == Verdict::Pass);
        let footing = match report.health.band {
            Band::Unknown => Footing::Band(Band::Unknown),
            _ if !report.health.exercised => Footing::Untested,
            Band::Healthy if missed > 0 => Footing::TargetMissed,
            Band::Healthy if report.bottlenecks.iter().any(is_felt) => Footing::LookCloser,
            Band::Healthy if met == 0 => Footing::NotProven,
            band => Footing::Band(band),
        };
        let parts = [targets(report, missed, met), causes(report, missed)];
        Standing { footing, sentence: format!("{}.", parts.into_iter().flatten().collect::<Vec<_>>().join("; ")) }
    }
}

fn count(report: &Report, wanted: impl Fn(Verdict) -> bool) -> usize {
    report.slo_statuses.iter().filter(|status| wanted(status.verdict)).count()
}

fn is_felt(finding: &Bottleneck) -> bool {
    match finding.role {
        Role::Cause | Role::Symptom => true,
        Role::Risk => finding.severity >= Severity::Medium,
        Role::Note => false,
    }
}

fn targets(report: &Report, missed: usize, met: usize) -> Option<String> {
    let all = report.slo_statuses.len();
    let open = all.saturating_sub(missed + met);
    let of = |count: usize| if all == 1 { "the only target".to_owned() } else { format!("{count} of {all} targets") };
    let decided = match (missed, met) {
        _ if all == 0 => return Some("No target is set".to_owned()),
        (0, 0) if all == 1 => return Some("The only target cannot be decided".to_owned()),
        (0, 0) => return Some(format!("None of {all} targets can be decided")),
        (0, _) if open == 0 => return Some(if all == 1 { "The only target is met" } else { "Every target is met" }.to_owned()),
        (0, _) => "No target missed".to_owned(),
        (missed, _) => format!("{} missed", of(missed)),
    };
    let open = match (open, missed) {
        (0, _) => String::new(),
        (open, 0) => format!(", {open} of {all} cannot be decided"),
        (open, _) => format!(", {open} cannot be decided"),
    };
    Some(capital(&decided) + &open)
}

/// Causes that are not confirmed, and whether the score counts them.
fn causes(report: &Report, missed: usize) -> Option<String> {
    let open = |finding: &&Bottleneck| finding.role == Role::Cause && finding.confidence.word != ConfidenceWord::Confirmed;
    let found: Vec<&Bottleneck> = report.bottlenecks.iter().filter(open).collect();
    let unexplained = report.bottlenecks.iter().any(|finding| finding.role == Role::Symptom);
    let possible = found.iter().any(|finding| finding.confidence.word == ConfidenceWord::Possible);
    let word = if possible { "possible" } else { "probable" };
    let causes = match found.len() {
        0 => return (unexplained && report.profile == "default").then(|| "no cause found yet".to_owned()),
        1 => format!("1 {word} cause, not confirmed"),
        several => format!("{several} {word} causes, not confirmed"),
    };
    let counted = |finding: &&Bottleneck| {
        report.health.deductions.iter().any(|deduction| deduction.kind != "cap" && deduction.rule.as_ref() == Some(&finding.id))
    };
    let scored = match missed {
        _ if found.iter().any(counted) => " and counted as a risk only",
        0 => " and not scored",
        _ => ", scored by the missed targets",
    };
    Some(format!("{causes}{scored}"))
}
