//! Verdicts on latency targets.

use crate::slo_support::{Fill, INF, snapshot, target, two_hundred};
use servescope::signal::{BackendId, Caveat, Distribution, Observation};
use servescope::slo::{SloStatus, Verdict, evaluate};

fn one(seen: &Observation, path: &str, comparison: &str, asked: f64) -> SloStatus {
    evaluate(seen, &[target(path, comparison, asked)]).remove(0)
}

fn vllm() -> Observation {
    two_hundred(snapshot(BackendId::Vllm), Distribution::Ttft).seen()
}

#[test]
fn a_percentile_is_judged_by_the_share_within_the_target() {
    // 98 % of 200 lie within 2.5 s; Wilson's lower end of 198/200 is 96.4 %.
    let status = one(&vllm(), "ttft.p95", "<=", 2.5);
    assert_eq!(status.verdict, Verdict::Pass);
    assert_eq!(status.interval, Some((0.5, 2.5)));
    assert!((status.current.expect("a point") - 0.916_667).abs() < 1e-6);
    assert_eq!(status.samples, Some(200.0));
    // 85 % lie within 0.5 s; Wilson's upper end is 89.3 %.
    assert_eq!(one(&vllm(), "ttft.p95", "<=", 0.5).verdict, Verdict::Fail);
}

#[test]
fn an_interval_that_rounds_to_the_share_itself_is_left_out() {
    let many = snapshot(BackendId::Vllm).spread(Distribution::Ttft, &[0.5, INF], &[6.69e8, 1e9], 5e8).seen();
    let why = one(&many, "ttft.p95", "<=", 0.5).why;
    assert!(why.starts_with("66.9 % of 1,000,000,000 observations were within 500 ms; 95 % are asked."), "{why}");
    assert!(one(&vllm(), "ttft.p95", "<=", 2.5).why.contains("(95 % interval"));
}

#[test]
fn a_target_inside_a_bucket_is_undetermined_and_names_the_bounds_that_would_decide() {
    // 0.6 s: between 85 % and 93 % are within; with sampling error 79.4–95.8 %.
    let status = one(&vllm(), "ttft.p95", "<=", 0.6);
    assert_eq!(status.verdict, Verdict::Undetermined);
    assert!(status.why.contains("fail"), "{}", status.why);
    let (over, low, high) = status.over_share.expect("a share");
    assert!((over - 0.118).abs() < 1e-9 && (low - 0.0422).abs() < 1e-4 && (high - 0.2061).abs() < 1e-4);
    let status = one(&vllm(), "ttft.p97", "<=", 0.6);
    assert_eq!(status.verdict, Verdict::Fail, "97 % lie above the whole interval");
    let straddled = one(&vllm(), "ttft.p90", "<=", 0.6);
    assert_eq!((straddled.verdict, straddled.needed), (Verdict::Undetermined, None));
    assert!(straddled.why.contains("500 ms") && straddled.why.contains("750 ms"), "{}", straddled.why);
}

#[test]
fn too_few_requests_never_pass_and_say_how_many_are_needed() {
    let few = |n: f64| snapshot(BackendId::Vllm).spread(Distribution::Ttft, &[0.1, 1.0, INF], &[n, n, n], 0.05 * n).seen();
    for (path, n, needed) in [("ttft.p50", 5.0, 6.0), ("ttft.p95", 58.0, 59.0), ("ttft.p99", 298.0, 299.0)] {
        let status = one(&few(n), path, "<=", 1.0);
        assert_eq!((status.verdict, status.needed), (Verdict::Undetermined, Some(needed)), "{path}");
        assert!(status.why.contains(&format!("{needed}")), "{}", status.why);
    }
    assert_eq!(one(&few(1000.0), "ttft.p99", "<=", 1.0).verdict, Verdict::Pass);
}

#[test]
fn a_clear_failure_needs_thirty_requests() {
    let slow = |n: f64| snapshot(BackendId::Vllm).spread(Distribution::Ttft, &[1.0, 10.0, INF], &[0.0, n, n], 5.0 * n).seen();
    assert_eq!(one(&slow(29.0), "ttft.p99", "<=", 1.0).verdict, Verdict::Undetermined);
    assert_eq!(one(&slow(30.0), "ttft.p99", "<=", 1.0).verdict, Verdict::Fail);
}

