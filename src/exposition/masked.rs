//! Labels that somebody left out or masked before pasting: `{...}`, `model_name=<redacted>`, `***`.

use super::line::{Token, is_name_byte, is_name_start};

/// What stands where a label should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// Nothing that can be known, up to this byte: a comma or the closing brace.
    LeftOut(usize),
    /// The same with the closing brace left out too; the value follows.
    LeftOpen(usize),
    /// A value without its quotes, as a shell leaves it.
    Bare(Token, Token, usize),
}

/// Reads what begins at this byte and is no label. `None` when it is only broken.
pub(super) fn item(line: &str, at: usize) -> Option<Item> {
    let Some(end) = end(line.as_bytes(), at) else { return open(line, at) };
    let text = line.get(at..end)?;
    let left_out = Some(Item::LeftOut(end));
    let Some((key, value)) = text.split_once('=') else { return if is_mask(text.trim()) { left_out } else { None } };
    let (key, value) = (key.trim(), value.trim());
    if value.is_empty() || is_mask(value) || is_mask(key) {
        return left_out.filter(|_| is_name(key) || is_mask(key));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:/+-".contains(&byte);
    (is_name(key) && value.bytes().all(is_plain)).then(|| Item::Bare(token(line, key), token(line, value), end))
}

fn token(line: &str, part: &str) -> Token {
    let start = (part.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
    Token { start, end: start + part.len(), escaped: false }
}

/// The comma or the closing brace after an item; brackets in it may hold some.
fn end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut open = 0usize;
    for (place, byte) in bytes.iter().enumerate().skip(at) {
        match byte {
            b',' | b'}' if open == 0 => return Some(place),
            b'<' | b'[' | b'(' | b'{' => open += 1,
            b'>' | b']' | b')' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// `{engine="0"... 3.0`: the dots stand for the brace as well.
fn open(line: &str, at: usize) -> Option<Item> {
    let rest = line.get(at..)?;
    let dots = rest.find("... ").map(|dots| dots + 3).or_else(|| rest.find("\u{2026} ").map(|dots| dots + '\u{2026}'.len_utf8()))?;
    rest.get(dots..)?.split_whitespace().next().and_then(crate::metrics::number).map(|_| Item::LeftOpen(at + dots))
}

fn is_name(text: &str) -> bool {
    text.bytes().next().is_some_and(is_name_start) && text.bytes().all(is_name_byte)
}

/// True for what people and their tools write instead of a name or a value.
fn is_mask(text: &str) -> bool {
    const WORDS: [&str; 13] = [
        "redacted",
        "removed",
        "masked",
        "hidden",
        "omitted",
        "elided",
        "anonymized",
        "anonymised",
        "snip",
        "snipped",
        "secret",
        "labels",
        "same",
    ];
    const AROUND: [(char, char); 5] = [('<', '>'), ('[', ']'), ('(', ')'), ('{', '}'), ('*', '*')];
    if text.contains("..") || text.contains('\u{2026}') {
        // The beginning of a value in quotes, of which the end is missing, or something behind it.
        return true;
    }
    let inner = text.trim_matches('"');
    let is_around = |(open, close): &(char, char)| text.len() > 1 && text.starts_with(*open) && text.ends_with(*close);
    let lower = text.to_ascii_lowercase();
    let is_crossed = text.len() >= 3 && lower.bytes().all(|byte| byte == b'x');
    let is_blank = !text.is_empty() && inner == text && !text.contains(['\\', '&', '\'']) && !text.chars().any(char::is_alphanumeric);
    is_blank && !text.contains(['\u{201c}', '\u{201d}']) || is_crossed || WORDS.contains(&lower.as_str()) || AROUND.iter().any(is_around)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(label: &str) -> Option<Item> {
        item(&format!("x{{{label}}} 1"), 2)
    }

    #[test]
    fn what_people_write_for_a_label_is_left_out() {
        for label in [
            "...",
            "\u{2026}",
            "..",
            "***",
            "<labels>",
            "model_name=<redacted>",
            "model_name=***",
            "model_name=",
            "model_name=[MODEL, 7B]",
            "model_name={{ model }}",
            "model_name=xxxx",
            "model_name=REDACTED",
            "model_name=\"Qwen/...",
            "model_name=\"Qwen\"...",
            "***=***",
            "... same labels ...",
        ] {
            assert!(matches!(found(label), Some(Item::LeftOut(end)) if end == 2 + label.len()), "{label}: {:?}", found(label));
        }
    }

    #[test]
    fn a_value_whose_quotes_are_gone_is_kept_and_what_is_broken_stays_so() {
        assert_eq!(
            found("le=+Inf"),
            Some(Item::Bare(Token { start: 2, end: 4, escaped: false }, Token { start: 5, end: 9, escaped: false }, 9))
        );
        for label in [
            "model_name='m'",
            "model_name=\\\"m\\\"",
            "model_name=\u{201c}m\u{201d}",
            "model_name=&quot;m&quot;",
            "model_name",
            "7=m",
            "a b=c",
        ] {
            assert_eq!(found(label), None, "{label}");
        }
        assert_eq!(item("x{engine=\"0\"... 3", 2), Some(Item::LeftOpen(15)));
        assert_eq!(item("x{engine=\"0\" 3", 2), None);
    }
}
