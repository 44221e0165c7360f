//! The text of a server as another release would have written it, or another collector handed it on.
#![allow(dead_code)]

pub struct Edit {
    pub name: &'static str,
    pub apply: fn(&str) -> String,
}

impl Edit {
    /// Something is left out, so that less may be said.
    pub fn takes_away(&self) -> bool {
        self.name.starts_with("no ") && self.name != "no comments" || self.name.starts_with("none")
    }
}

const LENGTHS: &[&str] = &[
    "request_prompt_tokens",
    "request_generation_tokens",
    "request_max_num_generation_tokens",
    "request_params_max_tokens",
    "prompt_tokens_histogram",
    "generation_tokens_histogram",
    "uncached_prompt_tokens_histogram",
];
const PHASES: &[&str] =
    &["request_prefill_time_seconds", "request_decode_time_seconds", "request_inference_time_seconds", "per_stage_req_latency_seconds"];
const QUEUE_TIMES: &[&str] = &["request_queue_time_seconds", "queue_time_seconds", "tgi_request_queue_duration"];
const STEPS: &[&str] = &["iteration_tokens_total", "cuda_graph_passes_total", "realtime_tokens_total", "forward_execution_seconds_total"];
const CLOCKS: &[&str] = &["process_start_time_seconds", "cache_config_info", "max_total_num_tokens"];
const PREEMPTIONS: &[&str] = &["num_preemptions_total", "request_num_preemptions", "num_retracted_requests_total"];
const GAPS: &[&str] = &["inter_token_latency_seconds", "time_per_output_token_seconds", "tgi_batch_inference_duration"];

pub const EDITS: &[Edit] = &[
    Edit { name: "as recorded", apply: str::to_owned },
    Edit { name: "no lengths", apply: |text| without(text, &[LENGTHS]) },
    Edit { name: "no phases", apply: |text| without(text, &[PHASES]) },
    Edit { name: "no queue times", apply: |text| without(text, &[QUEUE_TIMES]) },
    Edit { name: "no steps", apply: |text| without(text, &[STEPS]) },
    Edit { name: "no start, no capacity", apply: |text| without(text, &[CLOCKS]) },
    Edit { name: "no preemptions", apply: |text| without(text, &[PREEMPTIONS]) },
    Edit { name: "no gaps", apply: |text| without(text, &[GAPS]) },
    Edit { name: "none of these", apply: |text| without(text, &[LENGTHS, PHASES, QUEUE_TIMES, STEPS, CLOCKS, PREEMPTIONS]) },
    Edit { name: "underscored", apply: |text| text.replace("vllm:", "vllm_").replace("sglang:", "sglang_") },
    Edit { name: "ray", apply: |text| text.replace("vllm:", "ray_vllm_") },
    Edit { name: "federated", apply: federated },
    Edit { name: "no comments", apply: |text| lines(text, |line| (!line.starts_with('#')).then(|| line.to_owned())) },
    Edit { name: "an idle pod beside", apply: |text| beside(&federated(text), idle_pod) },
];

fn lines(text: &str, edit: impl Fn(&str) -> Option<String>) -> String {
    text.lines().filter_map(edit).fold(String::with_capacity(text.len()), |text, line| text + &line + "\n")
}

/// Name of the family in the line, after the server's prefix; a sample's still has its suffix.
fn name(line: &str) -> &str {
    let line = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE ")).unwrap_or(line);
    let name = line.split(['{', ' ']).next().unwrap_or(line);
    name.split_once(':').map_or(name, |(_, name)| name)
}

/// Without these families, and without the moments at which series were created.
fn without(text: &str, families: &[&[&str]]) -> String {
    let of = |family: &str, name: &str| {
        name.strip_prefix(family).is_some_and(|suffix| matches!(suffix, "" | "_bucket" | "_sum" | "_count" | "_created"))
    };
    let gone = |name: &str| families.iter().copied().flatten().any(|family| of(family, name));
    lines(text, |line| (!gone(name(line)) && !name(line).ends_with("_created")).then(|| line.to_owned()))
}

/// With the labels that a Prometheus server adds when it is asked for what it has collected.
fn federated(text: &str) -> String {
    const ADDED: &str = "instance=\"10.0.3.7:8000\",job=\"llm\",namespace=\"prod\",pod=\"llm-0\"";
    lines(text, |line| {
        if line.starts_with('#') || line.trim().is_empty() {
            return Some(line.to_owned());
        }
        let (series, value) = line.rsplit_once(' ')?;
        Some(match series.strip_suffix('}') {
            Some(labelled) if labelled.ends_with('{') => format!("{labelled}{ADDED}}} {value}"),
            Some(labelled) => format!("{labelled},{ADDED}}} {value}"),
            None => format!("{series}{{{ADDED}}} {value}"),
        })
    })
}

/// Every line, and beside it what is made of it.
fn beside(text: &str, other: impl Fn(&str) -> Option<String>) -> String {
    lines(text, |line| Some(other(line).map_or_else(|| line.to_owned(), |other| format!("{line}\n{other}"))))
}

/// The line of another pod that has done nothing yet; what it says of itself is the same.
fn idle_pod(line: &str) -> Option<String> {
    let (series, value) = line.rsplit_once(' ').filter(|_| !line.starts_with('#'))?;
    let says = series.contains("_info{") || series.contains("start_time") || series.contains("_created{") || series.contains("max_total");
    let value = if says { value } else { "0" };
    let other = series.replace("pod=\"llm-0\"", "pod=\"llm-1\"").replace("10.0.3.7", "10.0.3.8");
    (other != series).then(|| format!("{other} {value}"))
}
