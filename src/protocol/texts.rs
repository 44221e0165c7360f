//! The texts that are given.

use serde::{Deserialize, Serialize};

pub use crate::analyze::Clock;

/// How a text came in; decides what its time is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The time is that of pasting.
    Pasted,
    /// The time is that of the file's last change.
    File,
    /// The time is that of the answer.
    Fetched,
    Sample,
}

/// A text on its way in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arriving {
    pub name: String,
    /// Unix seconds.
    pub at: Option<f64>,
    pub origin: Origin,
    pub bytes: u64,
}

/// A text that is loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chip {
    /// Stable while the page lives.
    pub id: u32,
    pub name: String,
    pub bytes: u64,
    pub origin: Origin,
    /// Unix seconds.
    pub at: Option<f64>,
    /// Nobody told that time.
    pub hinted: bool,
    /// What in the text itself tells that time, if it does.
    pub clock: Option<Clock>,
    pub problems: u32,
}

/// Something that happened on the way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// A text that gave no sample: its problems and its first lines, by line. `kept`: there are texts that were loaded before.
    Rejected { name: String, sentence: String, hint: String, problems: Vec<(u32, String)>, excerpt: Vec<(u32, String)>, kept: bool },
    /// A sentence; `undo` offers the way back.
    Plain { sentence: String, undo: bool },
}
