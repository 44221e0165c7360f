//! The report on other surfaces than the page.

mod markdown;
mod pieces;

pub use markdown::markdown;
pub use pieces::{Piece, pieces};
