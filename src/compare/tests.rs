use super::*;
use crate::rule::{Thetas, diagnose};
use crate::signal::testing::{Build, setting};
use crate::signal::{BackendId, Counter, Distribution, Gauge};

/// A window of 60 s in which `served` requests were finished with this time to first token, while `waiting` waited for 8 slots.
fn window(served: f64, ttft: f64, waiting: f64) -> Observation {
    let end = |count: f64, waiting: f64| {
        Build::new(BackendId::Vllm)
            .gauge(Gauge::Running, 8.0)
            .gauge(Gauge::Waiting, waiting)
            .gauge(Gauge::KvUsage, 0.05)
            .counter(Counter::Finished, count)
            .counter(Counter::OutputTokens, count * 100.0)
            .counter(Counter::PromptTokens, count * 200.0)
            .counter(Counter::Preemptions, 0.0)
            .latency(Distribution::Ttft, count, ttft)
            .latency(Distribution::QueueTime, count, ttft * 0.9)
            .latency(Distribution::Itl, count * 99.0, 0.012)
            .latency(Distribution::PromptLength, count, 200.0)
            .latency(Distribution::OutputLength, count, 100.0)
            .config(|config| config.kv_capacity_tokens = setting(400_000.0))
    };
    crate::signal::testing::window(end(100.0, waiting), end(100.0 + served, waiting))
}

fn compared(before: &Observation, after: &Observation) -> Comparison {
    let diagnosis = |seen: &Observation| diagnose(seen, &[], &Thetas::default());
    let (first, second) = (diagnosis(before), diagnosis(after));
    compare(Judged { seen: before, diagnosis: &first }, Judged { seen: after, diagnosis: &second })
}

fn change(comparison: &Comparison, path: &str) -> Option<Change> {
    comparison.rows.iter().find(|row| row.path == path).map(|row| row.change)
}

#[test]
fn a_higher_limit_that_helped_is_seen_to_have_helped() {
    let comparison = compared(&window(300.0, 8.0, 40.0), &window(310.0, 0.2, 0.0));
    assert_eq!(change(&comparison, "ttft.p95"), Some(Change::Better));
    assert_eq!(change(&comparison, "queue.waiting"), Some(Change::Better));
    assert_eq!(change(&comparison, "itl.p95"), Some(Change::Same));
    assert_eq!(change(&comparison, "requests_per_second"), Some(Change::Same), "310 for 300 is chance");
    assert_eq!(comparison.load.alike, Some(true), "{}", comparison.load.sentence);
    let fate = comparison.findings.iter().find(|finding| finding.id == "sequence-limit").map(|finding| finding.fate);
    assert_eq!(fate, Some(Fate::Gone), "{:?}", comparison.findings);
    assert!(comparison.headline.contains("is better") && comparison.headline.contains("gone"), "{}", comparison.headline);
}

#[test]
fn the_same_window_twice_shows_no_difference() {
    let seen = window(300.0, 8.0, 40.0);
    let comparison = compared(&seen, &seen);
    let changed: Vec<&Row> = comparison.rows.iter().filter(|row| !matches!(row.change, Change::Same | Change::Unclear)).collect();
    assert!(changed.is_empty(), "{changed:?}");
    assert!(comparison.findings.iter().all(|finding| finding.fate == Fate::Still), "{:?}", comparison.findings);
}

#[test]
fn turned_round_better_is_worse_and_gone_is_new() {
    let (bad, good) = (window(300.0, 8.0, 40.0), window(310.0, 0.2, 0.0));
    let comparison = compared(&good, &bad);
    assert_eq!(change(&comparison, "ttft.p95"), Some(Change::Worse));
    assert!(comparison.findings.iter().any(|finding| finding.id == "sequence-limit" && finding.fate == Fate::New));
}

#[test]
fn less_work_is_named_before_a_better_number_is_believed() {
    let comparison = compared(&window(300.0, 8.0, 40.0), &window(60.0, 0.2, 0.0));
    assert_eq!(comparison.load.alike, Some(false));
    assert!(comparison.headline.ends_with("The load was not the same."), "{}", comparison.headline);
    assert_eq!(change(&comparison, "requests_per_second"), Some(Change::Different));
}

#[test]
fn too_few_requests_decide_nothing() {
    // P95 needs 59 observations for a finite interval.
    let comparison = compared(&window(20.0, 8.0, 40.0), &window(20.0, 0.2, 0.0));
    assert_eq!(change(&comparison, "ttft.p95"), Some(Change::Unclear));
    assert_eq!(change(&comparison, "ttft.p50"), Some(Change::Better));
}
