//! What is known about the line at hand and the lines around it.

use super::noise::Block;
use super::problem::ProblemKind;

/// A block of noise that is not over yet.
#[derive(Debug)]
pub(super) struct OpenBlock {
    pub block: Block,
    pub line: u32,
    pub span: [usize; 2],
    /// Its beginning, which tells what it is.
    pub beginning: String,
}

/// How wide lines are: text that was broken to a width has no wider line.
#[derive(Debug, Default)]
pub(super) struct Width {
    /// Characters of the widest line before the one at hand.
    pub widest: usize,
    /// Broken lines that were joined.
    pub joined: u32,
    /// Line and width of the last HELP line.
    pub help: (u32, usize),
    /// Lines that may be the rest of a number; the whole text decides.
    pub rests: Vec<Rest>,
}

/// A line of digits after a sample: the rest of its number, if the text was broken to the width of the line before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest {
    pub line: u32,
    pub span: [usize; 2],
    /// Characters of the line before, and its row.
    pub width: usize,
    pub row: usize,
    /// The number of both lines together.
    pub value: f64,
    pub reason: Reason,
}

/// Where the lines after the one at hand are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead<'a> {
    pub text: &'a str,
    /// End of the last complete line.
    pub limit: usize,
    /// True when nothing comes after `limit`.
    pub last: bool,
    /// False for a part of a line, which no other line continues.
    pub whole: bool,
}

/// Whether the line at hand was dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Done,
    /// More lines are needed to decide; the line will be read again.
    Wait,
}

/// A line that could not be read as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// With its blanks, and where it begins.
    pub raw: &'a str,
    pub from: usize,
    /// Without them.
    pub line: &'a str,
    pub start: usize,
    pub reason: Reason,
}

/// Why a line could not be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reason {
    pub kind: ProblemKind,
    pub sentence: &'static str,
}

/// Characters of a line.
pub(super) fn width(line: &str) -> usize {
    bytecount(line.trim_end_matches('\r').as_bytes())
}

/// Characters of valid UTF-8: all bytes but those that continue one.
pub(super) fn bytecount(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !(0x80..0xC0).contains(*byte)).count()
}
