//! What the page asks of the worker.

use serde::{Deserialize, Serialize};

use super::{Arriving, RawQuery, Settings};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Reads the texts that come beside this, one for each entry, and loads them together, so that dumps of one server find each other.
    Read(Vec<Arriving>),
    /// Gives up what is being read; what was loaded stays.
    Cancel,
    /// Takes a text away.
    Remove(u32),
    /// Unix seconds; `None` for no time.
    SetTime {
        text: u32,
        at: Option<f64>,
    },
    /// Takes the times that files and the clipboard hint at as told.
    ConfirmTimes,
    /// Takes all texts away.
    Clear,
    /// Brings back what was taken away or replaced.
    Undo,
    /// Nobody will ask to undo any more.
    Dismiss,
    /// The form as it stands.
    Configure(Settings),
    /// Rows of the raw text.
    ShowRaw(RawQuery),
    /// The rules in their own words.
    ListRules,
    Export(Document, Purpose),
    /// Answers the request in JSON that comes beside this.
    Analyze {
        id: u32,
    },
}

/// A report to take along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Document {
    Markdown,
    Json,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    Save,
    Copy,
}
