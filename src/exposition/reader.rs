//! Reading at once, or piece by piece as the bytes arrive.

use std::sync::Arc;

use super::decode::{Decoder, Encoding};
use super::gather::gather;
use super::lines::Lines;
use super::scan::Scanner;
use super::{Parsed, ProblemKind};

/// Positions in the text are 32 bits wide.
const MOST_BYTES: usize = u32::MAX as usize - 1;

/// Reads a text the forgiving way: every good line is kept, every other one becomes a [`Problem`](super::Problem).
#[must_use]
pub fn parse(bytes: &[u8]) -> Parsed {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_plain(text) => read(text.to_owned()),
        _ => decode(bytes),
    }
}

/// As [`parse`], of bytes that nobody else needs: the text is kept where it is instead of copied.
#[must_use]
pub fn parse_owned(bytes: Vec<u8>) -> Parsed {
    match String::from_utf8(bytes) {
        Ok(text) if is_plain(&text) => read(text),
        Ok(text) => decode(text.as_bytes()),
        Err(error) => decode(error.as_bytes()),
    }
}

/// Zero bytes or a mark at the beginning can be UTF-16, which is valid UTF-8 as well.
fn is_plain(text: &str) -> bool {
    text.len() <= MOST_BYTES && !text.starts_with('\0') && text.as_bytes().get(1) != Some(&0)
}

fn read(text: String) -> Parsed {
    let mut scanner = Scanner::default();
    scanner.scan(&text, true);
    gather(scanner, Arc::new(text))
}

fn decode(bytes: &[u8]) -> Parsed {
    let mut reader = Reader::new();
    reader.push(bytes);
    reader.finish()
}

/// Reads a text that arrives in pieces, such as the slices of a large file between which a page must breathe.
///
/// Where the pieces begin and end changes nothing: a piece may end inside a line or inside a character.
#[derive(Debug, Default)]
pub struct Reader {
    decoder: Decoder,
    text: String,
    scanner: Scanner,
    too_long: bool,
}

impl Reader {
    #[must_use]
    pub fn new() -> Self {
        Reader::default()
    }

    /// Reads the next piece.
    pub fn push(&mut self, bytes: &[u8]) {
        // UTF-16 can take three bytes of UTF-8 for two of its own.
        let room = (MOST_BYTES - self.text.len()) / 2;
        let fits = bytes.get(..room).unwrap_or(bytes);
        self.too_long |= fits.len() < bytes.len();
        self.decoder.push(fits, &mut self.text);
        self.scan(false);
    }

    /// Reads what is left and puts the scrapes together.
    #[must_use]
    pub fn finish(mut self) -> Parsed {
        self.decoder.finish(&mut self.text);
        self.scan(true);
        let problems = &mut self.scanner.problems;
        if self.decoder.encoding() != Encoding::Utf8 {
            problems
                .add(ProblemKind::Utf16, 1, [0, 0], true, || "The text was UTF-16, as PowerShell writes it, and was converted.".to_owned());
        }
        let mut lines = Lines::of(&self.text);
        let mut last = 0;
        for at in &self.decoder.replaced {
            let line = lines.line_at(*at);
            if line != last {
                let span = [*at, *at + char::REPLACEMENT_CHARACTER.len_utf8()];
                problems
                    .add(ProblemKind::InvalidUtf8, line, span, true, || "Bytes of this line are no UTF-8; they were replaced.".to_owned());
            }
            last = line;
        }
        if self.too_long {
            let end = self.text.len();
            problems.add(ProblemKind::TooLong, lines.line_at(end), [end, end], false, || {
                "The text goes on, but no more than 4 GB can be read.".to_owned()
            });
        }
        let text = Arc::new(std::mem::take(&mut self.text));
        gather(self.scanner, text)
    }

    fn scan(&mut self, last: bool) {
        self.scanner.has_mark_of_its_own = self.decoder.encoding() != Encoding::Utf8;
        self.scanner.scan(&self.text, last);
    }
}
