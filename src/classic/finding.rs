//! A finding of the classic profile and its severity.

use crate::rule::{BottleneckType, Severity};
use crate::signal::Reading;

/// A value beyond its threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// `classic-high-ttft` and the like.
    pub id: &'static str,
    pub title: &'static str,
    pub kind: BottleneckType,
    pub severity: Severity,
    /// The classic name of the value.
    pub metric_name: &'static str,
    pub current: f64,
    pub threshold: f64,
    /// True when values above the threshold are findings.
    pub higher_is_worse: bool,
    pub recommendation: &'static str,
    /// The signal that was read, on its own scale (a share where `current` is percent).
    pub reading: Reading,
    /// Dotted path of the signal.
    pub signal: &'static str,
}

/// Severity by the ratio of value and threshold: critical from 2.0, high from 1.5, medium from 1.2, else low.
///
/// In double precision 0.15 / 0.1 is 1.4999999999999998, so it is medium. A value of zero where low is bad is critical, and so is any
/// value over a threshold of zero.
#[must_use]
pub fn severity(current: f64, threshold: f64, higher_is_worse: bool) -> Severity {
    let ratio = if higher_is_worse {
        current / threshold
    } else if current > 0.0 {
        threshold / current
    } else {
        f64::INFINITY
    };
    if ratio >= 2.0 {
        Severity::Critical
    } else if ratio >= 1.5 {
        Severity::High
    } else if ratio >= 1.2 {
        Severity::Medium
    } else {
        Severity::Low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_keeps_its_floating_point_edge() {
        // Vectors of the first design.
        for (current, expected) in [(0.11, Severity::Low), (0.12, Severity::Medium), (0.15, Severity::Medium), (0.2, Severity::Critical)] {
            assert_eq!(severity(current, 0.1, true), expected, "{current}");
        }
        for (current, expected) in [(0.6, Severity::Low), (0.35, Severity::Critical), (0.0, Severity::Critical)] {
            assert_eq!(severity(current, 0.7, false), expected, "{current}");
        }
        assert_eq!(severity(15.0, 10.0, true), Severity::High);
        assert_eq!(severity(1.0, 0.0, true), Severity::Critical);
    }
}
