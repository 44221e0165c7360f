//! Rates, gauges and shares as targets.

use crate::slo_support::{Fill, snapshot, source, target};
use servescope::signal::{BackendId, Caveat, Counter, Gauge, Observation, Snapshot};
use servescope::slo::{SloStatus, Verdict, evaluate};

fn one(seen: &Observation, path: &str, comparison: &str, asked: f64) -> SloStatus {
    evaluate(seen, &[target(path, comparison, asked)]).remove(0)
}

fn busy(finished: f64, tokens: f64, waiting: f64) -> Snapshot {
    snapshot(BackendId::Vllm)
        .counter(Counter::Finished, finished)
        .counter(Counter::OutputTokens, tokens)
        .counter(Counter::Preemptions, finished / 100.0)
        .gauge(Gauge::Waiting, waiting)
        .gauge(Gauge::Running, waiting)
}

/// 600 requests and 120,000 tokens in 60 s.
fn window() -> Observation {
    Observation::window(busy(100.0, 1000.0, 3.0).at(0.0), busy(700.0, 121_000.0, 5.0).at(60.0))
}

#[test]
fn throughput_is_judged_with_the_uncertainty_of_its_count() {
    // Garwood's interval of 600 is 553–650, so 9.2–10.8 per second.
    assert_eq!(one(&window(), "requests_per_second", ">=", 9.0).verdict, Verdict::Pass);
    assert_eq!(one(&window(), "requests_per_second", ">=", 9.9).verdict, Verdict::Undetermined);
    let status = one(&window(), "requests_per_second", ">=", 11.0);
    assert_eq!((status.verdict, status.current), (Verdict::Fail, Some(10.0)));
    let (low, high) = status.interval.expect("an interval");
    assert!((low - 9.216).abs() < 0.01 && (high - 10.833).abs() < 0.01, "{low} {high}");
    assert_eq!(one(&window(), "output_tokens_per_second", ">=", 1900.0).verdict, Verdict::Pass);
    assert_eq!(one(&window(), "preemptions_per_minute", "<=", 30.0).current, Some(6.0));
}

#[test]
fn a_lifetime_rate_needs_the_start_time() {
    let without = busy(600.0, 120_000.0, 1.0).seen();
    let status = one(&without, "requests_per_second", ">=", 1.0);
    assert_eq!(status.verdict, Verdict::NoData);
    assert!(status.why.contains("second dump"));
    let mut started = busy(600.0, 120_000.0, 1.0).at(1600.0);
    started.started_at = Some((1000.0, source(1)));
    assert_eq!(one(&started.seen(), "requests_per_second", ">=", 0.5).current, Some(1.0));
    let untimed = Observation::window(busy(100.0, 1000.0, 3.0), busy(700.0, 121_000.0, 5.0));
    assert!(one(&untimed, "requests_per_second", ">=", 1.0).why.contains("seconds"));
}

#[test]
fn no_demand_is_no_violation() {
    let idle = Observation::window(busy(100.0, 1000.0, 0.0).at(0.0), busy(100.0, 1000.0, 0.0).at(60.0));
    assert_eq!(one(&idle, "requests_per_second", ">=", 1.0).verdict, Verdict::Undetermined);
    let stuck = Observation::window(busy(100.0, 1000.0, 3.0).at(0.0), busy(100.0, 1000.0, 3.0).at(60.0));
    // No event in 60 s bounds the rate by 3.69 / 60 s.
    let status = one(&stuck, "requests_per_second", ">=", 1.0);
    assert_eq!(status.verdict, Verdict::Fail);
    assert!((status.interval.expect("an interval").1 - 0.0615).abs() < 1e-4);
}

#[test]
fn a_live_token_counter_comes_before_one_that_counts_at_the_end() {
    let live = |tokens| busy(100.0, 0.0, 3.0).counter(Counter::LiveOutputTokens, tokens);
    let seen = Observation::window(live(0.0).at(0.0), live(6000.0).at(60.0));
    assert_eq!(one(&seen, "output_tokens_per_second", ">=", 1.0).current, Some(100.0));
}

#[test]
fn the_servers_own_rate_is_shown_but_not_judged() {
    let seen = snapshot(BackendId::Sglang).counter(Counter::OutputTokens, 5000.0).gauge(Gauge::GenerationThroughput, 80.0).seen();
    let status = one(&seen, "system_metrics.throughput_tokens_per_second", ">=", 100.0);
    assert_eq!((status.verdict, status.current), (Verdict::Undetermined, Some(80.0)));
}

#[test]
fn a_gauge_is_one_moment_and_a_window_has_two() {
    let seen = busy(1.0, 1.0, 12.0).seen();
    assert_eq!(one(&seen, "queue.waiting", "<=", 10.0).verdict, Verdict::Fail);
    assert_eq!(one(&seen, "queue.waiting", "<=", 12.0).verdict, Verdict::Pass);
    assert_eq!(one(&window(), "queue.waiting", "<=", 4.0).verdict, Verdict::Undetermined, "3 at first, then 5");
    assert_eq!(one(&window(), "queue.waiting", "<=", 2.0).verdict, Verdict::Fail);
    assert_eq!(one(&seen, "kv_cache.usage", "<=", 0.9).verdict, Verdict::NoData);
}

#[test]
fn classic_cache_usage_is_reported_in_percent() {
    let seen = snapshot(BackendId::Vllm).gauge(Gauge::KvUsage, 0.98).seen();
    let status = one(&seen, "gpu_metrics.cache_usage_perc", "<", 85.0);
    assert_eq!((status.verdict, status.current, status.reported_current()), (Verdict::Fail, Some(0.98), Some(98.0)));
    assert_eq!(status.reported_interval(), Some((98.0, 98.0)));
    assert!((status.deviation_percent().expect("a value") - 15.294).abs() < 1e-3);
    // Equality within a hundredth speaks of the number as it was asked.
    assert_eq!(one(&seen, "gpu_metrics.cache_usage_perc", "==", 98.5).verdict, Verdict::Fail);
}

#[test]
fn the_hit_rate_is_tokens_over_tokens() {
    let cached = |hits: f64| snapshot(BackendId::Vllm).counter(Counter::PrefixHits, hits).counter(Counter::PrefixQueries, 1000.0);
    let status = one(&cached(750.0).seen(), "prefix_cache.hit_rate", ">=", 0.7);
    assert_eq!((status.verdict, status.current), (Verdict::Pass, Some(0.75)));
    let mut inflated = cached(750.0);
    inflated.caveats.push(Caveat::PrefixQueriesInflated);
    assert_eq!(one(&inflated.seen(), "prefix_cache.hit_rate", ">=", 0.7).verdict, Verdict::Undetermined);
    let idle = snapshot(BackendId::Sglang).gauge(Gauge::CacheHitRateGauge, 0.0).seen();
    assert_eq!(one(&idle, "cache_metrics.cache_hit_rate", ">=", 0.7).verdict, Verdict::Undetermined, "the gauge of the last batch");
    assert_eq!(one(&snapshot(BackendId::Tgi).seen(), "prefix_cache.hit_rate", ">=", 0.7).verdict, Verdict::NoData);
}

#[test]
fn order_and_number_of_targets_are_kept() {
    let targets = [target("queue.waiting", "<=", 10.0), target("availability", ">=", 0.99), target("queue.waiting", "<=", 10.0)];
    let statuses = evaluate(&window(), &targets);
    assert_eq!(statuses.iter().map(|status| status.target.clone()).collect::<Vec<_>>(), targets);
}
