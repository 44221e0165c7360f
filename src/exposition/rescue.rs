//! What can be done about a line that is no metric line as it stands.

use super::around::{Ahead, Line, OpenBlock, Step};
use super::line::{is_name_start, read as read_sample};
use super::noise::{self, Block};
use super::previous::Place;
use super::problem::ProblemKind;
use super::scan::Scanner;

impl Scanner {
    pub(super) fn rescue(&mut self, line: Line<'_>, ahead: Ahead<'_>) -> Step {
        if self.flat(line)
            || self.logged(line)
            || self.begin_block(line, ahead)
            || self.pieces(line, ahead)
            || self.peel(line, ahead)
            || self.cut_off_tail(line, ahead)
        {
            return Step::Done;
        }
        let span = [line.start, line.start + line.line.len()];
        if let Some(noise) = noise::name(line.line) {
            if noise.starts_anew {
                self.hints.push(self.mark());
            }
            self.problems.add(noise.kind, self.line, span, false, || noise.sentence.to_owned());
            return Step::Done;
        }
        match self.join(line, ahead) {
            Some(step) => return step,
            None if self.is_cut(line, ahead) => {
                let sentence = || format!("The text ends in the middle of this line. {}", line.reason.sentence);
                self.problems.add(ProblemKind::CutLine, self.line, span, false, sentence);
            }
            None => self.problems.add(line.reason.kind, self.line, span, false, || line.reason.sentence.to_owned()),
        }
        Step::Done
    }

    /// Reads a metric line that a log line in JSON holds.
    fn logged(&mut self, line: Line<'_>) -> bool {
        let Some(logged) = noise::json_log(line.line) else { return false };
        let empty = logged.is_empty() && self.problems.has(ProblemKind::JsonLog);
        if !empty && !self.peeled(&logged, None) {
            return false;
        }
        self.repaired(ProblemKind::JsonLog, [line.start, line.start + line.line.len()]);
        true
    }

    fn begin_block(&mut self, line: Line<'_>, ahead: Ahead<'_>) -> bool {
        let Some(block) = Block::begin(line.line) else { return false };
        match block {
            Block::Html => {
                // A browser that saves the page of a metrics text puts it between tags.
                if let Some(at) = line.line.find("<pre").and_then(|at| Some(at + line.line.get(at..)?.find('>')? + 1)) {
                    self.repaired(ProblemKind::Markup, [line.start, line.start + at]);
                    let rest = line.line.get(at..).unwrap_or("");
                    self.any_line(rest, line.start + at, Ahead { whole: false, ..ahead });
                    return true;
                }
            }
            Block::Http => self.ends.push((self.mark(), false)),
            Block::Json | Block::Powershell => self.hints.push(self.mark()),
        }
        let span = [line.start, line.start + line.line.len()];
        let open = OpenBlock { block, line: self.line, span, beginning: head(line.line).to_owned() };
        if block.ends(line.line) {
            self.close_block(open)
        } else {
            self.block = Some(open)
        }
        true
    }

    /// True when the line is part of the open block; otherwise the block is closed.
    pub(super) fn goes_on(&mut self, mut open: OpenBlock, line: &str, span: [usize; 2]) -> bool {
        let mut reads = |line: &str| line.starts_with('#') || read_sample(line, &mut self.parts).is_ok();
        let fits = open.block == Block::Json && (reads(line) || noise::json_log(line).is_some_and(|logged| reads(&logged)));
        let goes_on = open.block.goes_on(line, fits);
        if goes_on {
            open.span[1] = span[1].max(open.span[1]);
            if open.block == Block::Json && open.beginning.len() < HEAD {
                open.beginning.push_str(head(line));
            }
            if let Some(format) = noise::content_type(line).filter(|_| open.block == Block::Http) {
                self.announced.push((self.columns.rows.len() as u32, format));
            }
        }
        if !goes_on || open.block.ends(line) {
            self.close_block(open);
        } else {
            self.block = Some(open);
        }
        goes_on
    }

    pub(super) fn close_block(&mut self, open: OpenBlock) {
        self.problems.add(open.block.kind(), open.line, open.span, false, || open.block.sentence(&open.beginning));
    }

    /// A progress meter writes carriage returns into its line.
    fn pieces(&mut self, line: Line<'_>, ahead: Ahead<'_>) -> bool {
        if memchr::memchr(b'\r', line.line.as_bytes()).is_none() {
            return false;
        }
        let mut from = line.from;
        for piece in line.raw.split('\r') {
            self.any_line(piece, from, Ahead { whole: false, ..ahead });
            from += piece.len() + 1;
        }
        true
    }

