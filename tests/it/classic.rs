//! The classic profile gives what the first design gives, on values that are read correctly.

use crate::slo_support::{Fill, INF, snapshot, target};
use servescope::classic::{Finding, Thresholds, check, detect, recommendations, score};
use servescope::health;
use servescope::metrics::Unit;
use servescope::rule::{BottleneckType, Severity};
use servescope::signal::{BackendId, Distribution, Gauge, Observation, Reading, Source, Span, TimeBase};
use servescope::slo::{Verdict, evaluate};

fn found(seen: &Observation) -> Vec<(&'static str, Severity)> {
    detect(seen, &Thresholds::default()).into_iter().map(|finding| (finding.id, finding.severity)).collect()
}

/// 100 observations that sum up to a mean.
fn vllm(ttft: f64, per_token: f64, waiting: f64, usage: f64) -> Observation {
    let counts = [50.0, 100.0, 100.0];
    snapshot(BackendId::Vllm)
        .spread(Distribution::Ttft, &[0.05, 10.0, INF], &counts, 100.0 * ttft)
        .spread(Distribution::Itl, &[0.05, 10.0, INF], &counts, 100.0 * per_token)
        .gauge(Gauge::Waiting, waiting)
        .gauge(Gauge::KvUsage, usage)
        .seen()
}

#[test]
fn vllm_is_checked_for_latency_queue_and_memory() {
    assert_eq!(found(&vllm(0.05, 0.02, 3.0, 0.5)), []);
    // 0.25 / 0.1 is 2.5, 0.06 / 0.05 is 1.2 less a rounding error, 15 / 10 is 1.5; memory is high whatever the excess.
    let expected = [
        ("classic-high-ttft", Severity::Critical),
        ("classic-high-tpot", Severity::Low),
        ("classic-queue-buildup", Severity::High),
        ("classic-memory-pressure", Severity::High),
    ];
    assert_eq!(found(&vllm(0.25, 0.0599, 15.0, 0.86)), expected);
}

#[test]
fn a_value_on_its_threshold_is_no_finding() {
    assert_eq!(found(&vllm(0.1, 0.05, 10.0, 0.85)), []);
}

#[test]
fn percent_is_compared_with_percent() {
    let finding = detect(&vllm(0.05, 0.02, 0.0, 0.98), &Thresholds::default()).remove(0);
    assert_eq!((finding.current, finding.threshold, finding.kind), (98.0, 85.0, BottleneckType::MemoryPressure));
    assert_eq!((finding.metric_name, finding.signal), ("cache_usage_perc", "kv_cache.usage"));
}

#[test]
fn tgi_is_checked_for_time_per_token_queue_and_batch() {
    let seen = |batch: f64| {
        snapshot(BackendId::Tgi)
            .spread(Distribution::Tpot, &[0.05, 1.0, INF], &[0.0, 100.0, 100.0], 8.0)
            .gauge(Gauge::Waiting, 40.0)
            .gauge(Gauge::Running, batch)
            .seen()
    };
    let expected =
        [("classic-high-tpot", Severity::High), ("classic-queue-buildup", Severity::Critical), ("classic-small-batch", Severity::Medium)];
    assert_eq!(found(&seen(3.0)), expected);
    assert_eq!(found(&seen(0.0)), expected, "the severity of a small batch is fixed");
    assert_eq!(found(&seen(4.0)), expected[..2]);
}

#[test]
fn sglang_is_checked_for_ttft_hit_rate_throughput_and_queue() {
    let idle = snapshot(BackendId::Sglang)
        .gauge(Gauge::CacheHitRateGauge, 0.0)
        .gauge(Gauge::GenerationThroughput, 0.0)
        .gauge(Gauge::Waiting, 0.0)
        .seen();
    let critical = [("classic-low-cache-hit-rate", Severity::Critical), ("classic-low-throughput", Severity::Critical)];
    assert_eq!(found(&idle), critical, "an idle server is critical twice: that is what the first design says");
    assert_eq!(score(&detect(&idle, &Thresholds::default()), &[]), 50.0);
    let busy = snapshot(BackendId::Sglang)
        .spread(Distribution::Ttft, &[0.1, 1.0, INF], &[0.0, 10.0, 10.0], 1.3)
        .gauge(Gauge::CacheHitRateGauge, 0.6)
        .gauge(Gauge::GenerationThroughput, 90.0)
        .gauge(Gauge::Waiting, 11.0)
        .seen();
    let expected = [
        ("classic-high-ttft", Severity::Medium),
        ("classic-low-cache-hit-rate", Severity::Low),
        ("classic-low-throughput", Severity::Low),
        ("classic-queue-buildup", Severity::Low),
    ];
    assert_eq!(found(&busy), expected);
}

#[test]
fn what_is_not_in_the_text_is_no_finding() {
    for backend in [BackendId::Vllm, BackendId::Sglang, BackendId::Tgi] {
        assert_eq!(found(&snapshot(backend).seen()), []);
    }
}

