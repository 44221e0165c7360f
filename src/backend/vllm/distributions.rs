//! vLLM's histograms.

use crate::backend::native::{Row, native};
use crate::signal::Distribution;

pub(super) static ROWS: &[Row<Distribution>] = &[
    Row::alias(Distribution::Ttft, &[native("time_to_first_token_seconds")]),
    // The old name says "per output token" and holds gaps between outputs.
    Row::alias(Distribution::Itl, &[native("inter_token_latency_seconds"), native("time_per_output_token_seconds")]),
    Row::alias(Distribution::Tpot, &[native("request_time_per_output_token_seconds")]),
    Row::alias(Distribution::E2e, &[native("e2e_request_latency_seconds")]),
    Row::alias(Distribution::QueueTime, &[native("request_queue_time_seconds"), native("time_in_queue_requests")]),
    Row::alias(Distribution::PrefillTime, &[native("request_prefill_time_seconds")]),
    Row::alias(Distribution::DecodeTime, &[native("request_decode_time_seconds")]),
    Row::alias(Distribution::InferenceTime, &[native("request_inference_time_seconds")]),
    Row::alias(Distribution::PromptLength, &[native("request_prompt_tokens")]),
    Row::alias(Distribution::UncachedPromptLength, &[native("request_prefill_kv_computed_tokens")]),
    Row::alias(Distribution::OutputLength, &[native("request_generation_tokens")]),
    Row::alias(Distribution::AnswersPerRequest, &[native("request_params_n")]),
    Row::alias(Distribution::MaxNewTokens, &[native("request_params_max_tokens")]),
    Row::alias(Distribution::StepTokens, &[native("iteration_tokens_total")]),
    Row::alias(Distribution::RequestPreemptions, &[native("request_num_preemptions")]),
    Row::alias(Distribution::KvTransferTime, &[native("nixl_xfer_time_seconds")]),
    Row::alias(Distribution::KvBlockLifetime, &[native("kv_block_lifetime_seconds")]),
    Row::alias(Distribution::KvReuseGap, &[native("kv_block_reuse_gap_seconds")]),
];
