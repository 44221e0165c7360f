//! Searching as people expect it: words in any order, capitals only when they typed some.

use crate::sorted::sort;

/// What was typed into the search field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needle {
    words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    text: String,
    exact: bool,
}

impl Needle {
    #[must_use]
    pub fn new(typed: &str) -> Self {
        let word = |text: &str| Word { text: text.to_owned(), exact: text.bytes().any(|byte| byte.is_ascii_uppercase()) };
        Needle { words: typed.split_whitespace().map(word).collect() }
    }

    /// True when nothing was typed: everything matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// True when every word occurs.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.matches_any(&[text])
    }

    /// True when every word occurs in one of the texts.
    #[must_use]
    pub fn matches_any(&self, texts: &[&str]) -> bool {
        self.words.iter().all(|word| texts.iter().any(|text| word.find(text).is_some()))
    }

    /// The parts of a text to mark: byte ranges in order, not overlapping.
    #[must_use]
    pub fn marks(&self, text: &str) -> Vec<[usize; 2]> {
        let mut marks: Vec<[usize; 2]> = Vec::new();
        for word in &self.words {
            let mut from = 0;
            while let Some(found) = text.get(from..).and_then(|rest| word.find(rest)) {
                let start = from + found;
                marks.push([start, start + word.text.len()]);
                from = start + word.text.len();
            }
        }
        sort(&mut marks);
        marks.dedup_by(|next, kept| {
            let overlaps = next[0] < kept[1];
            if overlaps {
                kept[1] = kept[1].max(next[1]);
            }
            overlaps
        });
        marks
    }
}

impl Word {
    fn find(&self, text: &str) -> Option<usize> {
        if self.exact {
            memchr::memmem::find(text.as_bytes(), self.text.as_bytes())
        } else {
            find_ignoring_case(text.as_bytes(), self.text.as_bytes())
        }
    }
}

fn find_ignoring_case(text: &[u8], word: &[u8]) -> Option<usize> {
    let first = word.first()?;
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, text).find(|at| text.get(*at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"vllm:num_requests_waiting{engine="0",model_name="Qwen"} 64.0"#;

    #[test]
    fn words_match_in_any_order_and_case() {
        for typed in ["", "waiting", "WAITING num".to_lowercase().as_str(), "qwen vllm", "engine=\"0\"", "64"] {
            assert!(Needle::new(typed).matches(LINE), "{typed}");
        }
        assert!(!Needle::new("waiting running").matches(LINE));
    }

    #[test]
    fn a_typed_capital_is_meant() {
        assert!(Needle::new("Qwen").matches(LINE));
        assert!(!Needle::new("Vllm").matches(LINE));
    }

    #[test]
    fn marks_are_ordered_and_merged() {
        assert_eq!(Needle::new("ab bc").marks("xabcx ab"), [[1, 4], [6, 8]]);
        assert_eq!(Needle::new("é").marks("café"), [[3, 5]]);
        assert!(Needle::new("").marks("abc").is_empty());
    }

    #[test]
    fn words_may_lie_in_different_texts() {
        assert!(Needle::new("queue time").matches_any(&["vllm:request_queue_seconds", "Time spent waiting"]));
    }
}
