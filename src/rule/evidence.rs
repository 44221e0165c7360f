//! A number behind a finding, fit to be shown.

use crate::metrics::Unit;
use crate::signal::{Reading, Source, TimeBase};

/// One number with its unit, time base and source.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Dotted path of the signal, or of a derived law.
    pub signal: String,
    /// What it is, for people.
    pub label: String,
    pub value: f64,
    pub unit: Unit,
    /// Value with unit as printed; bounds included when they matter.
    pub shown: String,
    pub time_base: TimeBase,
    /// True when it follows from other numbers by an assumption.
    pub inferred: bool,
    pub source: Source,
    /// Index of the text that the lines belong to.
    pub input: usize,
}

impl Evidence {
    /// From a reading of the last snapshot; the context's helpers build most of them.
    pub fn new(signal: impl Into<String>, label: impl Into<String>, reading: Reading, input: usize) -> Self {
        Evidence {
            signal: signal.into(),
            label: label.into(),
            value: reading.value,
            unit: reading.unit,
            shown: reading.unit.show(reading.value),
            time_base: reading.time_base,
            inferred: false,
            source: reading.source,
            input,
        }
    }

    /// Other words than the vocabulary's.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Other text than the plain value, e.g. with bounds.
    #[must_use]
    pub fn shown_as(mut self, shown: impl Into<String>) -> Self {
        self.shown = shown.into();
        self
    }

    #[must_use]
    pub fn inferred(mut self) -> Self {
        self.inferred = true;
        self
    }
}
