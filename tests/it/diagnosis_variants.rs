//! Real texts with one thing changed: the diagnosis follows.

use crate::support::diagnosis::{claimed, diagnosis, first_cause, server};
use crate::support::snapshots;
use servescope::rule::{Diagnosis, RuleVerdict};
use servescope::signal::{Observation, same_settings};

const LOADED: &str = "dumps/vllm/er0080-vllm-0.25.1-loaded.prom";

/// The text of a file with every sample line rewritten: its series (name and labels) gives the new value, `None` takes the line out.
fn edited(path: &str, edit: impl Fn(&str, &str) -> Option<String>) -> String {
    let bytes = snapshots::file(path);
    let text = String::from_utf8_lossy(&bytes);
    let line = |line: &str| match line.rsplit_once(' ').filter(|_| !line.starts_with('#')) {
        Some((series, value)) => edit(series, value).map_or_else(String::new, |value| format!("{series} {value}\n")),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn loaded(edit: impl Fn(&str, &str) -> Option<String>) -> Diagnosis {
    let text = edited(LOADED, edit);
    diagnosis(&Observation::snapshot(server(&text, None).expect("a server")))
}

fn set<'a>(start: &'a str, to: &'a str) -> impl Fn(&str, &str) -> Option<String> + 'a {
    move |series, value| Some(if series.starts_with(start) { to } else { value }.to_owned())
}

fn without<'a>(start: &'a str) -> impl Fn(&str, &str) -> Option<String> + 'a {
    move |series, value| (!series.starts_with(start)).then(|| value.to_owned())
}

fn verdict(found: &Diagnosis, rule: &str) -> RuleVerdict {
    found.statuses.iter().find(|status| status.rule.id == rule).expect("a rule").verdict
}

#[needs::corpus]
#[test]
fn with_nobody_waiting_nothing_is_wrong() {
    let found = loaded(set("vllm:num_requests_waiting", "0"));
    assert_eq!(claimed(&found), Vec::<&str>::new(), "{}", found.headline.text);
}

#[needs::corpus]
#[test]
fn without_the_cache_usage_neither_slots_nor_memory_are_blamed_or_acquitted() {
    let found = loaded(without("vllm:kv_cache_usage_perc"));
    assert_eq!(first_cause(&found), None);
    for rule in ["sequence-limit", "kv-capacity-bound"] {
        assert_eq!(verdict(&found, rule), RuleVerdict::NotMeasurable, "{rule}");
    }
    assert!(claimed(&found).contains(&"queue-unexplained"));
}

#[needs::corpus]
#[test]
fn between_room_and_full_nothing_is_blamed() {
    let found = loaded(set("vllm:kv_cache_usage_perc", "0.85"));
    assert_eq!(first_cause(&found), None, "{}", found.headline.text);
    let words = found.findings.iter().map(|finding| finding.sentence.as_str()).collect::<Vec<_>>().join(" ");
    assert!(words.contains("while requests wait and the KV cache is 85 % full"), "{words}");
}

#[needs::corpus]
#[test]
fn the_split_by_reason_stands_in_for_the_missing_queue_gauge() {
    let found = loaded(without("vllm:num_requests_waiting{"));
    assert_eq!(first_cause(&found), Some("sequence-limit"), "{}", found.headline.text);
}

#[needs::corpus]
#[test]
fn a_missing_running_gauge_is_named_and_the_queue_still_told() {
    let found = loaded(without("vllm:num_requests_running"));
    assert_eq!(found.state.sentence, "The text gives no usable number of running requests.");
    assert_eq!(first_cause(&found), None);
    assert!(found.headline.text.starts_with("64 requests wait"), "{}", found.headline.text);
}

#[needs::corpus]
#[test]
fn requests_that_wait_for_something_else_do_not_wait_for_slots() {
    let deferred = |series: &str, value: &str| {
        let by_reason = series.starts_with("vllm:num_requests_waiting_by_reason");
        Some(match (by_reason, series.contains("deferred")) {
            (true, true) => "62".to_owned(),
            (true, false) => "2".to_owned(),
            _ => value.to_owned(),
        })
    };
    let found = loaded(deferred);
    assert_eq!(first_cause(&found), Some("deferred-waiting"));
    assert!(!claimed(&found).contains(&"sequence-limit"));
}

#[needs::corpus]
#[test]
fn an_idle_server_with_a_bad_past_is_called_idle() {
    let bytes = snapshots::file("dumps/vllm/alint77-glm52-w4-target-metrics-after.prom");
    let found = diagnosis(&Observation::snapshot(server(&String::from_utf8_lossy(&bytes), None).expect("a server")));
    assert!(found.headline.text.contains("It is idle now."), "{}", found.headline.text);
}

#[needs::corpus]
#[test]
fn a_queue_that_formed_in_the_window_is_not_denied_without_the_time_in_queue() {
    let read = |at: u32| {
        let path = format!("series/vllm-0.32.0/d_kv_exhaustion_preempt/t{at:03}.prom");
        server(&edited(&path, without("vllm:request_queue_time_seconds")), Some(1.8e9 + f64::from(at))).expect("a server")
    };
    let found = diagnosis(&Observation::window(read(10), read(55)));
    assert_ne!(verdict(&found, "kv-capacity-bound"), RuleVerdict::Clear, "{}", found.headline.text);
}

#[needs::corpus]
#[test]
fn texts_of_two_releases_are_no_window() {
    let read = |path: &str, at: f64| server(&String::from_utf8_lossy(&snapshots::file(path)), Some(1.8e9 + at)).expect("a server");
    let old = read("series/vllm-0.8.5-v0/c_queue_max_num_seqs/t045.prom", 0.0);
    let new = read("series/vllm-0.32.0/c_queue_max_num_seqs/t020.prom", 60.0);
    assert!(same_settings(&old, &new).is_err());
}
