//! TGI exports no time to first token: its bounds, and what they decide.

use crate::slo_support::{Fill, INF, snapshot, target};
use servescope::signal::{BackendId, ConfigValue, Distribution, Observation, Snapshot, Source};
use servescope::slo::{SloStatus, Verdict, evaluate};

/// 1,000 requests; queue, prefill call and whole request in one bucket each.
fn tgi(queue: (f64, f64), prefill: (f64, f64), whole: (f64, f64)) -> Snapshot {
    let one_bucket = |snapshot: Snapshot, distribution, (low, high): (f64, f64)| {
        snapshot.spread(distribution, &[low, high, INF], &[0.0, 1000.0, 1000.0], 1000.0 * (low + high) / 2.0)
    };
    let snapshot = one_bucket(snapshot(BackendId::Tgi), Distribution::QueueTime, queue);
    let snapshot = one_bucket(snapshot, Distribution::ValidationTime, (0.0001, 0.0002));
    let snapshot = one_bucket(snapshot, Distribution::PrefillCallTime, prefill);
    one_bucket(snapshot, Distribution::E2e, whole)
}

fn one(seen: &Observation, path: &str, asked: f64) -> SloStatus {
    evaluate(seen, &[target(path, "<=", asked)]).remove(0)
}

#[test]
fn there_is_an_interval_and_never_a_point() {
    let seen = tgi((0.1, 0.2), (0.05, 0.1), (3.0, 4.0)).seen();
    let status = one(&seen, "ttft.p95", 1.0);
    assert_eq!(status.current, None);
    let (low, high) = status.interval.expect("bounds");
    // Above queue and validation together, below the sum of the three upper bounds.
    assert!((0.1..=0.1502).contains(&low) && (high - 0.3002).abs() < 1e-6, "{low} {high}");
    assert!(status.deviation_percent().is_none());
    let mean = one(&seen, "ttft.mean", 1.0);
    assert_eq!((mean.current, mean.verdict), (None, Verdict::Pass));
}

#[test]
fn parts_decide_up_to_p95_and_certain_bounds_decide_beyond() {
    let calm = tgi((0.1, 0.2), (0.05, 0.1), (3.0, 4.0)).seen();
    assert_eq!(one(&calm, "ttft.p95", 1.0).verdict, Verdict::Pass);
    let strict = one(&calm, "ttft.p99", 1.0);
    assert_eq!(strict.verdict, Verdict::Undetermined, "prefill is timed per call");
    assert!(strict.why.contains("per call"), "{}", strict.why);
    assert_eq!(one(&calm, "ttft.p99", 4.0).verdict, Verdict::Pass, "the whole request took no longer");

    let queued = tgi((5.0, 7.5), (0.05, 0.1), (8.0, 10.0)).seen();
    assert_eq!(one(&queued, "ttft.p99", 1.0).verdict, Verdict::Fail, "the queue alone took longer");
}

#[test]
fn chunked_prefill_takes_the_upper_bound_away() {
    let mut last = tgi((0.1, 0.2), (0.05, 0.1), (3.0, 4.0));
    last.config.chunked_prefill = Some(ConfigValue { value: true, inferred: false, source: Source::default() });
    let status = one(&last.seen(), "ttft.p95", 1.0);
    assert_eq!(status.verdict, Verdict::Undetermined);
    assert_eq!(status.interval.map(|(_, high)| high), Some(4.0));
}

#[test]
fn what_cannot_be_known_is_not_held_against_the_server() {
    let status = one(&tgi((0.1, 0.2), (0.05, 0.1), (3.0, 4.0)).seen(), "ttft.p99", 1.0);
    assert_eq!(status.over_share.map(|(over, ..)| over), Some(0.0));
}

#[test]
fn without_a_queue_time_there_is_no_data() {
    let status = one(&snapshot(BackendId::Tgi).seen(), "ttft.p95", 1.0);
    assert_eq!(status.verdict, Verdict::NoData);
}
