//! SGLang's counters. A child appears at its first event, so a missing one is zero in the releases that have it.

use crate::backend::native::{Absent, Native, Row, Select, native};
use crate::signal::{Counter, Version};

const RESPONSES: &str = "http_responses_total";
const REALTIME: &str = "realtime_tokens_total";
const PASSES: &str = "cuda_graph_passes_total";

/// Requests of users: the server's own `/health` answers 503 while it starts, and `/freeze_gc` is a POST of its own.
pub(super) const INFERENCE: Select = Select::IfPresent { label: "endpoint", test: is_inference, shown: "/v1/.*|/generate|…" };

fn is_inference(endpoint: &str) -> bool {
    const OTHERS: &[&str] = &["/generate", "/encode", "/classify", "/api/generate", "/api/chat", "/invocations", "/vertex_generate"];
    (endpoint.starts_with("/v1/") && !endpoint.starts_with("/v1/models")) || OTHERS.contains(&endpoint)
}

const fn answered(status: &'static [Select]) -> Native {
    native(RESPONSES).with(status)
}

const fn realtime(mode: &'static [Select]) -> Native {
    native(REALTIME).with(mode)
}

pub(super) static ROWS: &[Row<Counter>] = &[
    Row::alias(Counter::PromptTokens, &[native("prompt_tokens_total")]),
    Row::alias(Counter::OutputTokens, &[native("generation_tokens_total")]),
    Row::alias(Counter::LiveOutputTokens, &[realtime(&[Select::Is("mode", "decode")])]).absent(Absent::ZeroBeside(REALTIME)),
    Row::alias(Counter::PromptTokensComputed, &[realtime(&[Select::Is("mode", "prefill_compute")])]).absent(Absent::ZeroBeside(REALTIME)),
    Row::alias(Counter::PromptTokensCached, &[realtime(&[Select::Is("mode", "prefill_cache")]), native("cached_tokens_total")])
        .absent(Absent::ZeroBeside(REALTIME)),
    Row::alias(Counter::EvictedTokens, &[native("evicted_tokens_total")]).absent(Absent::ZeroSince(Version(0, 5, 6))),
    Row::alias(Counter::LoadBackTokens, &[native("load_back_tokens_total")]),
    Row::alias(Counter::Preemptions, &[native("num_retracted_requests_total"), native("total_retracted_reqs")])
        .absent(Absent::ZeroSince(Version(0, 5, 7))),
    Row::parts(Counter::RetractedTokens, &[native("num_retracted_input_tokens_total"), native("num_retracted_output_tokens_total")])
        .absent(Absent::ZeroSince(Version(0, 5, 7))),
    Row::alias(Counter::Finished, &[native("num_requests_total")]),
    Row::alias(Counter::Aborted, &[native("num_aborted_requests_total")]).absent(Absent::ZeroSince(Version(0, 5, 3))),
    Row::alias(
        Counter::ServerErrors,
        &[answered(&[INFERENCE, Select::Starts("status_code", "5"), Select::NoneOf("status_code", &["503"])])],
    )
    .absent(Absent::ZeroBeside(RESPONSES)),
    Row::alias(Counter::CapacityRejections, &[answered(&[INFERENCE, Select::Is("status_code", "503")])])
        .absent(Absent::ZeroBeside(RESPONSES)),
    Row::alias(Counter::ClientErrors, &[answered(&[INFERENCE, Select::Starts("status_code", "4")])]).absent(Absent::ZeroBeside(RESPONSES)),
    Row::alias(Counter::Http2xx, &[answered(&[INFERENCE, Select::Starts("status_code", "2")])]).absent(Absent::ZeroBeside(RESPONSES)),
    Row::alias(Counter::Http4xx, &[answered(&[INFERENCE, Select::Starts("status_code", "4")])]).absent(Absent::ZeroBeside(RESPONSES)),
    Row::alias(Counter::Http5xx, &[answered(&[INFERENCE, Select::Starts("status_code", "5")])]).absent(Absent::ZeroBeside(RESPONSES)),
    Row::parts(Counter::KvTransferFailures, &[native("num_transfer_failed_reqs_total"), native("num_bootstrap_failed_reqs_total")])
        .absent(Absent::ZeroSince(Version(0, 5, 3))),
    Row::alias(Counter::SpecVerifyCalls, &[native("spec_verify_calls_total")]),
    Row::alias(Counter::Steps, &[native(PASSES)]),
    Row::alias(Counter::DecodeGraphPasses, &[native(PASSES).with(&[Select::Is("mode", "decode_cuda_graph")])])
        .absent(Absent::ZeroBeside(PASSES)),
    Row::alias(Counter::DecodeEagerPasses, &[native(PASSES).with(&[Select::Is("mode", "decode_none")])]).absent(Absent::ZeroBeside(PASSES)),
    Row::alias(Counter::ForwardSeconds, &[native("forward_execution_seconds_total"), native("gpu_execution_seconds_total")]),
    Row::alias(Counter::IdleSeconds, &[native("scheduler_idle_seconds_total")]),
    Row::alias(
        Counter::HostStageSeconds,
        &[native("scheduler_stage_seconds_total")
            .with(&[Select::NoneOf("category", &["run_batch", "idle"]), Select::Is("forward_overlap", "none")])],
    ),
    Row::alias(Counter::CpuSeconds, &[native("process_cpu_seconds_total").with(&[Select::Is("component", "tokenizer")])]),
    Row::alias(Counter::DetokenizerCpuSeconds, &[native("process_cpu_seconds_total").with(&[Select::Is("component", "detokenizer")])]),
    Row::alias(Counter::SchedulerCpuSeconds, &[native("scheduler_process_cpu_seconds_total")]),
    Row::alias(Counter::GrammarRequests, &[native("num_grammar_total")]),
    Row::alias(Counter::GrammarCacheHits, &[native("num_grammar_cache_hit_total")]),
    Row::alias(Counter::GrammarTimeouts, &[native("num_grammar_timeout_total")]),
    Row::alias(Counter::DpScheduledTokens, &[native("dp_attention_tokens_total").with(&[Select::Is("kind", "scheduled")])]),
    Row::alias(Counter::DpImbalanceTokens, &[native("dp_attention_tokens_total").with(&[Select::Is("kind", "imbalance")])]),
    Row::alias(Counter::EstimatedFlops, &[native("estimated_flops_per_gpu_total")]),
];