#[test]
fn a_window_is_judged_by_its_own_mean() {
    let dump =
        |count: f64, sum: f64, at: f64| snapshot(BackendId::Vllm).spread(Distribution::Ttft, &[0.1, INF], &[count, count], sum).at(at);
    // A million fast requests, then a hundred slow ones: the lifetime mean is 0.05 s, that of the window 0.09 s.
    let window = Observation::window(dump(1e6, 5e4, 0.0), dump(1e6 + 100.0, 5e4 + 25.0, 60.0));
    let finding = detect(&window, &Thresholds::default()).remove(0);
    assert!((finding.current - 0.25).abs() < 1e-9);
    assert_eq!(finding.reading.time_base, TimeBase::Window(Span { seconds: Some(60.0), by: None }));
}

#[test]
fn thresholds_can_be_changed_by_name() {
    let stricter = Thresholds::with(&[("queue_size".to_owned(), 2.0)].into_iter().collect()).expect("a known name");
    let finding = detect(&vllm(0.05, 0.02, 3.0, 0.5), &stricter).remove(0);
    assert_eq!((finding.id, finding.threshold, finding.severity), ("classic-queue-buildup", 2.0, Severity::High));
}

fn finding(severity: Severity) -> Finding {
    Finding {
        id: "classic-high-ttft",
        title: "Time to first token is above its threshold",
        kind: BottleneckType::HighLatency,
        severity,
        metric_name: "time_to_first_token_seconds",
        current: 1.0,
        threshold: 0.1,
        higher_is_worse: true,
        recommendation: "Use smaller batches, or switch prefix caching on.",
        reading: Reading { value: 1.0, unit: Unit::Seconds, time_base: TimeBase::Instant, source: Source::default() },
        signal: "ttft",
    }
}

#[test]
fn the_score_takes_fixed_points_for_findings_and_a_share_for_targets() {
    // Two criticals, one high and one of four targets: 100 − 65 − 5 = 30.
    let seen = vllm(1.0, 0.02, 3.0, 0.5);
    let targets = [
        target("ttft.mean", "<", 0.5),
        target("itl.mean", "<", 0.05),
        target("queue.waiting", "<=", 10.0),
        target("kv_cache.usage", "<", 0.9),
    ];
    let statuses = check(evaluate(&seen, &targets));
    let findings = [finding(Severity::Critical), finding(Severity::Critical), finding(Severity::High)];
    assert_eq!(score(&findings, &statuses), 30.0);
    assert_eq!(score(&findings, &[]), 35.0, "no targets, no deduction");
    assert_eq!(score(&[const { Severity::Critical }; 5].map(finding), &statuses), 0.0);
    let health = health::classic(&findings, &statuses, &[]);
    assert_eq!((health.score, health.profile.as_str()), (Some(30.0), "classic"));
    assert_eq!(health.deductions.iter().map(|deduction| deduction.points).sum::<f64>(), 70.0);
}

#[test]
fn targets_are_checked_by_their_value_alone() {
    // Two requests are no sample, but the classic monitor does not ask for one.
    let seen = snapshot(BackendId::Vllm).spread(Distribution::Ttft, &[0.1, INF], &[2.0, 2.0], 0.1).gauge(Gauge::KvUsage, 0.855).seen();
    let statuses = check(evaluate(
        &seen,
        &[
            target("ttft.mean", "<", 0.1),
            target("ttft.p95", "<=", 0.05),
            target("gpu_metrics.cache_usage_perc", "==", 85.505),
            target("e2e.mean", "<", 1.0),
        ],
    ));
    let verdicts: Vec<Verdict> = statuses.iter().map(|status| status.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Fail, Verdict::Pass, Verdict::NoData]);
    assert_eq!(statuses[0].deviation_percent(), Some(-50.0));
    // A target without a value was not in the first design's list: one of three is missed.
    assert!((score(&[], &statuses) - (100.0 - 20.0 / 3.0)).abs() < 1e-12);
}

#[test]
fn recommendations_come_once_and_targets_after_findings() {
    let statuses = check(evaluate(&vllm(1.0, 0.02, 3.0, 0.5), &[target("ttft.mean", "<", 0.5)]));
    let all = recommendations(&[finding(Severity::Critical), finding(Severity::Low)], &statuses);
    let expected =
        ["Use smaller batches, or switch prefix caching on.", "Bring ttft.mean < 0.5 back to its target: it is 1.00, the target is 0.50."];
    assert_eq!(all, expected);
}

#[test]
fn a_finding_becomes_a_card_with_its_evidence() {
    let seen = vllm(0.25, 0.02, 3.0, 0.98);
    let cards: Vec<_> = detect(&seen, &Thresholds::default())
        .iter()
        .map(|finding| servescope::report::build::classic_bottleneck(finding, 1, Some("2026-11-24T00:00:00Z")))
        .collect();
    assert_eq!((cards[0].id.as_str(), cards[0].current_value, cards[0].threshold_value), ("classic-high-ttft", 0.25, 0.1));
    assert_eq!(cards[0].evidence[0].lines, [9].into());
    assert!(cards[0].description.contains("mean since the process started"), "{}", cards[0].description);
    assert_eq!((cards[1].current_value, cards[1].threshold_value), (98.0, 85.0));
    assert!(cards[1].formula.ends_with("98 % > 85 %"), "{}", cards[1].formula);
}
