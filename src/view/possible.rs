//! Possible causes: when they are worth a card, and what of them comes first.

use crate::report::{Hypothesis, Report};

/// There is more to say of possible causes than the findings have said: one is open to doubt only beside another, or where none is found.
#[must_use]
pub fn leads(report: &Report) -> bool {
    match report.hypotheses.as_slice() {
        [] => false,
        [only] => !is_found(report, only),
        _ => true,
    }
}

/// It stands among the findings, with its evidence.
#[must_use]
pub fn is_found(report: &Report, hypothesis: &Hypothesis) -> bool {
    report.bottlenecks.iter().any(|finding| finding.id == hypothesis.cause)
}

/// The likeliest cause, where the findings name none.
#[must_use]
pub fn likeliest(report: &Report) -> Option<&Hypothesis> {
    report.hypotheses.first().filter(|first| !is_found(report, first) && !first.decide.is_empty())
}
