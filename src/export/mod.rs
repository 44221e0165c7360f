//! The report on other surfaces than the page.

mod markdown;

pub use markdown::markdown;
