//! Which rows of a long list are on the screen.

use std::ops::Range;

/// The rows to draw: those in view, and `spare` more on both sides. All rows are `row` pixels high.
#[must_use]
pub fn visible(count: usize, row: f64, scrolled: f64, height: f64, spare: usize) -> Range<usize> {
    if row.is_nan() || row <= 0.0 {
        return 0..0;
    }
    let first = (scrolled.max(0.0) / row).floor() as usize;
    let shown = (height.max(0.0) / row).ceil() as usize + 1;
    let start = first.saturating_sub(spare).min(count);
    let end = first.saturating_add(shown).saturating_add(spare).min(count);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_view_and_a_few_more_are_drawn() {
        assert_eq!(visible(1000, 20.0, 0.0, 100.0, 0), 0..6);
        assert_eq!(visible(1000, 20.0, 405.0, 100.0, 5), 15..31);
    }

    #[test]
    fn the_ends_are_respected() {
        assert_eq!(visible(3, 20.0, 0.0, 500.0, 10), 0..3);
        assert_eq!(visible(1000, 20.0, 1e12, 100.0, 5), 1000..1000);
        assert_eq!(visible(0, 20.0, 0.0, 100.0, 5), 0..0);
        assert_eq!(visible(10, 0.0, 0.0, 100.0, 5), 0..0);
        assert_eq!(visible(10, 20.0, f64::NAN, f64::NAN, 2), 0..3);
    }
}
