//! The line scanner: text to columns.

use memchr::memchr;

use super::around::{Ahead, Line, OpenBlock, Reason, Step, Width, bytecount, width};
use super::comment::{self, Comment, Name};
use super::cut::Mark;
use super::line::{self, Parts};
use super::noise;
use super::previous::{Place, Recent, piece};
use super::problem::{ProblemKind, Problems, Tally};
use super::vague::{Flawed, Vague};
use super::{Format, problem};
use crate::metrics::{Columns, Metadata, Piece, Says, number, plain};

/// Reads a text that may still be growing, line by line.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    pub columns: Columns,
    pub problems: Problems,
    /// Where an exposition certainly ends, and whether an `# EOF` says so.
    pub ends: Vec<(Mark, bool)>,
    /// Where a new text may begin.
    pub hints: Vec<Mark>,
    /// Formats that HTTP headers name, with the number of rows before them.
    pub announced: Vec<(u32, Format)>,
    /// A feature that only OpenMetrics has.
    pub openmetrics: Option<&'static str>,
    /// A feature that only OpenMetrics 2 has.
    pub openmetrics_2: Option<&'static str>,
    pub carriage_returns: Tally,
    pub blanks: Tally,
    /// True when the byte order mark is that of UTF-16, which is reported by itself.
    pub has_mark_of_its_own: bool,
    /// First byte that was not read yet.
    pub(super) at: usize,
    /// End of the last complete line, and of the part of the text where its end was looked for.
    complete: usize,
    searched: usize,
    /// Where the line at hand is.
    pub(super) here: [usize; 2],
    /// Lines that were read, with the one at hand.
    pub(super) line: u32,
    recent: Recent,
    pub(super) vague: Vague,
    has_room: bool,
    pub(super) parts: Parts,
    pub(super) keys: Vec<u32>,
    pub(super) block: Option<OpenBlock>,
    pub(super) width: Width,
}

/// After this many bytes, and a sixteenth of the text, it is clear how many samples the rest will have.
const SAMPLED: usize = 1 << 16;

