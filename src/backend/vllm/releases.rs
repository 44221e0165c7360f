//! Signs of vLLM's releases.
//!
//! A bound names the first release that may have the sign: where releases between two that were read are unread, the earliest of them.

use crate::backend::native::{Always, Instance};
use crate::backend::version::{Evidence, Sign, Whole, between, last, since, until};
use crate::signal::Version;

const INFO: &str = "cache_config_info";
const E2E: &str = "e2e_request_latency_seconds";

pub(super) fn evidence(instance: &Instance<'_, '_>) -> Vec<&'static [Evidence]> {
    if is_v0(instance) {
        vec![PRESENT, V0]
    } else if is_rust_frontend(instance) {
        vec![PRESENT, RUST]
    } else {
        vec![PRESENT, V1]
    }
}

/// The V0 engine has no engine label and no prefix cache counters.
pub(super) fn is_v0(instance: &Instance<'_, '_>) -> bool {
    let v0_only = ["num_requests_swapped", "cpu_cache_usage_perc", "gpu_prefix_cache_hit_rate", "avg_generation_throughput_toks_per_s"];
    let has_v1 = ["kv_cache_usage_perc", "gpu_prefix_cache_queries_total", "prefix_cache_queries_total", "inter_token_latency_seconds"];
    !instance.has_label("num_requests_running", "engine")
        && !has_v1.iter().any(|name| instance.has(name))
        && (instance.has("gpu_cache_usage_perc") || v0_only.iter().any(|name| instance.has(name)))
}

/// The Rust frontend always writes OpenMetrics, so `# TYPE` names a counter without `_total`, and has no cache settings.
fn is_rust_frontend(instance: &Instance<'_, '_>) -> bool {
    let counter = instance.full_name("generation_tokens");
    let is_openmetrics = instance.scrape().family(&counter).is_some_and(|family| family.is_declared());
    let has_created = instance.created().is_some();
    is_openmetrics && !has_created && !instance.has(INFO) && !instance.has("engine_sleep_state")
}

/// `gpu_prefix_cache_*` counted blocks up to 0.8.5 and tokens from 0.9.0 on.
pub(super) fn help_says_blocks(instance: &Instance<'_, '_>) -> bool {
    gpu_prefix_help(instance).is_some_and(|help| help.contains("blocks"))
}

fn help_says_tokens(instance: &Instance<'_, '_>) -> bool {
    gpu_prefix_help(instance).is_some_and(|help| help.contains("tokens"))
}

fn gpu_prefix_help<'a>(instance: &Instance<'_, 'a>) -> Option<&'a str> {
    ["gpu_prefix_cache_queries_total", "gpu_prefix_cache_queries"]
        .iter()
        .filter_map(|name| instance.scrape().family(&instance.full_name(name)))
        .find_map(|family| family.help())
}

/// Families that every release has, and labels that the settings had from 0.4.3 on.
pub(super) fn whole(instance: &Instance<'_, '_>) -> Whole {
    let always = [
        "num_requests_running",
        "num_requests_waiting",
        "prompt_tokens_total",
        "generation_tokens_total",
        "request_success_total",
        "time_to_first_token_seconds",
        "e2e_request_latency_seconds",
        "request_prompt_tokens",
        "request_generation_tokens",
        "request_params_n",
    ];
    let settings = ["block_size", "gpu_memory_utilization", "num_gpu_blocks_override"];
    let labels = settings.iter().all(|label| instance.has_label(INFO, label));
    Whole { families: labels && always.iter().all(|name| instance.has(name)), labels }
}

/// What every page has, and what pages have that hold more than an excerpt's worth of request metrics.
pub(super) fn always(instance: &Instance<'_, '_>) -> Vec<Always> {
    const DETAILS: [&str; 7] = [
        "iteration_tokens_total",
        "request_params_n",
        "request_inference_time_seconds",
        "request_prefill_time_seconds",
        "request_decode_time_seconds",
        "request_generation_tokens",
        "e2e_request_latency_seconds",
    ];
    let mut all = vec![
        Always::Number(&["num_requests_running"]),
        Always::Number(&["num_requests_waiting"]),
        Always::Number(&["kv_cache_usage_perc", "gpu_cache_usage_perc"]),
        Always::Number(&["prompt_tokens_total"]),
        Always::Number(&["generation_tokens_total"]),
        Always::Number(&["request_success_total"]),
        Always::Histogram(&["time_to_first_token_seconds"]),
        Always::Histogram(&["inter_token_latency_seconds", "time_per_output_token_seconds", "request_time_per_output_token_seconds"]),
    ];
    // Ray exposes no counter that stayed at zero.
    if !instance.full_name("").starts_with("ray_") {
        all.push(Always::Number(&["num_preemptions_total"]));
    }
    if DETAILS.iter().any(|name| instance.has(name)) {
        all.extend([
            Always::Histogram(&["e2e_request_latency_seconds"]),
            Always::Histogram(&["request_prompt_tokens"]),
            Always::Histogram(&["request_generation_tokens"]),
        ]);
        if instance.has("kv_cache_usage_perc") {
            all.extend([
                Always::Histogram(&["request_queue_time_seconds"]),
                Always::Histogram(&["request_inference_time_seconds"]),
                Always::Histogram(&["request_prefill_time_seconds"]),
                Always::Histogram(&["request_decode_time_seconds"]),
                Always::Histogram(&["iteration_tokens_total"]),
            ]);
        }
    }
    all
}

