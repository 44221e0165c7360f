//! Where the texts of real servers and the conformance suites are.

pub mod damage;

use std::path::{Path, PathBuf};

/// All files below a folder whose names end with `suffix`, sorted.
pub fn files(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(suffix) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

use servescope::metrics::Scrape;

/// (name, labels sorted by key, value) of a sample; the value as bits, so that NaN equals itself.
pub type Read = (String, Vec<(String, String)>, u64);

/// All samples of a scrape.
pub fn samples(scrape: &Scrape) -> Vec<Read> {
    let own = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    scrape
        .samples()
        .map(|sample| {
            let mut labels: Vec<_> = sample.labels().map(own).collect();
            labels.sort();
            (sample.name().to_owned(), labels, sample.value().to_bits())
        })
        .collect()
}

/// A small text in the shape of vLLM's, written as Python's client writes it.
pub fn clean_text() -> String {
    let labels = "engine=\"0\",model_name=\"meta-llama/Llama-3.1-8B-Instruct\"";
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, lines: &[(String, &str)]| {
        text += &format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (head, value) in lines {
            text += &format!("{head} {value}\n");
        }
    };
    let gauge = |name: &str| format!("{name}{{{labels}}}");
    family("process_start_time_seconds", "gauge", "Start time.", &[("process_start_time_seconds".to_owned(), "1.78521e+09")]);
    family(
        "vllm:num_requests_running",
        "gauge",
        "Number of requests in model execution batches.",
        &[(gauge("vllm:num_requests_running"), "64.0")],
    );
    family(
        "vllm:kv_cache_usage_perc",
        "gauge",
        "KV-cache usage. 1 means 100 percent usage.",
        &[(gauge("vllm:kv_cache_usage_perc"), "0.11223")],
    );
    let success = |reason: &str| format!("vllm:request_success_total{{engine=\"0\",finished_reason=\"{reason}\",model_name=\"m\"}}");
    family(
        "vllm:request_success_total",
        "counter",
        "Count of successfully processed requests.",
        &[(success("stop"), "0.0"), (success("length"), "600.0"), (success("abort"), "0.0")],
    );
    let bucket =
        |name: &str, le: &str| format!("{name}_bucket{{engine=\"0\",le=\"{le}\",model_name=\"meta-llama/Llama-3.1-8B-Instruct\"}}");
    for name in ["vllm:time_to_first_token_seconds", "vllm:e2e_request_latency_seconds"] {
        let mut lines: Vec<(String, &str)> = [("0.001", "0.0"), ("0.005", "2.0"), ("0.25", "14.0"), ("2.5", "600.0"), ("+Inf", "664.0")]
            .map(|(le, value)| (bucket(name, le), value))
            .to_vec();
        lines.push((format!("{name}_count{{{labels}}}"), "664.0"));
        lines.push((format!("{name}_sum{{{labels}}}"), "9304.512345678901"));
        family(name, "histogram", "Histogram of a latency in seconds.", &lines);
    }
    family("vllm:quoted", "gauge", "A help text with \\\\ and \\n.", &[("vllm:quoted{path=\"a,b}{=\\\"c\\\"\"}".to_owned(), "NaN")]);
    text
}
