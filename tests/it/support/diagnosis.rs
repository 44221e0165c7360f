//! Texts to diagnoses, with the targets that the traffic suggests.

use servescope::backend::{self, Detection};
use servescope::exposition;
use servescope::rule::{Diagnosis, Finding, Role, Thetas, diagnose};
use servescope::signal::{Observation, Snapshot};
use servescope::slo::{self, Target};

pub fn diagnosis(seen: &Observation) -> Diagnosis {
    against(seen, &targets(seen))
}

/// The targets that the traffic suggests.
pub fn targets(seen: &Observation) -> Vec<Target> {
    slo::assume(seen).preset.targets_for(seen)
}

pub fn against(seen: &Observation, targets: &[Target]) -> Diagnosis {
    let statuses = slo::evaluate(seen, targets);
    diagnose(seen, &statuses, &Thetas::of(&statuses, "test"))
}

/// The busiest server of a text; `None` when it holds none.
pub fn server(text: &str, at: Option<f64>) -> Option<Snapshot> {
    let parsed = exposition::parse(text.as_bytes());
    let scrape = parsed.scrapes.first()?;
    let Detection::Supported { backend, .. } = backend::detect(scrape) else { return None };
    let mut snapshot = backend::read(scrape, backend).into_iter().next()?;
    snapshot.at = at.or(snapshot.at);
    Some(snapshot)
}

/// Findings that claim something is wrong, worst first.
pub fn claims(diagnosis: &Diagnosis) -> Vec<&Finding> {
    diagnosis.findings.iter().filter(|finding| finding.role != Role::Note).collect()
}

/// The cause that the diagnosis puts first.
pub fn first_cause(diagnosis: &Diagnosis) -> Option<&'static str> {
    diagnosis.findings.iter().find(|finding| finding.role == Role::Cause).map(|finding| finding.rule.id)
}

/// Every rule that claims something, contributing causes included.
pub fn claimed(diagnosis: &Diagnosis) -> Vec<&'static str> {
    claims(diagnosis)
        .into_iter()
        .flat_map(|finding| [finding.rule.id].into_iter().chain(finding.contributing.iter().map(|below| below.rule.id)))
        .collect()
}
