//! What one interval between neighbouring dumps says, in one word.

use crate::rule::{Diagnosis, Role, Severity, StateKind, progress};
use crate::signal::{Counter, Distribution, Gauge, Observation};

/// Nothing was found.
pub const HEALTHY: &str = "healthy";
/// The interval does not tell.
pub const UNKNOWN: &str = "unknown";

/// A verdict of an interval or of a phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// Id of a rule or of a state, [`HEALTHY`] or [`UNKNOWN`].
    pub id: &'static str,
    /// How much it takes to overrule it: a change of phase costs 1 (see [`super::segment`]).
    pub strength: f64,
    /// Of the finding behind it; `Info` where there is none.
    pub severity: Severity,
}

/// Nothing overrules a stall: no counter moved while requests were inside.
pub(super) const CERTAIN: f64 = 10.0;
/// A finding that asks for action, and a stretch in which nothing happened at all: a phase of its own even where it is a single interval.
pub(super) const STRONG: f64 = 2.5;
/// Two calm intervals in a row end a phase of trouble, one does not.
const CALM: f64 = 1.2;
/// A mere possibility, a calm interval in which somebody waits, or one of few requests.
const WEAK: f64 = 0.6;
/// Requests that make an interval worth a judgement of its own.
const FEW: f64 = 3.0;

impl Verdict {
    #[must_use]
    pub fn of(seen: &Observation, diagnosis: &Diagnosis) -> Self {
        let verdict = |id, strength| Verdict { id, strength, severity: Severity::Info };
        match diagnosis.state.kind {
            StateKind::Stalled => return Verdict::stalled(),
            StateKind::Sleeping => return verdict(StateKind::Sleeping.id(), STRONG),
            StateKind::NoData => return verdict(UNKNOWN, 0.0),
            StateKind::Idle | StateKind::Active | StateKind::WarmingUp => {}
        }
        let leading = diagnosis.headline.rule.and_then(|rule| diagnosis.findings.iter().find(|finding| finding.rule.id == rule.id));
        if let Some(finding) = leading {
            // What is felt and not explained is no cause: which one it was is not known.
            let (id, most) = if finding.role == Role::Symptom { (UNKNOWN, WEAK) } else { (finding.rule.id, STRONG) };
            let strength = if finding.severity >= Severity::Medium { most } else { WEAK };
            return Verdict { id, strength, severity: finding.severity };
        }
        if is_quiet(seen) && progress(seen).is_none_or(|moved| moved == 0.0) {
            return verdict(StateKind::Idle.id(), STRONG);
        }
        verdict(HEALTHY, if waits(seen) || requests(seen) < FEW { WEAK } else { CALM })
    }

    /// Requests are inside and nothing moves.
    #[must_use]
    pub fn stalled() -> Self {
        Verdict { id: StateKind::Stalled.id(), strength: CERTAIN, severity: Severity::Critical }
    }

    /// Says that something is wrong.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        self.severity >= Severity::Low || self.id == StateKind::Stalled.id()
    }
}

/// Nothing runs and nothing waits at either end.
#[must_use]
pub fn is_quiet(seen: &Observation) -> bool {
    [Gauge::Running, Gauge::Waiting].iter().all(|gauge| seen.gauge_span(*gauge).is_some_and(|(_, most)| most == 0.0))
}

fn waits(seen: &Observation) -> bool {
    seen.gauge_span(Gauge::Waiting).is_some_and(|(_, most)| most > 0.0)
}

/// Requests that got their first token or ended.
pub(super) fn requests(seen: &Observation) -> f64 {
    let first = seen.observations(Distribution::Ttft).unwrap_or(0.0);
    seen.count(Counter::Finished).map_or(first, |finished| finished.value.max(first))
}
