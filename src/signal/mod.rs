//! The neutral vocabulary: quantities with one meaning over all backends, each with unit, time base and source lines.
//!
//! A backend fills a [`Snapshot`] from a scrape. One or two snapshots of an instance make an [`Observation`], which is what
//! everything above this module reads: it answers in [`Reading`]s and [`Spread`]s that know whether they speak of
//! the process lifetime, of a window or of an instant.

mod adapters;
mod clients;
mod contradiction;
mod moment;
mod observation;
mod shared;
mod snapshot;
#[cfg(test)]
pub(crate) mod testing;
mod vocabulary;
mod window;

pub use adapters::{AdapterSet, Adapters};
pub use clients::ClientRequests;
pub use contradiction::Contradiction;
pub use moment::{Moment, SAME_START_SECONDS, chronological};
pub use observation::{DistributionReading, Mode, Observation, Reading, Refusal, SATURATED, Span, TimeBase, Window};
pub use shared::Shared;
pub use snapshot::{
    BackendId, Caveat, Config, ConfigValue, Hint, HintedBy, InstanceKey, OutOfRange, Ranks, Snapshot, Source, Spread, Value, Version,
    VersionRange,
};
pub use vocabulary::{Counter, Distribution, Gauge, Merge};
pub use window::{dropped, restarted, same_instance, same_settings, spent};