/// What is there, whatever the engine.
static PRESENT: &[Evidence] = &[
    between(Sign::Has("avg_generation_throughput_toks_per_s"), Version(0, 3, 0), last(0, 6)),
    until(Sign::Has("num_requests_swapped"), Version(0, 9, 1)),
    until(Sign::Has("cpu_cache_usage_perc"), Version(0, 9, 1)),
    between(Sign::Has("gpu_prefix_cache_hit_rate"), Version(0, 5, 5), Version(0, 9, 1)),
    between(Sign::Has("request_params_best_of"), Version(0, 4, 3), Version(0, 6, 0)),
    since(Sign::HasLabel(INFO, "enable_prefix_caching"), Version(0, 4, 3)),
    between(Sign::HasLabel(INFO, "cpu_offload_gb"), Version(0, 5, 3), last(0, 17)),
    since(Sign::Has("iteration_tokens_total"), Version(0, 6, 0)),
    since(Sign::Has("request_queue_time_seconds"), Version(0, 6, 0)),
    between(Sign::Has("gpu_prefix_cache_queries_total"), Version(0, 7, 3), last(0, 11)),
    until(Sign::HasLabel(INFO, "swap_space_bytes"), Version(0, 11, 0)),
    between(Sign::HasLabel(INFO, "swap_space"), Version(0, 8, 1), last(0, 17)),
    until(Sign::Test(help_says_blocks, "prefix cache counted in blocks"), Version(0, 8, 5)),
    since(Sign::Test(help_says_tokens, "`gpu_prefix_cache_queries` counted in tokens"), Version(0, 9, 0)),
    since(Sign::HasBounds(E2E, &[120.0, 0.3, 60.0, 7680.0]), Version(0, 8, 1)),
    until(Sign::LacksBound(E2E, &[120.0, 0.3, 50.0, 60.0]), Version(0, 8, 4)),
    since(Sign::HasLabel(INFO, "prefix_caching_hash_algo"), Version(0, 8, 1)),
    since(Sign::HasLabel("num_requests_running", "engine"), Version(0, 8, 1)),
    until(Sign::HasLabel(INFO, "cpu_kvcache_space_bytes"), last(0, 19)),
    until(Sign::HasLabel(INFO, "calculate_kv_scales"), last(0, 27)),
    until(Sign::Has("gpu_cache_usage_perc"), last(0, 11)),
    since(Sign::Has("kv_cache_usage_perc"), Version(0, 9, 1)),
    since(Sign::Has("prefix_cache_queries_total"), Version(0, 9, 1)),
    since(Sign::Has("inter_token_latency_seconds"), Version(0, 10, 1)),
    until(Sign::Has("time_per_output_token_seconds"), last(0, 15)),
    since(Sign::HasLabel(INFO, "kv_cache_memory_bytes"), Version(0, 10, 1)),
    since(Sign::Has("request_time_per_output_token_seconds"), Version(0, 11, 0)),
    since(Sign::Has("engine_sleep_state"), Version(0, 11, 1)),
    since(Sign::Has("external_prefix_cache_queries_total"), Version(0, 11, 1)),
    since(Sign::Has("mm_cache_queries_total"), Version(0, 11, 1)),
    since(Sign::HasLabel(INFO, "kv_offloading_backend"), Version(0, 11, 1)),
    since(Sign::Has("kv_block_lifetime_seconds"), Version(0, 12, 0)),
    since(Sign::Has("request_prefill_kv_computed_tokens"), Version(0, 13, 0)),
    since(Sign::HasValue("request_success_total", "finished_reason", "error"), Version(0, 13, 0)),
    since(Sign::Has("prompt_tokens_by_source_total"), Version(0, 15, 0)),
    between(Sign::Has("prompt_tokens_recomputed_total"), Version(0, 15, 0), last(0, 19)),
    since(Sign::HasValue("request_success_total", "finished_reason", "repetition"), Version(0, 17, 0)),
    since(Sign::Has("estimated_flops_per_gpu_total"), Version(0, 17, 0)),
    since(Sign::Has("num_requests_waiting_by_reason"), Version(0, 20, 0)),
    since(Sign::HasLabel(INFO, "kv_cache_size_tokens"), Version(0, 24, 0)),
    since(Sign::HasLabel(INFO, "prefix_match_unit"), Version(0, 26, 0)),
    since(Sign::HasLabel(INFO, "use_replayssm"), Version(0, 27, 0)),
    since(Sign::HasLabel(INFO, "kv_cache_layout"), Version(0, 29, 0)),
    since(Sign::Has("request_num_preemptions"), Version(0, 30, 0)),
    since(Sign::HasLabel(INFO, "swa_bounded_replay"), Version(0, 31, 0)),
    since(Sign::Has("prompt_tokens_cached_by_source_total"), Version(0, 32, 0)),
    since(Sign::Has("admission_rejections_total"), Version(0, 32, 0)),
    since(Sign::Has("num_requests_kv_fetch_by_stage"), Version(0, 32, 0)),
    since(Sign::HasLabel(INFO, "simple_cpu_offload_num_blocks"), Version(0, 33, 0)),
];

