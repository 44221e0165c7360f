//! The pages look like those of the real servers, and show their quirks.

use std::collections::{BTreeMap, BTreeSet};

use super::reader::{Text, read};
use crate::sim::*;
use crate::support::corpus;

fn page(id: &str, backend: Backend, version: &str, at: f64) -> Text {
    read(&pages(id, backend, version, &[at])[0])
}

fn pages(id: &str, backend: Backend, version: &str, at: &[f64]) -> Vec<String> {
    find(id).unwrap().run(Version::parse(backend, version).unwrap(), 0, 0).pages(at)
}

/// Files of the corpus that show a release, relative to its root.
const REFERENCES: &[(Backend, &str, &str)] = &[
    (Backend::Vllm, "0.33", "dumps/vllm/GEN-vllm-0.33.0-from-logger-code.prom"),
    (Backend::Vllm, "0.32", "series/vllm-0.32.0/c_queue_max_num_seqs/t090.prom"),
    (Backend::Vllm, "0.25", "dumps/vllm/er0080-vllm-0.25.1-loaded.prom"),
    (Backend::Vllm, "0.20", "dumps/vllm/GEN-vllm-0.20.2-from-logger-code.prom"),
    (Backend::Vllm, "0.16", "dumps/vllm/GEN-vllm-0.16.0-from-logger-code.prom"),
    (Backend::Vllm, "0.11", "dumps/vllm/GEN-vllm-0.11.0-from-logger-code.prom"),
    (Backend::Vllm, "0.8.5", "dumps/vllm/GEN-vllm-0.8.5-from-logger-code.prom"),
    (Backend::Vllm, "0.33-rust", "dumps/vllm/GEN-vllm-0.33.0-rust-frontend-openmetrics.prom"),
    (Backend::Vllm, "0.8.5-v0", "series/vllm-0.8.5-v0/c_queue_max_num_seqs/t050.prom"),
    (Backend::Sglang, "0.5.23", "series/sglang-0.5.23/c_queue_max_running/t050.prom"),
    (Backend::Sglang, "0.5.16", "dumps/sglang/SYNTH_v0.5.16_tp1_saturated.prom"),
    (Backend::Tgi, "3.3", "dumps/tgi/datadog_integrations-core_payload_v3.prom"),
    (Backend::Tgi, "2.0", "dumps/tgi/SYNTH_tgi_v2.0_overloaded_nohelp.prom"),
];

/// Families that a reference lacks although the release has them, with the reason.
fn excused(version: &str, family: &str) -> Option<&'static str> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|p| family.starts_with(p));
    if starts(&["http_", "vllm:estimated_"]) && !version.contains("rust") {
        return Some("registered by the API server, which wrote none of the generated files");
    }
    if version == "0.33-rust" && starts(&["vllm:request_inference", "vllm:request_prefill", "vllm:request_decode"]) {
        return Some("not among the families that the catalogue says the Rust frontend lacks");
    }
    if starts(&["sglang:num_retracted_", "sglang:num_aborted", "sglang:evicted_tokens"]) {
        return Some("does not exist before its first event");
    }
    if version == "0.5.16" && starts(&["sglang:routing_keys_active", "sglang:http_", "sglang:process_cpu"]) {
        return Some("written by the HTTP server, which did not run for the generated file");
    }
    if starts(&[
        "tgi_batch_inference_failure",
        "tgi_batch_inference_success",
        "tgi_batch_filter",
        "tgi_batch_decode",
        "tgi_batch_concat_duration",
    ]) && version == "2.0"
    {
        return Some("in the catalogue since 0.3.0 and 1.3.3");
    }
    None
}

