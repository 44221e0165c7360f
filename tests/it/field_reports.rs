//! Cut, trimmed and retyped texts, as they stand in issues and in other people's tests: what is said of them is true of what is there.

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::Report;

fn input(text: &str) -> Input {
    Input { name: "pasted".to_owned(), at: None, hint: None, parsed: exposition::parse(text.as_bytes()) }
}

fn report(text: &str) -> Report {
    analyze(&[input(text)], &Options::default()).expect("a report")
}

fn refused(text: &str) -> (String, String) {
    let error = analyze(&[input(text)], &Options::default()).expect_err("a text that cannot be analysed");
    (error.id, error.sentence)
}

const WAITING: &str = "vllm:num_requests_waiting{model_name=\"falcon\"}";
const RUNNING: &str = "vllm:num_requests_running{model_name=\"falcon\"}";

#[test]
fn only_the_number_that_is_missing_is_called_missing() {
    for (text, sentence) in [
        (format!("{RUNNING} 4\n"), "The text gives no usable number of waiting requests."),
        (format!("{WAITING} 0\n"), "The text gives no usable number of running requests."),
        (format!("{RUNNING} NaN\n{WAITING} 0\n"), "The text gives no usable number of running requests."),
        (format!("{RUNNING} 4\n{WAITING} +Inf\n"), "The text gives no usable number of waiting requests."),
        ("vllm:prompt_tokens_total 4\n".to_owned(), "The text gives no usable numbers of running and waiting requests."),
    ] {
        assert_eq!(report(&text).headline.text, sentence, "{text}");
    }
}

#[test]
fn one_request_is_not_called_requests() {
    assert!(report(&format!("{RUNNING} 1\n{WAITING} 0\n")).headline.text.contains("1 request running, none waiting"));
    assert!(report(&format!("{RUNNING} 2\n{WAITING} 0\n")).headline.text.contains("2 requests running"));
    assert_eq!(refused("my_own 3\n").1, "No metrics of vLLM, SGLang or TGI. The one sample of the text is of something else.");
}

#[test]
fn a_text_that_shows_nothing_a_user_feels_has_no_score() {
    let aborted = "sglang:num_requests_total{model_name=\"falcon\"} 200\nsglang:num_aborted_requests_total{model_name=\"falcon\"} 150\n";
    let found =
        report(&format!("{aborted}sglang:num_running_reqs{{model_name=\"falcon\"}} 3\nsglang:num_queue_reqs{{model_name=\"falcon\"}} 0\n"));
    assert!(found.bottlenecks.iter().any(|finding| finding.id == "client-disconnects"), "the text has a risk");
    assert_eq!(found.overall_health_score, None);
}

