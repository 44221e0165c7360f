//! The report on other surfaces than the page.

mod markdown;
mod pieces;
mod timeline;

pub use markdown::markdown;
pub use pieces::{Piece, pieces};
