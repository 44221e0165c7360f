//! What the page shows, as plain trees: data in, [`Node`]s out. Nothing here knows a browser, so that every card can be tested without
//! one, and events are words on the elements, which the page and the [`crate::session`] act on.

pub mod card;
mod chart;
mod failure;
pub mod form;
pub mod frame;
pub mod home;
mod look;
mod node;
mod parts;
pub mod raw;
pub mod rules;
mod typeset;
mod wire;
pub mod words;

pub use failure::{Why, failed};
pub use node::{Node, el, el_of, el_with};
pub use parts::read_lines;
pub use typeset::typeset;
pub use wire::{decode, encode};
