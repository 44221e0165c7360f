//! Verdicts on texts like those that people paste, continued: many answers a request, recomputation, the classic profile on a part of a page.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::vllm_features::report_of;
use servescope::analyze::{Input, Options, Profile, analyze};
use servescope::exposition;
use servescope::report::Report;

const LABELS: &str = "{model_name=\"m\"}";

/// A V0 engine in which `running` requests run that ask for 100 answers each.
fn many_answers(running: u32, each: u32) -> Report {
    let sample = |name: &str, value: f64| format!("vllm:{name}{LABELS} {value}\n");
    let text = [
        sample("num_requests_running", f64::from(running)),
        sample("num_requests_swapped", 0.0),
        sample("num_requests_waiting", 98.0),
        sample("gpu_cache_usage_perc", 0.4),
        sample("prompt_tokens_total", 1200.0),
        sample("generation_tokens_total", 190_000.0),
        sample("request_params_n_count", 40.0),
        sample("request_params_n_sum", 40.0 * f64::from(each)),
    ];
    report_of(&[(0.0, text.concat())])
}

#[test]
fn many_answers_a_request_explain_few_that_run_beside_many_that_wait() {
    let report = many_answers(2, 100);
    assert!(report.headline.text.contains("100 answers") && report.headline.text.contains("200 sequences"), "{}", report.headline.text);
    let first = &report.hypotheses[0];
    assert!(first.cause == "sequence-limit" && first.supports.iter().any(|sentence| sentence.contains("200 sequences")), "{first:?}");
    assert!(!many_answers(2, 1).headline.text.contains("answers"));
}

#[test]
fn a_hit_rate_beside_preemptions_says_that_old_releases_count_recomputation() {
    let caveat = |labels: &str, usage: &str, preempted: f64| {
        let sample = |name: &str, value: f64| format!("vllm:{name}{{model_name=\"m\"{labels}}} {value}\n");
        let text = [
            sample("num_requests_running", 4.0),
            sample("num_requests_waiting", 0.0),
            sample(usage, 0.9),
            sample("num_preemptions_total", preempted),
            sample("prompt_tokens_total", 4000.0),
            sample("prefix_cache_queries_total", 4000.0),
            sample("prefix_cache_hits_total", 3000.0),
            if labels.contains("new") { sample("admission_rejections_total", 0.0) } else { String::new() },
        ];
        let report = report_of(&[(0.0, text.concat())]);
        let rate = report.signals.iter().find(|signal| signal.path == "prefix_cache.hit_rate").expect("a rate");
        rate.caveat.clone()
    };
    let old = caveat(",engine=\"0\"", "gpu_cache_usage_perc", 12.0);
    assert!(old.as_ref().is_some_and(|caveat| caveat.contains("after a preemption")), "{old:?}");
    assert_eq!(caveat(",engine=\"0\"", "gpu_cache_usage_perc", 0.0), None);
}

#[test]
fn the_classic_profile_names_its_checks_that_had_no_input() {
    let report = |text: &str| {
        let input = Input { name: "a part".to_owned(), at: None, hint: None, parsed: exposition::parse(text.as_bytes()) };
        analyze(&[input], &Options { profile: Profile::Classic, ..Options::default() }).expect("a report")
    };
    let part = report("vllm:num_requests_running{model_name=\"m\"} 4\nvllm:num_requests_waiting{model_name=\"m\"} 0\n");
    assert!(part.headline.text.contains("3 checks had no input: time to first token"), "{}", part.headline.text);
    assert!(part.health.coverage[0].contains("3 classic checks"), "{:?}", part.health.coverage);
    // The number is what the fixed thresholds give.
    assert_eq!(part.health.score, Some(100.0));
}
