//! Something wrong with the input text: where, what, and what was done about it.

use serde::Serialize;

use crate::sorted::{Table, sort_by};

/// Stable kinds; the identifier is part of the report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    // How the whole text is written; each is reported once.
    /// The text begins with a byte order mark.
    ByteOrderMark,
    /// The bytes are UTF-16, as PowerShell writes them.
    Utf16,
    /// Bytes that are no UTF-8 became replacement characters.
    InvalidUtf8,
    /// Lines end with CR LF.
    CarriageReturn,
    /// Lines have blanks around them.
    SurroundingBlanks,

    // Lines whose data was kept after a repair.
    AnsiColour,
    /// Non-breaking and other unusual spaces, or invisible characters.
    UnusualSpace,
    CurlyQuotes,
    /// HTML entities or Markdown backslashes.
    EscapedMarkup,
    LineNumber,
    LogPrefix,
    /// A Markdown quote mark, a list mark, a diff mark.
    QuotePrefix,
    /// A row of a table (CSV) with doubled quotes.
    TableRow,
    /// A log line in JSON.
    JsonLog,
    /// A line that was broken to fit a width.
    WrappedLine,
    /// A shell prompt or a tag stands directly after the value.
    PromptAfterValue,
    /// A comment that somebody wrote behind the value.
    NoteAfterValue,
    /// Labels were left out or masked by whoever pasted the line; the others and the value were kept.
    LabelsLeftOut,
    /// Label values without their quotes, as a shell leaves them.
    MissingQuotes,
    /// Many lines on one: the line ends are written as `\n`, or became blanks.
    LostLineEnds,

    // Lines that are no metrics.
    ShellPrompt,
    HttpHeader,
    ProgressMeter,
    /// A Markdown fence or a dividing line.
    MarkdownFence,
    /// A lone HTML tag.
    Markup,
    HtmlPage,
    JsonAnswer,
    PowershellObject,
    /// A line of a server's log.
    ServerLog,
    /// A table of times and values.
    TableExport,
    /// A picture, an archive, a program.
    BinaryFile,
    /// Somebody shortened the text here.
    LeftOut,
    /// The text ends in the middle of this line.
    CutLine,
    /// A line that is no sample, no comment and no known noise.
    BadLine,

    // What the lines say.
    /// A `# TYPE`, `# HELP` or `# UNIT` line that says nothing.
    BadMetadata,
    /// A second `# TYPE` line says another type; the first was kept.
    ConflictingType,
    /// A series that occurs twice in one scrape; the first value was kept.
    RepeatedSeries,
    /// More scrapes than anybody pastes; the rest was left out.
    TooManyScrapes,
    /// More text than can be read.
    TooLong,
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

impl ProblemKind {
    /// What was done about a line, for the kinds that repair one.
    pub(super) fn repair(self) -> &'static str {
        match self {
            ProblemKind::AnsiColour => "Terminal colour codes were taken out of this line.",
            ProblemKind::UnusualSpace => "Unusual spaces or invisible characters were taken out of this line.",
            ProblemKind::CurlyQuotes => "Typographic quotes in this line were read as plain ones.",
            ProblemKind::EscapedMarkup => "HTML or Markdown escapes in this line were decoded.",
            ProblemKind::LineNumber => "A line number was taken off this line.",
            ProblemKind::LogPrefix => "What a log viewer wrote before this line was taken off.",
            ProblemKind::QuotePrefix => "A quote or list mark was taken off this line.",
            ProblemKind::TableRow => {
                "This line is a row of a table (CSV); the metric was taken out of it and doubled quotes were read as one."
            }
            ProblemKind::JsonLog => "This is a log line in JSON; the metric was taken out of it.",
            ProblemKind::WrappedLine => "This line was broken into several, which were joined.",
            ProblemKind::PromptAfterValue => "What stands directly behind the value was taken off.",
            ProblemKind::NoteAfterValue => "The note behind the value was left out.",
            ProblemKind::LabelsLeftOut => "Labels of this line were left out or masked; its value and its other labels were kept.",
            ProblemKind::MissingQuotes => "Label values of this line have no quotes; they were read as they stand.",
            ProblemKind::LostLineEnds => "The line ends of this text were lost; it was taken apart again.",
            ProblemKind::Markup => "HTML tags were taken off this line.",
            _ => "This line was repaired.",
        }
    }
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

/// How often something happened that is reported once.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub count: u32,
    pub line: u32,
    pub span: [usize; 2],
}

impl Tally {
    pub(super) fn add(&mut self, line: u32, span: [usize; 2]) {
        if self.count == 0 {
            (self.line, self.span) = (line, span);
        }
        self.count += 1;
    }
}

/// Gathers problems while a text is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Problems {
    kept: Vec<Problem>,
    counts: Table<ProblemKind, u32>,
}

impl Problems {
    pub(super) fn add(&mut self, kind: ProblemKind, line: u32, span: [usize; 2], repaired: bool, sentence: impl FnOnce() -> String) {
        let Some(count) = self.counts.get_or_insert(kind, 0) else { return };
        *count += 1;
        if *count <= KEPT_PER_KIND {
            self.kept.push(Problem { line, span: span.map(|at| at as u32), kind, repaired, sentence: sentence() });
        }
    }

    pub(super) fn has(&self, kind: ProblemKind) -> bool {
        self.counts.contains_key(&kind)
    }

    /// The problems in the order of the text, and how many of each kind were found when that is more than were kept.
    pub(super) fn finish(mut self) -> (Vec<Problem>, Table<ProblemKind, u32>) {
        sort_by(&mut self.kept, |a, b| (a.line, a.span, a.kind).cmp(&(b.line, b.span, b.kind)));
        (self.kept, self.counts)
    }
}