/// What the V1 engine lacks, in whole texts of the Python frontend.
static V1: &[Evidence] = &[
    until(Sign::LacksLabel("num_requests_running", "engine"), Version(0, 8, 4)),
    until(Sign::Lacks("kv_cache_usage_perc"), Version(0, 9, 1)),
    until(Sign::Lacks("inter_token_latency_seconds"), Version(0, 10, 1)),
    until(Sign::Lacks("request_time_per_output_token_seconds"), last(0, 10)),
    until(Sign::Lacks("engine_sleep_state"), Version(0, 11, 0)),
    since(Sign::Lacks("time_per_output_token_seconds"), Version(0, 12, 0)),
    until(Sign::LacksValue("request_success_total", "finished_reason", "error"), last(0, 12)),
    until(Sign::Lacks("prompt_tokens_by_source_total"), last(0, 15)),
    until(Sign::LacksValue("request_success_total", "finished_reason", "repetition"), Version(0, 17, 0)),
    since(Sign::LacksLabel(INFO, "swap_space"), Version(0, 18, 0)),
    until(Sign::Lacks("num_requests_waiting_by_reason"), last(0, 19)),
    until(Sign::LacksLabel(INFO, "kv_cache_size_tokens"), last(0, 23)),
    until(Sign::LacksLabel(INFO, "prefix_match_unit"), last(0, 25)),
    until(Sign::LacksLabel(INFO, "use_replayssm"), last(0, 26)),
    since(Sign::LacksLabel(INFO, "calculate_kv_scales"), Version(0, 28, 0)),
    until(Sign::LacksLabel(INFO, "kv_cache_layout"), last(0, 28)),
    until(Sign::Lacks("request_num_preemptions"), last(0, 29)),
    until(Sign::LacksLabel(INFO, "swa_bounded_replay"), last(0, 30)),
    until(Sign::Lacks("admission_rejections_total"), last(0, 31)),
    until(Sign::LacksLabel(INFO, "simple_cpu_offload_num_blocks"), last(0, 32)),
];

/// The V0 engine, which was removed in 0.11.1.
static V0: &[Evidence] = &[
    until(Sign::Test(is_v0, "the V0 engine's layout"), Version(0, 11, 0)),
    since(Sign::Lacks("avg_generation_throughput_toks_per_s"), Version(0, 7, 0)),
    // Hidden from 0.8.0 on unless `--show-hidden-metrics-for-version` is given.
    since(Sign::Lacks("num_requests_swapped"), Version(0, 8, 0)),
    until(Sign::Lacks("request_queue_time_seconds"), last(0, 6)),
    until(Sign::Lacks("gpu_prefix_cache_hit_rate"), last(0, 11)),
    until(Sign::LacksLabel(INFO, "prefix_caching_hash_algo"), Version(0, 8, 4)),
];

static RUST: &[Evidence] = &[since(Sign::Test(is_rust_frontend, "the Rust frontend's layout"), Version(0, 22, 0))];
