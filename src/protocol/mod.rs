//! What the page and its worker say to each other: [`Command`]s one way, [`Update`]s the other, as bytes of postcard.
//!
//! A large text never is part of a message. It travels beside it, as a buffer that changes hands or as a file that the worker reads in
//! slices: the texts of [`Command::Read`], the request of [`Command::Analyze`], the documents of [`Update::Exported`] and
//! [`Update::Answered`].

mod command;
mod raw;
mod texts;
mod update;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use crate::entry::{Field, Settings, TargetRow};
pub use command::{Command, Document, Purpose};
pub use raw::{Mark, RawQuery, RawRow, RawRows, Span};
pub use texts::{Arriving, Chip, Clock, Message, Origin};
pub use update::{Catalogue, Checks, Outcome, Preset, Progress, RuleText, Summary, ThresholdField, Update};

/// Changes with the shape of any message. Both sides come from one build; a page that outlived a deployment must not misread.
pub const VERSION: u16 = 1;

/// A message as bytes.
#[must_use]
pub fn encode<M: Serialize>(message: &M) -> Vec<u8> {
    // Nothing in a message can refuse to be written: the round trip of every variant is tested.
    postcard::to_allocvec(&(VERSION, message)).unwrap_or_default()
}

/// Why bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// The other side is of another version.
    Version(u16),
    Damaged,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unreadable::Version(found) => write!(f, "the page and the analysis are of two versions, {VERSION} and {found}"),
            Unreadable::Damaged => write!(f, "a message between the page and the analysis could not be read"),
        }
    }
}

impl std::error::Error for Unreadable {}

/// The message of these bytes.
///
/// # Errors
/// When they are of another version, or none.
pub fn decode<M: DeserializeOwned>(bytes: &[u8]) -> Result<M, Unreadable> {
    let (version, rest) = postcard::take_from_bytes::<u16>(bytes).map_err(|_| Unreadable::Damaged)?;
    if version != VERSION {
        return Err(Unreadable::Version(version));
    }
    match postcard::take_from_bytes(rest) {
        Ok((message, [])) => Ok(message),
        _ => Err(Unreadable::Damaged),
    }
}

#[cfg(test)]
mod tests;
