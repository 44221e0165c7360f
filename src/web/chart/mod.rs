//! Charts: places from [`crate::plot`], drawn. Each one stands beside a table or a sentence with the same numbers, so the drawing
//! itself is hidden from screen readers.

mod buckets;
mod bullet;
mod phases;
mod series;

pub use buckets::buckets;
pub use bullet::bullet;
pub use phases::phases;
pub use series::series;

use leptos::prelude::*;

/// A fraction of the width or height as the style sheet takes it.
pub fn percent(fraction: f64) -> String {
    format!("{:.2}%", fraction * 100.0)
}

/// A box from one place to another, 0–1.
fn span(class: &'static str, [from, to]: [f64; 2]) -> AnyView {
    view! { <div class=class style=("--from", percent(from)) style=("--to", percent(1.0 - to))></div> }.into_any()
}

/// Something at a place, 0–1.
pub fn at(class: &'static str, place: f64) -> AnyView {
    view! { <div class=class style=("--from", percent(place))></div> }.into_any()
}
