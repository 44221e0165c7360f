//! Where one dump proves nothing it still names what may be behind it, with what would decide; and says nothing of calm servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use servescope::analyze::{Input, Options, analyze};
use servescope::export::markdown;
use servescope::exposition;
use servescope::report::{Hypothesis, Report};
use servescope::rule::Role;

use crate::sim::{Backend, find, scenarios};
use crate::support::snapshots;

fn report(bytes: &[u8]) -> Report {
    let input = Input { name: "dump".into(), at: None, hint: None, parsed: exposition::parse(bytes) };
    analyze(&[input], &Options::default()).expect("a report")
}

/// The last page of a labelled run, alone.
fn one_dump(scenario: &str, backend: Backend, seed: u64) -> Report {
    let scenario = find(scenario).expect("a condition");
    let pages = scenario.run(scenario.version(backend, seed), seed, 0).pages(&[scenario.window.1]);
    report(pages[0].as_bytes())
}

fn claimed(report: &Report) -> Vec<&str> {
    report.bottlenecks.iter().filter(|finding| finding.role == Role::Cause).map(|finding| finding.id.as_str()).collect()
}

fn possible<'a>(report: &'a Report, cause: &str) -> &'a Hypothesis {
    report.hypotheses.iter().find(|hypothesis| hypothesis.cause == cause).unwrap_or_else(|| panic!("{cause}: {:#?}", report.hypotheses))
}

#[test]
fn totals_since_start_name_what_one_dump_cannot_prove() {
    for (scenario, backend, seed, cause) in [
        ("budget-small", Backend::Vllm, 0, "token-budget-bound"),
        ("dp-imbalance", Backend::Sglang, 1, "rank-imbalance"),
        ("spec-poor", Backend::Vllm, 2, "poor-speculation"),
        ("longtail", Backend::Tgi, 3, "long-prompt-tail"),
        ("slow-prefill", Backend::Vllm, 1, "slow-prefill"),
        ("frontend", Backend::Sglang, 0, "frontend-bound"),
        ("prefill-interf", Backend::Vllm, 2, "prefill-interference"),
        ("mm-cache", Backend::Vllm, 3, "multimodal-cache-miss"),
        ("pd-prefill-short", Backend::Sglang, 1, "prefill-workers-short"),
        ("kv-transfer-failures", Backend::Sglang, 2, "kv-transfer-failures"),
        ("stall-dead", Backend::Tgi, 0, "engine-stalled"),
        ("stalls", Backend::Sglang, 0, "decode-stalls"),
    ] {
        let report = one_dump(scenario, backend, seed);
        assert_eq!(claimed(&report), [""; 0], "{scenario}: a lifetime total is no claim");
        let first = report.hypotheses.first().unwrap_or_else(|| panic!("{scenario}: no hypothesis"));
        assert_eq!(first.cause, cause, "{scenario}: {:#?}", report.hypotheses);
        assert!(!first.supports.is_empty() && !first.decide.is_empty(), "{first:#?}");
        let health = &report.health;
        assert!(health.deductions.iter().all(|deduction| deduction.rule.as_deref() != Some(cause)), "a hypothesis costs no points");
    }
}

#[test]
fn a_calm_server_has_no_hypotheses() {
    for scenario in scenarios().into_iter().filter(|scenario| scenario.forbidden.contains(&"*")) {
        for backend in scenario.backends {
            let report = one_dump(scenario.id, *backend, 3);
            assert_eq!(report.hypotheses, [], "{} {}", scenario.id, backend.name());
        }
    }
}

#[needs::corpus]
#[test]
fn a_queue_of_thousands_gets_causes_to_choose_from_and_what_would_decide() {
    let bytes = snapshots::file("dumps/sglang/docs_2025-03-03_llama8b_overloaded.prom");
    let report = report(&bytes);
    let first = &report.hypotheses[0];
    assert_eq!(first.cause, "compute-saturated");
    // 86.5 tokens/s by 162 running requests, against a gap of 117 ms.
    assert!(first.supports.iter().any(|sentence| sentence.contains("0.534 tok/s") && sentence.contains("8.54 tok/s")), "{first:#?}");
    let reserved = possible(&report, "over-reservation");
    // 123,859 used tokens are 28 % of some 442,000.
    assert!(reserved.supports.iter().any(|sentence| sentence.contains("442")), "{reserved:#?}");
    let slots = possible(&report, "sequence-limit");
    assert!(slots.contradicts.iter().any(|sentence| sentence.contains("162")), "{slots:#?}");
    assert!(slots.decide.contains("--max-running-requests"), "{slots:#?}");
}

#[test]
fn a_cause_that_is_claimed_as_possible_is_the_first_of_them() {
    let report = one_dump("kv-short", Backend::Vllm, 0);
    assert_eq!(claimed(&report).first(), Some(&"kv-capacity-bound"));
    let causes: Vec<&str> = report.hypotheses.iter().map(|hypothesis| hypothesis.cause.as_str()).collect();
    assert_eq!(causes.iter().filter(|cause| **cause == "kv-capacity-bound").count(), 1, "{causes:?}");
    assert_eq!(causes[0], "kv-capacity-bound");
}

#[test]
fn the_markdown_lists_them_with_what_decides() {
    let report = one_dump("budget-small", Backend::Vllm, 0);
    let text = markdown(&report);
    let part = text.split("## Possible causes, likeliest first").nth(1).expect("the section");
    assert!(part.contains("token-budget-bound") && part.contains("decides: ") && part.contains("--max-num-batched-tokens"), "{part}");
}
