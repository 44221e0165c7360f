//! Availability per backend.

use crate::slo_support::{Fill, INF, snapshot, target};
use servescope::signal::{BackendId, Counter, Distribution, Gauge, Observation, Snapshot};
use servescope::slo::{Rejections, SloStatus, Verdict, availability, evaluate};

fn vllm(stop: f64, error: f64) -> Snapshot {
    snapshot(BackendId::Vllm)
        .counter(Counter::Finished, stop + error)
        .counter(Counter::FinishedStop, stop)
        .counter(Counter::FinishedLength, 0.0)
        .counter(Counter::FinishedError, error)
}

fn judged(seen: &Observation, asked: f64) -> SloStatus {
    evaluate(seen, &[target("availability", ">=", asked)]).remove(0)
}

#[test]
fn a_flawless_record_needs_its_length() {
    // Without a failure 99.9 % takes 2,995 requests: 0.999^2995 < 5 %.
    let status = judged(&vllm(2994.0, 0.0).seen(), 0.999);
    assert_eq!((status.verdict, status.needed), (Verdict::Undetermined, Some(2995.0)));
    assert_eq!(judged(&vllm(2995.0, 0.0).seen(), 0.999).verdict, Verdict::Pass);
    assert_eq!(judged(&vllm(2995.0, 0.0).seen(), 1.0).verdict, Verdict::Undetermined, "nothing proves 100 %");
}

#[test]
fn five_percent_of_errors_fail() {
    let status = judged(&vllm(950.0, 50.0).seen(), 0.999);
    assert_eq!((status.verdict, status.current), (Verdict::Fail, Some(0.95)));
    assert_eq!(status.over_share.map(|(over, ..)| (over * 1e9).round() / 1e9), Some(0.05));
    assert!(status.why.contains("finished: error: 50"), "{}", status.why);
}

#[test]
fn one_or_two_failures_decide_nothing() {
    for failures in [1.0, 2.0] {
        assert_eq!(judged(&vllm(8.0, failures).seen(), 0.999).verdict, Verdict::Undetermined);
    }
    assert_eq!(judged(&vllm(8.0, 3.0).seen(), 0.999).verdict, Verdict::Fail);
}

#[test]
fn vllm_counts_http_failures_only_beyond_those_it_knows() {
    // 12 answers with 5xx, of which 5 are engine errors and 4 rejections.
    let seen = vllm(1000.0, 5.0).counter(Counter::CapacityRejections, 4.0).counter(Counter::Http5xx, 12.0).seen();
    let found = availability(&seen, Rejections::Bad).expect("measurable");
    assert_eq!((found.good, found.bad), (1000.0, 12.0));
    let excluded = availability(&seen, Rejections::Excluded).expect("measurable");
    assert_eq!((excluded.bad, excluded.value), (8.0, 1000.0 / 1008.0));
    assert!(excluded.excluded.iter().any(|part| part.words == "refused for capacity"));
}

#[test]
fn vllm_aborts_are_in_no_counter_and_are_estimated() {
    // 84 first tokens, 38 finished, nothing running: 46 clients went away in a recorded run.
    let seen = vllm(38.0, 0.0)
        .gauge(Gauge::Running, 0.0)
        .spread(Distribution::Ttft, &[1.0, INF], &[84.0, 84.0], 10.0)
        .counter(Counter::Http4xx, 33.0)
        .seen();
    let found = availability(&seen, Rejections::Bad).expect("measurable");
    assert_eq!((found.value, found.clients_gone()), (1.0, 46.0));
    assert_eq!(found.with_abandonment(), 38.0 / 84.0);
    let why = judged(&seen, 0.99).why;
    assert!(why.contains("46 clients gone, estimated") && why.contains("33 client errors"), "{why}");
}

#[test]
fn vllm_without_any_count_of_failures_has_no_availability() {
    let older = snapshot(BackendId::Vllm).counter(Counter::FinishedStop, 1000.0).seen();
    assert_eq!(judged(&older, 0.999).verdict, Verdict::NoData);
    let with_http = snapshot(BackendId::Vllm).counter(Counter::FinishedStop, 1000.0).counter(Counter::Http2xx, 1000.0).seen();
    assert_eq!(judged(&with_http, 0.99).verdict, Verdict::Pass);
}

#[test]
fn sglang_aborts_are_excluded_and_widen_the_interval() {
    // Recorded: 63 finished, of which 32 were aborted.
    let seen = snapshot(BackendId::Sglang)
        .counter(Counter::Finished, 63.0)
        .counter(Counter::Aborted, 32.0)
        .counter(Counter::ServerErrors, 6.0)
        .counter(Counter::CapacityRejections, 0.0)
        .seen();
    let found = availability(&seen, Rejections::Bad).expect("measurable");
    assert_eq!((found.good, found.bad, found.clients_gone()), (31.0, 6.0, 32.0));
    assert_eq!(found.value, 31.0 / 37.0);
    assert!(found.interval.0 < 31.0 / 37.0 && found.interval.1 > 63.0 / 69.0, "{:?}", found.interval);
}

#[test]
fn sglang_without_http_counts_has_no_availability() {
    let seen = snapshot(BackendId::Sglang).counter(Counter::Finished, 63.0).seen();
    let status = judged(&seen, 0.999);
    assert_eq!(status.verdict, Verdict::NoData);
    assert!(status.why.contains("http_responses_total"));
}

#[test]
fn tgi_takes_success_against_failures_and_leaves_the_doubled_count_alone() {
    let seen = snapshot(BackendId::Tgi)
        .counter(Counter::Finished, 900.0)
        .counter(Counter::RequestsReceived, 2000.0)
        .counter(Counter::ServerErrors, 10.0)
        .counter(Counter::CapacityRejections, 90.0)
        .counter(Counter::ClientErrors, 40.0)
        .counter(Counter::Aborted, 7.0)
        .seen();
    let found = availability(&seen, Rejections::Bad).expect("measurable");
    assert_eq!(found.value, 0.9);
    assert_eq!(found.clients_gone(), 7.0);
    // Failures appear after the first one: success alone means none so far.
    let calm = snapshot(BackendId::Tgi).counter(Counter::Finished, 5000.0).seen();
    assert_eq!(judged(&calm, 0.999).verdict, Verdict::Pass);
}

#[test]
fn nothing_ended_means_nothing_to_judge() {
    for backend in [BackendId::Vllm, BackendId::Sglang, BackendId::Tgi] {
        assert_eq!(judged(&snapshot(backend).seen(), 0.999).verdict, Verdict::NoData);
    }
    assert_eq!(judged(&vllm(0.0, 0.0).seen(), 0.999).verdict, Verdict::NoData);
}
