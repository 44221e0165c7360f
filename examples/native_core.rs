//! The core as a filter: each line of the standard input is a request in JSON, each line of the output its answer.
//! `examples/wasm_core.rs` is its twin in WebAssembly; the tests in `tests/wasm` hold one against the other.

use std::io::{BufRead, BufWriter, Write};

use servescope::request::analyze_json;

fn main() -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for request in std::io::stdin().lock().lines() {
        writeln!(out, "{}", analyze_json(&request?))?;
    }
    out.flush()
}
