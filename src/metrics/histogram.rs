//! A classic Prometheus histogram: cumulative buckets, sum and count.

use crate::sorted::sort_by;

/// One cumulative bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Upper bound (`le`), inclusive; `+Inf` for the last one.
    pub upper: f64,
    /// Observations at or below `upper`.
    pub cumulative: f64,
}

/// A histogram of one series, or of several with equal bounds added up.
///
/// Buckets are sorted by bound, equal bounds merged, and counts forced to be monotone; `repaired` tells that the input was not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    pub buckets: Vec<Bucket>,
    pub sum: Option<f64>,
    pub count: Option<f64>,
    pub repaired: bool,
}

impl Histogram {
    /// Sorts, merges equal bounds (adding them, as PromQL does) and lifts dips, which PromQL also does.
    #[must_use]
    pub fn new(buckets: Vec<Bucket>, sum: Option<f64>, count: Option<f64>) -> Self {
        if !is_clean(&buckets) {
            return Histogram::repair(buckets, sum, count);
        }
        Histogram { buckets, sum, count, repaired: false }
    }

    fn repair(mut buckets: Vec<Bucket>, sum: Option<f64>, count: Option<f64>) -> Self {
        buckets.retain(|bucket| !bucket.upper.is_nan() && !bucket.cumulative.is_nan());
        let mut repaired = !buckets.is_sorted_by(|a, b| a.upper < b.upper);
        sort_by(&mut buckets, |a, b| a.upper.total_cmp(&b.upper));
        let mut merged: Vec<Bucket> = Vec::with_capacity(buckets.len());
        for bucket in buckets {
            match merged.last_mut() {
                Some(last) if last.upper == bucket.upper => last.cumulative += bucket.cumulative,
                _ => merged.push(bucket),
            }
        }
        let mut highest = f64::NEG_INFINITY;
        for bucket in &mut merged {
            if bucket.cumulative < highest {
                // PromQL forgives relative differences of 1e-12 in silence; they are float noise of `rate` and `sum`.
                repaired |= (highest - bucket.cumulative) > 1e-12 * highest.abs();
                bucket.cumulative = highest;
            }
            highest = bucket.cumulative;
        }
        Histogram { buckets: merged, sum, count, repaired }
    }

    /// With the `+Inf` bucket, which says what the count says, where only the finite ones were pasted.
    #[must_use]
    pub fn with_infinity(mut self) -> Self {
        let last = self.buckets.last().filter(|last| last.upper < f64::INFINITY);
        if let Some(count) = last.and_then(|last| self.count.filter(|count| *count >= last.cumulative)) {
            self.buckets.push(Bucket { upper: f64::INFINITY, cumulative: count });
        }
        self
    }

    /// True when there are observations and nothing tells how they are spread.
    #[must_use]
    pub fn is_lumped(&self) -> bool {
        self.buckets.len() < 2 && self.observations().is_some_and(|count| count > 0.0)
    }

    /// Number of observations: the `+Inf` bucket, else the `_count` sample.
    #[must_use]
    pub fn observations(&self) -> Option<f64> {
        self.buckets.last().filter(|last| last.upper == f64::INFINITY).map(|last| last.cumulative).or(self.count)
    }

    /// Mean of the observations; `None` when there are none or the sum is missing.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let count = self.observations().filter(|count| *count > 0.0)?;
        self.sum.map(|sum| sum / count).filter(|mean| mean.is_finite())
    }

    /// True when both histograms have the same bounds, so that they may be added or subtracted.
    #[must_use]
    pub fn same_bounds(&self, other: &Histogram) -> bool {
        self.buckets.len() == other.buckets.len() && self.buckets.iter().zip(&other.buckets).all(|(a, b)| a.upper == b.upper)
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(&self, other: &Histogram) -> Histogram {
        let mut sum = self.clone();
        sum.add(other);
        sum
    }

    /// Adds another histogram. Different bounds leave only the common ones, which are still true cumulative counts.
    pub fn add(&mut self, other: &Histogram) {
        if self.same_bounds(other) {
            for (own, other) in self.buckets.iter_mut().zip(&other.buckets) {
                own.cumulative += other.cumulative;
            }
        } else {
            self.buckets.retain_mut(|own| {
                let common = other.buckets.iter().find(|other| other.upper == own.upper);
                own.cumulative += common.map_or(0.0, |common| common.cumulative);
                common.is_some()
            });
        }
        self.sum = self.sum.zip(other.sum).map(|(a, b)| a + b);
        self.count = self.count.zip(other.count).map(|(a, b)| a + b);
        self.repaired |= other.repaired;
    }

    /// The observations between an earlier scrape and this one. `None` when the bounds differ (they can change at a restart)
    /// or when any count fell, which means that the counter was reset.
    #[must_use]
    pub fn since(&self, earlier: &Histogram) -> Option<Histogram> {
        if !self.same_bounds(earlier) || self.observations() < earlier.observations() {
            return None;
        }
        let mut buckets = Vec::with_capacity(self.buckets.len());
        for (now, before) in self.buckets.iter().zip(&earlier.buckets) {
            if now.cumulative < before.cumulative {
                return None;
            }
            buckets.push(Bucket { upper: now.upper, cumulative: now.cumulative - before.cumulative });
        }
        Some(Histogram {
            buckets,
            sum: self.sum.zip(earlier.sum).map(|(now, before)| now - before),
            count: self.count.zip(earlier.count).map(|(now, before)| now - before),
            repaired: self.repaired || earlier.repaired,
        })
    }
}

/// True when bounds and counts ascend, which is how every server writes them.
fn is_clean(buckets: &[Bucket]) -> bool {
    let is_number = |bucket: &Bucket| !bucket.upper.is_nan() && !bucket.cumulative.is_nan();
    buckets.first().is_none_or(is_number) && buckets.is_sorted_by(|a, b| a.upper < b.upper && a.cumulative <= b.cumulative)
}
