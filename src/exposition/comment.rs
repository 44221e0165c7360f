//! Lines that begin with `#`.

use super::around::Reason;
use super::problem::ProblemKind;
use crate::metrics::Kind;

/// Why a comment that holds a whole text could not be read as one.
pub(super) const MANY: Reason = Reason { kind: ProblemKind::BadMetadata, sentence: "A part of this line says nothing." };

/// What a comment line says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Comment<'a> {
    /// `# EOF`: the end of an OpenMetrics exposition.
    Eof,
    Type(Name<'a>, Kind),
    Help(Name<'a>, &'a str),
    Unit(Name<'a>, &'a str),
    /// A keyword of the format with nothing usable after it.
    Broken(&'static str),
    Other,
}

/// A metric name, still with its escapes when it was quoted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Name<'a> {
    pub text: &'a str,
    pub escaped: bool,
}

/// Reads a trimmed line that begins with `#`.
pub(super) fn read(line: &str) -> Comment<'_> {
    let (keyword, rest) = word(line.trim_start_matches('#'));
    match keyword {
        "EOF" if rest.trim().is_empty() => return Comment::Eof,
        "TYPE" | "HELP" | "UNIT" => {}
        _ => return Comment::Other,
    }
    let Some((name, rest)) = name(rest.trim_start()) else {
        // expfmt takes a bare keyword for an ordinary comment.
        return if rest.trim().is_empty() { Comment::Other } else { Comment::Broken("This comment line has no valid metric name.") };
    };
    match keyword {
        "HELP" => Comment::Help(name, rest.strip_prefix([' ', '\t']).unwrap_or("")),
        "UNIT" => Comment::Unit(name, rest.trim()),
        _ => match Kind::from_word(&rest.trim().to_ascii_lowercase()) {
            Some(kind) => Comment::Type(name, kind),
            None if rest.trim().is_empty() => Comment::Broken("This TYPE line names no type."),
            None => Comment::Broken("This TYPE line names a type that does not exist."),
        },
    }
}

/// Says so when a TYPE line has a type that text 0.0.4 does not have.
pub(super) fn openmetrics_only(line: &str) -> Option<&'static str> {
    let word = line.rsplit([' ', '\t']).next()?;
    matches!(word, "info" | "stateset" | "gaugehistogram" | "unknown").then_some("it has types that the text format does not have")
}

fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_at(text.find([' ', '\t']).unwrap_or(text.len()))
}

fn name(text: &str) -> Option<(Name<'_>, &str)> {
    if let Some(inside) = text.strip_prefix('"') {
        let mut escaped = false;
        let mut after_backslash = false;
        let end = inside.bytes().position(|byte| {
            let ends = byte == b'"' && !after_backslash;
            after_backslash = byte == b'\\' && !after_backslash;
            escaped |= after_backslash;
            ends
        })?;
        let name = inside.get(..end).filter(|name| !name.is_empty())?;
        return Some((Name { text: name, escaped }, inside.get(end + 1..)?));
    }
    let (name, rest) = word(text);
    let valid = name.bytes().next().is_some_and(super::line::is_name_start) && name.bytes().all(super::line::is_name_byte);
    valid.then_some((Name { text: name, escaped: false }, rest))
}
