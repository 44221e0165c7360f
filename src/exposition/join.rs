//! Lines that a terminal or an editor broke to fit a width.

use memchr::memchr;

use super::around::{Ahead, Line, Rest, Step, width};
use super::comment::{self, Comment};
use super::line::{Parts, is_name_start, read as read_sample};
use super::problem::ProblemKind;
use super::scan::Scanner;
use crate::metrics::number;

/// A line is not broken into more pieces than this.
const MOST_PIECES: usize = 16;

impl Scanner {
    /// Joins a line with the ones after it when that makes a metric line. `None` when it does not.
    pub(super) fn join(&mut self, line: Line<'_>, ahead: Ahead<'_>) -> Option<Step> {
        if !ahead.whole {
            return None;
        }
        if self.continues_help(line) || self.continues_value(line, ahead) {
            return Some(Step::Done);
        }
        let first = line.line.bytes().next()?;
        if !(is_name_start(first) || first == b'{' || first == b'#') {
            return None;
        }
        let at_width = width(line.raw) >= self.width.widest;
        if !at_width && !ends_before_value(line.line) {
            return None;
        }
        let mut joined = line.raw.to_owned();
        let mut end = self.at;
        for piece in 1..=MOST_PIECES {
            let Some((next, after)) = next_line(ahead, end) else { return (!ahead.last).then_some(Step::Wait) };
            end = after;
            if next.trim().is_empty() {
                return None;
            }
            if piece == 1 && self.join_value(line, next, end) {
                return Some(Step::Done);
            }
            if !at_width {
                return None;
            }
            joined.push_str(next);
            if self.is_whole(joined.trim(), next.trim()) {
                self.take(joined.trim(), line, piece as u32, end);
                return Some(Step::Done);
            }
            if width(next) != width(line.raw) {
                return None;
            }
        }
        None
    }

    /// The value of a whole head stands on the next line, broken off at the blank.
    fn join_value(&mut self, line: Line<'_>, next: &str, end: usize) -> bool {
        if !ends_before_value(line.line) || next.trim().split(' ').next().and_then(number).is_none() {
            return false;
        }
        let joined = format!("{} {}", line.line, next.trim());
        if read_sample(&joined, &mut Parts::default()).is_err() {
            return false;
        }
        self.take(&joined, line, 1, end);
        true
    }

    /// True when the joined text is a metric line, and its last piece had no better use by itself.
    fn is_whole(&self, joined: &str, piece: &str) -> bool {
        let mut parts = Parts::default();
        if joined.starts_with('#') {
            return matches!(comment::read(joined), Comment::Type(..) | Comment::Unit(..)) && !piece.starts_with('#');
        }
        if piece.starts_with('#') || read_sample(joined, &mut parts).is_err() {
            return false;
        }
        let name = parts.name.of(joined).to_owned();
        if read_sample(piece, &mut parts).is_err() {
            return true;
        }
        // The piece is a sample too. A name broken in two leaves a rest that nobody declared, and makes a whole that somebody did.
        let rest = parts.name.of(piece);
        (self.is_known(&name) && !self.is_known(rest)) || (self.width.joined > 1 && !self.is_known(rest))
    }

    fn is_known(&self, name: &str) -> bool {
        let suffixes = ["", "_bucket", "_sum", "_count", "_total", "_created"];
        suffixes.iter().filter_map(|suffix| name.strip_suffix(suffix)).any(|base| self.columns.strings.find(base).is_some())
    }

    /// Reads the joined line and goes on after its last piece.
    fn take(&mut self, joined: &str, line: Line<'_>, pieces: u32, end: usize) {
        let outcome = if joined.starts_with('#') { self.comment(joined, None) } else { self.sample(joined, None) };
        debug_assert!(outcome.is_ok());
        self.repaired(ProblemKind::WrappedLine, [line.start, end]);
        self.width.joined += 1;
        self.width.widest = self.width.widest.max(width(line.raw));
        self.line += pieces;
        self.at = end;
    }

    /// The line after a HELP line that filled the whole width.
    fn continues_help(&mut self, line: Line<'_>) -> bool {
        let (help, wide) = self.width.help;
        if help == 0 || help + 1 != self.line || wide < self.width.widest || line.line.starts_with('#') {
            return false;
        }
        self.width.help = (self.line, width(line.raw));
        let span = [line.start, line.start + line.line.len()];
        self.problems.add(ProblemKind::WrappedLine, self.line, span, true, || "This line goes on with the HELP text before it.".to_owned());
        true
    }

    /// The rest of a number: `foo 12` and `345.0`. The first half is a sample by itself, so it is joined only when the text is seen to be broken.
    fn continues_value(&mut self, line: Line<'_>, ahead: Ahead<'_>) -> bool {
        if !line.line.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')) {
            return false;
        }
        let Some(before) = line.from.checked_sub(1).and_then(|end| ahead.text.get(..end)) else { return false };
        let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |at| at + 1);
        let whole = before.get(start..).unwrap_or("").trim_end_matches('\r');
        let mut parts = Parts::default();
        let joined = format!("{whole}{}", line.raw);
        if width(whole) < self.width.widest || read_sample(joined.trim(), &mut parts).is_err() {
            return false;
        }
        let Some(row) = self.columns.rows.len().checked_sub(1) else { return false };
        if self.columns.rows.get(row).is_none_or(|row| row.line + 1 != self.line) {
            return false;
        }
        let span = [line.start, line.start + line.line.len()];
        self.width.rests.push(Rest { line: self.line, span, width: width(whole), row, value: parts.value, reason: line.reason });
        true
    }

    /// Joins the rests of numbers when nothing in the text is wider than the lines that they follow, and more than one line was broken.
    pub(super) fn settle_rests(&mut self) {
        let rests = std::mem::take(&mut self.width.rests);
        let fits = |rest: &&Rest| rest.width >= self.width.widest;
        let is_broken = self.width.joined as usize + rests.iter().filter(fits).count() >= 2;
        for rest in &rests {
            if is_broken && fits(&rest) {
                if let Some(row) = self.columns.rows.get_mut(rest.row) {
                    row.value = rest.value;
                }
                let sentence = || "This line goes on with the number before it.".to_owned();
                self.problems.add(ProblemKind::WrappedLine, rest.line, rest.span, true, sentence);
            } else {
                self.problems.add(rest.reason.kind, rest.line, rest.span, false, || rest.reason.sentence.to_owned());
            }
        }
    }
}

/// A name, or a name with all its labels, and nothing after.
fn ends_before_value(line: &str) -> bool {
    line.ends_with('}') || line.bytes().all(super::line::is_name_byte)
}

/// The line at `from` without its line end, and where the one after it begins.
fn next_line(ahead: Ahead<'_>, from: usize) -> Option<(&str, usize)> {
    let rest = ahead.text.get(from..ahead.limit).filter(|rest| !rest.is_empty())?;
    let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
    let line = rest.get(..end)?;
    Some((line.strip_suffix('\r').unwrap_or(line), (from + end + 1).min(ahead.limit)))
}
