//! Turns what the analysis found into the report's shapes.

mod anatomy;
mod notes;
mod signals;
mod time;

pub use anatomy::anatomy;
pub use notes::notes;
pub use signals::signals;
pub use time::{duration, rfc3339, time_base};