#[needs::corpus]
#[test]
fn every_family_is_in_the_real_servers_inventory() {
    let root = corpus();
    let mut wrong = Vec::new();
    for (backend, version, file) in REFERENCES {
        let reference = read(&std::fs::read_to_string(root.join(file)).unwrap()).inventory();
        let ours = page("kv-short", *backend, version, 240.0).inventory();
        assert!(ours.len() > 15, "{version}");
        for (name, family) in &ours {
            if name.ends_with("_created") {
                continue;
            }
            let Some(real) = reference.get(name) else {
                if excused(version, name).is_none() {
                    wrong.push(format!("{version}: {name} is not in {file}"));
                }
                continue;
            };
            if real.kind != family.kind {
                wrong.push(format!("{version}: {name} is {} there, {} here", real.kind, family.kind));
            }
            if real.help != family.help && name != "vllm:cache_config_info" {
                wrong.push(format!("{version}: {name} help\n   there {:?}\n   here  {:?}", real.help, family.help));
            }
            if real.labels != family.labels && name != "vllm:cache_config_info" {
                wrong.push(format!("{version}: {name} labels {:?} there, {:?} here", real.labels, family.labels));
            }
            let by_length = name.contains("tokens") && !name.contains("iteration") || name.contains("input_length");
            if real.bounds != family.bounds && !by_length {
                wrong.push(format!("{version}: {name} bounds {:?} there, {:?} here", real.bounds, family.bounds));
            }
            if real.values != family.values
                && !name.contains("concat")
                && !name.contains("cuda_graph")
                && !name.contains("realtime")
                && !name.contains("stage")
                && !name.contains("http_")
            {
                wrong.push(format!("{version}: {name} values {:?} there, {:?} here", real.values, family.values));
            }
        }
        let missing: Vec<&String> = reference.keys().filter(|name| !ours.contains_key(*name) && !name.ends_with("_created")).collect();
        if !missing.is_empty() {
            eprintln!("{version}: not written: {missing:?}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[needs::corpus]
#[test]
fn cache_config_has_the_labels_of_its_release() {
    let root = corpus();
    for (backend, version, file) in REFERENCES.iter().filter(|r| r.0 == Backend::Vllm && !r.1.contains("rust")) {
        let labels = |text: &Text| -> BTreeSet<String> {
            let info = text.samples.iter().find(|s| s.name == "vllm:cache_config_info").unwrap();
            info.labels.keys().cloned().collect()
        };
        let real = labels(&read(&std::fs::read_to_string(root.join(file)).unwrap()));
        let ours = labels(&page("healthy", *backend, version, 100.0));
        let extra: Vec<&String> = ours.difference(&real).collect();
        assert!(extra.is_empty(), "{version}: {extra:?} are not there in {file}");
        let absent: Vec<&String> = real.difference(&ours).collect();
        assert!(absent.is_empty(), "{version}: {absent:?} of {file} are not written");
    }
}

#[test]
fn numbers_are_printed_as_the_exporters_print_them() {
    let texts = pages("healthy", Backend::Vllm, "0.33", &[120.0]);
    assert!(texts[0].contains("process_virtual_memory_bytes 1.0214653952e+010\n"));
    assert!(
        texts[0].contains("vllm:iteration_tokens_total_bucket{engine=\"0\",le=\"+Inf\",model_name=\"meta-llama/Llama-3.1-8B-Instruct\"} ")
    );
    let rust = pages("healthy", Backend::Vllm, "0.33-rust", &[120.0]);
    assert!(rust[0].ends_with("# EOF\n") && rust[0].contains("_bucket{le=\"0.001\",model_name=") && !rust[0].contains("_created"));
    assert!(rust[0].contains("# TYPE vllm:prompt_tokens counter\nvllm:prompt_tokens_total{"));
    let tgi = pages("healthy", Backend::Tgi, "3.3", &[120.0]);
    assert!(tgi[0].contains("tgi_request_duration_bucket{le=\"0.00015000000000000001\"} ") && tgi[0].contains("le=\"145.61096060497135\""));
    assert!(!tgi[0].contains(".0\n"));
}

#[test]
fn vllm_hides_aborted_requests_and_records_phases_at_the_end() {
    let text = page("hang-ups", Backend::Vllm, "0.33", 290.0);
    let aborted: f64 = text
        .samples
        .iter()
        .filter(|s| s.labels.get("finished_reason").is_some_and(|r| r == "abort") && s.name.ends_with("_total"))
        .map(|s| s.value)
        .sum();
    assert_eq!(aborted, 0.0);
    assert!(text.sum("vllm:time_to_first_token_seconds_count") > 1.3 * text.sum("vllm:e2e_request_latency_seconds_count"));
    assert!(text.sum("http_requests_total") > 1.3 * text.sum("vllm:request_success_total"));
}

#[test]
fn vllm_counts_preempted_requests_as_waiting_and_not_in_queue_time() {
    let scenario = find("kv-short").unwrap();
    let run = scenario.run(Version::parse(Backend::Vllm, "0.33").unwrap(), 0, 0);
    let text = read(&run.pages(&[240.0])[0]);
    assert!(text.sum("vllm:num_preemptions_total") > 100.0);
    let by_reason = text.sum("vllm:num_requests_waiting_by_reason");
    assert_eq!(by_reason, text.sum("vllm:num_requests_waiting"));
    // Little's law for first admissions: the mean that the page shows is that of first waits alone.
    let waits: Vec<f64> = run
        .events
        .iter()
        .filter(|(at, ..)| *at <= 240.0)
        .filter_map(
            |(.., e)| {
                if let Event::Finished { outcome, .. } = e { Some(outcome.scheduled.unwrap() - outcome.queued) } else { None }
            },
        )
        .collect();
    let shown = text.sum("vllm:request_queue_time_seconds_sum") / text.sum("vllm:request_queue_time_seconds_count");
    assert!((shown - waits.iter().sum::<f64>() / waits.len() as f64).abs() < 1e-6);
}

#[test]
fn v0_counts_recomputed_prompts_and_first_tokens_again_and_v1_does_not() {
    let old = page("kv-short", Backend::Vllm, "0.8.5-v0", 240.0);
    let new = page("kv-short", Backend::Vllm, "0.33", 240.0);
    let again = |t: &Text| {
        t.sum("vllm:time_to_first_token_seconds_count")
            - t.sum("vllm:e2e_request_latency_seconds_count")
            - t.sum("vllm:num_requests_running")
    };
    assert!(old.sum("vllm:num_preemptions_total") > 50.0 && again(&old) > 50.0);
    assert!(again(&new) < 60.0, "{}", again(&new));
    assert!(old.samples.iter().all(|s| !s.labels.contains_key("engine")));
}

#[test]
fn created_samples_exist_from_the_release_that_has_them() {
    for (version, expected) in [("0.8.5", false), ("0.11", false), ("0.16", true), ("0.33", true), ("0.33-rust", false)] {
        let text = page("healthy", Backend::Vllm, version, 100.0);
        assert_eq!(text.types.keys().any(|name| name.ends_with("_created")), expected, "{version}");
    }
}

#[test]
fn sglang_gauges_move_only_with_a_report() {
    // Frozen for the length of the stall: 150 s and 210 s lie inside it.
    let texts = pages("stall-dead", Backend::Sglang, "0.5.23", &[150.0, 210.0]);
    let (first, second) = (read(&texts[0]), read(&texts[1]));
    for name in ["sglang:num_running_reqs", "sglang:num_queue_reqs", "sglang:token_usage", "sglang:realtime_tokens_total"] {
        assert_eq!(first.sum(name), second.sum(name), "{name}");
    }
    assert!(second.sum("sglang:http_requests_active") > first.sum("sglang:http_requests_active"));
    let usage = page("kv-short", Backend::Sglang, "0.5.23", 200.0).sum("sglang:token_usage");
    assert!((usage * 100.0 - (usage * 100.0).round()).abs() < 1e-9, "{usage}");
}

#[test]
fn sglang_counts_tokens_at_the_end_of_a_request_and_live_ones_elsewhere() {
    let text = page("kv-short", Backend::Sglang, "0.5.23", 100.0);
    let live = text.samples.iter().find(|s| s.name == "sglang:realtime_tokens_total" && s.labels["mode"] == "decode").unwrap().value;
    assert!(live > text.sum("sglang:generation_tokens_total"));
    assert!(!page("healthy", Backend::Sglang, "0.5.23", 100.0).has("sglang:num_retracted_requests_total"));
    assert!(page("sgl-retract", Backend::Sglang, "0.5.23", 280.0).sum("sglang:num_retracted_requests_total") > 5.0);
}

#[test]
fn sglang_takes_the_fiftieth_token_of_a_whole_answer_for_its_first() {
    let mean = |t: &Text, name: &str| t.sum(&format!("{name}_sum")) / t.sum(&format!("{name}_count"));
    let whole = page("nonstream-ttft", Backend::Sglang, "0.5.23", 280.0);
    let streamed = page("healthy", Backend::Sglang, "0.5.23", 280.0);
    let ttft = "sglang:time_to_first_token_seconds";
    let itl = mean(&streamed, "sglang:inter_token_latency_seconds");
    let expected = mean(&streamed, ttft) + 49.0 * itl;
    assert!((mean(&whole, ttft) / expected - 1.0).abs() < 0.25, "{} against {expected}", mean(&whole, ttft));
    assert!(whole.samples.iter().filter(|s| s.name.starts_with(ttft)).all(|s| s.labels["is_streaming"] == "false"));
    // An older release has no label to tell them apart.
    assert!(page("nonstream-ttft", Backend::Sglang, "0.5.10", 100.0).samples.iter().all(|s| !s.labels.contains_key("is_streaming")));
}

#[test]
fn sglang_includes_aborted_requests_in_its_totals() {
    let text = page("hang-ups", Backend::Sglang, "0.5.23", 290.0);
    let aborted = text.sum("sglang:num_aborted_requests_total");
    assert!(aborted > 100.0);
    assert_eq!(text.sum("sglang:num_requests_total"), text.sum("sglang:e2e_request_latency_seconds_count"));
    assert!(text.sum("sglang:num_requests_total") > 2.0 * aborted);
}

#[test]
fn tgi_shows_a_family_with_its_first_event_and_counts_chat_requests_twice() {
    let run = find("reject").unwrap().run(Version::parse(Backend::Tgi, "3.3").unwrap(), 0, 0);
    let first = run.events[0].0;
    let texts = run.pages(&[first / 2.0, 240.0]);
    assert_eq!(texts[0], "");
    let text = read(&texts[1]);
    let rejected = text.samples.iter().find(|s| s.labels.get("err").is_some_and(|e| e == "overloaded")).unwrap().value;
    let received = run.events.iter().filter(|(at, _, e)| *at <= 240.0 && matches!(e, Event::Received { .. })).count() as f64;
    assert_eq!(text.sum("tgi_request_count"), 2.0 * received);
    assert!(rejected > 500.0);
    // Latencies know successful requests only; identity of the parts.
    assert_eq!(text.sum("tgi_request_duration_count"), text.sum("tgi_request_success"));
    let parts = ["validation", "queue", "inference"].map(|p| text.sum(&format!("tgi_request_{p}_duration_sum"))).iter().sum::<f64>();
    assert!((parts / text.sum("tgi_request_duration_sum") - 1.0).abs() < 1e-9);
    assert_eq!(text.samples.iter().filter(|s| s.name == "tgi_batch_next_size_bucket").count(), 1025);
    assert_eq!(text.types["tgi_request_skipped_tokens"], "summary");
    assert_eq!(page("healthy", Backend::Tgi, "2.0", 100.0).types["tgi_request_skipped_tokens"], "histogram");
    assert!(page("healthy", Backend::Tgi, "2.0", 100.0).help.is_empty());
}

#[test]
fn tgi_reserves_the_whole_answer_at_admission() {
    let run = find("tgi-reserve").unwrap().run(Version::parse(Backend::Tgi, "3.3").unwrap(), 0, 0);
    let text = read(&run.pages(&[240.0])[0]);
    let reserved = text.sum("tgi_batch_current_max_tokens");
    assert!(reserved > 0.85 * f64::from(run.setup.server.kv_tokens) && reserved <= f64::from(run.setup.server.kv_tokens));
    // Segments of 1024 tokens are reserved, not the 4096 that were asked for.
    assert_eq!(text.sum("tgi_request_max_new_tokens_sum") / text.sum("tgi_request_max_new_tokens_count"), 1024.0);
}

#[test]
fn data_parallel_ranks_have_series_of_their_own() {
    let vllm = page("dp-imbalance", Backend::Vllm, "0.33", 200.0);
    let by_rank: BTreeMap<&str, f64> =
        vllm.samples.iter().filter(|s| s.name == "vllm:prompt_tokens_total").map(|s| (s.labels["engine"].as_str(), s.value)).collect();
    assert_eq!(by_rank.len(), 4);
    assert!(by_rank["0"] > 5.0 * by_rank["1"]);
    let sglang = page("dp-imbalance", Backend::Sglang, "0.5.23", 200.0);
    assert_eq!(sglang.samples.iter().filter(|s| s.name == "sglang:num_running_reqs").count(), 4);
    assert_eq!(sglang.samples.iter().filter(|s| s.name == "sglang:num_requests_total").count(), 1);
}

#[test]
fn a_restart_begins_all_counters_anew() {
    let texts = pages("restart", Backend::Vllm, "0.33", &[160.0, 210.0]);
    let (before, after) = (read(&texts[0]), read(&texts[1]));
    assert!(after.sum("vllm:generation_tokens_total") < before.sum("vllm:generation_tokens_total"));
    assert!(after.sum("process_start_time_seconds") > before.sum("process_start_time_seconds") + 3000.0);
}
