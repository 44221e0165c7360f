//! SGLang's histograms. TTFT, ITL and TPOT are read in `streaming`, which knows whose they are.

use crate::backend::native::{Native, Row, Select, native};
use crate::signal::Distribution;

const fn stage(name: &'static [Select]) -> Native {
    native("per_stage_req_latency_seconds").with(name)
}

pub(super) static ROWS: &[Row<Distribution>] = &[
    Row::alias(Distribution::Ttft, &[native("time_to_first_token_seconds")]),
    Row::alias(Distribution::Itl, &[native("inter_token_latency_seconds"), native("time_per_output_token_seconds")]),
    Row::alias(Distribution::Tpot, &[native("request_time_per_output_token_seconds")]),
    Row::alias(Distribution::E2e, &[native("e2e_request_latency_seconds"), native("request_latency_seconds")]),
    Row::alias(Distribution::QueueTime, &[native("queue_time_seconds"), native("queue_time_s"), native("waiting_request_latency_seconds")]),
    Row::alias(Distribution::PrefillTime, &[stage(&[Select::Is("stage", "prefill_forward")])]),
    Row::alias(Distribution::PrefillChunkTime, &[stage(&[Select::Is("stage", "chunked_prefill")])]),
    Row::alias(Distribution::PromptLength, &[native("prompt_tokens_histogram"), native("request_prompt_tokens")]),
    Row::alias(Distribution::UncachedPromptLength, &[native("uncached_prompt_tokens_histogram")]),
    Row::alias(Distribution::OutputLength, &[native("generation_tokens_histogram"), native("request_generation_tokens")]),
    Row::alias(Distribution::RequestPreemptions, &[native("num_retractions")]),
    Row::alias(Distribution::GrammarCompileTime, &[native("grammar_compilation_time_seconds")]),
    Row::alias(Distribution::KvTransferTime, &[native("kv_transfer_latency_ms").scaled(1e-3)]),
    Row::alias(Distribution::KvTransferSpeed, &[native("kv_transfer_speed_gb_s")]),
    Row::alias(Distribution::LoadBackTime, &[native("load_back_duration_seconds")]),
    Row::alias(Distribution::EvictionTime, &[native("eviction_duration_seconds")]),
    Row::alias(Distribution::DpImbalanceRatio, &[native("dp_attention_token_imbalance_ratio")]),
];
