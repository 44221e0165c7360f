//! vLLM: the V0 and V1 engines, the Rust frontend, and its names behind Ray Serve, Triton and collectors.

mod api_servers;
mod caveats;
mod config;
mod counters;
mod distributions;
mod gauges;
mod lora;
mod pooling;
mod releases;

use super::native::Instance;
use super::spec::{Labels, Spec};
use crate::signal::{BackendId, Snapshot};

pub(super) static SPEC: Spec = Spec {
    id: BackendId::Vllm,
    prefixes: &["vllm:", "ray_vllm_", "ray_vllm:", "vllm_", "kserve_vllm:", "kserve_vllm_"],
    globals: &["http_requests_total", "process_start_time_seconds", "process_cpu_seconds_total"],
    beyond_tables: &["cache_config_info", "lora_requests_info"],
    akin: &[
        "admission_",
        "avg_",
        "corrupted_",
        "cpu_",
        "engine_",
        "estimated_",
        "external_prefix_",
        "generation_",
        "gpu_",
        "hisparse_",
        "iteration_",
        "kv_",
        "lora_",
        "mm_cache_",
        "nixl_",
        "num_",
        "prefix_cache_",
        "prompt_tokens",
        "request_",
        "spec_decode_",
        "time_",
    ],
    of_process: &["process_start_time_seconds", "cache_config_info"],
    labels: Labels {
        model: &["model_name", "model"],
        rank: Some("engine"),
        replicas: &[],
        total: None,
        engines: Some("stage"),
        own: &["finished_reason", "reason", "source", "position", "sleep_state", "stage", "pid", "le", "quantile", "operation", "status"],
    },
    gauges: gauges::ROWS,
    counters: counters::ROWS,
    distributions: distributions::ROWS,
    created_is_start: true,
    evidence: releases::evidence,
    whole: releases::whole,
    always: releases::always,
    finish,
};

fn finish(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    snapshot.config = config::read(instance).into();
    api_servers::read(instance, snapshot);
    pooling::read(snapshot);
    lora::read(instance, snapshot);
    caveats::count_prefix_in_tokens(instance, snapshot);
    caveats::note(instance, snapshot);
}
