//! Signs of SGLang's releases. The prefix says nothing: proxies rewrite it.
//!
//! Up to 0.5.10 the first release of a family is exact. Later ones lie between two releases that were read, and the bound is the
//! earlier end: 0.5.11 for what 0.5.12 has, 0.5.13 for 0.5.16, 0.5.18 for 0.5.20, 0.5.21 for 0.5.23.

use crate::backend::native::{Always, Instance};
use crate::backend::version::{Evidence, Sign, Whole, between, since, until};
use crate::signal::Version;

pub(super) fn evidence(_: &Instance<'_, '_>) -> Vec<&'static [Evidence]> {
    vec![PRESENT, MISSING]
}

/// The gauges that even a fresh server has.
const ALWAYS: [&str; 6] = ["num_running_reqs", "num_used_tokens", "token_usage", "gen_throughput", "num_queue_reqs", "cache_hit_rate"];
/// Labels that all gauges got at once.
const OF_ALL: [&str; 3] = ["engine_type", "tp_rank", "moe_ep_rank"];

/// A gauge that is there has all its labels, in an excerpt too; but not where somebody typed it: then the model, or declaration and labels, are
/// missing, or one gauge has labels that another lacks.
pub(super) fn whole(instance: &Instance<'_, '_>) -> Whole {
    let there: Vec<&str> = ALWAYS.into_iter().filter(|name| instance.has(name)).collect();
    let has = |name: &str, label: &str| !instance.label_values(name, label).is_empty();
    let is_declared = |name: &&str| instance.scrape().family(&instance.full_name(name)).is_some_and(|family| family.is_declared());
    let is_of_one_kind = |label: &&str| there.iter().all(|name| has(name, label)) || !there.iter().any(|name| has(name, label));
    let labels = there.iter().all(|name| has(name, "model_name") && (is_declared(name) || has(name, "engine_type")))
        && OF_ALL.iter().all(is_of_one_kind);
    Whole { families: there.len() == ALWAYS.len(), labels }
}

/// Gauges are there from the start, what counts requests from the first one that finished.
pub(super) fn always(instance: &Instance<'_, '_>) -> Vec<Always> {
    const SERVED: [&str; 5] = ["prompt_tokens_total", "generation_tokens_total", "num_requests_total", "e2e_request_latency_seconds", TTFT];
    let mut all = vec![
        Always::Number(&["num_running_reqs", "num_requests_running"]),
        Always::Number(&["num_queue_reqs", "num_requests_waiting"]),
        Always::Number(&["token_usage"]),
    ];
    let at_work = |name: &str| instance.numbers(name).any(|series| series.data > 0.0);
    if SERVED.iter().any(|name| instance.has(name)) || at_work("num_running_reqs") || at_work("num_queue_reqs") {
        all.extend([
            Always::Number(&["prompt_tokens_total"]),
            Always::Number(&["generation_tokens_total"]),
            Always::Histogram(&[TTFT]),
            Always::Histogram(&["e2e_request_latency_seconds"]),
            Always::Histogram(&["inter_token_latency_seconds", "time_per_output_token_seconds"]),
        ]);
    }
    all
}

const TTFT: &str = "time_to_first_token_seconds";

