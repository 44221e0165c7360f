//! The request as JSON, and the error object that answers a wrong one.
//!
//! The shape is the classic `AnalysisRequest { instance_id, instance_type, slo_targets }` with `snapshots`, `profile`, `preset`, `score` and
//! `thresholds` beside it. Unknown words are errors that name the known ones; nothing is guessed.

mod json;

pub use crate::error::RequestError;
use crate::sorted::Table;
use crate::wire::to_json;
pub use json::{Request, SnapshotRequest, TargetRequest, Time, options};

/// Answers a request in JSON with a report in JSON, or with `{"error": {id, sentence, hint}}`. Never panics.
#[must_use]
pub fn analyze_json(request: &str) -> String {
    answer(json::parse(request).and_then(|(inputs, options)| crate::analyze::analyze(&inputs, &options)))
}

/// A report as one line of JSON.
#[must_use]
pub fn report_json(report: &crate::report::Report) -> String {
    to_json(report)
}

/// A report, or the error object, as JSON.
#[must_use]
pub fn answer(outcome: Result<crate::report::Report, RequestError>) -> String {
    match outcome {
        Ok(report) => report_json(&report),
        Err(error) => error_json(&error),
    }
}

/// The error object as JSON.
#[must_use]
pub fn error_json(error: &RequestError) -> String {
    to_json(&Table::from_iter([("error", error)]))
}
