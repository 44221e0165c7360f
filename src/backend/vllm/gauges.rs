//! vLLM's gauges.

use crate::backend::native::{Native, Row, Select, native};
use crate::signal::Gauge;

const fn waiting(reason: &'static [Select]) -> Native {
    native("num_requests_waiting_by_reason").with(reason)
}

const fn fetching(stage: &'static [Select]) -> Native {
    native("num_requests_kv_fetch_by_stage").with(stage)
}

pub(super) static ROWS: &[Row<Gauge>] = &[
    Row::alias(Gauge::Running, &[native("num_requests_running")]),
    Row::alias(Gauge::Waiting, &[native("num_requests_waiting"), native("num_requests_waiting_by_reason")]),
    Row::alias(Gauge::WaitingCapacity, &[waiting(&[Select::Is("reason", "capacity")])]),
    Row::alias(Gauge::WaitingDeferred, &[waiting(&[Select::Is("reason", "deferred")])]),
    Row::alias(Gauge::Swapped, &[native("num_requests_swapped")]),
    Row::alias(Gauge::KvFetchToStart, &[fetching(&[Select::Is("stage", "waiting_to_start")])]),
    Row::alias(Gauge::KvFetchInProgress, &[fetching(&[Select::Is("stage", "in_progress")])]),
    Row::alias(Gauge::KvFetchCompleted, &[fetching(&[Select::Is("stage", "completed_waiting")])]),
    Row::alias(Gauge::KvUsage, &[native("kv_cache_usage_perc"), native("gpu_cache_usage_perc")]),
    Row::alias(Gauge::CpuKvUsage, &[native("cpu_cache_usage_perc"), native("kv_offload_cpu_cache_usage_perc")]),
    Row::alias(Gauge::CacheHitRateGauge, &[native("gpu_prefix_cache_hit_rate")]),
    Row::alias(Gauge::GenerationThroughput, &[native("avg_generation_throughput_toks_per_s")]),
    Row::alias(Gauge::SpecAcceptRate, &[native("spec_decode_draft_acceptance_rate")]),
    Row::alias(Gauge::Awake, &[native("engine_sleep_state").with(&[Select::Is("sleep_state", "awake")])]),
];
