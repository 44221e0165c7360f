//! Verdicts that hold: what may be said of queues, stalls and scores, on texts like those that people paste.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::{Band, Bottleneck, Report, RuleVerdict};
use servescope::rule::Severity;

use crate::support::snapshots;

/// One report of texts that were taken at these seconds.
fn report(texts: &[(&str, Option<f64>)]) -> Report {
    let inputs: Vec<Input> = texts
        .iter()
        .map(|(text, at)| Input { name: "dump".into(), at: *at, hint: None, parsed: exposition::parse(text.as_bytes()) })
        .collect();
    analyze(&inputs, &Options::default()).expect("a report")
}

fn field(files: &[&str]) -> Report {
    let texts: Vec<String> =
        files.iter().map(|file| String::from_utf8_lossy(&snapshots::file(&format!("field/{file}.prom"))).into_owned()).collect();
    report(&texts.iter().map(|text| (text.as_str(), None)).collect::<Vec<_>>())
}

fn finding<'a>(report: &'a Report, id: &str) -> &'a Bottleneck {
    report.bottlenecks.iter().find(|finding| finding.id == id).unwrap_or_else(|| panic!("{id}: {:#?}", report.bottlenecks))
}

fn says(report: &Report, id: &str) -> bool {
    report.bottlenecks.iter().any(|finding| finding.id == id)
}

fn tgi(running: u32, waiting: u32, finished: u32) -> String {
    format!(
        "# TYPE tgi_batch_current_size gauge\ntgi_batch_current_size {running}\n# TYPE tgi_queue_size gauge\ntgi_queue_size {waiting}\n\
         # TYPE tgi_request_success counter\ntgi_request_success {finished}\n# TYPE tgi_request_count counter\ntgi_request_count {finished}\n"
    )
}

fn sglang(running: u32, waiting: u32, finished: u32) -> String {
    format!(
        "# TYPE sglang:num_running_reqs gauge\nsglang:num_running_reqs{{model_name=\"m\"}} {running}\n\
         # TYPE sglang:num_queue_reqs gauge\nsglang:num_queue_reqs{{model_name=\"m\"}} {waiting}\n\
         # TYPE sglang:token_usage gauge\nsglang:token_usage{{model_name=\"m\"}} 0.1\n\
         # TYPE sglang:num_requests_total counter\nsglang:num_requests_total{{model_name=\"m\"}} {finished}\n\
         # TYPE sglang:prompt_tokens_total counter\nsglang:prompt_tokens_total{{model_name=\"m\"}} {}\n\
         # TYPE sglang:generation_tokens_total counter\nsglang:generation_tokens_total{{model_name=\"m\"}} {}\n",
        finished * 100,
        finished * 50
    )
}

#[needs::corpus]
#[test]
fn a_queue_of_thousands_is_high_and_a_lifetime_latency_beside_it_is_not_more() {
    let text = snapshots::file("dumps/sglang/docs_2025-03-03_llama8b_overloaded.prom");
    let report = report(&[(&String::from_utf8_lossy(&text), None)]);
    let worst = report.bottlenecks.iter().map(|finding| finding.severity).max();
    assert_eq!(worst, Some(Severity::High), "by the queue of this moment");
    for lifetime in report.bottlenecks.iter().filter(|finding| finding.explains.iter().all(|symptom| symptom != "queue")) {
        assert!(lifetime.severity <= Severity::Medium, "{lifetime:#?}");
    }
    assert!(report.overall_health_score.expect("a score") <= 49.0);
}

#[needs::corpus]
#[test]
fn requests_that_wait_while_nothing_runs_have_no_score() {
    let report = field(&["hang-no-one-runs"]);
    assert_eq!((report.overall_health_score, report.health.band), (None, Band::Unknown));
    assert_eq!(report.headline.text, "37 requests wait and nothing runs.");
    assert_eq!(report.hypotheses[0].cause, "engine-stalled");
}

#[needs::corpus]
#[test]
fn a_queue_that_is_gone_is_no_finding() {
    let report = field(&["gauges-move-c", "gauges-move-d"]);
    assert!(!says(&report, "queue-unexplained"), "{:#?}", report.bottlenecks);
}

#[test]
fn a_queue_beside_nothing_that_runs_and_nothing_that_moves_is_a_stall_on_every_server() {
    for (server, text) in [("SGLang", sglang(0, 12, 500)), ("TGI", tgi(0, 12, 500))] {
        let later = text.replace(" 12\n", " 15\n");
        let report = report(&[(&text, Some(1000.0)), (&later, Some(1060.0))]);
        assert_eq!(report.state.id, "stalled", "{server}");
        assert!(says(&report, "engine-stalled"), "{server}: {:#?}", report.bottlenecks);
        assert_eq!(report.overall_health_score, Some(0.0), "{server}");
    }
}

#[test]
fn finishes_that_are_late_are_no_stall_while_something_runs() {
    let text = sglang(4, 12, 500);
    assert_ne!(report(&[(&text, Some(1000.0)), (&text, Some(1060.0))]).state.id, "stalled");
}

#[test]
fn an_sglang_where_nothing_runs_waits_or_finishes_is_idle() {
    let text = sglang(0, 0, 500);
    for seconds in [10.0, 30.0, 300.0] {
        let report = report(&[(&text, Some(1000.0)), (&text, Some(1000.0 + seconds))]);
        assert_eq!(report.state.id, "idle", "after {seconds} s");
    }
}

