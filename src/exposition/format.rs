//! Which format a text is in, and why.

/// The exposition formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Prometheus text 0.0.4.
    Text004,
    OpenMetrics1,
    /// Recognised and named; its composite values are not read.
    OpenMetrics2,
}
