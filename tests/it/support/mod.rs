//! From texts of the corpus to what is read and what is said.

use std::path::Path;

pub mod diagnosis;
pub mod removal;
pub mod snapshots;

/// The folder of dumps, recordings and conformance suites. Each test that comes here is marked with `#[needs::corpus]`.
pub fn corpus() -> &'static Path {
    Path::new(needs::corpus_folder!())
}

/// Whether a test is shown as ignored is settled when it is compiled.
#[test]
fn the_corpus_is_as_it_was_when_the_tests_were_compiled() {
    let then = needs::corpus_is_there!();
    assert_eq!(corpus().join("dumps").is_dir(), then, "`touch tests/it/main.rs` compiles them again");
}
