//! What the page and its worker say to each other: [`Command`]s one way, [`Update`]s the other, as bytes of [`crate::wire`].
//!
//! A large text never is part of a message. It travels beside it, as a buffer that changes hands or as a file that the worker reads in
//! slices: the texts of [`Command::Read`], the request of [`Command::Analyze`], the documents of [`Update::Exported`] and
//! [`Update::Answered`].

mod command;
mod prints;
mod raw;
mod texts;
mod update;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::wire::{from_bytes, to_bytes};

pub use crate::entry::{Field, Settings, TargetRow};
pub use command::{Command, Document, Purpose};
pub use prints::{Part, prints};
pub use raw::{Mark, RawQuery, RawRow, RawRows, Span};
pub use texts::{Arriving, Chip, Clock, Message, Origin};
pub use update::{Catalogue, Checks, Outcome, Preset, Progress, RuleText, Summary, ThresholdField, Update};

/// Changes with the shape of any message. Both sides come from one build; a page that outlived a deployment must not misread.
pub const VERSION: u16 = 1;

/// A message as bytes.
#[must_use]
pub fn encode<M: Serialize>(message: &M) -> Vec<u8> {
    to_bytes(&(VERSION, message))
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
    // The version is a number below 128, and so the first byte.
    let (version, rest) = bytes.split_first().ok_or(Unreadable::Damaged)?;
    if u16::from(*version) != VERSION {
        return Err(Unreadable::Version((*version).into()));
    }
    from_bytes(rest).ok_or(Unreadable::Damaged)
}

#[cfg(test)]
mod tests;
