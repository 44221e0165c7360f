//! The core compiled to WebAssembly without the page, for tests and benches in node.
//! Its native twin is `examples/analyze.rs`. Built by `scripts/wasm-core.sh`.

#![forbid(unsafe_code)]

use servescope::request::analyze_json;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// A request in JSON, answered with a report or an error object in JSON.
#[wasm_bindgen]
#[must_use]
pub fn analyze(request: &str) -> String {
    analyze_json(request)
}
