//! Several servers side by side; absent until a report is made of a fleet.

use serde::{Deserialize, Serialize};

use super::QuantileView;
use crate::metrics::Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fleet {
    pub servers: Vec<FleetServer>,
    pub drift: Vec<Drift>,
    pub imbalance: Vec<Imbalance>,
    /// Quantiles of all servers together, from their buckets.
    pub merged: Vec<MergedQuantiles>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FleetServer {
    pub instance_id: String,
    pub score: Option<f64>,
    pub headline: String,
    pub signals: Vec<FleetSignal>,
    /// Paths of the signals in which it stands apart from the others.
    pub outlier: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FleetSignal {
    pub path: String,
    pub value: f64,
    pub unit: Unit,
    pub shown: String,
}

/// A setting or a release that is not the same on all servers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Drift {
    pub setting: String,
    /// The value of each server, in the order of `servers`; `null` when it does not tell.
    pub values: Vec<Option<String>>,
    pub words: String,
}

/// A load that is not shared evenly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Imbalance {
    pub signal: String,
    /// The largest share over the even one.
    pub ratio: f64,
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MergedQuantiles {
    /// Path of the distribution.
    pub path: String,
    pub unit: Unit,
    pub samples: f64,
    pub quantiles: Vec<QuantileView>,
}
