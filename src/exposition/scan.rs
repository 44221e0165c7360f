//! The line scanner: text to columns.

use memchr::memchr;

use super::comment::{self, Comment};
use super::cut::Mark;
use super::line::{self, Fault, Parts};
use super::previous::{Previous, piece};
use super::problem::{ProblemKind, Problems};
use crate::metrics::{Columns, Metadata, Piece, Says, plain};

/// Reads a text that may still be growing, line by line.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    pub columns: Columns,
    pub problems: Problems,
    /// Where an exposition certainly ends.
    pub ends: Vec<Mark>,
    /// First byte that was not read yet.
    at: usize,
    /// Lines that were read.
    line: u32,
    previous: Previous,
    parts: Parts,
    keys: Vec<u32>,
}

impl Scanner {
    /// Reads all complete lines; with `last`, the unfinished one at the end too. The text may only have grown since the last call.
    pub(super) fn scan(&mut self, text: &str, last: bool) {
        let bytes = text.as_bytes();
        let unread = bytes.get(self.at..).unwrap_or(&[]);
        let limit = if last { bytes.len() } else { self.at + memchr::memrchr(b'\n', unread).map_or(0, |end| end + 1) };
        let bytes = bytes.get(..limit).unwrap_or(&[]);
        while self.at < limit {
            let start = line::blanks(bytes, self.at);
            self.line += 1;
            if let Some(next) = self.like_previous(bytes, start) {
                self.at = next;
                continue;
            }
            let rest = bytes.get(self.at..).unwrap_or(&[]);
            let end = self.at + memchr(b'\n', rest).unwrap_or(rest.len());
            let raw = text.get(self.at..end).unwrap_or("");
            self.at = (end + 1).min(limit);
            self.any_line(text, raw, end - raw.len());
        }
    }

    /// Reads a line that has the shape of the one before. Returns the start of the next line.
    fn like_previous(&mut self, bytes: &[u8], start: usize) -> Option<usize> {
        let head_end = self.previous.again(bytes, start)?;
        if bytes.get(head_end) != Some(&b' ') {
            return None;
        }
        let (value, end) = plain(bytes, head_end + 1)?;
        let next = match bytes.get(end) {
            None => end,
            Some(b'\n') => end + 1,
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => end + 2,
            Some(_) => return None,
        };
        let labels = self.columns.values.len();
        self.columns.values.extend_from_slice(&self.previous.values);
        self.columns.push(self.previous.layout, labels, value, self.line, self.previous.hash);
        Some(next)
    }

    fn any_line(&mut self, text: &str, raw: &str, raw_start: usize) {
        let line = raw.trim();
        let start = raw_start + (raw.len() - raw.trim_start().len());
        match line.bytes().next() {
            None => {}
            Some(b'#') => self.comment(text, line, start),
            Some(_) => {
                if let Err(fault) = self.sample(text, line, start) {
                    self.previous.forget();
                    self.bad(line, start, fault);
                }
            }
        }
    }

    fn bad(&mut self, line: &str, start: usize, fault: Fault) {
        self.problems.add(ProblemKind::BadLine, self.line, [start, start + line.len()], false, || fault.what.sentence().to_owned());
    }

    fn sample(&mut self, text: &str, line: &str, start: usize) -> Result<(), Fault> {
        line::read(line, &mut self.parts)?;
        let parts = &self.parts;
        let name = match parts.name.escaped {
            false => self.columns.strings.intern(parts.name.of(line)),
            true => self.columns.strings.intern(&unescaped(parts.name.of(line))),
        };
        self.keys.clear();
        for (key, _) in &parts.labels {
            self.keys.push(match key.escaped {
                false => self.columns.strings.intern(key.of(line)),
                true => self.columns.strings.intern(&unescaped(key.of(line))),
            });
        }
        let layout = self.columns.intern_layout(name, &self.keys);
        self.previous.remember(text, start, parts, layout, name, &self.keys, &mut self.columns);
        let labels = self.columns.values.len();
        self.columns.values.extend_from_slice(&self.previous.values);
        if let Some(time) = parts.timestamp {
            self.columns.timestamps.push((self.columns.rows.len() as u32, time));
        }
        self.columns.push(layout, labels, parts.value, self.line, self.previous.hash);
        Ok(())
    }

    fn comment(&mut self, text: &str, line: &str, start: usize) {
        let (name, says) = match comment::read(line) {
            Comment::Other => return,
            Comment::Eof => {
                self.ends.push(self.mark());
                return;
            }
            Comment::Broken(sentence) => {
                let span = [start, start + line.len()];
                self.problems.add(ProblemKind::BadMetadata, self.line, span, false, || sentence.to_owned());
                return;
            }
            Comment::Type(name, kind) => (name, Says::Type(kind)),
            Comment::Help(name, help) => (name, Says::Help(self.words(text, help))),
            Comment::Unit(name, unit) => (name, Says::Unit(self.words(text, unit))),
        };
        let name = match name.escaped {
            false => self.columns.strings.intern(name.text),
            true => self.columns.strings.intern(&unescaped(name.text)),
        };
        self.columns.metadata.push(Metadata { name, line: self.line, row: self.columns.rows.len() as u32, says });
    }

    /// A part of `text` as a piece, with its escapes decoded.
    fn words(&mut self, text: &str, part: &str) -> Piece {
        let start = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
        let token = line::Token { start: 0, end: part.len(), escaped: part.contains('\\') };
        piece(text, start, &token, &mut self.columns.decoded)
    }

    fn mark(&self) -> Mark {
        Mark { row: self.columns.rows.len() as u32, metadata: self.columns.metadata.len() as u32 }
    }
}

fn unescaped(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    line::unescape(text, &mut decoded);
    decoded
}
