//! TGI's histograms. There is none of the first token.

use crate::backend::native::{Row, Select, native};
use crate::signal::Distribution;

const PREFILL: &[Select] = &[Select::Is("method", "prefill")];
const DECODE: &[Select] = &[Select::Is("method", "decode")];

pub(super) static ROWS: &[Row<Distribution>] = &[
    Row::alias(Distribution::E2e, &[native("request_duration")]),
    Row::alias(Distribution::ValidationTime, &[native("request_validation_duration")]),
    Row::alias(Distribution::QueueTime, &[native("request_queue_duration")]),
    Row::alias(Distribution::InferenceTime, &[native("request_inference_duration")]),
    // Inference over tokens, prefill included: an upper bound.
    Row::alias(Distribution::Tpot, &[native("request_mean_time_per_token_duration")]),
    Row::alias(Distribution::PromptLength, &[native("request_input_length")]),
    Row::alias(Distribution::OutputLength, &[native("request_generated_tokens")]),
    Row::alias(Distribution::MaxNewTokens, &[native("request_max_new_tokens")]),
    Row::alias(Distribution::PrefillCallTime, &[native("batch_inference_duration").with(PREFILL)]),
    Row::alias(Distribution::DecodeCallTime, &[native("batch_inference_duration").with(DECODE)]),
    Row::alias(Distribution::PrefillForwardTime, &[native("batch_forward_duration").with(PREFILL)]),
    Row::alias(Distribution::DecodeForwardTime, &[native("batch_forward_duration").with(DECODE)]),
    Row::alias(Distribution::DetokenizeTime, &[native("batch_decode_duration").with(DECODE)]),
    Row::alias(Distribution::FilterTime, &[native("batch_filter_duration").with(DECODE)]),
    Row::alias(Distribution::ConcatTime, &[native("batch_concat_duration")]),
    Row::alias(Distribution::AdmittedBatch, &[native("batch_next_size")]),
];
