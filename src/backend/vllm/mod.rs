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
    of_process: &["process_start_time_seconds", "cache_config_info"],
    labels: Labels {
        model: &["model_name", "model"],
        rank: Some("engine"),
        replicas: &[],
        total: None,
        own: &["finished_reason", "reason", "source", "position", "sleep_state", "stage", "pid", "le", "quantile", "operation", "status"],
    },
    gauges: gauges::ROWS,
    counters: counters::ROWS,
    distributions: distributions::ROWS,
    created_is_start: true,
    evidence: releases::evidence,
    whole: releases::whole,
    finish,
};

fn finish(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    snapshot.config = config::read(instance);
    api_servers::read(instance, snapshot);
    pooling::read(snapshot);
    lora::read(instance, snapshot);
    caveats::correct_percent(snapshot);
    caveats::count_prefix_in_tokens(instance, snapshot);
    caveats::note(instance, snapshot);
}
