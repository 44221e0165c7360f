//! What a score may be called: the number alone says nothing of causes that it does not count, nor of what was never tried.

use serde::{Deserialize, Serialize};

use super::{Band, Bottleneck, Deduction, Health, Report, SloStatusView};
use crate::metrics::capital;
use crate::rule::{ConfidenceWord, Role, Severity};
use crate::slo::Verdict;

/// How a score is to be read: by its band, or by what its number does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Footing {
    Healthy,
    Minor,
    Degraded,
    Critical,
    Outage,
    /// There is no score.
    Unknown,
    /// High, and a cause, a symptom or a risk was found that breaks no target so far as is known.
    LookCloser,
    /// High, though a target is missed.
    TargetMissed,
    /// High, because nothing that could be decided speaks against it; no target could.
    NotProven,
    /// Nothing was asked of the server.
    Untested,
}

impl From<Band> for Footing {
    fn from(band: Band) -> Footing {
        match band {
            Band::Healthy => Footing::Healthy,
            Band::Minor => Footing::Minor,
            Band::Degraded => Footing::Degraded,
            Band::Critical => Footing::Critical,
            Band::Outage => Footing::Outage,
            Band::Unknown => Footing::Unknown,
        }
    }
}

impl Footing {
    /// The word for it, on every surface.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Footing::Healthy => "Healthy",
            Footing::Minor => "Minor",
            Footing::Degraded => "Degraded",
            Footing::Critical => "Critical",
            Footing::Outage => "Outage",
            Footing::Unknown => "Cannot tell",
            Footing::LookCloser => "Look closer",
            Footing::TargetMissed => "SLO missed",
            Footing::NotProven => "Not proven",
            Footing::Untested => "Untested",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Standing {
    pub footing: Footing,
    /// The word that stands beside the score.
    pub word: String,
    /// What became of the targets, and which causes the score does not count.
    pub sentence: String,
}

/// What a standing follows from.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// `default` or `classic`.
    pub profile: &'a str,
    pub health: &'a Health,
    pub bottlenecks: &'a [Bottleneck],
    pub slo_statuses: &'a [SloStatusView],
}

impl Standing {
    #[must_use]
    pub fn of(grounds: Grounds<'_>) -> Standing {
        let missed = grounds.count(|verdict| verdict == Verdict::Fail);
        let met = grounds.count(|verdict| verdict == Verdict::Pass);
        let footing = match grounds.health.band {
            Band::Unknown if missed > 0 => Footing::TargetMissed,
            Band::Unknown => Footing::Unknown,
            _ if !grounds.health.exercised && missed > 0 => Footing::TargetMissed,
            _ if !grounds.health.exercised => Footing::Untested,
            Band::Healthy | Band::Minor if missed > 0 && grounds.is_high() => Footing::TargetMissed,
            Band::Healthy | Band::Minor if grounds.is_high() && grounds.bottlenecks.iter().any(is_felt) => Footing::LookCloser,
            Band::Healthy if met == 0 => Footing::NotProven,
            band => band.into(),
        };
        let part = grounds.health.is_of_a_part().then(|| "only a part of the page is here".to_owned());
        let parts = [grounds.targets(missed, met), grounds.causes(missed), part];
        let sentence = format!("{}.", parts.into_iter().flatten().collect::<Vec<_>>().join("; "));
        Standing { footing, word: footing.word().to_owned(), sentence }
    }
}

impl Report {
    /// The score as a number that may be shown. That of a server that has nothing to do is 100, which beside missed targets would say
    /// that all is well: there it has no number.
    #[must_use]
    pub fn shown_score(&self) -> Option<f64> {
        let missed = self.slo_statuses.iter().any(|status| status.verdict == Verdict::Fail);
        self.health.score.filter(|_| self.health.exercised || !missed)
    }
}

impl Grounds<'_> {
    /// The number alone would call the server healthy.
    fn is_high(&self) -> bool {
        self.health.band == Band::Healthy || self.health.is_held_down()
    }

    fn count(&self, wanted: impl Fn(Verdict) -> bool) -> usize {
        self.slo_statuses.iter().filter(|status| wanted(status.verdict)).count()
    }

    fn targets(&self, missed: usize, met: usize) -> Option<String> {
        let all = self.slo_statuses.len();
        let open = all.saturating_sub(missed + met);
        let of = |count: usize| if all == 1 { "the only target".to_owned() } else { format!("{count} of {all} targets") };
        let decided = match (missed, met) {
            _ if all == 0 => return Some("No target is set".to_owned()),
            (0, 0) if all == 1 => return Some("The only target cannot be decided".to_owned()),
            (0, 0) => return Some(format!("None of {all} targets can be decided")),
            (0, _) if open == 0 => return Some(if all == 1 { "The only target is met" } else { "Every target is met" }.to_owned()),
            (0, _) => "No target missed".to_owned(),
            // What is missed by an idle server was missed before.
            (missed, _) if !self.health.exercised => format!("{} missed while it was busy", of(missed)),
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
    fn causes(&self, missed: usize) -> Option<String> {
        let open = |finding: &&Bottleneck| finding.role == Role::Cause && finding.confidence.word != ConfidenceWord::Confirmed;
        let found: Vec<&Bottleneck> = self.bottlenecks.iter().filter(open).collect();
        let unexplained = self.bottlenecks.iter().any(|finding| finding.role == Role::Symptom);
        let possible = found.iter().any(|finding| finding.confidence.word == ConfidenceWord::Possible);
        let word = if possible { "possible" } else { "probable" };
        let causes = match found.len() {
            0 => return (unexplained && self.profile == "default").then(|| "no cause found yet".to_owned()),
            1 => format!("1 {word} cause, not confirmed"),
            several => format!("{several} {word} causes, not confirmed"),
        };
        let counted = |kind: &str| {
            let of_one = |deduction: &Deduction| found.iter().any(|finding| deduction.rule.as_ref() == Some(&finding.id));
            self.health.deductions.iter().any(|deduction| deduction.kind == kind && of_one(deduction))
        };
        let scored = match (counted("risk"), counted("efficiency")) {
            (true, true) => " and counted as risk and as waste only",
            (true, false) => " and counted as a risk only",
            (false, true) => " and counted as waste only",
            (false, false) if missed == 0 || !self.health.exercised => " and not scored",
            (false, false) => ", scored by the missed targets",
        };
        Some(format!("{causes}{scored}"))
    }
}

/// A cause, a symptom, or a risk worth naming.
#[must_use]
pub fn is_felt(finding: &Bottleneck) -> bool {
    match finding.role {
        Role::Cause | Role::Symptom => true,
        Role::Risk => finding.severity >= Severity::Medium,
        Role::Note => false,
    }
}
