//! Service levels: targets on canonical paths, verdicts with intervals, presets.
//!
//! A verdict is `pass` or `fail` only when the numbers prove it at 95 %. A threshold inside a bucket, too few requests or a metric that is
//! only bounded give `undetermined`, with what would decide; an absent metric gives `no_data`, with the reason.

mod alias;
mod availability;
pub mod burn;
mod comparison;
mod evaluate;
mod goodput;
mod judge;
mod latency;
mod latency_targets;
mod lumped;
mod metric;
mod presets;
mod published;
mod rates;
mod status;
mod target;
mod ttft;
mod verdict;
mod workload;

pub use availability::{Availability, Part, Rejections, availability};
pub use comparison::Comparison;
pub use evaluate::evaluate;
pub use goodput::{Goodput, goodput};
pub use latency_targets::{LatencyTargets, latency_targets};
pub use metric::{Metric, UnknownMetric};
pub use presets::{Preset, UnknownPreset, preset, presets, source_words, suggest_for_model};
pub use status::SloStatus;
pub use target::{Target, TargetError};
pub use verdict::Verdict;
pub use workload::{Assumed, assume};
