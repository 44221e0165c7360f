//! The bullet bar of a service level: an interval against its target.

use super::LogAxis;

/// All places are 0–1 from left to right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bullet {
    pub interval: [f64; 2],
    /// The value has no upper bound: the bar ends in an arrow.
    pub open: bool,
    pub point: Option<f64>,
    pub target: f64,
    /// The scale is logarithmic.
    pub log: bool,
}

/// Above this ratio of the largest to the smallest number a linear bar would hide the smaller one.
const LOG_FROM: f64 = 8.0;
/// The part of a bar that is left free at its ends, so that target and value can be seen.
const MARGIN: f64 = 1.18;

/// Lays out a value with its bounds against a target. `None` when there is neither a value nor a bound.
///
/// Shares of one (availability 99.9 %) are drawn from the right: the scale shows what is missing to 1.
#[must_use]
pub fn bullet(value: Option<f64>, interval: Option<[Option<f64>; 2]>, target: f64, is_share: bool) -> Option<Bullet> {
    let point = value.filter(|value| value.is_finite());
    let [low, high] = interval.unwrap_or([point, point]);
    let low = low.or(point)?.max(0.0);
    let open = high.is_none();
    let high = high.or(point).unwrap_or(low).max(low);
    if !low.is_finite() || !high.is_finite() || !target.is_finite() || target < 0.0 {
        return None;
    }
    if is_share && (0.5..=1.0).contains(&target) {
        let missing = [1.0 - low, 1.0 - target, 1.0 - point.unwrap_or(low)].into_iter().fold(0.0, f64::max) * MARGIN;
        let floor = (1.0 - missing.max(1e-6)).max(0.0);
        let at = |share: f64| ((share - floor) / (1.0 - floor)).clamp(0.0, 1.0);
        return Some(Bullet { interval: [at(low), at(high)], open: false, point: point.map(at), target: at(target), log: false });
    }
    let largest = [high, target, point.unwrap_or(0.0)].into_iter().fold(0.0, f64::max);
    let smallest = [low, target, point.unwrap_or(high)].into_iter().filter(|number| *number > 0.0).fold(largest, f64::min);
    if largest <= 0.0 {
        return Some(Bullet { interval: [0.0, 0.0], open, point: point.map(|_| 0.0), target: 0.0, log: false });
    }
    let right = |at: f64| if open { 1.0 } else { at };
    if largest / smallest > LOG_FROM
        && let Some(axis) = LogAxis::new(smallest / 1.6, largest * 1.6)
    {
        let interval = [axis.at(low), right(axis.at(high))];
        return Some(Bullet { interval, open, point: point.map(|point| axis.at(point)), target: axis.at(target), log: true });
    }
    let at = |number: f64| (number / (largest * MARGIN)).clamp(0.0, 1.0);
    Some(Bullet { interval: [at(low), right(at(high))], open, point: point.map(at), target: at(target), log: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_and_interval_are_both_inside_the_bar() {
        let drawn = bullet(Some(28.0), Some([Some(20.0), Some(40.0)]), 1.0, false).unwrap();
        assert!(drawn.log, "40 against 1 needs a logarithmic bar");
        assert!(0.0 < drawn.target && drawn.target < drawn.interval[0]);
        assert!(drawn.interval[0] < drawn.point.unwrap() && drawn.point.unwrap() < drawn.interval[1] && drawn.interval[1] < 1.0);
    }

    #[test]
    fn close_numbers_stay_linear() {
        let drawn = bullet(Some(1.5), Some([Some(1.0), Some(2.0)]), 1.0, false).unwrap();
        assert!(!drawn.log);
        assert_eq!(drawn.target, drawn.interval[0]);
        assert!((drawn.interval[1] - 2.0 * drawn.interval[0]).abs() < 1e-12);
    }

    #[test]
    fn no_upper_bound_reaches_the_end() {
        let drawn = bullet(Some(10.0), Some([Some(10.0), None]), 5.0, false).unwrap();
        assert!(drawn.open);
        assert_eq!(drawn.interval[1], 1.0);
    }

    #[test]
    fn availability_is_drawn_from_one_downwards() {
        // 0 of 331 failed: Wilson gives 98.85–100 %.
        let drawn = bullet(Some(1.0), Some([Some(0.9885), Some(1.0)]), 0.999, true).unwrap();
        assert_eq!(drawn.interval[1], 1.0);
        assert!(drawn.interval[0] < drawn.target && drawn.target < 1.0);
        assert!(drawn.target > 0.85, "what matters is how far below the target the interval reaches");
    }

    #[test]
    fn nothing_measured_draws_nothing() {
        assert_eq!(bullet(None, None, 1.0, false), None);
        assert_eq!(bullet(Some(f64::NAN), None, 1.0, false), None);
    }

    #[test]
    fn zero_against_zero_is_drawn_without_a_scale() {
        assert_eq!(bullet(Some(0.0), None, 0.0, false).unwrap().interval, [0.0, 0.0]);
    }
}
