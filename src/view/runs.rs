//! The last touch before a sentence is shown: flags and names are set as code, a number and its unit stay on one line, and so does a range.
//! The report itself, its JSON and its Markdown keep plain spaces, because people search and compare them.

use crate::export::{Piece, pieces};

/// A stretch of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    Text(String),
    /// A flag or a name, which people copy: left as it is.
    Code(String),
    /// A range, inside which no line ends. No character is added for that, so that what is copied from the page stays what it was.
    Range(String),
}

/// A sentence in which flags and names between backticks are code.
#[must_use]
pub fn rich(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Prose(prose) => split(&bound(prose), &mut runs),
            Piece::Code(code) => runs.push(Run::Code(code.to_owned())),
        }
    }
    runs
}

/// A text in which nothing is code.
#[must_use]
pub fn plain(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    split(&bound(text), &mut runs);
    runs
}

const UNITS: [&str; 17] =
    ["%", "s", "ms", "µs", "min", "h", "/s", "/min", "tok/s", "req/s", "×", "B", "KB", "MB", "GB", "GB/s", "requests"];
/// A space at which no line ends.
const BOUND: char = '\u{a0}';
const DASH: &[u8] = "–".as_bytes();

/// The text with its units bound to their numbers.
#[must_use]
pub fn bound(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut done = 0;
    for (at, _) in text.match_indices(' ') {
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + 1..)) else { continue };
        let word = after.split(|c: char| !(c.is_alphabetic() || matches!(c, '/' | '%' | '×'))).next().unwrap_or_default();
        if before.ends_with(|c: char| c.is_ascii_digit() || c == '∞') && UNITS.contains(&word) {
            out.push_str(text.get(done..at).unwrap_or_default());
            out.push(BOUND);
            done = at + 1;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Cuts the ranges out of a text, because a line may end after a dash.
fn split(text: &str, runs: &mut Vec<Run>) {
    let bytes = text.as_bytes();
    let (mut done, mut at) = (0, 0);
    while let Some(dash) = bytes.get(at..).and_then(|rest| rest.windows(DASH.len()).position(|three| three == DASH)) {
        let (from, to) = (at + dash, at + dash + DASH.len());
        at = to;
        let before = bytes.get(..from).and_then(<[u8]>::last);
        if !((is_figure(before) || matches!(before, Some(b's' | b'B'))) && is_figure(bytes.get(to))) {
            continue;
        }
        let start = bytes.get(done..from).and_then(|part| part.iter().rposition(is_blank)).map_or(done, |space| done + space + 1);
        at = bytes.get(to..).and_then(|rest| rest.iter().position(is_blank)).map_or(bytes.len(), |space| to + space);
        push_text(text.get(done..start), runs);
        runs.extend(text.get(start..at).map(|range| Run::Range(range.to_owned())));
        done = at;
    }
    push_text(text.get(done..), runs);
}

fn push_text(text: Option<&str>, runs: &mut Vec<Run>) {
    runs.extend(text.filter(|text| !text.is_empty()).map(|text| Run::Text(text.to_owned())));
}

fn is_blank(byte: &u8) -> bool {
    *byte == b' '
}

/// A digit, `%`, or a byte of `∞` at either end; before the dash also the end of a unit, as in `30.3 ms–2.53 s`.
fn is_figure(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'%' | 0x9e | 0xe2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Unit;

    fn all(runs: &[Run]) -> String {
        runs.iter()
            .map(|run| match run {
                Run::Text(text) | Run::Code(text) | Run::Range(text) => text.as_str(),
            })
            .collect()
    }

    #[test]
    fn a_unit_stays_with_its_number_and_words_stay_apart() {
        for (text, shown) in [
            ("wait 12.9 s for 4 slots", "wait 12.9\u{a0}s for 4 slots"),
            ("99 % are asked (95 % interval 0–1.1 %)", "99\u{a0}% are asked (95\u{a0}% interval 0–1.1\u{a0}%)"),
            ("≥ ∞ ms", "≥ ∞\u{a0}ms"),
            ("10 s", "10\u{a0}s"),
            ("47 requests running", "47\u{a0}requests running"),
            ("4 slots, 3 sets; the s", "4 slots, 3 sets; the s"),
            ("", ""),
            (" ", " "),
        ] {
            assert_eq!(bound(text), shown);
        }
    }

    #[test]
    fn every_short_unit_that_values_are_shown_with_is_known() {
        let units = [Unit::Seconds, Unit::TokensPerSecond, Unit::RequestsPerSecond, Unit::PerMinute, Unit::Bytes];
        let rest = [Unit::Multiple, Unit::Gigabytes, Unit::Milliseconds, Unit::GigabytesPerSecond, Unit::UnixSeconds];
        for unit in units.into_iter().chain(rest) {
            for value in [2e-6, 0.002, 20.0] {
                let shown = unit.show(value);
                assert!(bound(&shown).contains(BOUND), "{shown}");
            }
        }
    }

    #[test]
    fn a_range_with_its_unit_does_not_break_and_no_character_is_added() {
        for (text, unbroken) in [
            ("20–40 s (n = 700)", vec!["20–40\u{a0}s"]),
            ("within 1 s (95 % interval 0–0.55 %); 50 % are asked", vec!["0–0.55\u{a0}%);"]),
            ("Between 90.8–∞ ms and 1.73–5.68 s", vec!["90.8–∞\u{a0}ms", "1.73–5.68\u{a0}s"]),
            ("0.32–0.33", vec!["0.32–0.33"]),
            ("30.3 ms–2.53 s (n = 9)", vec!["30.3\u{a0}ms–2.53\u{a0}s"]),
            ("a – b, 3 – 4, word–word, –3", vec![]),
        ] {
            let runs = plain(text);
            let found: Vec<&str> =
                runs.iter().filter_map(|run| if let Run::Range(text) = run { Some(text.as_str()) } else { None }).collect();
            assert_eq!(found, unbroken);
            assert_eq!(all(&runs).replace(BOUND, " "), text);
        }
    }

    #[test]
    fn code_is_left_as_it_is_and_markup_is_text() {
        let code = |text: &str| Run::Code(text.to_owned());
        let text = |text: &str| Run::Text(text.to_owned());
        assert_eq!(rich("after 10 s `sleep 10 s`"), [text("after 10\u{a0}s "), code("sleep 10 s")]);
        assert_eq!(rich("`a` <b> --max-num-seqs x"), [code("a"), text(" <b> "), code("--max-num-seqs"), text(" x")]);
        assert_eq!(plain("`a` --b"), [text("`a` --b")]);
        assert_eq!(rich(""), []);
    }
}
