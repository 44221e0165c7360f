//! The parts of the report that are there, each with what is in it: where the links at the top lead.

use super::possible::leads;
use crate::report::Report;
use crate::slo::Verdict;

/// The id of each part and the words of its link.
#[must_use]
pub fn jumps(report: &Report) -> Vec<(&'static str, String)> {
    let missed = report.slo_statuses.iter().filter(|status| status.verdict == Verdict::Fail).count();
    let unlisted = usize::try_from(report.problems_omitted).unwrap_or(usize::MAX);
    let problems = report.problems.len().saturating_add(unlisted);
    let anatomy = &report.anatomy;
    let unmeasured = !report.not_measurable.is_empty() || !report.notes.is_empty();
    let parts = [
        (report.timeline.is_some(), "timeline", "Timeline".to_owned()),
        (report.comparison.is_some(), "comparison", "Before and after".to_owned()),
        (true, "wrong", format!("Findings {}", report.bottlenecks.len())),
        (leads(report), "possible", format!("Possible causes {}", report.hypotheses.len())),
        (true, "services", format!("Service levels {missed} missed")),
        (!anatomy.phases.is_empty() || !anatomy.distributions.is_empty(), "anatomy", "Latency".to_owned()),
        (!report.signals.is_empty(), "signals", "Signals".to_owned()),
        (unmeasured, "unmeasured", format!("Not judged {}", report.not_measurable.len())),
        (problems > 0, "problems", format!("Problems in the text {problems}")),
        (true, "settings", "Settings".to_owned()),
        (true, "raw", "Raw metrics".to_owned()),
    ];
    parts.into_iter().filter(|(is_there, ..)| *is_there).map(|(_, part, label)| (part, label)).collect()
}
