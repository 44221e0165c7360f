//! The core compiled to WebAssembly without the page, for tests and benches in node.
//! Its native twin is `examples/analyze.rs`. Built by `scripts/wasm-core.sh`.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unreachable, clippy::unwrap_used)]
#![forbid(unsafe_code)]

#[path = "../benches/support/mod.rs"]
mod support;

use servescope::analyze::Input;
use servescope::exposition::{Format, Names, verdict};
use servescope::request::analyze_json;
use servescope::stats::promql;
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

/// Texts that are read once and analysed as often as one likes; for the benches.
#[wasm_bindgen]
#[derive(Default)]
pub struct Texts(Vec<Input>);

#[wasm_bindgen]
impl Texts {
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Texts {
        Texts::default()
    }

    /// Reads one text; gives the number of its samples.
    pub fn add(&mut self, bytes: Vec<u8>) -> usize {
        let input = support::read(bytes);
        let samples = support::samples(&input);
        self.0.push(input);
        samples
    }

    #[must_use]
    pub fn report(&self) -> String {
        support::report(&self.0)
    }

    /// Bytes of the report: what it costs, without what it costs to make a string of JavaScript's of it.
    #[must_use]
    pub fn report_bytes(&self) -> usize {
        support::report(&self.0).len()
    }
}

/// The first line of a text that does not follow its format, `text` or `openmetrics`; 0 when all lines do.
#[wasm_bindgen]
#[must_use]
pub fn first_deviation(bytes: &[u8], format: &str, legacy_names: bool) -> u32 {
    let format = if format == "openmetrics" { Format::OpenMetrics1 } else { Format::Text004 };
    let names = if legacy_names { Names::Legacy } else { Names::Utf8 };
    verdict(bytes, format, names).line.unwrap_or(0)
}

/// The number of sample lines that prometheus-parse keeps.
#[wasm_bindgen]
#[must_use]
pub fn baseline(text: &str) -> usize {
    support::baseline(text)
}

/// Prometheus's own functions of histograms; buckets are bound, count, bound, count, ….
#[wasm_bindgen]
#[must_use]
pub fn histogram_quantile(quantile: f64, buckets: &[f64]) -> f64 {
    promql::histogram_quantile(quantile, &pairs(buckets))
}

#[wasm_bindgen]
#[must_use]
pub fn histogram_fraction(low: f64, high: f64, buckets: &[f64]) -> f64 {
    promql::histogram_fraction(low, high, &pairs(buckets))
}

/// Prometheus's functions of ranges; samples are time, value, time, value, ….
#[wasm_bindgen]
#[must_use]
pub fn range_function(name: &str, samples: &[f64], range: f64, at: f64, argument: Option<f64>) -> Option<f64> {
    promql::range_function(name, &pairs(samples), range, at, argument)
}

fn pairs(flat: &[f64]) -> Vec<(f64, f64)> {
    flat.as_chunks::<2>().0.iter().map(|[first, second]| (*first, *second)).collect()
}
