//! Bytes to scrapes: cleaning of what people paste, the line scanner, and the problems found on the way.

mod answered;
mod around;
mod comment;
mod cut;
mod decode;
mod flat;
mod format;
mod gather;
mod join;
mod line;
mod lines;
mod masked;
mod noise;
mod previous;
mod problem;
mod quotes;
mod reader;
mod repeats;
mod rescue;
mod scan;
mod strict;
mod timeline;
mod vague;

use std::sync::Arc;

use crate::metrics::Scrape;
pub use crate::metrics::number;
use crate::sorted::Table;
pub use answered::{answered_at, is_blank};
pub use format::Format;
pub use problem::{KEPT_PER_KIND, Problem, ProblemKind};
pub use reader::{Reader, parse, parse_owned};
pub use strict::{Names, Verdict, parse_strict, verdict};

/// Everything that could be read from one text, and everything that could not.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The text that lines and spans refer to (decoded from UTF-16 when it was).
    pub text: Arc<String>,
    /// Number of lines, the last one with or without its line feed.
    pub lines: u32,
    /// One per exposition in the text, in its order. Never merged, never empty: a text without samples gives one scrape without samples.
    pub scrapes: Vec<Scrape>,
    /// In the order of the text, at most [`KEPT_PER_KIND`] of each kind.
    pub problems: Vec<Problem>,
    /// How many problems of each kind there are, also those that were not kept.
    pub problem_counts: Table<ProblemKind, u32>,
    /// Of the first scrape.
    pub format: Format,
    /// Why: ends a sentence that begins "The text is OpenMetrics 1, because …".
    pub format_reason: &'static str,
}
