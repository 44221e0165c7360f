//! Rows of the raw text, as many as are in view.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Which rows, of which text, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RawQuery {
    /// Comes back with the rows, so that late ones can be told from those of now.
    pub id: u32,
    /// Index of the text; the last one where there is none.
    pub text: Option<u32>,
    /// Line by line, in the order of the text, instead of by family.
    pub as_text: bool,
    pub search: String,
    /// Names of the families that are open.
    pub open: Vec<String>,
    pub rows: Range<u32>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RawRows {
    pub id: u32,
    /// Index of the text that they are of.
    pub text: u32,
    /// The text is no longer kept.
    pub is_gone: bool,
    pub lines: u32,
    pub families: u32,
    /// Rows in all.
    pub count: u32,
    /// Position of the first of `rows`.
    pub first: u32,
    pub rows: Vec<RawRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RawRow {
    Family {
        /// As the search marks it.
        name: Vec<Span>,
        kind: String,
        help: String,
        /// Its value, its mean, or how much of it there is.
        gist: String,
        /// Its lines stand below.
        open: bool,
        /// The name in one piece, by which it is opened.
        key: String,
    },
    Line {
        number: u32,
        content: Vec<Span>,
    },
}

/// A part of a line that is drawn in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub text: String,
    pub mark: Mark,
    /// The search found it.
    pub found: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    Comment,
    Name,
    Labels,
    Value,
}
