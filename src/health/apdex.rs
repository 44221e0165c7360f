//! Apdex: satisfied within the target, tolerating within four times the target, frustrated beyond or failed.

use super::{Band, Deduction, Health};
use crate::rule::StateKind;
use crate::signal::{Distribution, Observation};
use crate::slo::{Rejections, Target, availability, latency_targets};
use crate::stats::attainment;

/// The lowest Apdex of the latencies that have a target and a histogram, times 100. Failed requests count as frustrated where they are
/// counted at all. No score when there is no such latency.
#[must_use]
pub fn apdex(seen: &Observation, state: StateKind, targets: &[Target]) -> Health {
    let thresholds = latency_targets(targets);
    let candidates = [
        (Distribution::Ttft, thresholds.ttft_seconds),
        (Distribution::Itl, thresholds.itl_seconds),
        (Distribution::Tpot, thresholds.tpot_seconds),
        (Distribution::E2e, thresholds.e2e_seconds),
    ];
    let answered = availability(seen, Rejections::Bad).map_or(1.0, |found| found.value);
    let found: Vec<Apdex> =
        candidates.into_iter().filter_map(|(distribution, threshold)| Apdex::of(seen, distribution, threshold?, answered)).collect();
    let worst = found.into_iter().min_by(|a, b| a.score().total_cmp(&b.score()));
    let exercised = !matches!(state, StateKind::Idle | StateKind::Sleeping | StateKind::NoData);
    let mut coverage = vec!["Apdex knows latency and failures; it knows neither causes nor risks.".to_owned()];
    let Some(worst) = worst else {
        coverage.push("No latency has both a target and observations.".to_owned());
        return shape(None, 0.0, exercised, Vec::new(), coverage);
    };
    let deductions = [("tolerating", worst.tolerating * 50.0), ("frustrated or failed", worst.frustrated() * 100.0)]
        .into_iter()
        .filter(|(_, points)| *points > 0.0)
        .map(|(words, points)| Deduction {
            reason: format!("{}: requests {words}", worst.distribution.words()),
            points,
            kind: "latency".to_owned(),
            rule: None,
        })
        .collect();
    shape(Some((worst.score() * 1000.0).round() / 10.0), (worst.samples / 100.0).min(1.0), exercised, deductions, coverage)
}

struct Apdex {
    distribution: Distribution,
    satisfied: f64,
    tolerating: f64,
    samples: f64,
}

impl Apdex {
    fn of(seen: &Observation, distribution: Distribution, threshold: f64, answered: f64) -> Option<Apdex> {
        let histogram = seen.distribution(distribution)?.histogram;
        let satisfied = attainment(&histogram, threshold)?;
        let tolerated = attainment(&histogram, 4.0 * threshold)?;
        Some(Apdex {
            distribution,
            satisfied: satisfied.share * answered,
            tolerating: (tolerated.share - satisfied.share).max(0.0) * answered,
            samples: satisfied.samples,
        })
    }

    fn score(&self) -> f64 {
        self.satisfied + self.tolerating / 2.0
    }

    fn frustrated(&self) -> f64 {
        (1.0 - self.satisfied - self.tolerating).max(0.0)
    }
}

fn shape(score: Option<f64>, confidence: f64, exercised: bool, deductions: Vec<Deduction>, coverage: Vec<String>) -> Health {
    Health { score, band: score.map_or(Band::Unknown, Band::of), profile: "apdex".to_owned(), confidence, exercised, deductions, coverage }
}
