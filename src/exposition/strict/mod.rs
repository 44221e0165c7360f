//! The formats to the letter: every deviation is a problem.
//!
//! Where two specifications disagree, the reader that most people meet decides: for text 0.0.4 that is `expfmt` of Prometheus.

mod cursor;
mod family;
mod openmetrics;
mod sample;
mod text;

use super::decode::{Decoder, Encoding};
use super::problem::Problems;
use super::{Format, Parsed, ProblemKind, parse};

use crate::sorted::sort_by;

/// Which names are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Any UTF-8 in quotes, as Prometheus 3 reads.
    Utf8,
    /// Letters, digits, underscores, and colons in metric names.
    Legacy,
}

/// Whether a text follows its format, and the first place where it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub accept: bool,
    /// 1-based line of the first deviation.
    pub line: Option<u32>,
    pub sentence: Option<String>,
}

/// One deviation from the format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deviation {
    pub line: u32,
    /// Byte of the line.
    pub at: usize,
    pub kind: ProblemKind,
    pub sentence: String,
}

/// A deviation of a whole line.
fn failure(kind: ProblemKind, sentence: &str) -> Result<(), Deviation> {
    Err(Deviation { line: 0, at: 0, kind, sentence: sentence.to_owned() })
}

/// Reads a text and reports every deviation from the format instead of what was repaired. UTF-8 names are allowed.
#[must_use]
pub fn parse_strict(bytes: &[u8], format: Format) -> Parsed {
    let mut parsed = parse(bytes);
    let mut problems = Problems::default();
    let starts: Vec<usize> = std::iter::once(0).chain(memchr::memchr_iter(b'\n', parsed.text.as_bytes()).map(|at| at + 1)).collect();
    for deviation in deviations(bytes, format, Names::Utf8) {
        let start = starts.get((deviation.line as usize).saturating_sub(1)).copied().unwrap_or(parsed.text.len());
        let end = starts.get(deviation.line as usize).map_or(parsed.text.len(), |next| next - 1);
        let span = [(start + deviation.at).min(end), end];
        problems.add(deviation.kind, deviation.line, span, false, || deviation.sentence);
    }
    (parsed.problems, parsed.problem_counts) = problems.finish();
    parsed
}

/// Judges a text by its format.
#[must_use]
pub fn verdict(bytes: &[u8], format: Format, names: Names) -> Verdict {
    let first = deviations(bytes, format, names).into_iter().min_by_key(|deviation| deviation.line);
    match first {
        None => Verdict { accept: true, line: None, sentence: None },
        Some(first) => Verdict { accept: false, line: Some(first.line), sentence: Some(first.sentence) },
    }
}

fn deviations(bytes: &[u8], format: Format, names: Names) -> Vec<Deviation> {
    let mut decoder = Decoder::default();
    let mut text = String::with_capacity(bytes.len());
    decoder.push(bytes, &mut text);
    decoder.finish(&mut text);
    let mut found = Vec::new();
    if decoder.encoding() != Encoding::Utf8 {
        found.push(Deviation {
            line: 1,
            at: 0,
            kind: ProblemKind::Utf16,
            sentence: "The text is UTF-16; both formats are UTF-8.".to_owned(),
        });
    }
    for at in &decoder.replaced {
        let before = text.as_bytes().get(..*at).unwrap_or(&[]);
        let line = memchr::memchr_iter(b'\n', before).count() as u32 + 1;
        let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        found.push(Deviation { line, at: at - start, kind: ProblemKind::InvalidUtf8, sentence: "This byte is no UTF-8.".to_owned() });
    }
    match format {
        Format::Text004 => text::check(&text, names, &mut found),
        Format::OpenMetrics1 => openmetrics::check(&text, names, &mut found),
        Format::OpenMetrics2 => found.push(Deviation {
            line: 1,
            at: 0,
            kind: ProblemKind::OpenMetrics2,
            sentence: "OpenMetrics 2 is recognised but its rules are not checked.".to_owned(),
        }),
    }
    sort_by(&mut found, |a, b| (a.line, a.at).cmp(&(b.line, b.at)));
    found
}
