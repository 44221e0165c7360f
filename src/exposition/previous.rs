//! The lines before this one: most lines differ from one of them in a label value and in the number.

use crate::metrics::{Piece, label_hash, name_hash};

use super::line::{Parts, Token};

/// The last lines of different shape. A histogram of many series goes round through three: buckets, count, sum.
#[derive(Debug, Default)]
pub(super) struct Recent {
    lines: [Previous; 4],
    latest: usize,
}

impl Recent {
    /// Reads the head of the line at `at` like that of a line before. `None` when it must be read token by token.
    pub(super) fn again(&mut self, text: &[u8], at: usize) -> Option<(&mut Previous, usize)> {
        for turn in 0..self.lines.len() {
            let index = (self.latest + turn) % self.lines.len();
            if let Some(head_end) = self.lines.get_mut(index)?.again(text, at) {
                self.latest = index;
                return Some((self.lines.get_mut(index)?, head_end));
            }
        }
        None
    }

    /// The place for a line that was read token by token.
    pub(super) fn next(&mut self) -> &mut Previous {
        self.latest = (self.latest + 1) % 4;
        let [a, b, c, d] = &mut self.lines;
        match self.latest {
            0 => a,
            1 => b,
            2 => c,
            _ => d,
        }
    }
}

/// Where name and labels of a sample line stand, and what they were read as.
#[derive(Debug, Default)]
pub(super) struct Previous {
    start: usize,
    /// Just after the name or the closing brace.
    head_end: usize,
    pub layout: u32,
    pub hash: u64,
    /// The row that the line became, if it did.
    pub row: Option<usize>,
    /// After [`Previous::again`]: the row that had these labels, `le` aside.
    pub same_but_le: Option<usize>,
    labels: Vec<Label>,
    pub values: Vec<Piece>,
}

#[derive(Debug, Clone, Copy)]
struct Label {
    key: u32,
    /// Of the value between its quotes, from the start of the line.
    start: usize,
    end: usize,
    hash: u64,
    escaped: bool,
    is_le: bool,
}

impl Previous {
    /// Remembers a line that was read token by token, with its layout, its name and its label keys.
    pub(super) fn remember(
        &mut self,
        line: &str,
        place: Option<Place<'_>>,
        parts: &Parts,
        (layout, name, keys): (u32, u32, &[u32]),
        decoded: &mut String,
    ) {
        self.start = place.map_or(0, |place| place.start);
        self.head_end = place.map_or(0, |place| place.start + parts.head_end);
        self.layout = layout;
        self.hash = name_hash(name);
        self.labels.clear();
        self.values.clear();
        for ((name, value), key) in parts.labels.iter().zip(keys) {
            let piece = piece(line, place, value, decoded);
            let hash = label_hash(*key, piece.within(place.map_or("", |place| place.text), decoded).as_bytes());
            self.hash = self.hash.wrapping_add(hash);
            let is_le = name.of(line) == "le";
            self.labels.push(Label { key: *key, start: value.start, end: value.end, hash, escaped: value.escaped, is_le });
            self.values.push(piece);
        }
    }

    /// Makes the next line be read token by token, however much it looks like this one.
    pub(super) fn forget(&mut self) {
        self.head_end = self.start;
        self.row = None;
    }

    /// Reads the head of the line at `at` by comparing it with this one: same name, same keys, some other values.
    /// Returns the byte after the head.
    fn again(&mut self, text: &[u8], at: usize) -> Option<usize> {
        let head = text.get(self.start..self.head_end).filter(|head| !head.is_empty())?;
        let here = text.get(at..)?;
        let mut shared = common(head, here);
        let mut moved = head.len();
        self.same_but_le = self.row.take();
        if shared < head.len() {
            // The first label whose closing quote is not shared is the one that differs, unless the difference lies before its value.
            let mut index = self.labels.iter().position(|label| label.end >= shared)?;
            let mut start = self.labels.get(index)?.start;
            if shared < start {
                return None;
            }
            // What changes from here on is of no use until the whole head was read.
            self.head_end = self.start;
            loop {
                let label = self.labels.get_mut(index)?;
                if label.escaped {
                    return None;
                }
                let end = value_end(here, shared)?;
                let old_end = label.end;
                let value = here.get(start..end)?;
                let hash = label_hash(label.key, value);
                self.hash = self.hash.wrapping_sub(label.hash).wrapping_add(hash);
                self.same_but_le = self.same_but_le.filter(|_| label.is_le);
                *label = Label { start, end, hash, ..*label };
                *self.values.get_mut(index)? = Piece::of_text(at + start, end - start);
                let rest = head.get(old_end..)?;
                if here.get(end..)?.starts_with(rest) {
                    for label in self.labels.iter_mut().skip(index + 1) {
                        label.start = label.start + end - old_end;
                        label.end = label.end + end - old_end;
                    }
                    moved = end + rest.len();
                    break;
                }
                index += 1;
                let between = head.get(old_end..self.labels.get(index)?.start)?;
                start = end + between.len();
                if !here.get(end..)?.starts_with(between) {
                    return None;
                }
                shared = start;
            }
        }
        self.start = at;
        self.head_end = at + moved;
        Some(self.head_end)
    }
}

/// Where in the text a line is. A repaired line is nowhere in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub text: &'a str,
    pub start: usize,
}

/// A token of a line as a piece: of the text, or of the side buffer when it had escapes or the line is not in the text.
pub(super) fn piece(line: &str, place: Option<Place<'_>>, token: &Token, decoded: &mut String) -> Piece {
    if let Some(place) = place.filter(|_| !token.escaped) {
        return Piece::of_text(place.start + token.start, token.end - token.start);
    }
    let begin = decoded.len();
    super::line::unescape(token.of(line), decoded);
    Piece::of_decoded(begin, decoded.len() - begin)
}

/// The closing quote of a value without escapes.
fn value_end(here: &[u8], from: usize) -> Option<usize> {
    let rest = here.get(from..)?;
    let at = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'))?;
    matches!(rest.get(at), Some(b'"')).then_some(from + at)
}

/// Length of the common beginning.
fn common(a: &[u8], b: &[u8]) -> usize {
    let mut length = 0;
    for (x, y) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        let (Ok(x), Ok(y)) = (x.try_into(), y.try_into()) else { break };
        let difference = u64::from_le_bytes(x) ^ u64::from_le_bytes(y);
        if difference != 0 {
            return length + difference.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let tail = a.get(length..).unwrap_or(&[]).iter().zip(b.get(length..).unwrap_or(&[]));
    length + tail.take_while(|(x, y)| x == y).count()
}
