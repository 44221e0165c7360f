//! The time that a text tells by itself.

use serde::{Deserialize, Serialize};

use super::Input;
use crate::backend::{self, Detection};
use crate::exposition::answered_at;
use crate::metrics::Scrape;

/// What tells the time of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clock {
    /// The timestamps of its samples.
    Samples,
    /// The date of the answer, from its headers.
    Answer,
}

/// Unix seconds of the end of a text by itself, as the analysis takes it where no other time is told, and what tells it.
#[must_use]
pub fn own_time(input: &Input) -> Option<(f64, Clock)> {
    let scrapes = &input.parsed.scrapes;
    let end = scrapes.iter().rev().find(|scrape| !scrape.is_empty()).or(scrapes.last())?;
    let stamped = stamped(end).map(|at| (at, Clock::Samples));
    stamped.or_else(|| Some((answered_at(&input.parsed, end)?, Clock::Answer)))
}

/// The newest timestamp of the server, or of the text where the server is not known by its names.
fn stamped(scrape: &Scrape) -> Option<f64> {
    if !scrape.has_timestamps() {
        return None;
    }
    let Detection::Supported { backend, .. } = backend::detect(scrape) else {
        return scrape.samples().filter_map(|sample| sample.timestamp_ms()).max().map(|ms| ms as f64 / 1e3);
    };
    let servers = backend::servers(scrape, backend)?;
    servers.timestamp(servers.keys().next()?)
}
