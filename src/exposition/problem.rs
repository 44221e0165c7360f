//! Something wrong with the input text: where, what, and what was done about it.

use serde::Serialize;

/// Stable kinds; the identifier is part of the report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    BadLine,
}

/// One repair or one skipped line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// 1-based line of the text.
    pub line: u32,
    /// Byte range in the text that the sentence is about.
    pub span: [u32; 2],
    pub kind: ProblemKind,
    /// True when the line's data was kept after a repair; false when the line was skipped.
    pub repaired: bool,
    pub sentence: String,
}
