//! Charts: places from [`crate::plot`], drawn. Each one stands beside a table or a sentence with the same numbers, so the drawing
//! itself is hidden from screen readers.

mod buckets;
mod bullet;
mod phases;

pub use buckets::buckets;
pub use bullet::bullet;
pub use phases::phases;

/// A fraction of the width or height as the style sheet takes it.
fn percent(fraction: f64) -> String {
    format!("{:.2}%", fraction * 100.0)
}
