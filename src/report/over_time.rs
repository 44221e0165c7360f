//! What changes over time.

use serde::{Deserialize, Serialize};

use crate::metrics::Unit;

/// How a signal moves over a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trend {
    /// Dotted path of the signal.
    pub signal: String,
    pub unit: Unit,
    /// In the unit of the signal, per hour.
    pub slope: f64,
    /// 95 % interval of the slope; `null` is unbounded.
    pub interval: [Option<f64>; 2],
    /// Probability of such a movement by chance, 0–1.
    pub significance: f64,
    /// RFC 3339; `null` when the times are no Unix times.
    pub from: Option<String>,
    pub to: Option<String>,
    pub words: String,
}

/// A change of level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LevelChange {
    /// Dotted path of the signal that shows it best.
    pub signal: String,
    pub unit: Unit,
    /// When: Unix seconds, or seconds of the clock that the dumps were given with.
    pub at: f64,
    /// `null` where one side has no value.
    pub before: Option<f64>,
    pub after: Option<f64>,
    /// `server` (the same work, slower or faster), `traffic`, `cache`, `restart`, or `unclear`.
    pub kind: String,
    /// What changed with it, as far as the metrics tell.
    pub reason: Option<String>,
    /// Paths of what else moved then.
    pub also: Vec<String>,
    pub words: String,
}

/// When a limit will be reached if things go on as they do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Forecast {
    /// `kv-exhaustion`, `queue-onset`, `slo-breach` or `budget-exhaustion`.
    pub what: String,
    /// Dotted path of the signal that is continued.
    pub signal: String,
    /// Path of the target, for those of service levels.
    pub target: Option<String>,
    pub unit: Unit,
    /// The value that is approached, in the unit of the signal.
    pub limit: f64,
    /// Seconds from the last snapshot; `null` when the limit is not reached within the horizon.
    pub eta: Option<f64>,
    /// 90 % interval of the eta in seconds; `null` is later than the horizon.
    pub interval: [Option<f64>; 2],
    /// How far ahead is looked, seconds.
    pub horizon: f64,
    /// Median error on the last quarter of the series, which the fit had not seen, in the unit of the signal.
    pub held_out_error: Option<f64>,
    /// Of the forecast that nothing changes, on the same quarter.
    pub last_value_error: Option<f64>,
    /// Why no forecast is given.
    pub withheld: Option<String>,
    pub words: String,
}
