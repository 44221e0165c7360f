//! PromQL's functions over the samples of one series in a window.
//!
//! Semantics of Prometheus 3 (`promql/functions.go`), including the extrapolation of `rate`, `increase` and `delta` to the edges of the
//! window. Reports do not use that extrapolation: they divide the plain increase by the time between the first and the last sample.

/// A sample: seconds and value.
pub type Sample = (f64, f64);

/// How often the value fell.
pub(super) fn resets(samples: &[Sample]) -> Option<f64> {
    count_pairs(samples, |before, after| after < before)
}

/// How often the value changed; from NaN to NaN is no change.
pub(super) fn changes(samples: &[Sample]) -> Option<f64> {
    count_pairs(samples, |before, after| after != before && !(after.is_nan() && before.is_nan()))
}

fn count_pairs(samples: &[Sample], differs: impl Fn(f64, f64) -> bool) -> Option<f64> {
    if samples.is_empty() {
        return None;
    }
    let pairs = samples.iter().zip(samples.iter().skip(1));
    Some(pairs.map(|((_, before), (_, after))| if differs(*before, *after) { 1.0 } else { 0.0 }).sum())
}

/// Increase over the window, resets added back, extrapolated to the edges of the window `[at − range, at]`.
pub(super) fn increase(samples: &[Sample], range: f64, at: f64) -> Option<f64> {
    extrapolated(samples, range, at, true)
}

/// [`increase`] per second.
pub(super) fn rate(samples: &[Sample], range: f64, at: f64) -> Option<f64> {
    extrapolated(samples, range, at, true).map(|increase| increase / range)
}

/// Difference of a gauge over the window, extrapolated to its edges.
pub(super) fn delta(samples: &[Sample], range: f64, at: f64) -> Option<f64> {
    extrapolated(samples, range, at, false)
}

fn extrapolated(samples: &[Sample], range: f64, at: f64, counter: bool) -> Option<f64> {
    let ((first_at, first), (last_at, last)) = (*samples.first()?, *samples.last()?);
    let sampled = last_at - first_at;
    if samples.len() < 2 || sampled <= 0.0 {
        return None;
    }
    let mut result = last - first;
    if counter {
        let pairs = samples.iter().zip(samples.iter().skip(1));
        result += pairs.filter(|((_, before), (_, after))| after < before).map(|((_, before), _)| before).sum::<f64>();
    }
    #[expect(clippy::cast_precision_loss, reason = "a window never holds 2^53 samples")]
    let spacing = sampled / (samples.len() - 1) as f64;
    // A gap of more than 1.1 spacings means that the series starts or ends inside the window: go half a spacing only.
    let edge = |gap: f64| if gap >= spacing * 1.1 { spacing / 2.0 } else { gap };
    let mut to_start = edge(first_at - (at - range));
    let to_end = edge(at - last_at);
    if counter && result > 0.0 && first >= 0.0 {
        to_start = to_start.min(sampled * (first / result));
    }
    Some(result * ((sampled + to_start + to_end) / sampled))
}

/// Rate between the last two samples; a fall counts from zero.
pub(super) fn irate(samples: &[Sample]) -> Option<f64> {
    let ((before_at, before), (at, last)) = last_two(samples)?;
    let difference = if last < before { last } else { last - before };
    (at > before_at).then(|| difference / (at - before_at))
}

/// Difference between the last two samples.
pub(super) fn idelta(samples: &[Sample]) -> Option<f64> {
    let ((_, before), (_, last)) = last_two(samples)?;
    Some(last - before)
}

fn last_two(samples: &[Sample]) -> Option<(Sample, Sample)> {
    let mut newest = samples.iter().rev();
    let last = newest.next()?;
    Some((*newest.next()?, *last))
}

/// Slope of the least-squares line, per second.
pub(super) fn deriv(samples: &[Sample]) -> Option<f64> {
    let (start, _) = *samples.first()?;
    line(samples, start).map(|(slope, _)| slope)
}

/// Value of the least-squares line `ahead` seconds after `at`.
pub(super) fn predict_linear(samples: &[Sample], at: f64, ahead: f64) -> Option<f64> {
    line(samples, at).map(|(slope, intercept)| slope * ahead + intercept)
}

/// Slope and value at `origin`. A constant series has slope 0 exactly.
fn line(samples: &[Sample], origin: f64) -> Option<(f64, f64)> {
    let (_, first) = *samples.first()?;
    if samples.len() < 2 {
        return None;
    }
    if samples.iter().all(|(_, value)| *value == first) {
        return Some(if first.is_infinite() { (f64::NAN, f64::NAN) } else { (0.0, first) });
    }
    let (mut n, mut x_sum, mut y_sum, mut xy_sum, mut xx_sum) = (0.0, Sum::default(), Sum::default(), Sum::default(), Sum::default());
    for (at, value) in samples {
        let x = at - origin;
        n += 1.0;
        x_sum.add(x);
        y_sum.add(*value);
        xy_sum.add(x * value);
        xx_sum.add(x * x);
    }
    let (x_sum, y_sum) = (x_sum.total(), y_sum.total());
    let slope = (xy_sum.total() - x_sum * y_sum / n) / (xx_sum.total() - x_sum * x_sum / n);
    Some((slope, y_sum / n - slope * x_sum / n))
}

/// Compensated summation (Neumaier), as Prometheus sums.
#[derive(Default)]
struct Sum {
    sum: f64,
    compensation: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        let next = self.sum + value;
        if next.is_infinite() {
            self.compensation = 0.0;
        } else if self.sum.abs() >= value.abs() {
            self.compensation += (self.sum - next) + value;
        } else {
            self.compensation += (value - next) + self.sum;
        }
        self.sum = next;
    }

    fn total(&self) -> f64 {
        self.sum + self.compensation
    }
}
