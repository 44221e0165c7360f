//! What a session says of texts on their way in, and of the raw text.

use crate::metrics::Unit;

pub const NO_SAMPLES: &str = "No line of the text is a metric sample.";

pub fn already(name: &str) -> String {
    format!("{name} is loaded already: the text is the same to the last byte.")
}

pub fn another_server(name: &str) -> String {
    format!("{name} is of another server. The report is of that one now; the dumps before are kept.")
}

pub fn unreadable(name: &str) -> String {
    format!("{name} could not be read. A folder cannot be opened: choose the files in it.")
}

pub fn gzip(name: &str) -> String {
    format!("{name} is compressed. Unpack it first, for example with gunzip.")
}

pub const CLEARED: &str = "Everything was taken away.";
pub const EARLIER: &str = "The earlier dump";

pub fn replaced(name: &str) -> String {
    format!("{name} is of another server than the dumps before, so it took their place.")
}

pub fn inferred(kind: &str) -> String {
    format!("{kind}?")
}

pub fn series(count: usize) -> String {
    format!("{} series", Unit::Count.show(count as f64))
}

pub fn matching(matching: usize, all: usize) -> String {
    format!("{matching} of {all} match")
}

pub fn value(value: f64) -> String {
    if value.abs() >= 1e15 || (value != 0.0 && value.abs() < 1e-3) { format!("{value:e}") } else { Unit::Count.show(value) }
}

pub fn spread(count: f64, mean: &str) -> String {
    format!("n {}, mean {mean}", Unit::Count.show(count))
}

pub fn observations(count: f64) -> String {
    format!("n {}", Unit::Count.show(count))
}
