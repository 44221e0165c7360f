//! Charts: places from [`crate::plot`], drawn. Each one stands beside a table or a sentence with the same numbers, so the drawing
//! itself is hidden from screen readers.

mod buckets;
mod bullet;
mod phases;

pub use buckets::buckets;
pub use bullet::bullet;
pub use phases::phases;

use super::node::{Node, el_of};

/// A fraction of the width or height as the style sheet takes it.
fn percent(fraction: f64) -> String {
    format!("{:.2}%", fraction * 100.0)
}

/// A box from one place to another, 0–1.
#[inline(never)]
fn span(class: &str, from: f64, to: f64) -> Node {
    el_of("div", class).attr("--from", &percent(from)).attr("--to", &percent(1.0 - to))
}

/// Something at a place, 0–1.
#[inline(never)]
fn at(tag: &'static str, class: &str, place: f64) -> Node {
    el_of(tag, class).attr("--from", &percent(place))
}
