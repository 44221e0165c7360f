//! Rules: one file each. A rule fires, is clear, or says why it cannot know.

pub mod flags;
mod kinds;

pub use kinds::{BottleneckType, ConfidenceWord, Role, Severity};
