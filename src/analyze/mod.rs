//! The pipeline: a dataset and options in, a report out.

mod assemble;
mod focus;
mod observe;
mod refusal;
mod service_levels;

pub use crate::dataset::{Clock, Input, own_time};

use crate::dataset::Dataset;
use crate::error::RequestError;
use crate::report::Report;
use crate::signal::BackendId;
use crate::slo::Target;
use crate::sorted::Table;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Causes with evidence and confidence.
    #[default]
    Default,
    /// Fixed thresholds, the severity ladder and the score of the first design.
    Classic,
}

impl Profile {
    /// Identifier as in requests and reports.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Profile::Default => "default",
            Profile::Classic => "classic",
        }
    }
}

/// What the form or the request asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    pub instance_id: Option<String>,
    /// Index of an input: the report is of its server, where no instance is named.
    pub input: Option<usize>,
    /// The span of a series that is analysed, in seconds of its clock; `None` is the present phase.
    pub span: Option<(f64, f64)>,
    /// `None` detects it.
    pub backend: Option<BackendId>,
    pub profile: Profile,
    /// Id of a preset; `None` assumes one from the workload.
    pub preset: Option<String>,
    /// Targets instead of a preset's.
    pub targets: Option<Vec<Target>>,
    /// Overrides of the classic profile's thresholds, by their classic names.
    pub thresholds: Table<String, f64>,
    /// Score: `default`, `classic` or `apdex`.
    pub score: Option<String>,
}

/// Analyses inputs: see [`report`].
///
/// # Errors
/// Those of [`report`].
pub fn analyze(inputs: &[Input], options: &Options) -> Result<Report, RequestError> {
    report(&Dataset::of(inputs, options.backend), options)
}

/// The report of one server of the dataset: the one that is asked for, else the one in most trouble.
///
/// # Errors
/// When there is nothing to analyse: no text, no samples, or no server that is supported.
pub fn report(dataset: &Dataset, options: &Options) -> Result<Report, RequestError> {
    let candidates = focus::candidates(dataset, options)?;
    let mut reports = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let observed = observe::observe(candidate.server.moments.clone(), dataset.given(), candidate.notes, options)?;
        reports.push((candidate.server, assemble::assemble(dataset, options, observed)?));
    }
    assemble::of_several(reports, dataset)
}

/// Why an input cannot be analysed, if it cannot: what [`analyze`] would answer, without the rules and the report.
///
/// # Errors
/// Those of [`analyze`] that are the text's own, not those of settings.
pub fn readable(input: &Input, options: &Options) -> Result<(), RequestError> {
    focus::candidates(&Dataset::of([input], options.backend), options).map(drop)
}

/// True when an empty page is where the server of this dump began to count.
#[must_use]
pub fn begins(page: &Input, dump: &Input) -> bool {
    let dataset = Dataset::of([page, dump], None);
    let options = Options::default();
    let candidates = focus::candidates(&dataset, &options).unwrap_or_default();
    let seen = candidates.into_iter().next().map(|focus| observe::observe(focus.server.moments, dataset.given(), Vec::new(), &options));
    matches!(seen, Some(Ok(observed)) if observed.seen.first.is_some())
}
