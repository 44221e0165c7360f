//! One sample line, token by token, the forgiving way.

use super::masked::{self, Item};
use crate::metrics::{Columns, number};
use crate::sorted::sort_by;

/// Bytes of the line, with a mark when escapes are to be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Token {
    pub start: usize,
    pub end: usize,
    pub escaped: bool,
}

impl Token {
    pub(super) fn of<'a>(&self, line: &'a str) -> &'a str {
        line.get(self.start..self.end).unwrap_or("")
    }
}

impl Columns {
    /// The identifier of a name or a label key.
    pub(super) fn intern_token(&mut self, line: &str, token: &Token) -> u32 {
        match token.escaped {
            false => self.strings.intern(token.of(line)),
            true => self.strings.intern(&unescaped(token.of(line))),
        }
    }
}

/// The tokens of a sample line. Kept from line to line so that reading allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub name: Token,
    pub labels: Vec<(Token, Token)>,
    /// Just after the name or the closing brace.
    pub head_end: usize,
    pub value: f64,
    /// As written; its unit depends on the format.
    pub timestamp: Option<f64>,
    pub tail: Tail,
    /// Labels were left out or masked; those that remain are in `labels`.
    pub left_out: bool,
    /// Values stood there without quotes.
    pub unquoted: bool,
}

/// What stands after value and timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tail {
    #[default]
    None,
    /// `# {…} …`, which only OpenMetrics has.
    Exemplar,
    /// `st@…`, which only OpenMetrics 2 has.
    Start,
    /// A comment from this byte on, which no format has.
    Note(usize),
}

/// Why a line is no sample, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub at: usize,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    NoName,
    TwoNames,
    NoValue,
    BadValue,
    BadLabelName,
    NoEquals,
    NoQuote,
    OpenQuote,
    OpenBrace,
    NoComma,
    DuplicateLabel,
    BadTimestamp,
    TextAfterValue,
    Composite,
}

impl What {
    pub(super) fn sentence(self) -> &'static str {
        match self {
            What::NoName => "This line does not begin with a metric name.",
            What::TwoNames => "This line has two metric names.",
            What::NoValue => "This line has no value.",
            What::BadValue => "The value of this line is not a number.",
            What::BadLabelName => "A label of this line has no valid name.",
            What::NoEquals => "A label name of this line is not followed by an equals sign.",
            What::NoQuote => "A label value of this line does not begin with a quote.",
            What::OpenQuote => "A label value of this line has no closing quote.",
            What::OpenBrace => "The labels of this line have no closing brace.",
            What::NoComma => "Two labels of this line have no comma between them.",
            What::DuplicateLabel => "This line has the same label twice.",
            What::BadTimestamp => "The timestamp of this line is not a number.",
            What::TextAfterValue => "This line goes on after its value and timestamp.",
            What::Composite => "The value of this line is a composite value of OpenMetrics 2, which is not read yet.",
        }
    }
}

pub(super) fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b':'
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':'
}

/// How a histogram or summary value of OpenMetrics 2 begins.
const COMPOSITE: &str = "{count:";

/// Reads a line without surrounding blanks.
pub(super) fn read(line: &str, parts: &mut Parts) -> Result<(), Fault> {
    let bytes = line.as_bytes();
    parts.labels.clear();
    parts.tail = Tail::None;
    (parts.left_out, parts.unquoted) = (false, false);
    parts.name = Token { start: 0, end: name_end(bytes, 0), escaped: false };
    let mut at = blanks(bytes, parts.name.end);
    if bytes.get(at) == Some(&b'{') && !line.get(at..).is_some_and(|rest| rest.starts_with(COMPOSITE)) {
        at = labels(line, at + 1, parts)?;
        parts.head_end = at;
    } else {
        parts.head_end = parts.name.end;
    }
    if parts.name.end == parts.name.start {
        return Err(Fault { at: 0, what: What::NoName });
    }
    if at == parts.name.end && at < bytes.len() && bytes.get(at) != Some(&b'{') {
        return Err(Fault { at, what: What::NoName });
    }
    after_head(line, at, parts)
}

/// Value, timestamp and exemplar.
fn after_head(line: &str, at: usize, parts: &mut Parts) -> Result<(), Fault> {
    let bytes = line.as_bytes();
    let start = blanks(bytes, at);
    let end = word_end(bytes, start);
    if start == end {
        return Err(Fault { at: start, what: What::NoValue });
    }
    let word = line.get(start..end).unwrap_or("");
    parts.value =
        number(word).ok_or(Fault { at: start, what: if word.starts_with(COMPOSITE) { What::Composite } else { What::BadValue } })?;
    parts.timestamp = None;
    let mut at = blanks(bytes, end);
    loop {
        let end = word_end(bytes, at);
        let word = line.get(at..end).unwrap_or("");
        match word.bytes().next() {
            None => return Ok(()),
            Some(b'#') => {
                let exemplar = line.get(at + 1..).is_some_and(|rest| rest.trim_start().starts_with('{'));
                parts.tail = if exemplar { Tail::Exemplar } else { Tail::Note(at) };
                return Ok(());
            }
            Some(b's') if word.starts_with("st@") => parts.tail = Tail::Start,
            Some(_) if parts.timestamp.is_some() => return Err(Fault { at, what: What::TextAfterValue }),
            Some(_) => {
                let time = number(word).filter(|time| time.is_finite());
                parts.timestamp = Some(time.ok_or(Fault { at, what: What::BadTimestamp })?);
            }
        }
        at = blanks(bytes, end);
    }
}

