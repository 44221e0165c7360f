//! A text whose line ends were lost: a string that a program printed, or what a shell made of an unquoted variable.

use super::around::Line;
use super::line::{Parts, read as read_sample};
use super::noise;
use super::problem::ProblemKind;
use super::scan::Scanner;
use crate::metrics::number;

/// No line of a server is as short and says so much.
const SHORTEST: usize = 60;

impl Scanner {
    /// Takes a line apart that holds the lines of a whole text. False when it does not.
    pub(super) fn flat(&mut self, line: Line<'_>) -> bool {
        let another = line.line.as_bytes().get(1..).and_then(|rest| memchr::memchr(b'#', rest));
        if line.line.len() < SHORTEST || another.is_none() {
            return false;
        }
        let pieces = if line.line.contains("\\n# TYPE ") || line.line.contains("\\n# HELP ") {
            let Some(start) = line.line.find("# ") else { return false };
            noise::unescaped(line.line.get(start..).unwrap_or("")).lines().map(str::to_owned).collect()
        } else if line.line.starts_with("# ") && holds_another(line.line) {
            apart(line.line)
        } else {
            return false;
        };
        for piece in &pieces {
            let piece = piece.trim();
            let outcome = if piece.starts_with('#') { self.comment(piece, None) } else { self.sample(piece, None) };
            // What follows the last sample is the end of the string that held the text.
            if outcome.is_err() && piece.starts_with('#') {
                self.problems.add(line.reason.kind, self.line, [line.start, line.start + line.line.len()], false, || {
                    line.reason.sentence.to_owned()
                });
            }
        }
        self.repaired(ProblemKind::LostLineEnds, [line.start, line.start + line.line.len()]);
        true
    }
}

/// True for a comment with another one in it that declares the same family and is followed by one of its samples.
fn holds_another(line: &str) -> bool {
    let Some((name, rest)) = line.get(7..).and_then(|rest| rest.split_once(' ')) else { return false };
    let declared = format!("# TYPE {name} ");
    let first = if line.starts_with("# TYPE ") { Some(rest) } else { rest.find(&declared).and_then(|at| rest.get(at + declared.len()..)) };
    first.and_then(|rest| rest.split_once(' ')).is_some_and(|(_, samples)| samples.starts_with(name) || samples.starts_with("# "))
}

const KEYWORDS: [&str; 4] = ["TYPE ", "HELP ", "UNIT ", "EOF"];

/// The lines of a text whose line ends became blanks.
fn apart(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = if rest.starts_with("# TYPE ") || rest.starts_with("# UNIT ") {
            words(rest, 4)
        } else if rest.starts_with('#') {
            let begins = |at: usize| KEYWORDS.iter().any(|keyword| rest.get(at + 3..).is_some_and(|rest| rest.starts_with(keyword)));
            rest.match_indices(" # ").map(|(at, _)| at).find(|at| begins(*at)).unwrap_or(rest.len())
        } else {
            sample_end(rest)
        };
        let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        pieces.push(piece.to_owned());
        rest = after.trim_start();
    }
    pieces
}

/// The end of the first words of a text.
fn words(text: &str, count: usize) -> usize {
    text.match_indices(' ').nth(count - 1).map_or(text.len(), |(at, _)| at)
}

/// The end of the sample at the beginning: its head, a value, and a timestamp when one follows.
fn sample_end(text: &str) -> usize {
    let head = match text.find(['{', ' ']) {
        Some(at) if text.as_bytes().get(at) == Some(&b'{') => text.find("} ").map_or(text.len(), |at| at + 1),
        Some(at) => at,
        None => return text.len(),
    };
    let mut end = head;
    for _ in 0..2 {
        let Some(rest) = text.get(end..).and_then(|rest| rest.strip_prefix(' ')) else { break };
        let word = rest.split(' ').next().unwrap_or("");
        let longer = end + 1 + word.len();
        if number(word).is_none() || read_sample(text.get(..longer).unwrap_or(""), &mut Parts::default()).is_err() {
            break;
        }
        end = longer;
    }
    if end == head { words(text, 1).max(head) } else { end }
}
