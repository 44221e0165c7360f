//! Small texts like those that people paste, with what each must give.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::support::corpus;
use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::{Band, Report};
use servescope::signal::{Gauge, Mode};
use servescope::slo::Verdict;

fn report(names: &[&str]) -> Report {
    let input = |(place, name): (usize, &&str)| {
        let text = std::fs::read(corpus().join("field").join(format!("{name}.prom"))).expect("a text");
        let at = (names.len() > 1).then_some(1.8e9 + 60.0 * place as f64);
        Input { name: (*name).to_owned(), at, hint: None, parsed: exposition::parse(&text) }
    };
    analyze(&names.iter().enumerate().map(input).collect::<Vec<_>>(), &Options::default()).expect("a report")
}

fn signal(report: &Report, gauge: Gauge) -> Option<f64> {
    report.signals.iter().find(|signal| signal.path == gauge.path()).map(|signal| signal.value)
}

fn has_note(report: &Report, id: &str) -> bool {
    report.notes.iter().any(|note| note.id == id)
}

#[needs::corpus]
#[test]
fn elided_and_masked_labels_are_read() {
    for name in ["labels-elided", "labels-partly-elided", "label-unquoted"] {
        let report = report(&[name]);
        assert_eq!((signal(&report, Gauge::Running), signal(&report, Gauge::Waiting)), (Some(0.0), Some(6.0)), "{name}");
        assert!(has_note(&report, "labels-left-out"));
        assert_ne!(report.health.band, Band::Healthy);
    }
}

#[needs::corpus]
#[test]
fn histograms_without_their_buckets_give_means() {
    for (name, means) in [
        ("histogram-sum-count-only", vec![("ttft", 14.0), ("e2e", 20.0), ("queue_time", 13.0)]),
        ("histogram-inf-bucket-only", vec![("ttft", 5.0), ("e2e", 20.5)]),
    ] {
        let report = report(&[name]);
        for (path, mean) in means {
            let found = report.anatomy.distributions.iter().find(|found| found.path == path).unwrap_or_else(|| panic!("{name}: {path}"));
            assert_eq!((found.mean, found.quantiles.len()), (Some(mean), 0), "{name}: {path}");
        }
        assert!(report.slo_statuses.iter().any(|status| status.verdict == Verdict::Fail), "{name}");
        assert!(!report.headline.text.contains("No bottleneck"), "{name}: {}", report.headline.text);
    }
}

#[needs::corpus]
#[test]
fn a_latency_that_cannot_be_is_a_finding_and_no_ground_for_a_score() {
    let report = report(&["latencies-impossible"]);
    assert_eq!((report.health.score, report.health.band), (None, Band::Unknown));
    assert!(report.bottlenecks.iter().any(|found| found.id == "latencies-contradict"));
    assert!(report.slo_statuses.iter().all(|status| status.verdict == Verdict::NoData));
}

#[needs::corpus]
#[test]
fn values_out_of_range_are_named() {
    let negative = report(&["gauge-out-of-range-negative"]);
    assert!(negative.notes.iter().any(|note| note.id == "out-of-range" && note.sentence.contains("line 3")));
    assert!(negative.not_measurable.iter().all(|missing| missing.what != Gauge::KvUsage.words() || missing.how.contains("line 3")));
    let above = report(&["gauge-out-of-range-above-one"]);
    assert_eq!(signal(&above, Gauge::KvUsage), Some(0.9));
    assert!(above.notes.iter().any(|note| note.id == "out-of-range" && note.sentence.contains("1.37 on line 8")));
}

#[needs::corpus]
#[test]
fn quoted_lines_are_no_dump_and_pages_are() {
    for name in ["line-quoted-before-the-page", "line-quoted-before-the-page-blank", "line-quoted-before-the-page-fenced"] {
        let report = report(&[name]);
        assert_eq!(report.mode, Mode::Snapshot, "{name}");
        assert_eq!((signal(&report, Gauge::Running), signal(&report, Gauge::Waiting)), (Some(5.0), Some(3.0)), "{name}");
    }
    let text = std::fs::read(corpus().join("field/two-scrapes-really.prom")).expect("a text");
    assert_eq!(exposition::parse(&text).scrapes.len(), 2);
    assert!(has_note(&report(&["two-scrapes-really"]), "same-text-twice"));
}

#[needs::corpus]
#[test]
fn stages_are_not_added_up() {
    let report = report(&["stages-are-engines"]);
    assert_eq!((signal(&report, Gauge::Running), signal(&report, Gauge::Waiting)), (Some(4.0), Some(20.0)));
}

#[needs::corpus]
#[test]
fn words_about_a_moment_are_about_one_moment() {
    assert_eq!(report(&["gauges-move-a", "gauges-move-b"]).state.sentence, "40 requests running, 2 waiting (was 50).");
    let calm = report(&["gauges-move-c", "gauges-move-d"]);
    assert_eq!(calm.state.sentence, "0 requests running (was 10), 0 waiting (was 50).");
    assert!(calm.headline.text.contains("none waiting"), "{}", calm.headline.text);
}

/// The cache was 99 % full at the first dump and is 88 % full now, while requests wait.
#[test]
fn how_full_the_cache_is_is_said_of_now() {
    let page = |usage: f64, tokens: u32, preempted: u32| {
        format!(
            "vllm:num_requests_running 40\nvllm:num_requests_waiting 30\nvllm:kv_cache_usage_perc {usage}\nvllm:generation_tokens_total {tokens}\n\
             vllm:prompt_tokens_total {tokens}\nvllm:num_preemptions_total {preempted}\n\
             vllm:request_success_total{{finished_reason=\"stop\"}} {}\n",
            tokens / 100
        )
    };
    let input = |(at, text): (f64, String)| Input {
        name: "x".to_owned(),
        at: Some(1.8e9 + at),
        hint: None,
        parsed: exposition::parse(text.as_bytes()),
    };
    let inputs: Vec<Input> = [(0.0, page(0.99, 50_000, 3)), (60.0, page(0.88, 90_000, 90))].into_iter().map(input).collect();
    let report = analyze(&inputs, &Options::default()).expect("a report");
    let cause = report.bottlenecks.iter().find(|found| found.id == "kv-capacity-bound").expect("the cache is short");
    assert!(cause.description.contains("88 % full (was 99 %)"), "{}", cause.description);
}
