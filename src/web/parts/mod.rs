//! Small parts that components share.

mod badge;
mod button;
mod copy;
mod frame;
mod lines;
mod live;
mod runs;
mod size;
pub mod table;

pub use badge::{badge, shape};
pub use button::button;
pub use copy::{Copied, copied, copy_button, label as copy_label};
pub use frame::{card, fold, folded_card, link, quiet, section};
pub use lines::lines;
pub use live::{each, flag, live, text, word};
pub use runs::{aside, described, list, plain, rich, sentence, term};
pub use size::size;
