//! The last touch before a tree is shown: a number and its unit stay on one line, and so does a range. The report itself, its JSON and
//! its Markdown keep plain spaces, because people search and compare them.

use super::node::{Node, el_of};

const UNITS: [&str; 17] =
    ["%", "s", "ms", "µs", "min", "h", "/s", "/min", "tok/s", "req/s", "×", "B", "KB", "MB", "GB", "GB/s", "requests"];
/// A space at which no line ends.
const BOUND: char = '\u{a0}';

/// Binds units to their numbers in all text but code, which people copy.
pub fn typeset(tree: &mut Node) {
    tree.each_text(&|node| matches!(node.tag(), "code" | "pre"), &|text| {
        if let Some(bound) = bind(text) {
            *text = bound;
        }
    });
    tree.split_texts(&|node| matches!(node.tag(), "code" | "pre" | "option" | "text" | "title"), &ranges);
}

/// The text with its ranges in elements that do not break, because a line may end after a dash; nothing when there is none. What is copied
/// from the page stays what it was, as no character is added.
fn ranges(text: &str) -> Option<Vec<Node>> {
    let bytes = text.as_bytes();
    let blank = |byte: &u8| *byte == b' ';
    let mut parts = Vec::new();
    let (mut done, mut at) = (0, 0);
    while let Some(dash) = bytes.get(at..)?.windows(DASH.len()).position(|three| three == DASH) {
        let (from, to) = (at + dash, at + dash + DASH.len());
        at = to;
        let before = bytes.get(..from)?.last();
        if (is_figure(before) || matches!(before, Some(b's' | b'B'))) && is_figure(bytes.get(to)) {
            let start = bytes.get(done..from)?.iter().rposition(blank).map_or(done, |space| done + space + 1);
            at = bytes.get(to..)?.iter().position(blank).map_or(bytes.len(), |space| to + space);
            parts.extend(text_node(text.get(done..start)?));
            parts.push(el_of("span", "range").text(text.get(start..at)?));
            done = at;
        }
    }
    if done == 0 {
        return None;
    }
    parts.extend(text_node(text.get(done..)?));
    Some(parts)
}

fn text_node(text: &str) -> Option<Node> {
    (!text.is_empty()).then(|| Node::of_text(text))
}

const DASH: &[u8] = "–".as_bytes();

/// A digit, `%`, or a byte of `∞` at either end; before the dash also the end of a unit, as in `30.3 ms–2.53 s`.
fn is_figure(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'%' | 0x9e | 0xe2))
}

/// The text with its units bound; nothing when there is none.
fn bind(text: &str) -> Option<String> {
    let mut bound = None;
    for (at, _) in text.match_indices(' ') {
        let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
        let word = after.split(|c: char| !(c.is_alphabetic() || matches!(c, '/' | '%' | '×'))).next().unwrap_or_default();
        if before.ends_with(|c: char| c.is_ascii_digit() || c == '∞') && UNITS.contains(&word) {
            let (out, done) = bound.get_or_insert_with(|| (String::with_capacity(text.len() + 8), 0));
            out.push_str(text.get(*done..at)?);
            out.push(BOUND);
            *done = at + 1;
        }
    }
    let (mut out, done) = bound?;
    out.push_str(text.get(done..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Unit;
    use crate::view::node::{el, el_with};

    #[test]
    fn a_unit_stays_with_its_number_and_words_stay_apart() {
        for (text, bound) in [
            ("wait 12.9 s for 4 slots", Some("wait 12.9\u{a0}s for 4 slots")),
            ("99 % are asked (95 % interval 0–1.1 %)", Some("99\u{a0}% are asked (95\u{a0}% interval 0–1.1\u{a0}%)")),
            ("≥ ∞ ms", Some("≥ ∞\u{a0}ms")),
            ("10 s", Some("10\u{a0}s")),
            ("47 requests running", Some("47\u{a0}requests running")),
            ("4 slots, 3 sets; the s", None),
            ("", None),
            (" ", None),
        ] {
            assert_eq!(bind(text).as_deref(), bound, "{text}");
        }
    }

    #[test]
    fn every_short_unit_that_values_are_shown_with_is_known() {
        let units = [Unit::Seconds, Unit::Ratio, Unit::TokensPerSecond, Unit::RequestsPerSecond, Unit::PerMinute, Unit::Bytes];
        let rest = [Unit::Multiple, Unit::Gigabytes, Unit::Milliseconds, Unit::GigabytesPerSecond, Unit::UnixSeconds];
        for unit in units.into_iter().chain(rest) {
            for value in [2e-6, 0.002, 20.0] {
                let shown = unit.show(value);
                assert!(bind(&shown).is_some(), "{shown}");
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
            let mut tree = el("p").text(text);
            typeset(&mut tree);
            let found: Vec<String> = tree.find_all(&|node| node.get("class") == Some("range")).into_iter().map(Node::all_text).collect();
            assert_eq!(found, unbroken);
            assert_eq!(tree.all_text().replace('\u{a0}', " "), text);
        }
    }

    #[test]
    fn code_is_left_as_it_is() {
        let mut tree = el("p").text("after 10 s ").with(el_with("code", "sleep 10 s"));
        typeset(&mut tree);
        assert_eq!(tree.all_text(), "after 10\u{a0}s sleep 10 s");
    }
}
