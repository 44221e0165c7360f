//! The pipeline: parsed texts and options in, a report out.

mod assemble;
mod clock;
mod observe;
mod service_levels;
mod snapshots;
mod times;

pub use clock::{Clock, own_time};

use crate::error::RequestError;
use crate::exposition::Parsed;
use crate::report::Report;
use crate::signal::{BackendId, Hint};
use crate::slo::Target;
use crate::sorted::Table;

/// One text with what is known about it. Parsing is done once; options may change and be analysed again.
#[derive(Debug, Clone)]
pub struct Input {
    /// File name, URL, or `pasted`.
    pub name: String,
    /// Unix seconds (or seconds on any common clock) of the scrape, when it was told. It stands above the text's own time.
    pub at: Option<f64>,
    /// A time near which it may have been; used only where nothing tells it, and never as if it were told.
    pub hint: Option<Hint>,
    pub parsed: Parsed,
}

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

/// Why these inputs cannot be analysed, if they cannot: what [`analyze`] would answer, without the rules and the report.
///
/// # Errors
/// Those of [`analyze`] that are the texts' own, not those of settings.
pub fn readable(inputs: &[Input], options: &Options) -> Result<(), RequestError> {
    observe::observe(snapshots::choose(inputs, options)?).map(drop)
}

/// True when every text takes part in one report.
#[must_use]
pub fn one_server(inputs: &[Input]) -> bool {
    let several = snapshots::choose(inputs, &Options::default()).and_then(|chosen| {
        let count = chosen.snapshots.len();
        observe::observe(chosen).map(|_| count > 1)
    });
    several.unwrap_or_else(|error| error.id != "different-servers")
}

/// Analyses the inputs as snapshots of one instance.
///
/// # Errors
/// When there is nothing to analyse: no text, no samples, a server that is not supported, or texts of different servers.
pub fn analyze(inputs: &[Input], options: &Options) -> Result<Report, RequestError> {
    let chosen = snapshots::choose(inputs, options)?;
    let observed = observe::observe(chosen)?;
    assemble::assemble(inputs, options, observed)
}
