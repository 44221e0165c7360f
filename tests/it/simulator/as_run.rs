//! What several API servers, grammars, embeddings and several answers do to vLLM's metrics, as observed.

use super::reader::{Text, read};
use crate::sim::*;

fn run(id: &str) -> (Run, String, Text) {
    let run = find(id).unwrap().run(Version::parse(Backend::Vllm, "0.32").unwrap(), 0, 0);
    let page = run.pages(&[200.0]).remove(0);
    let text = read(&page);
    (run, page, text)
}

fn labelled(text: &Text, name: &str, label: &str, value: &str) -> f64 {
    text.samples.iter().filter(|s| s.name == name && s.labels.get(label).is_some_and(|v| v == value)).map(|s| s.value).sum()
}

#[test]
fn several_api_servers_count_a_step_more_than_once_and_their_sum_is_right() {
    let (run, page, text) = run("api-servers-budget");
    let truth = run.truth(0.0, 200.0);
    let counted = text.sum("vllm:iteration_tokens_total_count");
    assert!(counted > 1.2 * f64::from(truth.steps) && counted < 2.0 * f64::from(truth.steps), "{counted} of {}", truth.steps);
    let tokens = text.sum("vllm:prompt_tokens_by_source_total") + text.sum("vllm:generation_tokens_total");
    assert!((text.sum("vllm:iteration_tokens_total_sum") / tokens - 1.0).abs() < 0.01);
    assert!(!page.contains("_created") && !page.contains("process_start_time_seconds"));
    let line = |name: &str| page.lines().position(|line| line.starts_with(name)).unwrap();
    assert!(line("vllm:iteration_tokens_total_sum") < line("vllm:iteration_tokens_total_count"), "the sum stands before the buckets");
}

#[test]
fn gauges_are_declared_and_empty_until_the_first_step() {
    let (_, page, text) = run("api-servers-fresh");
    assert!(page.contains("# TYPE vllm:num_requests_running gauge") && !text.has("vllm:num_requests_running"));
    assert!(text.has("vllm:generation_tokens_total"));
}

#[test]
fn requests_with_a_grammar_are_deferred_until_they_run() {
    let (_, _, text) = run("grammar-slots");
    assert!(text.sum("vllm:num_requests_waiting") > 4.0 && text.sum("vllm:num_requests_running") > 6.0);
    assert_eq!(labelled(&text, "vllm:num_requests_waiting_by_reason", "reason", "capacity"), 0.0);
}

#[test]
fn adapter_sets_stay_and_repeat_the_running_ones_as_waiting() {
    let (_, _, text) = run("api-servers-adapters");
    let sets: Vec<_> = text.samples.iter().filter(|s| s.name == "vllm:lora_requests_info").collect();
    assert!(sets.len() > 3 && sets.iter().all(|set| set.labels["running_lora_adapters"] == set.labels["waiting_lora_adapters"]));
    assert!(sets.iter().any(|set| set.value > 3.0e9), "several servers' times are added up");
}

#[test]
fn embeddings_show_nothing_that_runs_and_several_answers_are_several_requests() {
    let (_, _, text) = run("embed-slots");
    assert_eq!((text.sum("vllm:num_requests_running"), text.sum("vllm:kv_cache_usage_perc")), (0.0, 0.0));
    assert_eq!((text.sum("vllm:generation_tokens_total"), text.sum("vllm:request_params_max_tokens_count")), (0.0, 0.0));
    assert!(text.sum("vllm:request_success_total") > 100.0);
    let (_, _, text) = run("answers-calm");
    let (sent, finished) = (text.sum("vllm:request_params_n_count"), text.sum("vllm:request_success_total"));
    assert!(finished > 3.9 * sent && finished < 4.2 * sent, "{finished} for {sent}");
    assert_eq!(text.sum("http_requests_total"), sent);
    let hits = text.sum("vllm:prefix_cache_hits_total") / text.sum("vllm:prefix_cache_queries_total");
    assert!(hits > 0.4, "answers to one prompt find it: {hits}");
}
