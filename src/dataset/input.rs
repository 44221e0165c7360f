//! A text with what is known about it.

use crate::exposition::Parsed;
use crate::signal::Hint;

/// One text with what is known about it.
#[derive(Debug, Clone)]
pub struct Input {
    /// File name, URL, or `pasted`.
    pub name: String,
    /// Unix seconds (or seconds on any common clock) of the scrape, when it was told. It stands above the text's own time.
    pub at: Option<f64>,
    /// A time near which it may have been; used only where nothing tells it, and never as if it were told.
    pub hint: Option<Hint>,
    pub parsed: Parsed,
}
