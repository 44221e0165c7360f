//! Characters that a terminal, an editor or a chat put into a line.

use crate::exposition::ProblemKind;
use crate::metrics::number;

/// The line without such characters, and what they were. `None` when there are none.
pub(in crate::exposition) fn clean(line: &str) -> Option<(String, ProblemKind)> {
    if memchr::memchr(ESCAPE as u8, line.as_bytes()).is_some() {
        return Some((without_escapes(line), ProblemKind::AnsiColour));
    }
    if line.contains(is_curly) {
        return Some((line.replace(is_curly, "\""), ProblemKind::CurlyQuotes));
    }
    if line.contains(|char| is_wide_blank(char) || is_invisible(char)) {
        let cleaned = without_odd_spaces(line);
        return (cleaned != line).then_some((cleaned, ProblemKind::UnusualSpace));
    }
    if line.contains('&') {
        let cleaned = ENTITIES.iter().fold(line.to_owned(), |line, (entity, char)| line.replace(entity, char));
        return (cleaned != line).then_some((cleaned, ProblemKind::EscapedMarkup));
    }
    // A line of a program: `x{a=\"b\"} 1`. In a metric line, the first value begins with a plain quote.
    if line.split_once('{').and_then(|(_, labels)| labels.split_once('=')).is_some_and(|(_, value)| value.starts_with("\\\"")) {
        return Some((unescaped(line), ProblemKind::EscapedMarkup));
    }
    if let Some(single) = super::table::doubled(line) {
        return Some((single, ProblemKind::TableRow));
    }
    // `promtool query instant` prints `x{a="b"} => 3 @[1737152880.342]`.
    if let Some((head, rest)) = line.split_once(" => ") {
        let value = rest.split_once(" @[").filter(|(_, time)| time.ends_with(']'));
        return value.map(|(value, _)| (format!("{head} {value}"), ProblemKind::NoteAfterValue));
    }
    // A table of series and values, as people copy it from Prometheus: `x{a="b"} | 3`.
    if let Some((head, value)) = line.split_once("} | ").filter(|(head, value)| head.contains('{') && number(value.trim()).is_some()) {
        return Some((format!("{head}}} {}", value.trim()), ProblemKind::QuotePrefix));
    }
    // Markdown escapes underscores, also inside label values.
    let name = if line.starts_with('#') { line } else { line.split(['{', ' ']).next().unwrap_or("") };
    if name.contains("\\_") || line.starts_with("\\#") {
        let cleaned = MARKDOWN.iter().fold(line.to_owned(), |line, (escaped, char)| line.replace(escaped, char));
        return Some((cleaned, ProblemKind::EscapedMarkup));
    }
    None
}

/// Backslashes as JSON, Python and Go write them.
pub(in crate::exposition) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (char, if char == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => plain.push('\n'),
            ('\\', Some('t')) => plain.push('\t'),
            ('\\', Some('r')) => plain.push('\r'),
            // Go writes `<` as `\u003c`. Halves of a pair, which JSON writes of rare characters, become what stands for unknown ones.
            ('\\', Some('u')) if chars.as_str().get(..4).is_some_and(is_hex) => {
                let code = chars.by_ref().take(4).filter_map(|digit| digit.to_digit(16)).fold(0, |code, digit| code * 16 + digit);
                plain.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            ('\\', Some(other)) => plain.push(other),
            (char, _) => plain.push(char),
        }
    }
    plain
}

fn is_hex(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

const ESCAPE: char = '\u{1b}';
const ENTITIES: [(&str, &str); 7] =
    [("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")];
const MARKDOWN: [(&str, &str); 9] =
    [("\\_", "_"), ("\\*", "*"), ("\\#", "#"), ("\\{", "{"), ("\\}", "}"), ("\\[", "["), ("\\]", "]"), ("\\<", "<"), ("\\>", ">")];

fn is_curly(char: char) -> bool {
    matches!(char, '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{ff02}' | '\u{ab}' | '\u{bb}')
}

fn is_wide_blank(char: char) -> bool {
    matches!(char, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Takes out terminal sequences: `ESC [ … letter`, `ESC ] … BEL`, and `ESC` with one more character.
fn without_escapes(line: &str) -> String {
    let mut cleaned = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        if char != ESCAPE {
            cleaned.push(char);
            continue;
        }
        match chars.next() {
            Some('[') => while chars.next().is_some_and(|char| !matches!(char, '@'..='~')) {},
            Some(']') => {
                while let Some(char) = chars.next() {
                    if char == '\u{7}' || (char == ESCAPE && chars.next_if_eq(&'\\').is_some()) {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    cleaned
}

/// Outside quotes only: a label value may hold any character.
fn without_odd_spaces(line: &str) -> String {
    let mut cleaned = String::with_capacity(line.len());
    let mut quoted = false;
    let mut escaped = false;
    for char in line.chars() {
        if char == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = char == '\\' && !escaped;
        match char {
            _ if quoted => cleaned.push(char),
            _ if is_wide_blank(char) => cleaned.push(' '),
            _ if is_invisible(char) => {}
            _ => cleaned.push(char),
        }
    }
    cleaned
}
