//! Something wrong with the input text: where, what, and what was done about it.

use std::collections::BTreeMap;

use serde::Serialize;

/// Stable kinds; the identifier is part of the report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// A line that is no sample, no comment and no known noise.
    BadLine,
    /// A `# TYPE`, `# HELP` or `# UNIT` line that says nothing.
    BadMetadata,
    /// A second `# TYPE` line says another type; the first was kept.
    ConflictingType,
    /// A series that occurs twice in one scrape; the first value was kept.
    RepeatedSeries,
    /// More scrapes than anybody pastes; the rest was left out.
    TooManyScrapes,
    /// The bytes are UTF-16, as PowerShell writes them.
    Utf16,
    /// Bytes that are no UTF-8 became replacement characters.
    InvalidUtf8,
    /// A feature of OpenMetrics 2, which is recognised but not read.
    OpenMetrics2,

    // Deviations that only strict reading reports.
    BadName,
    BadLabel,
    BadValue,
    BadTimestamp,
    BadExemplar,
    /// A blank or an empty line where there must be none.
    BadSpace,
    /// Something stands before or after what it must follow.
    BadOrder,
    /// A sample does not fit the type of its family.
    BadSample,
    /// The text ends without its line end or `# EOF`, or goes on after it.
    BadEnd,
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

/// Problems of one kind that are kept; the rest is only counted, so that a large log file costs no memory.
pub const KEPT_PER_KIND: u32 = 1000;

/// Gathers problems while a text is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Problems {
    kept: Vec<Problem>,
    counts: BTreeMap<ProblemKind, u32>,
}

impl Problems {
    pub(super) fn add(&mut self, kind: ProblemKind, line: u32, span: [usize; 2], repaired: bool, sentence: impl FnOnce() -> String) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        if *count <= KEPT_PER_KIND {
            self.kept.push(Problem { line, span: span.map(|at| at as u32), kind, repaired, sentence: sentence() });
        }
    }

    /// The problems in the order of the text, and how many of each kind were found when that is more than were kept.
    pub(super) fn finish(mut self) -> (Vec<Problem>, BTreeMap<ProblemKind, u32>) {
        self.kept.sort_by_key(|problem| (problem.line, problem.span, problem.kind));
        (self.kept, self.counts)
    }
}
