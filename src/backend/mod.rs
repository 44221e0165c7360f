//! One file per server: how to recognise it, which releases fit, and its native names in the neutral vocabulary.

use crate::metrics::Scrape;
use crate::signal::{BackendId, Snapshot};

/// Which server wrote a scrape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detection {
    /// A supported backend, with the reason in one sentence.
    Supported { backend: BackendId, why: String },
    /// Another server was recognised, e.g. Triton, llama.cpp, a router, node_exporter.
    Other { name: String, why: String },
    /// Nothing known was found.
    Unknown,
}

/// Recognises the server.
#[must_use]
pub fn detect(_scrape: &Scrape) -> Detection {
    Detection::Unknown
}

/// Reads a scrape as this backend: one snapshot per model and instance in it, the one with the most traffic first.
/// Empty when the scrape holds none of the backend's families.
#[must_use]
pub fn read(_scrape: &Scrape, _backend: BackendId) -> Vec<Snapshot> {
    Vec::new()
}