/// From after the opening brace to after the closing one.
fn labels(line: &str, mut at: usize, parts: &mut Parts) -> Result<usize, Fault> {
    let bytes = line.as_bytes();
    loop {
        at = blanks(bytes, at);
        match bytes.get(at) {
            None => return Err(Fault { at, what: What::OpenBrace }),
            Some(b'}') => return duplicates(bytes, parts).map_or(Ok(at + 1), Err),
            Some(b',') => {
                at += 1;
                continue;
            }
            Some(_) => {}
        }
        let (known, name) = (parts.labels.len(), parts.name);
        let Err(fault) = label(bytes, at, parts).map(|after| at = after) else { continue };
        parts.labels.truncate(known);
        parts.name = name;
        match masked::item(line, at).ok_or(fault)? {
            Item::LeftOut(end) => {
                parts.left_out = true;
                at = end;
            }
            Item::LeftOpen(end) => {
                parts.left_out = true;
                return duplicates(bytes, parts).map_or(Ok(end), Err);
            }
            Item::Bare(key, value, end) => {
                parts.unquoted = true;
                parts.labels.push((key, value));
                at = end;
            }
        }
    }
}

/// One label, or the name of the metric in quotes; to the comma or the closing brace after it.
fn label(bytes: &[u8], at: usize, parts: &mut Parts) -> Result<usize, Fault> {
    let (key, after) = key(bytes, at)?;
    let mut at = blanks(bytes, after);
    let quoted = bytes.get(key.start.wrapping_sub(1)) == Some(&b'"') && after > key.end;
    match bytes.get(at) {
        Some(b'=') => {
            at = blanks(bytes, at + 1);
            if bytes.get(at) != Some(&b'"') {
                return Err(Fault { at, what: What::NoQuote });
            }
            let value = string(bytes, at)?;
            parts.labels.push((key, value));
            at = value.end + 1;
        }
        Some(b',' | b'}') if quoted => {
            if parts.name.end > parts.name.start {
                return Err(Fault { at: key.start, what: What::TwoNames });
            }
            parts.name = key;
        }
        None => return Err(Fault { at, what: What::OpenBrace }),
        Some(_) => return Err(Fault { at, what: What::NoEquals }),
    }
    at = blanks(bytes, at);
    match bytes.get(at) {
        Some(b',' | b'}') => Ok(at),
        None => Err(Fault { at, what: What::OpenBrace }),
        Some(_) => Err(Fault { at, what: What::NoComma }),
    }
}

/// A label name, plain or quoted, and the first byte after it.
fn key(bytes: &[u8], at: usize) -> Result<(Token, usize), Fault> {
    if bytes.get(at) == Some(&b'"') {
        let key = string(bytes, at)?;
        if key.start == key.end {
            return Err(Fault { at, what: What::BadLabelName });
        }
        return Ok((key, key.end + 1));
    }
    let end = name_end(bytes, at);
    if end == at {
        return Err(Fault { at, what: What::BadLabelName });
    }
    Ok((Token { start: at, end, escaped: false }, end))
}

/// What stands between the quote at `at` and the closing one.
fn string(bytes: &[u8], at: usize) -> Result<Token, Fault> {
    let start = at + 1;
    let mut end = start;
    let mut escaped = false;
    loop {
        match bytes.get(end) {
            Some(b'"') => return Ok(Token { start, end, escaped }),
            Some(b'\\') => {
                escaped = true;
                end += 2;
            }
            Some(_) => end += 1,
            None => return Err(Fault { at, what: What::OpenQuote }),
        }
    }
}

fn duplicates(bytes: &[u8], parts: &Parts) -> Option<Fault> {
    let of = |token: &Token| bytes.get(token.start..token.end);
    let fault = |token: &Token| Fault { at: token.start, what: What::DuplicateLabel };
    if parts.labels.len() > MANY_LABELS {
        let mut keys: Vec<&Token> = parts.labels.iter().map(|(key, _)| key).collect();
        sort_by(&mut keys, |a, b| of(a).cmp(&of(b)));
        return keys
            .windows(2)
            .find_map(|pair| matches!(pair, [a, b] if of(a) == of(b)).then(|| pair.last().map(|key| fault(key))))
            .flatten();
    }
    for (index, (key, _)) in parts.labels.iter().enumerate() {
        if parts.labels.iter().take(index).any(|(earlier, _)| of(earlier) == of(key)) {
            return Some(fault(key));
        }
    }
    None
}

/// Up to this number of labels, comparing each with each is quicker than sorting.
const MANY_LABELS: usize = 40;

fn name_end(bytes: &[u8], from: usize) -> usize {
    if !bytes.get(from).is_some_and(|byte| is_name_start(*byte)) {
        return from;
    }
    let rest = bytes.get(from..).unwrap_or(&[]);
    from + rest.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(rest.len())
}

fn word_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or(&[]);
    from + rest.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(rest.len())
}

pub(super) fn blanks(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or(&[]);
    from + rest.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(rest.len())
}

/// Decodes `\\`, `\"` and `\n`; any other escape stays as it is, as OpenMetrics says.
pub(super) fn unescape(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        into.push_str(rest.get(..at).unwrap_or(""));
        let (decoded, used) = match rest.as_bytes().get(at + 1) {
            Some(b'n') => ("\n", 2),
            Some(b'"') => ("\"", 2),
            Some(b'\\') => ("\\", 2),
            _ => ("\\", 1),
        };
        into.push_str(decoded);
        rest = rest.get(at + used..).unwrap_or("");
    }
    into.push_str(rest);
}

pub(super) fn unescaped(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    unescape(text, &mut decoded);
    decoded
}
