//! SGLang's gauges. `utilization` has no setter and is never read; `fwd_occupancy` is NaN by default.

use super::counters::INFERENCE;
use crate::backend::native::{Row, native};
use crate::signal::Gauge;

pub(super) static ROWS: &[Row<Gauge>] = &[
    Row::alias(Gauge::Running, &[native("num_running_reqs"), native("num_requests_running")]),
    Row::alias(Gauge::Waiting, &[native("num_queue_reqs"), native("num_requests_waiting")]),
    Row::alias(Gauge::HttpOpen, &[native("http_requests_active").with(&[INFERENCE])]),
    Row::alias(Gauge::Paused, &[native("num_paused_reqs")]),
    Row::alias(Gauge::GrammarQueue, &[native("num_grammar_queue_reqs")]),
    Row::alias(Gauge::PrefillBootstrapQueue, &[native("num_prefill_bootstrap_queue_reqs"), native("num_prefill_prealloc_queue_reqs")]),
    Row::alias(Gauge::PrefillInflightQueue, &[native("num_prefill_inflight_queue_reqs"), native("num_prefill_infight_queue_reqs")]),
    Row::alias(Gauge::DecodePreallocQueue, &[native("num_decode_prealloc_queue_reqs")]),
    Row::alias(Gauge::DecodeTransferQueue, &[native("num_decode_transfer_queue_reqs")]),
    Row::alias(Gauge::KvUsage, &[native("token_usage")]),
    Row::alias(Gauge::FullPoolUsage, &[native("full_token_usage")]),
    Row::alias(Gauge::SwaPoolUsage, &[native("swa_token_usage")]),
    Row::alias(Gauge::MambaPoolUsage, &[native("mamba_usage")]),
    Row::alias(Gauge::PendingPreallocUsage, &[native("pending_prealloc_token_usage")]),
    Row::alias(Gauge::KvUsedTokens, &[native("kv_used_tokens"), native("num_used_tokens")]),
    Row::alias(Gauge::KvEvictableTokens, &[native("kv_evictable_tokens")]),
    Row::alias(Gauge::KvAvailableTokens, &[native("kv_available_tokens")]),
    Row::alias(Gauge::NewTokenRatio, &[native("new_token_ratio")]),
    Row::alias(Gauge::DecodeSumSeqLens, &[native("decode_sum_seq_lens")]),
    Row::alias(Gauge::GenerationThroughput, &[native("gen_throughput")]),
    Row::alias(Gauge::CacheHitRateGauge, &[native("cache_hit_rate")]),
    Row::alias(Gauge::SpecAcceptRate, &[native("spec_accept_rate")]),
    Row::alias(Gauge::SpecAcceptLength, &[native("spec_accept_length")]),
    Row::alias(Gauge::KvTransferTimeGauge, &[native("kv_transfer_latency_ms").scaled(1e-3)]),
    Row::alias(Gauge::KvTransferSpeedGauge, &[native("kv_transfer_speed_gb_s")]),
    Row::alias(Gauge::HostUsedTokens, &[native("hicache_host_used_tokens")]),
    Row::alias(Gauge::HostTotalTokens, &[native("hicache_host_total_tokens")]),
    Row::alias(Gauge::LoraPoolUsage, &[native("lora_pool_utilization")]),
    Row::alias(Gauge::LoraRunning, &[native("lora_pool_slots_used")]),
    Row::alias(Gauge::CudaGraph, &[native("is_cuda_graph")]),
    Row::alias(Gauge::AvailableGpuMemory, &[native("startup_available_gpu_memory_gb")]),
];
