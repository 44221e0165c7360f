//! Bytes to scrapes: cleaning of what people paste, the line scanner, and the problems found on the way.

mod problem;
mod scan;

use std::sync::Arc;

use crate::metrics::Scrape;
pub use problem::{Problem, ProblemKind};
pub use scan::number;

/// Everything that could be read from one text, and everything that could not.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The text that lines and spans refer to (decoded from UTF-16 when it was).
    pub text: Arc<str>,
    /// One per exposition in the text, in its order. Never merged.
    pub scrapes: Vec<Scrape>,
    pub problems: Vec<Problem>,
}

/// Reads a text the forgiving way: every good line is kept, every other one becomes a [`Problem`].
#[must_use]
pub fn parse(bytes: &[u8]) -> Parsed {
    scan::scan(&String::from_utf8_lossy(bytes))
}
