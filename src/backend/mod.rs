//! One folder per server: how to recognise it, which releases fit, and its native names in the neutral vocabulary.
//!
//! A new backend is a folder with a [`Spec`] and one line in [`SPECS`]; nothing above this module changes.

mod assemble;
mod detect;
mod native;
mod other;
mod sglang;
mod spec;
mod tgi;
mod version;
mod vllm;

pub use assemble::Servers;

use crate::metrics::Scrape;
use crate::signal::{BackendId, Snapshot};
use spec::Spec;

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

/// Recognises the server by its family names. A text that holds a supported backend among other software is that backend.
#[must_use]
pub fn detect(scrape: &Scrape) -> Detection {
    detect::detect(scrape)
}

/// Finds the servers of a scrape, which are read one by one. `None` when the scrape holds none of the backend's families.
#[must_use]
pub fn servers(scrape: &Scrape, backend: BackendId) -> Option<Servers<'_>> {
    SPECS.iter().find(|spec| spec.id == backend).and_then(|spec| Servers::find(scrape, spec))
}

/// Reads a scrape as this backend: one snapshot per model and instance in it, the one with the most traffic first.
/// Empty when the scrape holds none of the backend's families.
#[must_use]
pub fn read(scrape: &Scrape, backend: BackendId) -> Vec<Snapshot> {
    let servers = servers(scrape, backend);
    servers.iter().flat_map(|servers| servers.keys().filter_map(|key| servers.snapshot(key))).collect()
}

static SPECS: &[&Spec] = &[&vllm::SPEC, &sglang::SPEC, &tgi::SPEC];