#[test]
fn beyond_the_highest_bound_the_value_is_at_least_that_bound() {
    let overflow = snapshot(BackendId::Vllm).spread(Distribution::E2e, &[1.0, 10.0, INF], &[10.0, 20.0, 100.0], 3000.0).seen();
    let status = one(&overflow, "e2e.p95", "<=", 20.0);
    assert_eq!((status.current, status.interval), (Some(10.0), Some((10.0, INF))));
    assert!(status.shown().starts_with("≥ 10 s"), "{}", status.shown());
    assert_eq!(status.verdict, Verdict::Undetermined, "how many of the 80 lie below 20 s cannot be known");
    assert_eq!(one(&overflow, "e2e.p95", "<=", 10.0).verdict, Verdict::Fail);
}

#[test]
fn operators_that_ask_for_more_turn_the_verdict_around() {
    assert_eq!(one(&vllm(), "ttft.p95", ">=", 0.5).verdict, Verdict::Pass);
    assert_eq!(one(&vllm(), "ttft.p95", ">", 2.5).verdict, Verdict::Fail);
    assert_eq!(one(&vllm(), "ttft.p95", "==", 10.0).verdict, Verdict::Fail);
    assert_eq!(one(&vllm(), "ttft.p95", "==", 0.9).verdict, Verdict::Undetermined);
}

#[test]
fn a_mean_has_the_sampling_error_of_its_spread() {
    // 71.4 s / 200 = 0.357 s, give or take a few hundredths.
    let status = one(&vllm(), "ttft.mean", "<=", 1.0);
    assert_eq!(status.verdict, Verdict::Pass);
    assert!((status.current.expect("a mean") - 0.357).abs() < 1e-12);
    let (low, high) = status.interval.expect("an interval");
    assert!(low > 0.25 && low < 0.357 && high > 0.357 && high < 0.47, "{low} {high}");
    assert_eq!(one(&vllm(), "ttft.mean", "<=", 0.357).verdict, Verdict::Undetermined);
    assert_eq!(one(&vllm(), "request_metrics.time_to_first_token_seconds", "<=", 0.1).verdict, Verdict::Fail);
}

#[test]
fn nothing_to_read_is_no_data_with_the_reason() {
    let empty = snapshot(BackendId::Vllm).spread(Distribution::Ttft, &[1.0, INF], &[0.0, 0.0], 0.0).seen();
    for (seen, path) in [(&empty, "ttft.p95"), (&empty, "ttft.mean"), (&empty, "e2e.p95")] {
        let status = one(seen, path, "<=", 1.0);
        assert_eq!((status.verdict, status.current, status.interval), (Verdict::NoData, None, None));
        assert!(status.why.ends_with('.'));
    }
    let older = two_hundred(snapshot(BackendId::Sglang), Distribution::Itl).seen();
    assert!(one(&older, "tpot.p95", "<=", 0.1).why.contains("itl"));
}

#[test]
fn the_classic_time_per_token_reads_gaps_and_else_averages() {
    let gaps = two_hundred(snapshot(BackendId::Vllm), Distribution::Itl).seen();
    let averages = two_hundred(snapshot(BackendId::Tgi), Distribution::Tpot).seen();
    for seen in [gaps, averages] {
        let status = one(&seen, "request_metrics.time_per_output_token_seconds", "<=", 0.05);
        assert!((status.current.expect("a mean") - 0.357).abs() < 1e-12);
    }
}

#[test]
fn sglang_that_mixes_nonstreaming_requests_is_judged_by_bounds() {
    // The gaps average 10 ms, so up to 0.49 s of the reported time may be the way to the 50th token.
    let mut last =
        two_hundred(snapshot(BackendId::Sglang), Distribution::Ttft).spread(Distribution::Itl, &[0.02, INF], &[1000.0, 1000.0], 10.0);
    last.caveats.push(Caveat::TtftMayMixNonStreaming);
    let seen = last.seen();
    let status = one(&seen, "ttft.p95", "<=", 0.5);
    assert_eq!(status.verdict, Verdict::Undetermined, "85 % within 0.5 s for certain, 96 % within 0.99 s as reported");
    let (low, high) = status.interval.expect("bounds");
    assert!((low - 0.01).abs() < 1e-9 && high == 2.5, "{low} {high}");
    assert_eq!(one(&seen, "ttft.p95", "<=", 2.5).verdict, Verdict::Pass, "what is reported as within is within");
    assert_eq!(one(&seen, "ttft.p99", "<=", 0.1).verdict, Verdict::Fail, "at most 93 % within 0.59 s");
    let (over, ..) = status.over_share.expect("a share");
    assert!(over < 0.05, "what may be the way to the 50th token is not held against the server: {over}");
}