static PRESENT: &[Evidence] = &[
    between(Sign::HasLabel("num_requests_running", "name"), Version(0, 3, 5), Version(0, 3, 5)),
    between(Sign::Has("time_per_output_token_seconds"), Version(0, 3, 5), Version(0, 4, 4)),
    since(Sign::Has("num_requests_total"), Version(0, 4, 1)),
    since(Sign::Has("inter_token_latency_seconds"), Version(0, 4, 3)),
    since(Sign::Has("cached_tokens_total"), Version(0, 4, 3)),
    since(Sign::HasBounds(TTFT, &[0.4, 0.2, 0.6, 0.8]), Version(0, 4, 4)),
    until(Sign::HasBounds(TTFT, &[0.25, 0.1, 0.5, 0.75]), Version(0, 4, 3)),
    since(Sign::HasLabel("num_running_reqs", "engine_type"), Version(0, 4, 4)),
    since(Sign::HasLabel("gen_throughput", "engine_type"), Version(0, 4, 4)),
    between(Sign::Has("avg_request_queue_latency"), Version(0, 4, 5), Version(0, 5, 2)),
    since(Sign::Has("num_grammar_queue_reqs"), Version(0, 4, 6)),
    since(Sign::Has("prompt_tokens_histogram"), Version(0, 4, 6)),
    between(Sign::Has("num_prefill_prealloc_queue_reqs"), Version(0, 4, 6), Version(0, 5, 10)),
    since(Sign::HasLabel("num_running_reqs", "tp_rank"), Version(0, 4, 9)),
    since(Sign::HasLabel("gen_throughput", "tp_rank"), Version(0, 4, 9)),
    between(Sign::Has("total_retracted_reqs"), Version(0, 4, 9), Version(0, 5, 2)),
    between(Sign::Has("queue_time_s"), Version(0, 5, 2), Version(0, 5, 2)),
    since(Sign::Has("num_paused_reqs"), Version(0, 5, 2)),
    since(Sign::Has("num_retracted_reqs"), Version(0, 5, 2)),
    between(Sign::Has("engine_startup_time"), Version(0, 5, 2), Version(0, 5, 16)),
    between(Sign::Has("num_running_reqs_offline_batch"), Version(0, 5, 2), Version(0, 5, 10)),
    between(Sign::Has("request_latency_seconds"), Version(0, 5, 3), Version(0, 5, 3)),
    since(Sign::Has("queue_time_seconds"), Version(0, 5, 3)),
    since(Sign::Has("per_stage_req_latency_seconds"), Version(0, 5, 3)),
    since(Sign::Has("is_cuda_graph"), Version(0, 5, 4)),
    between(Sign::Has("num_retractions"), Version(0, 5, 4), Version(0, 5, 10)),
    since(Sign::Has("new_token_ratio"), Version(0, 5, 5)),
    since(Sign::Has("evicted_tokens_total"), Version(0, 5, 5)),
    since(Sign::HasLabel("max_total_num_tokens", "tp_rank"), Version(0, 5, 6)),
    since(Sign::Has("http_responses_total"), Version(0, 5, 6)),
    since(Sign::Has("realtime_tokens_total"), Version(0, 5, 7)),
    since(Sign::Has("cuda_graph_passes_total"), Version(0, 5, 7)),
    since(Sign::Has("decode_sum_seq_lens"), Version(0, 5, 7)),
    since(Sign::Has("num_retracted_requests_total"), Version(0, 5, 7)),
    since(Sign::HasLabel("num_running_reqs", "moe_ep_rank"), Version(0, 5, 7)),
    since(Sign::HasLabel("cache_hit_rate", "moe_ep_rank"), Version(0, 5, 7)),
    between(Sign::Has("gpu_execution_seconds_total"), Version(0, 5, 7), Version(0, 5, 10)),
    since(Sign::Has("http_requests_active"), Version(0, 5, 8)),
    since(Sign::Has("num_unique_running_routing_keys"), Version(0, 5, 8)),
    since(Sign::HasLabel("cached_tokens_total", "cache_source"), Version(0, 5, 9)),
    between(Sign::Has("cache_config_info"), Version(0, 5, 9), Version(0, 5, 10)),
    since(Sign::Has("full_token_usage"), Version(0, 5, 10)),
    between(Sign::Has("gpu_overlap_wait_seconds_total"), Version(0, 5, 10), Version(0, 5, 10)),
    since(Sign::Has("kv_used_tokens"), Version(0, 5, 11)),
    since(Sign::Has("page_size"), Version(0, 5, 11)),
    since(Sign::Has("fwd_occupancy"), Version(0, 5, 11)),
    since(Sign::Has("uncached_prompt_tokens_histogram"), Version(0, 5, 11)),
    since(Sign::HasBounds("queue_time_seconds", &[0.001, 0.005, 0.01, 3000.0]), Version(0, 5, 11)),
    until(Sign::LacksBound("queue_time_seconds", &[0.001, 0.1, 0.2, 3000.0]), Version(0, 5, 10)),
    since(Sign::Has("spec_num_steps"), Version(0, 5, 13)),
    since(Sign::Has("weight_memory_usage_gb"), Version(0, 5, 17)),
    since(Sign::Has("startup_time_seconds"), Version(0, 5, 17)),
    since(Sign::HasLabel("num_requests_total", "is_streaming"), Version(0, 5, 17)),
    since(Sign::HasLabel(TTFT, "is_streaming"), Version(0, 5, 17)),
    since(Sign::Has("prefill_effective_tokens_total"), Version(0, 5, 18)),
    since(Sign::Has("scheduler_idle_seconds_total"), Version(0, 5, 18)),
    since(Sign::Has("request_time_per_output_token_seconds"), Version(0, 5, 21)),
    since(Sign::Has("prealloc_full_token_usage"), Version(0, 5, 21)),
    since(Sign::Has("dp_attention_tokens_total"), Version(0, 5, 21)),
];

/// Gauges are there from the start, so in a whole text a missing one is older.
static MISSING: &[Evidence] = &[
    until(Sign::LacksLabel("num_running_reqs", "engine_type"), Version(0, 4, 4)),
    until(Sign::LacksLabel("num_running_reqs", "tp_rank"), Version(0, 4, 8)),
    until(Sign::LacksLabel("num_running_reqs", "moe_ep_rank"), Version(0, 5, 6)),
    until(Sign::LacksLabel("gen_throughput", "moe_ep_rank"), Version(0, 5, 6)),
    until(Sign::Lacks("num_paused_reqs"), Version(0, 5, 1)),
    until(Sign::Lacks("is_cuda_graph"), Version(0, 5, 3)),
    until(Sign::Lacks("new_token_ratio"), Version(0, 5, 4)),
    until(Sign::Lacks("decode_sum_seq_lens"), Version(0, 5, 6)),
    until(Sign::Lacks("num_unique_running_routing_keys"), Version(0, 5, 7)),
    until(Sign::Lacks("full_token_usage"), Version(0, 5, 9)),
    until(Sign::Lacks("page_size"), Version(0, 5, 11)),
    until(Sign::Lacks("spec_num_steps"), Version(0, 5, 15)),
    until(Sign::Lacks("weight_memory_usage_gb"), Version(0, 5, 16)),
    until(Sign::Lacks("prefill_effective_tokens_total"), Version(0, 5, 19)),
    until(Sign::Lacks("prealloc_full_token_usage"), Version(0, 5, 22)),
];
