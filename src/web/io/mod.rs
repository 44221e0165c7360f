//! Everything that brings text in or takes text out. Each way in ends in [`accept::accept`].

pub mod accept;
pub mod clipboard;
pub mod clock;
pub mod download;
pub mod drop;
pub mod fetch;
pub mod files;
pub mod keys;
mod probe;
pub mod theme;

pub use probe::{Failure, Why, first_line};
