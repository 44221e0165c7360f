//! Why a request cannot be answered: what the analysis and the request as JSON both say.

use serde::{Deserialize, Serialize};

use crate::metrics::first_sentence;

/// A stable id, a sentence, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestError {
    /// Kebab-case and stable: part of the interface.
    pub id: String,
    /// All that is wrong: the headline and the detail.
    pub sentence: String,
    /// The first of its sentences, which says it all in short.
    pub headline: String,
    /// The others; may be empty.
    pub detail: String,
    pub hint: String,
}

impl RequestError {
    #[must_use]
    pub fn new(id: &str, sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        let sentence = sentence.into();
        let (headline, detail) = first_sentence(&sentence);
        RequestError { id: id.to_owned(), headline: headline.to_owned(), detail: detail.to_owned(), sentence, hint: hint.into() }
    }

    /// An unknown word, with the known ones.
    #[must_use]
    pub fn unknown(id: &str, what: &str, found: &str, known: &[&str]) -> Self {
        Self::new(id, format!("{found:?} is not a known {what}."), format!("Known: {}.", known.join(", ")))
    }
}

impl std::fmt::Display for RequestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.sentence, self.hint)
    }
}

impl std::error::Error for RequestError {}
