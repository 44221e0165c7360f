//! What the page says of a report, without a browser: its words and marks, what comes first, how a sentence is set. The components of
//! [`crate::web`] draw it, and the [`crate::session`] tells a screen reader the same.

pub mod findings;
pub mod jumps;
pub mod lines;
pub mod look;
pub mod numbers;
pub mod possible;
pub mod runs;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod verdict;
