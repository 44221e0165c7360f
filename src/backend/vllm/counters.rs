//! vLLM's counters.

use crate::backend::native::{Absent, Native, Row, Select, native};
use crate::signal::Counter;

const SUCCESS: &str = "request_success_total";
const BY_SOURCE: &str = "prompt_tokens_by_source_total";
const CACHED_BY_SOURCE: &str = "prompt_tokens_cached_by_source_total";
const HTTP: &str = "http_requests_total";

const fn finished(reason: &'static [Select]) -> Native {
    native(SUCCESS).with(reason)
}

/// The API's requests, not probes, model lists and settings.
const INFERENCE: Select = Select::IfPresent { label: "handler", test: is_inference, shown: "/v1/.*|/score|/rerank|/pooling|…" };
/// Routes outside `/v1/` that compute, and those inside that do not.
const OTHER_ROUTES: &[&str] = &["/score", "/rerank", "/v2/rerank", "/pooling", "/classify", "/v2/embed", "/invocations"];
const NO_INFERENCE: &[&str] = &["/v1/models", "/v1/load_lora_adapter", "/v1/unload_lora_adapter"];
const POST: Select = Select::IfPresent { label: "method", test: is_post, shown: "POST" };

fn is_inference(handler: &str) -> bool {
    let computes = handler.starts_with("/v1/") || OTHER_ROUTES.contains(&handler);
    computes && !NO_INFERENCE.iter().any(|route| handler.starts_with(route))
}

fn is_post(method: &str) -> bool {
    method == "POST"
}

pub(super) static ROWS: &[Row<Counter>] = &[
    Row::alias(Counter::PromptTokens, &[native("prompt_tokens_total")]),
    Row::alias(Counter::OutputTokens, &[native("generation_tokens_total")]),
    Row::alias(Counter::LiveOutputTokens, &[native("generation_tokens_total")]),
    Row::alias(Counter::PromptTokensComputed, &[native(BY_SOURCE).with(&[Select::Is("source", "local_compute")])]),
    Row::alias(Counter::PromptTokensCached, &[native("prompt_tokens_cached_total")]),
    Row::alias(Counter::PromptTokensExternal, &[native(BY_SOURCE).with(&[Select::Is("source", "external_kv_transfer")])]),
    // 0.9.2 to 0.10.2 export both names with equal values.
    Row::alias(Counter::PrefixQueries, &[native("prefix_cache_queries_total"), native("gpu_prefix_cache_queries_total")]),
    Row::alias(Counter::PrefixHits, &[native("prefix_cache_hits_total"), native("gpu_prefix_cache_hits_total")])
        .absent(Absent::ZeroBeside("prefix_cache_queries_total")),
    Row::alias(Counter::HostHits, &[native(CACHED_BY_SOURCE).with(&[Select::Is("source", "host")])]),
    Row::alias(Counter::StorageHits, &[native(CACHED_BY_SOURCE).with(&[Select::Is("source", "disk")])]),
    Row::alias(Counter::ExternalQueries, &[native("external_prefix_cache_queries_total")]),
    Row::alias(Counter::ExternalHits, &[native("external_prefix_cache_hits_total")]),
    Row::alias(Counter::MultimodalQueries, &[native("mm_cache_queries_total")]),
    Row::alias(Counter::MultimodalHits, &[native("mm_cache_hits_total")]),
    Row::alias(Counter::Preemptions, &[native("num_preemptions_total")]).absent(Absent::ZeroThroughRay),
    Row::alias(Counter::Finished, &[native(SUCCESS)]),
    // The V0 engine creates a reason when it is first seen; `error` and `repetition` did not exist then.
    Row::alias(Counter::FinishedStop, &[finished(&[Select::Is("finished_reason", "stop")])]).absent(Absent::ZeroBeside(SUCCESS)),
    Row::alias(Counter::FinishedLength, &[finished(&[Select::Is("finished_reason", "length")])]).absent(Absent::ZeroBeside(SUCCESS)),
    Row::alias(Counter::FinishedAbort, &[finished(&[Select::Is("finished_reason", "abort")])]).absent(Absent::ZeroBeside(SUCCESS)),
    Row::alias(Counter::FinishedError, &[finished(&[Select::Is("finished_reason", "error")])]),
    Row::alias(Counter::FinishedRepetition, &[finished(&[Select::Is("finished_reason", "repetition")])]),
    Row::alias(Counter::CapacityRejections, &[native("admission_rejections_total")]),
    Row::alias(Counter::ClientErrors, &[native(HTTP).with(&[INFERENCE, POST, Select::Starts("status", "4")])])
        .absent(Absent::ZeroBeside(HTTP)),
    Row::alias(Counter::Http2xx, &[native(HTTP).with(&[INFERENCE, POST, Select::Starts("status", "2")])]).absent(Absent::ZeroBeside(HTTP)),
    Row::alias(Counter::Http4xx, &[native(HTTP).with(&[INFERENCE, POST, Select::Starts("status", "4")])]).absent(Absent::ZeroBeside(HTTP)),
    Row::alias(Counter::Http5xx, &[native(HTTP).with(&[INFERENCE, POST, Select::Starts("status", "5")])]).absent(Absent::ZeroBeside(HTTP)),
    Row::alias(Counter::Corrupted, &[native("corrupted_requests_total")]),
    // Failed notifications are part of the failed transfers.
    Row::parts(
        Counter::KvTransferFailures,
        &[
            native("nixl_num_failed_transfers_total"),
            native("nixl_num_kv_expired_reqs_total"),
            native("hf3fs_num_failed_load_total"),
            native("hf3fs_num_failed_save_total"),
        ],
    ),
    Row::alias(Counter::SpecDrafts, &[native("spec_decode_num_drafts_total")]),
    Row::alias(Counter::SpecDraftTokens, &[native("spec_decode_num_draft_tokens_total")]),
    Row::alias(Counter::SpecAcceptedTokens, &[native("spec_decode_num_accepted_tokens_total")]),
    Row::alias(Counter::Steps, &[native("iteration_tokens_total_count")]),
    Row::alias(Counter::CpuSeconds, &[native("process_cpu_seconds_total")]),
    Row::alias(Counter::EstimatedFlops, &[native("estimated_flops_per_gpu_total")]),
];
