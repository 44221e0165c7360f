//! The report: everything that any surface may show, and nothing else. The page, the Markdown and the JSON are views of it.
//!
//! The shapes here are the wire format `servescope.report/1` (JSON Schema in `assets/report.schema.json`). They are a superset of the
//! classic `AnalysisResult`. Infinite bounds become `null` in JSON: `"interval": [10.0, null]` means "10 or more".

pub mod build;
mod comparison;
mod fleet;
mod judged;
mod over_time;
mod path;
mod schema;
mod shapes;
mod standing;
mod timeline;

pub use crate::compare::{Change, Fate};
pub use crate::health::{Band, Deduction, Health};
pub use comparison::{ComparisonRow, ComparisonView, FindingChangeView, SideView, SpanView};
pub use fleet::{Drift, Fleet, FleetServer, FleetSignal, Imbalance, MergedQuantiles};
pub use judged::{NotMeasurable, Opinion, OpinionVerdict, RuleStatus, RuleVerdict};
pub use over_time::{Forecast, LevelChange, Trend};
pub use path::path_words;
pub use shapes::{
    Action, Anatomy, BackendView, Bottleneck, BucketView, ConfidenceView, Contributing, DistributionView, Evidence, Headline, Hypothesis,
    InputView, Note, Phase, ProblemView, QuantileView, Report, ServerView, SignalView, SloStatusView, StateView, TargetView, TimeBaseView,
    WindowView,
};
pub use standing::{Footing, Grounds, Standing, is_felt};
pub use timeline::{BetweenView, IntervalView, PhaseView, SeriesView, SloOverTime, Timeline};

/// Identifier of the wire format.
pub const SCHEMA: &str = "servescope.report/1";

/// The instance that has neither labels nor a model.
pub use crate::dataset::UNNAMED;
