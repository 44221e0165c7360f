//! One series as the mapping tables see it.

use crate::metrics::{Bucket, Histogram};

/// Labels, lines and data of one series; `T` is a number or a histogram.
#[derive(Debug, Clone)]
pub(in crate::backend) struct Series<'a, T> {
    pub labels: Vec<(&'a str, &'a str)>,
    pub lines: Vec<u32>,
    pub data: T,
}

impl<'a, T> Series<'a, T> {
    pub fn label(&self, key: &str) -> Option<&'a str> {
        self.labels.iter().find(|(found, _)| *found == key).map(|(_, value)| *value)
    }
}

/// What can be added up over ranks and brought to the vocabulary's unit.
pub(super) trait Data: Clone {
    fn usable(&self) -> bool;
    fn plus(&self, other: &Self) -> Self;
    fn scaled(&self, factor: f64) -> Self;
}

impl Data for f64 {
    fn usable(&self) -> bool {
        self.is_finite()
    }

    fn plus(&self, other: &Self) -> Self {
        self + other
    }

    fn scaled(&self, factor: f64) -> Self {
        self * factor
    }
}

impl Data for Histogram {
    fn usable(&self) -> bool {
        true
    }

    fn plus(&self, other: &Self) -> Self {
        Histogram::plus(self, other)
    }

    /// Scales the observed quantity (bounds and sum), not the number of observations.
    fn scaled(&self, factor: f64) -> Self {
        let buckets = self.buckets.iter().map(|bucket| Bucket { upper: bucket.upper * factor, ..*bucket }).collect();
        Histogram { buckets, sum: self.sum.map(|sum| sum * factor), count: self.count, repaired: self.repaired }
    }
}
