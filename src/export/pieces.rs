//! Sentences with code in them, cut where the code begins and ends.

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Prose(&'a str),
    /// A flag, a metric name: what stood between backticks, or a word that begins with `--`.
    Code(&'a str),
}

/// Cuts a sentence. A single backtick without its partner is prose.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, next)) = after.split_once('`') else { break };
        flags(before, &mut pieces);
        pieces.push(Piece::Code(code));
        rest = next;
    }
    flags(rest, &mut pieces);
    pieces
}

fn flags<'a>(text: &'a str, pieces: &mut Vec<Piece<'a>>) {
    let mut rest = text;
    while let Some(start) = flag_start(rest) {
        let tail = rest.get(start..).unwrap_or("");
        let length = tail.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(tail.len());
        let (flag, after) = tail.split_at_checked(length).unwrap_or((tail, ""));
        push_prose(rest.get(..start).unwrap_or(""), pieces);
        pieces.push(Piece::Code(flag));
        rest = after;
    }
    push_prose(rest, pieces);
}

/// `--` at the beginning of a word and before a letter.
fn flag_start(text: &str) -> Option<usize> {
    text.match_indices("--").map(|(at, _)| at).find(|at| {
        let begins_word = text.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with([' ', '(', '“', '"']));
        begins_word && text.get(at + 2..).is_some_and(|after| after.starts_with(|c: char| c.is_ascii_alphabetic()))
    })
}

fn push_prose<'a>(text: &'a str, pieces: &mut Vec<Piece<'a>>) {
    if !text.is_empty() {
        pieces.push(Piece::Prose(text));
    }
}

#[cfg(test)]
mod tests {
    use super::Piece::{Code, Prose};
    use super::pieces;

    #[test]
    fn code_is_what_stands_in_backticks_and_every_flag() {
        assert_eq!(
            pieces("Raise --max-num-seqs, see `vllm:x`."),
            [Prose("Raise "), Code("--max-num-seqs"), Prose(", see "), Code("vllm:x"), Prose(".")]
        );
        assert_eq!(pieces("--tp-size 2"), [Code("--tp-size"), Prose(" 2")]);
    }

    #[test]
    fn dashes_and_lonely_backticks_are_prose() {
        for text in ["a -- b", "a--b", "it`s", "", "5 --> 6"] {
            let found = pieces(text);
            assert!(found.iter().all(|piece| matches!(piece, Prose(_))), "{text}: {found:?}");
        }
        assert_eq!(pieces("a `b"), [Prose("a `b")]);
    }
}
