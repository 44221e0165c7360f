//! Requests that met every latency target at once.

use crate::slo_support::{Fill, INF, snapshot, target};
use servescope::signal::{BackendId, Counter, Distribution, Observation, Snapshot};
use servescope::slo::{Goodput, evaluate, goodput};

const BOUNDS: [f64; 3] = [1.0, 10.0, INF];

/// Of `n` requests 92 % with the first token within 1 s, and 95 % done within 10 s.
fn served(n: f64) -> Snapshot {
    snapshot(BackendId::Vllm)
        .counter(Counter::Finished, n)
        .spread(Distribution::Ttft, &BOUNDS, &[0.92 * n, n, n], n)
        .spread(Distribution::E2e, &BOUNDS, &[0.2 * n, 0.95 * n, n], 5.0 * n)
        .spread(Distribution::Itl, &[0.05, INF], &[90.0 * n, 100.0 * n], 3.0 * n)
}

fn found(seen: &Observation, targets: &[(&str, f64)]) -> Option<Goodput> {
    let targets: Vec<_> = targets.iter().map(|(path, asked)| target(path, "<=", *asked)).collect();
    goodput(seen, &evaluate(seen, &targets))
}

#[test]
fn a_window_of_many_requests_comes_close_to_the_bounds_of_the_shares_alone() {
    let window = Observation::window(served(1e6).at(0.0), served(2e6).at(100_000.0));
    let good = found(&window, &[("ttft.p95", 1.0), ("e2e.p95", 10.0)]).expect("two targets of whole requests");
    // max(0, 0.92 + 0.95 − 1) and min(0.92, 0.95), with the sampling error of a million.
    assert!((good.share.0 - 0.87).abs() < 0.001 && (good.share.1 - 0.92).abs() < 0.001, "{:?}", good.share);
    assert!((good.independent - 0.874).abs() < 1e-9);
    let (low, high) = good.per_second.expect("a window has a rate");
    assert!((low - 8.7).abs() < 0.01 && (high - 9.2).abs() < 0.01, "{low} {high}");
    assert!(good.sentence.contains("that finished"), "{}", good.sentence);
}

#[test]
fn few_requests_leave_wider_bounds() {
    let good = found(&served(100.0).seen(), &[("ttft.p95", 1.0), ("e2e.p95", 10.0)]).expect("two targets");
    assert!(good.share.0 < 0.80 && good.share.1 > 0.94, "{:?}", good.share);
    assert_eq!(good.per_second, None, "one dump without a start time spans no time");
}

#[test]
fn gaps_between_tokens_are_left_out_and_named() {
    let seen = served(1000.0).seen();
    assert_eq!(found(&seen, &[("ttft.p95", 1.0), ("itl.p95", 0.05)]), None, "one latency of whole requests is no combination");
    let good = found(&seen, &[("ttft.p95", 1.0), ("itl.p95", 0.05), ("e2e.p95", 10.0)]).expect("two of three");
    assert_eq!(good.targets, ["ttft.p95", "e2e.p95"]);
    assert!(good.why.contains("itl.p95"), "{}", good.why);
}

#[test]
fn the_highest_percentile_of_a_latency_says_what_a_good_request_is() {
    let good = found(&served(1000.0).seen(), &[("ttft.p50", 1.0), ("ttft.p99", 10.0), ("e2e.mean", 1.0), ("e2e.p95", 10.0)]);
    assert_eq!(good.expect("two latencies").targets, ["ttft.p99", "e2e.p95"]);
}

#[test]
fn a_latency_without_observations_takes_no_part() {
    assert_eq!(found(&served(1000.0).seen(), &[("ttft.p95", 1.0), ("queue_time.p95", 1.0)]), None);
}