#[test]
fn labels_that_somebody_left_out_do_not_make_a_release_old() {
    let typed = "sglang:num_running_reqs{model_name=\"falcon\"} 2\nsglang:num_queue_reqs{model_name=\"falcon\"} 3\n";
    let bare =
        "# TYPE sglang:num_running_reqs gauge\nsglang:num_running_reqs 2\n# TYPE sglang:num_queue_reqs gauge\nsglang:num_queue_reqs 3\n";
    let mixed = "\
# TYPE sglang:num_running_reqs gauge
sglang:num_running_reqs{model_name=\"falcon\"} 2
# TYPE sglang:num_queue_reqs gauge
sglang:num_queue_reqs{engine_type=\"unified\",model_name=\"falcon\",tp_rank=\"0\"} 3
";
    for text in [typed, bare, mixed] {
        assert_eq!(report(text).backend.version_range, "any release", "{text}");
    }
    let declared = "\
# TYPE sglang:num_running_reqs gauge
sglang:num_running_reqs{model_name=\"falcon\"} 2
# TYPE sglang:num_queue_reqs gauge
sglang:num_queue_reqs{model_name=\"falcon\"} 3
";
    assert_eq!(report(declared).backend.version_range, "up to 0.4.4");
}

#[test]
fn tensorrt_llm_is_named_with_and_without_a_prefix() {
    for text in [
        "e2e_request_latency_seconds_bucket{engine_type=\"undefined\",le=\"0.3\",model_name=\"undefined\"} 0.0\n",
        "pytrtllm:num_requests_running{model_name=\"falcon\"} 1.0\n",
    ] {
        let (id, sentence) = refused(text);
        assert!(id == "unsupported-server" && sentence.contains("TensorRT-LLM"), "{sentence}");
    }
}

#[test]
fn a_compressed_file_is_called_one() {
    let error = analyze(
        &[Input { name: "metrics.gz".to_owned(), at: None, hint: None, parsed: exposition::parse(b"\x1f\x8b\x08\0\0\0\0\0\0\x03{[\"a") }],
        &Options::default(),
    )
    .expect_err("no text");
    assert!(error.id == "binary-file" && error.sentence.contains("gzip"), "{error}");
}

#[test]
fn very_many_servers_in_one_text_are_told_apart_in_little_time() {
    let server = |number: u32| {
        format!("vllm:num_requests_running{{model_name=\"m{number}\"}} 3\nvllm:num_requests_waiting{{model_name=\"m{number}\"}} 1\n")
    };
    let text: String = (0..8_000).map(server).collect();
    let started = std::time::Instant::now();
    let found = report(&text);
    assert!(started.elapsed().as_secs() < 20, "{:?} for {} servers", started.elapsed(), 8_000);
    let note = found.notes.iter().find(|note| note.id == "other-instances").expect("a note");
    assert!(
        note.sentence.contains("8000 instances") && note.sentence.contains("and 7979 more") && note.sentence.len() < 400,
        "{}",
        note.sentence
    );
}

const PROMETHEUS: &str = "This is a JSON answer of the Prometheus HTTP API. It cannot be read yet;";

#[test]
fn what_json_is_stands_in_its_refusal() {
    let sample = r#"{"metric":{"__name__":"vllm:num_requests_running","model_name":"falcon"},"value":[1737152880.3,"3"]}"#;
    let series = r#"{"__name__":"vllm:num_requests_running","model_name":"falcon"}"#;
    for (text, sentence) in [
        (format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{sample}]}}}}"#), PROMETHEUS),
        (
            r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"3"],[2,"4"]]}]}}"#.to_owned(),
            PROMETHEUS,
        ),
        (format!(r#"{{"status":"success","data":[{series},{series}]}}"#), PROMETHEUS),
        (format!("[{sample}]"), PROMETHEUS),
        (format!("{sample}\n{sample}\n"), PROMETHEUS),
        ("{'status': 'success', 'data': {'resultType': 'vector', 'result': []}}".to_owned(), PROMETHEUS),
        (
            r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#.to_owned(),
            "This is an error answer of the Prometheus HTTP API",
        ),
        (
            r#"{"results":{"A":{"frames":[{"schema":{"fields":[]},"data":{"values":[[1],[2]]}}]}}}"#.to_owned(),
            "This is a query result of Grafana",
        ),
        ("{\n  \"annotations\": {},\n  \"panels\": [],\n  \"title\": \"x\"\n}\n".to_owned(), "This is the JSON of a Grafana dashboard"),
        (r#"{"resourceMetrics":[]}"#.to_owned(), "This is OpenTelemetry's JSON"),
        (r#"[{"iter":1,"kvCacheStats":{"freeNumBlocks":1}}]"#.to_owned(), "This is the JSON that TensorRT-LLM gives"),
        (r#"{"log":"Started server process 1\n","stream":"stdout"}"#.to_owned(), "These are log lines in JSON"),
        (r#"{"detail":"Not Found"}"#.to_owned(), "This is an error answer in JSON"),
        ("[]\n".to_owned(), "This is JSON, not a metrics text"),
    ] {
        let (id, found) = refused(&text);
        assert!(id == "json-answer" && found.starts_with(sentence), "{text}: {id}: {found}");
    }
}

#[test]
fn a_table_of_grafana_and_a_text_of_openmetrics_2_alone_are_named() {
    let table = "\"Time\",\"vllm:num_requests_running{model_name=\"\"falcon\"\"}\"\n2025-01-01 10:00:00,3\n2025-01-01 10:00:15,4\n";
    let (id, sentence) = refused(table);
    assert!(id == "table-export" && sentence.contains("Grafana"), "{sentence}");
    let composite = "# TYPE x histogram\nx {count:3,sum:1.5,bucket:[0.1:1,+Inf:3]}\n# EOF\n";
    let (id, sentence) = refused(composite);
    assert!(id == "openmetrics-2" && sentence.contains("OpenMetrics 2"), "{sentence}");
}

#[test]
fn a_text_of_openmetrics_2_with_numbers_is_read_and_called_one() {
    let text = format!("HTTP/1.1 200 OK\nContent-Type: application/openmetrics-text; version=2.0.0\n\n{RUNNING} 3\n{WAITING} 0\n# EOF\n");
    assert_eq!(report(&text).inputs[0].format, "OpenMetrics 2");
}

#[test]
fn what_promtool_prints_is_read() {
    let text = format!("{RUNNING} => 3 @[1737152880.342]\n{WAITING} => 0 @[1737152880.342]\n");
    assert!(report(&text).headline.text.contains("3 requests running, none waiting"));
}

#[test]
fn a_log_of_a_server_is_called_one() {
    for line in [
        "INFO 07-28 06:40:59 [loggers.py:118] Engine 000: Avg prompt throughput: 0.0 tokens/s, Running: 8 reqs, GPU KV cache usage: 91.2%",
        "[2026-01-02 03:04:05] Decode batch. #running-req: 4, #token: 900, token usage: 0.02, gen throughput (token/s): 80.1, #queue-req: 0",
        "INFO:     10.1.2.3:42816 - \"GET /metrics HTTP/1.1\" 404 Not Found",
    ] {
        let (id, sentence) = refused(&format!("{line}\n{line}\n"));
        assert!(id == "server-log" && sentence.contains("log"), "{line}: {id}: {sentence}");
    }
}

#[test]
fn a_table_of_series_copied_from_prometheus_is_read() {
    let head = |name: &str| format!("vllm:{name}{{instance=\"a:8000\", job=\"vllm\", model_name=\"falcon\"}}");
    let text = format!("{} | 3\n{} | 0\n", head("num_requests_running"), head("num_requests_waiting"));
    assert!(report(&text).headline.text.contains("3 requests running, none waiting"));
}

#[test]
fn a_range_within_one_minor_release_reads_as_one() {
    let text = "\
# TYPE vllm:inter_token_latency_seconds histogram
vllm:inter_token_latency_seconds_bucket{engine=\"0\",le=\"+Inf\",model_name=\"falcon\"} 5
vllm:cache_config_info{block_size=\"16\",gpu_memory_utilization=\"0.9\",num_gpu_blocks_override=\"None\",swap_space_bytes=\"4\"} 1
";
    assert_eq!(report(text).backend.version_range, "0.10.1–0.11");
    let versions = |from, to| servescope::signal::VersionRange { from: Some(from), to: Some(to), why: Vec::new() };
    use servescope::signal::Version;
    for (range, words) in [
        (versions(Version(0, 10, 1), Version(0, 10, Version::LAST_PATCH)), "0.10.1–0.10.x"),
        (versions(Version(0, 20, 0), Version(0, 23, Version::LAST_PATCH)), "0.20–0.23"),
        (versions(Version(0, 3, 5), Version(0, 3, 5)), "0.3.5"),
        (versions(Version(0, 1, 0), Version(0, 10, Version::LAST_PATCH)), "0.1–0.10"),
        (versions(Version(0, 10, 0), Version(0, 10, Version::LAST_PATCH)), "0.10"),
    ] {
        assert_eq!(servescope::report::build::version_range(&range), words);
    }
}

#[test]
fn pages_of_two_models_with_the_same_settings_are_two_servers() {
    let settings = "# TYPE vllm:cache_config_info gauge\nvllm:cache_config_info{block_size=\"16\",num_gpu_blocks=\"27500\"} 1.0\n";
    let page = |model: &str, running: u32| {
        format!(
            "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{{model_name=\"{model}\"}} {running}\n\
             # TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{{model_name=\"{model}\"}} 0\n{settings}"
        )
    };
    let found = report(&format!("{}{}", page("falcon", 3), page("heron", 7)));
    assert!(found.headline.text.contains("7 requests running"), "{}", found.headline.text);
    assert!(found.notes.iter().any(|note| note.sentence.contains("also there: falcon")), "{:?}", found.notes);
}
