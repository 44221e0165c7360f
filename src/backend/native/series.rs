//! One series as the mapping tables see it.

use crate::metrics::{Bucket, Histogram, Sample, SampledHistogram, Spans};

/// A sample, which has the labels, with the lines and the data of its series; `T` is a number or a histogram.
#[derive(Debug, Clone)]
pub(in crate::backend) struct Series<'a, T> {
    pub sample: Sample<'a>,
    pub lines: Spans,
    pub data: T,
}

impl<'a, T> Series<'a, T> {
    pub fn label(&self, key: &str) -> Option<&'a str> {
        self.sample.label(key)
    }
}

impl<'a> Series<'a, f64> {
    pub fn of(sample: Sample<'a>) -> Self {
        Series { sample, lines: Spans::of(sample.line()), data: sample.value() }
    }
}

impl<'a> Series<'a, Histogram> {
    pub fn of_histogram(found: SampledHistogram<'a>) -> Self {
        Series { sample: found.sample, lines: found.lines, data: found.histogram }
    }
}

/// What can be added up over ranks and brought to the vocabulary's unit.
pub(super) trait Data: Clone {
    fn usable(&self) -> bool;
    fn add(&mut self, other: &Self);
    fn scale(&mut self, factor: f64);
}

impl Data for f64 {
    fn usable(&self) -> bool {
        self.is_finite()
    }

    fn add(&mut self, other: &Self) {
        *self += other;
    }

    fn scale(&mut self, factor: f64) {
        *self *= factor;
    }
}

impl Data for Histogram {
    fn usable(&self) -> bool {
        true
    }

    fn add(&mut self, other: &Self) {
        Histogram::add(self, other);
    }

    /// Scales the observed quantity (bounds and sum), not the number of observations.
    fn scale(&mut self, factor: f64) {
        for Bucket { upper, .. } in &mut self.buckets {
            *upper *= factor;
        }
        self.sum = self.sum.map(|sum| sum * factor);
    }
}
