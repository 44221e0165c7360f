//! Each pack says of hand-made numbers what its origin says.

use super::{Opinion, PACKS, Verdict, opinions};
use crate::signal::testing::Build;
use crate::signal::{BackendId, Counter, Distribution, Gauge, Observation};

fn said<'a>(all: &'a [Opinion], pack: &str, condition: &str) -> &'a Opinion {
    all.iter().find(|opinion| opinion.pack.starts_with(pack) && opinion.condition.contains(condition)).expect("a condition of the pack")
}

fn verdict(all: &[Opinion], pack: &str, condition: &str) -> Verdict {
    said(all, pack, condition).verdict
}

/// Scenario A of the diagnosers' comparison: 9 waiting, KV 99.7 % full, 5,231 preemptions since start.
fn kv_full() -> Build {
    Build::new(BackendId::Vllm)
        .gauge(Gauge::Running, 40.0)
        .gauge(Gauge::Waiting, 9.0)
        .gauge(Gauge::KvUsage, 0.997)
        .counter(Counter::Preemptions, 5231.0)
        .counter(Counter::OutputTokens, 1e6)
}

#[test]
fn every_pack_reports_the_full_cache_in_its_own_words() {
    let all = opinions(&Observation::snapshot(kv_full().0));
    assert_eq!(verdict(&all, "vLLM dashboards", "KV usage"), Verdict::Critical);
    assert_eq!(verdict(&all, "llm-d", "KV usage"), Verdict::Critical);
    assert_eq!(verdict(&all, "Gateway", "KV usage 80 %"), Verdict::Warning);
    assert_eq!(verdict(&all, "Gateway", "5 or more"), Verdict::Warning);
    assert_eq!(verdict(&all, "vllm-doctor", "more than 5"), Verdict::Warning);
    assert_eq!(verdict(&all, "InferPilot", "95 %"), Verdict::Warning);
    assert_eq!(verdict(&all, "profile", "85 %"), Verdict::Warning);
    // Nine is not above ten.
    assert_eq!(verdict(&all, "Classic", "more than 10"), Verdict::Ok);
    assert_eq!(said(&all, "Gateway", "KV usage 80 %").shown, "99.7 % now");
}

#[test]
fn a_rate_needs_a_window_and_a_total_does_not() {
    let all = opinions(&Observation::snapshot(kv_full().0));
    assert_eq!(verdict(&all, "vLLM dashboards", "preemptions"), Verdict::NoData);
    assert_eq!(verdict(&all, "InferPilot", "any preemption"), Verdict::NoData);
    assert_eq!(verdict(&all, "vllm-doctor", "any preemption"), Verdict::Warning);
    assert_eq!(said(&all, "vLLM dashboards", "preemptions").shown, "no data");

    let start = kv_full().at(0.0);
    let calm = opinions(&Observation::window(start.clone().0, start.clone().at(60.0).0));
    assert_eq!(verdict(&calm, "vLLM dashboards", "preemptions"), Verdict::Ok);
    assert_eq!(verdict(&calm, "InferPilot", "any preemption"), Verdict::Ok);
    // One pack counts since start and goes on warning.
    assert_eq!(verdict(&calm, "vllm-doctor", "any preemption"), Verdict::Warning);

    let busy = opinions(&Observation::window(start.clone().0, start.at(60.0).counter(Counter::Preemptions, 5351.0).0));
    // 120 in 60 s: 2 per second.
    assert_eq!(verdict(&busy, "vLLM dashboards", "preemptions"), Verdict::Critical);
    assert_eq!(said(&busy, "vLLM dashboards", "preemptions").shown, "120 /min in the window");
}

