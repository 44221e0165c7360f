//! SGLang: engine metrics, under its own prefix or through a gateway that rewrites the colon.

mod config;
mod counters;
mod distributions;
mod gauges;
mod pairs;
mod releases;
mod replicas;
mod streaming;

use super::native::Instance;
use super::spec::{Labels, Spec};
use crate::signal::{BackendId, Caveat, Gauge, Snapshot};

pub(super) static SPEC: Spec = Spec {
    id: BackendId::Sglang,
    prefixes: &["sglang:", "sglang_", "ray_sglang_"],
    globals: &["process_start_time_seconds"],
    beyond_tables: &["max_total_num_tokens", "prefill_effective_tokens_total", "cached_tokens_total"],
    akin: &[
        "avg_",
        "cached_token",
        "context_len",
        "cuda_graph_",
        "decode_",
        "dp_attention_",
        "engine_",
        "eplb_",
        "evicted_",
        "func_latency_",
        "fwd_",
        "gpu_",
        "graph_memory_",
        "hicache_",
        "http_",
        "kv_",
        "lora_",
        "mamba_",
        "max_",
        "new_",
        "num_",
        "page_size",
        "per_stage_",
        "prealloc_",
        "prefill_",
        "queue_",
        "realtime_",
        "routing_key",
        "scheduler_",
        "spec_",
        "startup_",
        "swa_",
        "utilization",
        "weight_memory_",
    ],
    of_process: &["process_start_time_seconds"],
    labels: Labels {
        // `name` is the model in 0.3.5 only; later it is the function of `func_latency_seconds`.
        model: &["model_name", "name"],
        rank: Some("dp_rank"),
        replicas: &["pp_rank", "tp_rank", "moe_ep_rank", "moe_dp_rank", "cp_rank"],
        total: Some("priority"),
        engines: None,
        own: &["engine_type", "is_streaming", "mode", "category", "cache_source", "cache_type", "pid", "le", "gt", "quantile", "component"],
    },
    gauges: gauges::ROWS,
    counters: counters::ROWS,
    distributions: distributions::ROWS,
    // A multiprocess registry has no `_created`; those that a proxy adds are the proxy's.
    created_is_start: false,
    evidence: releases::evidence,
    whole: releases::whole,
    always: releases::always,
    finish,
};

fn finish(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    snapshot.config = config::read(instance).into();
    streaming::read(instance, snapshot);
    pairs::read(instance, snapshot);
    replicas::divide(instance, snapshot);
    sentinels(snapshot);
    snapshot.caveats.extend([Caveat::GaugesRefreshedPerReport, Caveat::CountedAtFinish]);
}

/// An accepted length of zero means that speculation is off; a hit rate above one is the percent of the days before 0.3.5.
fn sentinels(snapshot: &mut Snapshot) {
    let is_off = snapshot.gauges.get(&Gauge::SpecAcceptLength).is_some_and(|length| length.value == 0.0);
    if is_off {
        snapshot.gauges.remove(&Gauge::SpecAcceptLength);
        snapshot.gauges.remove(&Gauge::SpecAcceptRate);
    }
    if let Some(rate) = snapshot.gauges.get_mut(&Gauge::CacheHitRateGauge)
        && rate.value > 1.0
    {
        rate.value /= 100.0;
        rate.ranks.iter_mut().for_each(|(_, value)| *value /= 100.0);
    }
}
