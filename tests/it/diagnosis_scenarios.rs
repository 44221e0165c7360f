//! The seven dumps whose right answers are known, and a real loaded server.

use crate::support::diagnosis::{claimed, claims, diagnosis, first_cause, server};
use crate::support::snapshots;
use servescope::rule::{ConfidenceWord, Diagnosis, Role, Severity, Symptom};
use servescope::signal::Observation;

fn snapshot(path: &str) -> Diagnosis {
    let bytes = snapshots::file(path);
    let text = String::from_utf8_lossy(&bytes);
    diagnosis(&Observation::snapshot(server(&text, None).expect("a server")))
}

fn no_current_critical(found: &Diagnosis) {
    assert!(found.findings.iter().all(|finding| finding.severity < Severity::Critical), "{:#?}", found.findings);
}

#[needs::corpus]
#[test]
fn a_full_cache_with_a_queue_is_possibly_the_cause_and_past_preemptions_are_named_as_past() {
    let found = snapshot("dumps/scenarios/A-kv-full-preempting.prom");
    assert_eq!(first_cause(&found), Some("kv-capacity-bound"));
    let finding = &found.findings[0];
    assert_eq!(finding.confidence.word, ConfidenceWord::Possible);
    assert!(finding.sentence.contains("5,231 preemptions since start"), "{}", finding.sentence);
    no_current_critical(&found);
}

#[needs::corpus]
#[test]
fn a_target_missed_since_start_is_no_current_trouble_when_nothing_waits() {
    let found = snapshot("dumps/scenarios/B-slow-ttft-over-life-calm-now.prom");
    assert_eq!(first_cause(&found), None);
    assert!(found.unexplained.iter().any(|seen| seen.symptom == Symptom::Ttft && !seen.current));
    assert!(found.headline.text.contains("since start"), "{}", found.headline.text);
    assert!(found.headline.text.contains("Nothing waits now."), "{}", found.headline.text);
    no_current_critical(&found);
}

#[needs::corpus]
#[test]
fn slow_tokens_are_found_where_only_the_average_per_request_is_exported() {
    let found = snapshot("dumps/scenarios/C-slow-decode.prom");
    let symptoms: Vec<Symptom> = found.unexplained.iter().map(|seen| seen.symptom).collect();
    assert_eq!(symptoms, [Symptom::Itl], "the first token is fast");
    assert!(found.headline.text.starts_with("Tokens came too slowly since start"), "{}", found.headline.text);
    no_current_critical(&found);
}

#[needs::corpus]
#[test]
fn a_fresh_idle_server_is_idle_and_nothing_else() {
    let found = snapshot("dumps/scenarios/D-idle-fresh.prom");
    assert_eq!(found.state.kind.id(), "idle");
    assert!(claims(&found).is_empty(), "{:#?}", found.findings);
}

#[needs::corpus]
#[test]
fn a_busy_server_is_not_sick() {
    let found = snapshot("dumps/scenarios/E-busy-and-healthy.prom");
    assert!(claims(&found).is_empty(), "{:#?}", found.findings);
}

#[needs::corpus]
#[test]
fn a_queue_of_thousands_is_said_even_when_its_limit_cannot_be_told() {
    let found = snapshot("dumps/sglang/docs_2025-03-03_llama8b_overloaded.prom");
    assert!(found.headline.text.starts_with("2,826 requests wait"), "{}", found.headline.text);
    assert!(claims(&found).iter().any(|finding| finding.rule.id == "queue-unexplained"));
    // 162 is no chosen number, and SGLang reserves memory that its usage does not show.
    assert_eq!(first_cause(&found), None);
    no_current_critical(&found);
}

#[needs::corpus]
#[test]
fn old_preemptions_are_no_finding_on_a_calm_server() {
    let found = snapshot("dumps/scenarios/G-old-preemptions-calm-now.prom");
    assert!(claims(&found).is_empty(), "{:#?}", found.findings);
}

#[needs::corpus]
#[test]
fn a_real_server_with_64_running_and_64_waiting_is_short_of_slots() {
    let found = snapshot("dumps/vllm/er0080-vllm-0.25.1-loaded.prom");
    assert_eq!(first_cause(&found), Some("sequence-limit"));
    let finding = claims(&found).into_iter().next().unwrap();
    assert!(finding.sentence.contains("KV has room for 195 (inferred)"), "{}", finding.sentence);
    assert!(finding.evidence.iter().any(|evidence| evidence.value == 195.0 && evidence.inferred));
    assert_eq!(finding.confidence.word, ConfidenceWord::Possible);
    assert_eq!(found.headline.text, "Requests wait for one of 64 slots while the KV cache is 11.2 % full.");
    no_current_critical(&found);
}

#[needs::corpus]
#[test]
fn the_same_server_with_a_full_cache_is_short_of_memory() {
    let bytes = snapshots::file("dumps/vllm/er0080-vllm-0.25.1-loaded.prom");
    let text: String = String::from_utf8_lossy(&bytes)
        .lines()
        .map(|line| match line.rsplit_once(' ') {
            Some((series, _)) if series.starts_with("vllm:kv_cache_usage_perc") => format!("{series} 0.98\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let found = diagnosis(&Observation::snapshot(server(&text, None).unwrap()));
    assert_eq!(first_cause(&found), Some("kv-capacity-bound"));
    assert!(!claimed(&found).contains(&"sequence-limit"));
    assert!(claims(&found).iter().all(|finding| finding.role != Role::Cause || finding.confidence.word == ConfidenceWord::Possible));
}

#[needs::corpus]
#[test]
fn the_same_server_idle_has_nothing_to_judge() {
    let found = snapshot("dumps/vllm/er0080-vllm-0.25.1-idle.prom");
    assert_eq!(found.state.kind.id(), "idle");
    assert_eq!(first_cause(&found), None);
}