#[test]
fn shares_within_a_bound_are_read_only_at_a_bucket_bound() {
    let with =
        |edges: &[(f64, f64)]| opinions(&Observation::snapshot(Build::new(BackendId::Vllm).histogram(Distribution::Ttft, edges, 100.0).0));
    let exact = with(&[(0.5, 80.0), (1.0, 15.0), (2.5, 5.0), (f64::INFINITY, 0.0)]);
    // 95 of 100 within 1 s: between 90 % and 99 %.
    assert_eq!(verdict(&exact, "vLLM dashboards", "TTFT within 1 s"), Verdict::Warning);
    let between = with(&[(0.5, 80.0), (2.5, 20.0), (f64::INFINITY, 0.0)]);
    assert_eq!(verdict(&between, "vLLM dashboards", "TTFT within 1 s"), Verdict::NoData);
}

#[test]
fn errors_are_shares_of_what_was_served_or_failed() {
    let build = |failed: f64| {
        Build::new(BackendId::Vllm)
            .counter(Counter::Finished, 1000.0 + failed)
            .counter(Counter::FinishedStop, 900.0)
            .counter(Counter::FinishedLength, 100.0)
            .counter(Counter::FinishedError, failed)
            .counter(Counter::Http5xx, failed)
    };
    let some = opinions(&Observation::snapshot(build(20.0).0));
    assert_eq!(verdict(&some, "llm-d", "errors"), Verdict::Warning);
    assert_eq!(verdict(&some, "vllm-doctor", "errors"), Verdict::Ok);
    let many = opinions(&Observation::snapshot(build(100.0).0));
    assert_eq!(verdict(&many, "llm-d", "errors"), Verdict::Critical);
    assert_eq!(verdict(&many, "vllm-doctor", "errors"), Verdict::Warning);
}

#[test]
fn tgi_has_its_own_packs() {
    let edges = [(0.5, 0.0), (2.0, 100.0), (f64::INFINITY, 0.0)];
    let all = opinions(&Observation::snapshot(
        Build::new(BackendId::Tgi)
            .gauge(Gauge::Waiting, 40.0)
            .gauge(Gauge::Running, 2.0)
            .histogram(Distribution::QueueTime, &edges, 120.0)
            .histogram(Distribution::PrefillCallTime, &[(0.1, 100.0), (f64::INFINITY, 0.0)], 5.0)
            .histogram(Distribution::E2e, &edges, 600.0)
            .0,
    ));
    assert_eq!(verdict(&all, "Datadog", "queue"), Verdict::Warning);
    assert_eq!(verdict(&all, "Datadog", "mean E2E"), Verdict::Warning);
    // Medians of 1.25 s and 50 ms.
    assert_eq!(verdict(&all, "TGI dashboard", "median queue"), Verdict::Critical);
    assert_eq!(verdict(&all, "Classic", "fewer than 4"), Verdict::Warning);
    assert!(all.iter().all(|opinion| opinion.pack != "vLLM dashboards"));
}

#[test]
fn an_idle_server_is_not_blamed_for_low_throughput() {
    let start =
        Build::new(BackendId::Vllm).at(0.0).gauge(Gauge::Running, 0.0).gauge(Gauge::Waiting, 0.0).counter(Counter::OutputTokens, 10.0);
    let all = opinions(&Observation::window(start.clone().0, start.at(60.0).0));
    assert_eq!(verdict(&all, "vllm-doctor", "output tok/s"), Verdict::Ok);
}

#[test]
fn each_backend_is_judged_by_several_packs_each_with_its_source() {
    let judging =
        |backend: BackendId| PACKS.iter().filter(|pack| pack.checks.iter().any(|check| check.backends.contains(&backend))).count();
    assert!(judging(BackendId::Vllm) >= 6);
    assert!(judging(BackendId::Sglang) >= 3);
    assert!(judging(BackendId::Tgi) >= 3);
    for pack in PACKS {
        assert!(!pack.source.is_empty() && !pack.checks.is_empty(), "{}", pack.name);
        for check in pack.checks {
            assert!(check.warning.is_some() || check.critical.is_some(), "{}: {}", pack.name, check.condition);
        }
    }
}
