//! The thresholds and their names.

use std::fmt;

use crate::sorted::Table;

/// Thresholds by their classic names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    pub ttft_seconds: f64,
    pub tpot_seconds: f64,
    /// Requests.
    pub queue_size: f64,
    /// A share.
    pub cache_hit_rate: f64,
    /// A share despite its name; it is compared with percent after multiplication by 100.
    pub memory_usage_percent: f64,
    pub throughput_tokens_per_second: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            ttft_seconds: 0.1,
            tpot_seconds: 0.05,
            queue_size: 10.0,
            cache_hit_rate: 0.7,
            memory_usage_percent: 0.85,
            throughput_tokens_per_second: 100.0,
        }
    }
}

impl Thresholds {
    pub const NAMES: [&'static str; 6] =
        ["ttft_seconds", "tpot_seconds", "queue_size", "cache_hit_rate", "memory_usage_percent", "throughput_tokens_per_second"];

    /// The defaults with these values in their places.
    ///
    /// # Errors
    /// When a name is not known or a value is not a finite number ≥ 0.
    pub fn with(overrides: &Table<String, f64>) -> Result<Thresholds, ThresholdError> {
        let mut thresholds = Thresholds::default();
        for (name, value) in overrides {
            let place = thresholds.place(name).ok_or_else(|| ThresholdError::Unknown { name: name.clone() })?;
            if !value.is_finite() || *value < 0.0 {
                return Err(ThresholdError::Value { name: name.clone(), value: *value });
            }
            *place = *value;
        }
        Ok(thresholds)
    }

    fn place(&mut self, name: &str) -> Option<&mut f64> {
        Some(match name {
            "ttft_seconds" => &mut self.ttft_seconds,
            "tpot_seconds" => &mut self.tpot_seconds,
            "queue_size" => &mut self.queue_size,
            "cache_hit_rate" => &mut self.cache_hit_rate,
            "memory_usage_percent" => &mut self.memory_usage_percent,
            "throughput_tokens_per_second" => &mut self.throughput_tokens_per_second,
            _ => return None,
        })
    }
}

/// Why a threshold cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub enum ThresholdError {
    Unknown { name: String },
    Value { name: String, value: f64 },
}

impl ThresholdError {
    /// Stable identifier for the error object.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            ThresholdError::Unknown { .. } => "unknown-threshold",
            ThresholdError::Value { .. } => "bad-threshold",
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            ThresholdError::Unknown { name } => format!("{name:?} is not a known threshold."),
            ThresholdError::Value { name, value } => format!("{value} cannot be the threshold {name}."),
        }
    }

    /// What to write instead.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            ThresholdError::Unknown { .. } => format!("Known: {}.", Thresholds::NAMES.join(", ")),
            ThresholdError::Value { .. } => "A threshold is a finite number, zero or above.".to_owned(),
        }
    }
}

impl fmt::Display for ThresholdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sentence(), self.hint())
    }
}

impl std::error::Error for ThresholdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_place_and_the_rest_stays() {
        for name in Thresholds::NAMES {
            let changed = Thresholds::with(&Table::from_iter([(name.to_owned(), 7.0)])).expect(name);
            assert_ne!(changed, Thresholds::default(), "{name}");
        }
        assert_eq!(Thresholds::with(&Table::default()), Ok(Thresholds::default()));
    }

    #[test]
    fn unknown_names_and_nonsense_are_errors() {
        let error = Thresholds::with(&Table::from_iter([("ttft".to_owned(), 1.0)])).expect_err("no such name");
        assert_eq!(error.id(), "unknown-threshold");
        assert!(error.hint().contains("ttft_seconds"));
        for value in [f64::NAN, f64::INFINITY, -1.0] {
            let error = Thresholds::with(&Table::from_iter([("queue_size".to_owned(), value)])).expect_err("nonsense");
            assert_eq!(error.id(), "bad-threshold");
        }
    }
}
