//! Which format a text is in, and why.

use super::scan::Scanner;

/// The exposition formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Prometheus text 0.0.4.
    Text004,
    OpenMetrics1,
    /// Recognised and named; its composite values are not read.
    OpenMetrics2,
}

impl Format {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Text004 => "Prometheus text 0.0.4",
            Format::OpenMetrics1 => "OpenMetrics 1",
            Format::OpenMetrics2 => "OpenMetrics 2",
        }
    }

    /// Timestamps are seconds in OpenMetrics and milliseconds in text 0.0.4.
    pub(super) fn milliseconds(self, timestamp: f64) -> i64 {
        match self {
            Format::Text004 => timestamp as i64,
            Format::OpenMetrics1 | Format::OpenMetrics2 => (timestamp * 1000.0).round() as i64,
        }
    }
}

/// The format of the scrape before row `end`, and why. What the server or an `# EOF` says goes before what the lines look like.
pub(super) fn of_scrape(scanner: &Scanner, end: u32) -> (Format, &'static str) {
    let has_eof = scanner.ends.get(scanner.ends.partition_point(|(mark, _)| mark.row < end)).is_some_and(|(_, eof)| *eof);
    let before = scanner.announced.partition_point(|(row, _)| *row < end).checked_sub(1);
    let announced = before.and_then(|at| scanner.announced.get(at)).map(|(_, format)| *format);
    match (announced, scanner.openmetrics_2, has_eof, scanner.openmetrics) {
        (_, Some(feature), ..) => (Format::OpenMetrics2, feature),
        (Some(format), ..) => (format, "the Content-Type header says so"),
        (_, _, true, _) => (Format::OpenMetrics1, "it ends with # EOF"),
        (.., Some(feature)) => (Format::OpenMetrics1, feature),
        _ => (Format::Text004, "nothing in it is of OpenMetrics"),
    }
}
