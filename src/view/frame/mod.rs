//! What stands around the content: the header, the texts that are loaded, messages, the dialogs.

mod chips;
mod header;
mod notice;
mod sheets;

pub use chips::{Beside, Chip, Origin, chips};
pub use header::header;
pub use notice::{Loading, Message, loading, notice, rules_coming};
pub use sheets::{Progress, fetch, help, privacy};

use super::node::{Node, el_with};
use super::parts::button;
use super::words::shared as words;

/// The three ways that every place with an "add" offers.
pub fn ways_in(paste_key: &str) -> Vec<Node> {
    vec![
        button("primary", "paste", words::PASTE).text(" ").with(el_with("kbd", paste_key)),
        button("", "open", words::OPEN),
        button("", "fetch", words::FETCH),
    ]
}
