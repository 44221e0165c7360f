//! Lines over time: where dumps lie, and the path of a signal.

/// Side of the square that a line is drawn in, before it is stretched.
pub const SIDE: f64 = 1000.0;

/// Where each dump lies, 0–1: by its time, or evenly where times are missing.
#[must_use]
pub fn places(times: &[Option<f64>]) -> Vec<f64> {
    let known: Option<Vec<f64>> = times.iter().copied().collect();
    let steps = times.len().saturating_sub(1).max(1) as f64;
    let evenly = || (0..times.len()).map(|index| index as f64 / steps).collect();
    let Some(known) = known else { return evenly() };
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return Vec::new() };
    let length = last - first;
    if length > 0.0 { known.iter().map(|at| (at - first) / length).collect() } else { evenly() }
}

/// The path of a signal, from 0 at the bottom to `top`. A value of a window holds from the dump before to its own. Breaks where a value is
/// missing.
#[must_use]
pub fn path(places: &[f64], values: &[Option<f64>], over_window: bool, top: f64) -> String {
    let mut path = String::with_capacity(values.len() * 12);
    let mut pen_is_down = false;
    let mut before = 0.0;
    for (place, value) in places.iter().zip(values) {
        let x = place * SIDE;
        if let Some(value) = value.filter(|value| value.is_finite()) {
            let share = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
            let y = SIDE - share * SIDE;
            let mut to = |x: f64| {
                path.push_str(&format!("{}{x:.0} {y:.0}", if pen_is_down { 'L' } else { 'M' }));
                pen_is_down = true;
            };
            if over_window {
                to(before);
            }
            to(x);
        } else {
            pen_is_down = false;
        }
        before = x;
    }
    path
}

/// The highest value; 0 without any.
#[must_use]
pub fn top(values: &[Option<f64>]) -> f64 {
    values.iter().flatten().copied().filter(|value| value.is_finite()).fold(0.0, f64::max)
}

/// Index of the dump nearest to a place, 0–1.
#[must_use]
pub fn nearest(places: &[f64], place: f64) -> usize {
    let distance = |at: &f64| (at - place).abs();
    places
        .iter()
        .enumerate()
        .fold((0, f64::INFINITY), |best, (index, at)| if distance(at) < best.1 { (index, distance(at)) } else { best })
        .0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumps_lie_by_their_times_or_evenly() {
        assert_eq!(places(&[Some(10.0), Some(20.0), Some(50.0)]), [0.0, 0.25, 1.0]);
        assert_eq!(places(&[Some(10.0), None, Some(50.0)]), [0.0, 0.5, 1.0]);
        assert_eq!(places(&[Some(5.0), Some(5.0)]), [0.0, 1.0]);
        assert!(places(&[]).is_empty());
    }

    #[test]
    fn a_line_breaks_where_a_value_is_missing_and_a_window_is_a_step() {
        let at = [0.0, 0.5, 1.0];
        assert_eq!(path(&at, &[Some(1.0), None, Some(2.0)], false, 2.0), "M0 500M1000 0");
        assert_eq!(path(&at, &[None, Some(1.0), Some(2.0)], true, 2.0), "M0 500L500 500L500 0L1000 0");
        assert_eq!(path(&at, &[Some(f64::NAN), Some(0.0), Some(0.0)], false, 0.0), "M500 1000L1000 1000");
    }

    #[test]
    fn the_nearest_dump_is_found() {
        assert_eq!((nearest(&[0.0, 0.25, 1.0], 0.2), nearest(&[0.0, 0.25, 1.0], 0.9), nearest(&[], 0.5)), (1, 2, 0));
    }
}
