//! Numbers of requests in words.

use crate::metrics::counted;
use crate::signal::Distribution;

/// `1 request waits`, `2,826 requests wait`.
pub(super) fn requests_wait(count: f64) -> String {
    counted(count, "request waits", "requests wait")
}

/// `1 request running`, `0 requests running`.
pub(super) fn requests_running(count: f64) -> String {
    counted(count, "request running", "requests running")
}

/// What the pace of tokens is called where this distribution stands for it.
pub(super) fn pace(distribution: Distribution) -> &'static str {
    if distribution == Distribution::Tpot { "time per output token" } else { "gap between tokens" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_request_waits_and_two_wait() {
        assert_eq!(requests_wait(1.0), "1 request waits");
        assert_eq!(requests_wait(2826.0), "2,826 requests wait");
        assert_eq!(requests_running(1.0), "1 request running");
        assert_eq!(requests_running(0.0), "0 requests running");
    }
}
