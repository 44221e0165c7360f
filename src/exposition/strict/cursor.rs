//! Tokens of a line, read without forgiveness.

use super::{Deviation, Names};
use crate::exposition::ProblemKind;

/// A place in a line.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    line: &'a str,
    pub at: usize,
}

/// What a backslash may stand before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Only `\\`, `\"` and `\n`.
    Known,
    /// Any character; unknown ones stand for themselves.
    Any,
}

type Read<T> = Result<T, Deviation>;

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Cursor { line, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or("")
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    pub(super) fn expect(&mut self, byte: u8, kind: ProblemKind, sentence: &str) -> Read<()> {
        if self.eat(byte) { Ok(()) } else { self.fail(kind, sentence) }
    }

    pub(super) fn fail<T>(&self, kind: ProblemKind, sentence: &str) -> Read<T> {
        Err(Deviation { line: 0, at: self.at, kind, sentence: sentence.to_owned() })
    }

    pub(super) fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Everything up to a blank, a tab counting as one only where `tabs` says so.
    pub(super) fn word(&mut self, tabs: bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|char| char == ' ' || (tabs && char == '\t')).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    /// A name without quotes; empty when there is none. Label names have no colon.
    pub(super) fn plain_name(&mut self, colon: bool) -> &'a str {
        let rest = self.rest();
        let fits = |index: usize, byte: u8| {
            byte.is_ascii_alphabetic() || byte == b'_' || (colon && byte == b':') || (index > 0 && byte.is_ascii_digit())
        };
        let end = rest.bytes().enumerate().position(|(index, byte)| !fits(index, byte)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    /// A string from its opening quote to its closing one, decoded.
    pub(super) fn string(&mut self, escapes: Escapes, kind: ProblemKind) -> Read<String> {
        self.expect(b'"', kind, "A quote is missing here.")?;
        let mut decoded = String::new();
        let mut chars = self.rest().char_indices();
        let start = self.at;
        while let Some((index, char)) = chars.next() {
            match char {
                '"' => {
                    self.at = start + index + 1;
                    return Ok(decoded);
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => decoded.push('\n'),
                    Some((_, escaped @ ('"' | '\\'))) => decoded.push(escaped),
                    Some((_, other)) if escapes == Escapes::Any => {
                        decoded.push('\\');
                        decoded.push(other);
                    }
                    _ => {
                        self.at = start + index;
                        return self.fail(kind, "This escape sequence does not exist.");
                    }
                },
                _ => decoded.push(char),
            }
        }
        self.fail(kind, "This text has no closing quote on its line.")
    }

    /// A metric or label name in quotes.
    pub(super) fn quoted_name(&mut self, escapes: Escapes, names: Names) -> Read<String> {
        let start = self.at;
        let name = self.string(escapes, ProblemKind::BadName)?;
        if name.is_empty() || (names == Names::Legacy && !is_legacy(&name)) {
            self.at = start;
            return self.fail(ProblemKind::BadName, "This name needs UTF-8 names, which are not allowed here.");
        }
        Ok(name)
    }
}

fn is_legacy(name: &str) -> bool {
    let mut cursor = Cursor::new(name);
    cursor.plain_name(true).len() == name.len()
}

/// A float as both Go parsers read it: decimal, no underscores, no sign before NaN.
pub(super) fn float(text: &str) -> Option<f64> {
    if text.eq_ignore_ascii_case("+nan") || text.eq_ignore_ascii_case("-nan") {
        return None;
    }
    crate::metrics::number(text)
}