impl Scanner {
    /// Reads all complete lines; with `last`, the unfinished one at the end too. The text may only have grown since the last call.
    pub(super) fn scan(&mut self, text: &str, last: bool) {
        let bytes = text.as_bytes();
        if let Some(end) = bytes.get(self.searched..).and_then(|new| memchr::memrchr(b'\n', new)) {
            self.complete = self.searched + end + 1;
        }
        self.searched = bytes.len();
        let limit = if last { bytes.len() } else { self.complete };
        let bytes = bytes.get(..limit).unwrap_or(&[]);
        let ahead = Ahead { text, limit, last, whole: true };
        if self.at == 0 && limit > 0 && text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
            if !self.has_mark_of_its_own {
                let sentence = || "The byte order mark at the beginning was taken off.".to_owned();
                self.problems.add(ProblemKind::ByteOrderMark, 1, [0, self.at], true, sentence);
            }
        }
        while self.at < limit {
            let from = self.at;
            self.line += 1;
            if self.block.is_none() && !matches!(bytes.get(from), Some(b'#')) && self.like_before(bytes, from).is_some() {
                continue;
            }
            let rest = bytes.get(from..).unwrap_or(&[]);
            let end = from + memchr(b'\n', rest).unwrap_or(rest.len());
            let raw = text.get(from..end).unwrap_or("");
            self.at = (end + 1).min(limit);
            self.here = [from, end];
            if !self.has_room && self.at > SAMPLED.max(bytes.len() / 16) {
                self.has_room = true;
                self.columns.make_room((bytes.len() - self.at) as f64 / self.at as f64);
            }
            if self.any_line(raw, from, ahead) == Step::Wait {
                self.at = from;
                self.line -= 1;
                break;
            }
            self.measure(raw);
        }
    }

    /// Reads a line that has the shape of one before, and goes to the next line.
    fn like_before(&mut self, bytes: &[u8], from: usize) -> Option<()> {
        let start = if matches!(bytes.get(from), Some(b' ' | b'\t')) { line::blanks(bytes, from) } else { from };
        let (like, head_end) = self.recent.again(bytes, start)?;
        let (value, mut end) = number_after_blank(bytes, head_end)?;
        let mut time = None;
        if matches!(bytes.get(end), Some(b' ')) {
            let (found, after) = number_after_blank(bytes, end).filter(|(time, _)| time.is_finite())?;
            (time, end) = (Some(found), after);
        }
        let next = match bytes.get(end) {
            None => end,
            Some(b'\n') => end + 1,
            Some(b'\r') if matches!(bytes.get(end + 1), Some(b'\n')) => {
                self.carriage_returns.add(self.line, [end, end + 1]);
                end + 2
            }
            Some(_) => return None,
        };
        let labels = self.columns.values.len();
        self.columns.values.extend_from_slice(&like.values);
        let row = self.columns.rows.len();
        let goes_on = like.same_but_le.is_some_and(|before| before + 1 == row);
        like.row = Some(row);
        self.columns.push(like.layout, labels, value, self.line, like.hash, goes_on);
        if let Some(time) = time {
            self.at_time(time);
        }
        if start > from {
            self.blanks.add(self.line, [from, start]);
        }
        if end - from > self.width.widest {
            // Characters are never more than bytes; for the few lines that are wider than any before, they are counted.
            let line = bytes.get(from..end).unwrap_or(&[]);
            self.width.widest = self.width.widest.max(bytecount(line));
        }
        self.at = next;
        Some(())
    }

    /// Gives the last sample its timestamp.
    fn at_time(&mut self, time: f64) {
        let row = self.columns.rows.len().saturating_sub(1) as u32;
        self.columns.timestamps.push((row, time));
        if time.fract() != 0.0 {
            self.openmetrics = Some("its timestamps are fractions");
        }
    }

    fn measure(&mut self, raw: &str) {
        if raw.len() > self.width.widest {
            self.width.widest = self.width.widest.max(width(raw));
        }
    }

    /// Reads a line of any kind, without its line feed.
    pub(super) fn any_line(&mut self, raw: &str, from: usize, ahead: Ahead<'_>) -> Step {
        let content = raw.strip_suffix('\r').unwrap_or(raw);
        let line = content.trim();
        let number = self.line;
        let start = from + (content.len() - content.trim_start().len());
        if let Some(block) = self.block.take()
            && self.goes_on(block, line, [start, start + line.len()])
        {
            return Step::Done;
        }
        let outcome = match line.bytes().next() {
            None => Ok(()),
            Some(b'#') if self.flat(Line { raw: content, from, line, start, reason: comment::MANY }) => Ok(()),
            Some(b'#') => {
                let lines = self.columns.metadata.len();
                let outcome = self.comment(line, Some(Place { text: ahead.text, start }));
                if matches!(self.columns.metadata.get(lines), Some(Metadata { says: Says::Help(_), .. })) {
                    self.width.help = (self.line, width(content));
                }
                outcome
            }
            Some(_) => self.sample(line, Some(Place { text: ahead.text, start })),
        };
        let step = match outcome {
            Ok(()) => Step::Done,
            Err(reason) => self.rescue(Line { raw: content, from, line, start, reason }, ahead),
        };
        if step == Step::Done {
            if content.len() < raw.len() {
                self.carriage_returns.add(number, [from + content.len(), from + raw.len()]);
            }
            // A HELP line without a text ends with a blank.
            if !line.is_empty() && (start > from || (line.len() < content.len() && !line.starts_with('#'))) {
                self.blanks.add(number, [from, from + content.len()]);
            }
        }
        step
    }

    /// Reads a trimmed line as a sample. Without a place the line is not part of the text but a repaired copy.
    pub(super) fn sample(&mut self, line: &str, place: Option<Place<'_>>) -> Result<(), Reason> {
        if let Err(fault) = line::read(line, &mut self.parts) {
            if fault.what == line::What::Composite {
                self.openmetrics_2 = Some("it has composite values");
                return Err(Reason { kind: ProblemKind::OpenMetrics2, sentence: fault.what.sentence() });
            }
            return Err(Reason { kind: ProblemKind::BadLine, sentence: fault.what.sentence() });
        }
        let parts = &self.parts;
        let name = self.columns.intern_token(line, &parts.name);
        self.keys.clear();
        for (key, _) in &parts.labels {
            self.keys.push(self.columns.intern_token(line, key));
        }
        let layout = self.columns.intern_layout(name, &self.keys);
        let now = self.recent.next();
        now.remember(line, place, parts, (layout, name, &self.keys), &mut self.columns.decoded);
        let labels = self.columns.values.len();
        self.columns.values.extend_from_slice(&now.values);
        now.row = Some(self.columns.rows.len());
        let tail = parts.tail;
        if parts.left_out || parts.unquoted {
            let (hash, value, flaws) = (now.hash, parts.value, (parts.left_out, parts.unquoted));
            now.forget();
            self.flawed(line, place, flaws, Flawed { name, layout, labels, hash, value });
        } else {
            self.columns.push(layout, labels, parts.value, self.line, now.hash, false);
        }
        let parts = &self.parts;
        if let Some(time) = parts.timestamp {
            self.at_time(time);
        }
        match tail {
            line::Tail::None => {}
            line::Tail::Exemplar => self.openmetrics = Some("it has exemplars"),
            line::Tail::Start => self.openmetrics_2 = Some("it has start timestamps"),
            line::Tail::Note(at) => {
                let span = place.map_or(self.here, |place| [place.start + at, place.start + line.len()]);
                self.problems.add(ProblemKind::NoteAfterValue, self.line, span, true, || ProblemKind::NoteAfterValue.repair().to_owned());
            }
        }
        Ok(())
    }

    /// Reads a trimmed line that begins with `#`.
    pub(super) fn comment(&mut self, line: &str, place: Option<Place<'_>>) -> Result<(), Reason> {
        let (name, says) = match comment::read(line) {
            // It may say something when what a terminal or an editor put into it is taken out.
            Comment::Other => {
                let cleaned = noise::clean(line).map(|(cleaned, _)| cleaned);
                let hides = cleaned.is_some_and(|cleaned| comment::read(cleaned.trim()) != Comment::Other);
                let reason = Reason { kind: ProblemKind::BadMetadata, sentence: "This comment has characters that do not belong there." };
                return if hides { Err(reason) } else { Ok(()) };
            }
            Comment::Eof => {
                self.ends.push((self.mark(), true));
                return Ok(());
            }
            Comment::Broken(sentence) => return Err(Reason { kind: ProblemKind::BadMetadata, sentence }),
            Comment::Type(name, kind) => {
                if let Some(word) = comment::openmetrics_only(line) {
                    self.openmetrics = Some(word);
                }
                (name, Says::Type(kind))
            }
            Comment::Help(name, help) => (name, Says::Help(self.words(line, help, place))),
            Comment::Unit(name, unit) => {
                self.openmetrics = Some("it has UNIT lines");
                (name, Says::Unit(self.words(line, unit, place)))
            }
        };
        let name = self.intern_name(name);
        self.columns.metadata.push(Metadata { name, line: self.line, row: self.columns.rows.len() as u32, says });
        Ok(())
    }

    fn intern_name(&mut self, name: Name<'_>) -> u32 {
        match name.escaped {
            false => self.columns.strings.intern(name.text),
            true => self.columns.strings.intern(&line::unescaped(name.text)),
        }
    }

    /// A part of a line as a piece, with its escapes decoded.
    fn words(&mut self, line: &str, part: &str, place: Option<Place<'_>>) -> Piece {
        let start = (part.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
        let token = line::Token { start, end: start + part.len(), escaped: part.contains('\\') };
        piece(line, place, &token, &mut self.columns.decoded)
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { row: self.columns.rows.len() as u32, metadata: self.columns.metadata.len() as u32 }
    }

    /// Puts down the repair of the line at hand.
    pub(super) fn repaired(&mut self, kind: problem::ProblemKind, span: [usize; 2]) {
        self.problems.add(kind, self.line, span, true, || kind.repair().to_owned());
    }
}

/// The number after a single blank, and where it ends.
#[inline(always)]
fn number_after_blank(bytes: &[u8], blank: usize) -> Option<(f64, usize)> {
    if !matches!(bytes.get(blank), Some(b' ')) {
        return None;
    }
    match plain(bytes, blank + 1) {
        Some(found) => Some(found),
        None => any_number(bytes, blank + 1),
    }
}

fn any_number(bytes: &[u8], from: usize) -> Option<(f64, usize)> {
    let word = bytes.get(from..)?;
    let length = word.iter().position(|byte| matches!(byte, b' ' | b'\n' | b'\r')).unwrap_or(word.len());
    let word = std::str::from_utf8(word.get(..length)?).ok()?;
    Some((number(word)?, from + length))
}