#[test]
fn a_rule_that_an_idle_server_gives_nothing_to_judge_is_not_called_clear() {
    let text = sglang(0, 0, 500);
    let report = report(&[(&text, Some(1000.0)), (&text, Some(1060.0))]);
    let verdict = |id: &str| report.rules.iter().find(|rule| rule.id == id).expect("a rule").verdict;
    for id in ["sequence-limit", "kv-capacity-bound", "compute-saturated", "slow-prefill"] {
        assert_eq!(verdict(id), RuleVerdict::NotMeasurable, "{id}");
    }
    assert!(report.not_measurable.iter().any(|missing| missing.what == "a server at work"));
}

fn vllm(steps: u32, prompt: u32, output: u32, finished: u32) -> String {
    format!(
        "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{{engine=\"0\",model_name=\"m\"}} 1\n\
         # TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{{engine=\"0\",model_name=\"m\"}} 0\n\
         # TYPE vllm:kv_cache_usage_perc gauge\nvllm:kv_cache_usage_perc{{engine=\"0\",model_name=\"m\"}} 0.95\n\
         # TYPE vllm:num_preemptions_total counter\nvllm:num_preemptions_total{{engine=\"0\",model_name=\"m\"}} 0\n\
         # TYPE vllm:prompt_tokens_total counter\nvllm:prompt_tokens_total{{engine=\"0\",model_name=\"m\"}} {prompt}\n\
         # TYPE vllm:generation_tokens_total counter\nvllm:generation_tokens_total{{engine=\"0\",model_name=\"m\"}} {output}\n\
         # TYPE vllm:request_success_total counter\nvllm:request_success_total{{engine=\"0\",model_name=\"m\",finished_reason=\"stop\"}} {finished}\n\
         # TYPE vllm:iteration_tokens_total histogram\n\
         vllm:iteration_tokens_total_bucket{{engine=\"0\",model_name=\"m\",le=\"8192.0\"}} {steps}\n\
         vllm:iteration_tokens_total_bucket{{engine=\"0\",model_name=\"m\",le=\"+Inf\"}} {steps}\n\
         vllm:iteration_tokens_total_sum{{engine=\"0\",model_name=\"m\"}} {}\n\
         vllm:iteration_tokens_total_count{{engine=\"0\",model_name=\"m\"}} {steps}\n",
        steps * 1000
    )
}

#[test]
fn work_without_output_is_an_incident_and_no_good_use_of_memory() {
    let report = report(&[(&vllm(1000, 9000, 5000, 50), Some(1000.0)), (&vllm(1080, 9000, 5000, 50), Some(1090.0))]);
    let stalled = finding(&report, "engine-stalled");
    assert!(stalled.severity >= Severity::High && stalled.description.contains("no token came out"), "{stalled:#?}");
    assert!(!says(&report, "kv-full-and-healthy"), "{:#?}", report.bottlenecks);
    assert_ne!(report.health.band, Band::Healthy);
}

#[test]
fn before_a_vllm_is_restarted_it_is_asked_for_one_answer() {
    let text = vllm(1000, 9000, 5000, 50);
    let report = report(&[(&text, Some(1000.0)), (&text, Some(1060.0))]);
    let stalled = finding(&report, "engine-stalled");
    assert!(stalled.actions[0].change.contains("one short request"), "{stalled:#?}");
    assert!(stalled.actions.iter().skip(1).any(|action| action.change.contains("restart")), "{stalled:#?}");
}

#[needs::corpus]
#[test]
fn prompts_shorter_than_a_block_cannot_hit_whatever_they_share() {
    let report = field(&["block-larger-than-prompts-a", "block-larger-than-prompts-b"]);
    let reuse = finding(&report, "no-prefix-reuse");
    assert!(reuse.description.contains("cannot hit") && reuse.description.contains("8,320"), "{reuse:#?}");
    assert!(!reuse.description.contains("share no beginnings"), "{reuse:#?}");
}

#[needs::corpus]
#[test]
fn no_slot_limit_is_claimed_while_ever_more_prompts_are_computed() {
    let report = field(&["prefill-only-running-rises-a", "prefill-only-running-rises-b"]);
    assert!(!says(&report, "sequence-limit"), "{:#?}", report.bottlenecks);
    assert_eq!(report.headline.rule.as_deref(), Some("compute-saturated"), "{}", report.headline.text);
}

#[needs::corpus]
#[test]
fn a_starved_rank_is_said_from_one_dump_before_more_memory() {
    let report = field(&["one-rank-starved-table"]);
    assert_eq!(report.headline.rule.as_deref(), Some("rank-imbalance"), "{}", report.headline.text);
    assert!(finding(&report, "rank-imbalance").description.contains("40 requests wait on rank"));
}

#[needs::corpus]
#[test]
fn swapped_requests_are_evidence_of_a_full_cache() {
    let report = field(&["swapped-to-cpu"]);
    let full = finding(&report, "kv-capacity-bound");
    for label in ["requests swapped out", "CPU KV cache in use"] {
        assert!(full.evidence.iter().any(|evidence| evidence.label == label), "{label}: {full:#?}");
    }
}