    /// Takes off characters and prefixes, one kind after the other, until the line can be read.
    fn peel(&mut self, line: Line<'_>, ahead: Ahead<'_>) -> bool {
        let mut kinds: Vec<ProblemKind> = Vec::new();
        let mut copy: Option<String> = None;
        // What is left of the line, or of its cleaned copy.
        let (mut from, mut to) = (0, line.line.len());
        for _ in 0..6 {
            let whole = copy.as_deref().unwrap_or(line.line);
            let rest = whole.get(from..to).unwrap_or("");
            let kind = if let Some(field) = noise::row(rest, self.problems.has(ProblemKind::TableRow)) {
                let field = field.trim().to_owned();
                (from, to) = (0, field.len());
                copy = Some(field);
                ProblemKind::TableRow
            } else if let Some((cleaned, kind)) = noise::clean(rest) {
                let cleaned = cleaned.trim().to_owned();
                (from, to) = (0, cleaned.len());
                copy = Some(cleaned);
                kind
            } else if let Some((rest, kind)) = noise::prefix(rest) {
                from = (rest.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
                to = from + rest.len();
                kind
            } else {
                return false;
            };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
            if from == to && self.is_usual(kind, line.line) {
                self.repaired(kind, [line.start, line.start + line.line.len()]);
                return true;
            }
            let place = copy.is_none().then_some(Place { text: ahead.text, start: line.start + from });
            let rest = copy.as_deref().unwrap_or(line.line).get(from..to).unwrap_or("");
            if self.peeled(rest, place) {
                let span = [line.start, line.start + line.line.len()];
                for kind in kinds {
                    self.repaired(kind, span);
                }
                return true;
            }
        }
        false
    }

    /// True for the noise of an empty line, where other lines of the text have the same.
    fn is_usual(&self, kind: ProblemKind, line: &str) -> bool {
        match kind {
            ProblemKind::LogPrefix | ProblemKind::LineNumber | ProblemKind::AnsiColour => self.problems.has(kind),
            ProblemKind::QuotePrefix => line.len() == 1 && self.problems.has(kind),
            _ => false,
        }
    }

    /// Reads what is left of a line. A sample must look like one: the rest of a log line can be a word and a number.
    fn peeled(&mut self, rest: &str, place: Option<Place<'_>>) -> bool {
        match rest.bytes().next() {
            Some(b'#') => self.comment(rest, place).is_ok(),
            Some(b'{') => self.sample(rest, place).is_ok(),
            Some(byte) if is_name_start(byte) => {
                let name = rest.split([' ', '\t', '{']).next().unwrap_or("");
                let known = rest.contains('{') || name.contains(['_', ':']) || self.columns.strings.find(name).is_some();
                known && self.sample(rest, place).is_ok()
            }
            _ => false,
        }
    }

    /// Takes off what is stuck to the value: the shell's next prompt, or a closing tag.
    fn cut_off_tail(&mut self, line: Line<'_>, ahead: Ahead<'_>) -> bool {
        let text = line.line;
        let head_end = match text.rfind('}') {
            Some(brace) if text.contains('{') => brace + 1,
            _ => text.find([' ', '\t']).unwrap_or(text.len()),
        };
        let rest = text.get(head_end..).unwrap_or("");
        let at = head_end + (rest.len() - rest.trim_start().len());
        let Some(length) = text.get(at..).and_then(noise::glued) else { return false };
        let kept = text.get(..at + length).unwrap_or("");
        if self.sample(kept, Some(Place { text: ahead.text, start: line.start })).is_err() {
            return false;
        }
        self.hints.push(self.mark());
        self.repaired(ProblemKind::PromptAfterValue, [line.start + kept.len(), line.start + text.len()]);
        true
    }

    /// True for the beginning of a metric line at the very end of the text.
    fn is_cut(&self, line: Line<'_>, ahead: Ahead<'_>) -> bool {
        let at_end = ahead.last && self.at >= ahead.limit && !ahead.text.ends_with('\n');
        at_end && line.line.bytes().next().is_some_and(|byte| is_name_start(byte) || byte == b'#' || byte == b'{')
    }
}

/// As much of a block as is needed to tell what it is.
const HEAD: usize = 4096;

fn head(line: &str) -> &str {
    let end = (0..=HEAD.min(line.len())).rev().find(|end| line.is_char_boundary(*end));
    line.get(..end.unwrap_or(0)).unwrap_or(line)
}
