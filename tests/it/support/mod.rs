//! From texts of the corpus to what is read and what is said.

pub mod diagnosis;
pub mod removal;
pub mod snapshots;
