//! One series as the mapping tables see it.

use crate::metrics::{HistogramRows, Sample};

/// A sample, which has the labels, and what is read of the series: a number or the place of a histogram.
#[derive(Debug, Clone, Copy)]
pub(in crate::backend) struct Series<'a, T> {
    pub sample: Sample<'a>,
    pub data: T,
}

impl<'a, T> Series<'a, T> {
    pub fn label(&self, key: &str) -> Option<&'a str> {
        self.sample.label(key)
    }
}

impl<'a> Series<'a, f64> {
    pub fn of(sample: Sample<'a>) -> Self {
        Series { sample, data: sample.value() }
    }
}

impl<'s, 'a> Series<'a, &'s HistogramRows<'a>> {
    pub fn of_histogram(rows: &'s HistogramRows<'a>) -> Self {
        Series { sample: rows.sample, data: rows }
    }
}
