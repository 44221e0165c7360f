//! What changes over time; empty until a report is made of a series.

use serde::{Deserialize, Serialize};

/// How a signal moves over a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trend {
    /// Dotted path of the signal.
    pub signal: String,
    /// In the unit of the signal, per hour.
    pub slope: f64,
    /// 95 % interval of the slope; `null` is unbounded.
    pub interval: [Option<f64>; 2],
    /// Probability of such a movement by chance, 0–1.
    pub significance: f64,
    /// RFC 3339; `null` when the snapshots carry no times.
    pub from: Option<String>,
    pub to: Option<String>,
    pub words: String,
}

/// When a limit will be reached if things go on as they do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Forecast {
    pub what: String,
    /// The value that is approached, in the unit of the signal.
    pub limit: f64,
    /// Seconds from the last snapshot; `null` when the limit is not reached within the horizon.
    pub eta: Option<f64>,
    /// 95 % interval of the eta in seconds; `null` is unbounded.
    pub interval: [Option<f64>; 2],
    /// How far ahead is looked, seconds.
    pub horizon: f64,
    /// Median error on the part of the series that was held out, as a share of the value.
    pub held_out_error: Option<f64>,
    /// Why no forecast is given.
    pub withheld: Option<String>,
}
