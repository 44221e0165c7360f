//! Traps whose tests on real dumps need the corpus, once more on own recordings and on a few lines, so that each is tested on every machine.

use crate::support::snapshots::{assert_close, assert_numbers, count, detect, gauge, mean, observations, one, read, recorded};
use servescope::backend::Detection;
use servescope::signal::{Caveat, Counter, Distribution, Gauge};

const TGI: &str = "tgi-harness/queue/t070.prom";
const VLLM: &str = "vllm-0.32.0/d_kv_exhaustion_preempt/t103.prom";

#[test]
fn tgi_counts_openai_requests_twice() {
    let of = |received: u32| {
        one(&format!("tgi_request_count {received}\ntgi_request_success 100\ntgi_queue_size 2\ntgi_batch_current_size 3\n"))
    };
    assert!(of(205).has_caveat(Caveat::RequestCountDoubled));
    assert!(!of(105).has_caveat(Caveat::RequestCountDoubled));
}

#[test]
fn tgis_names_that_end_in_count_are_counters_here_and_parts_of_histograms_there() {
    let snapshot = recorded(TGI);
    assert_numbers(
        "count",
        &snapshot,
        &[("requests.received", Some(560.0)), ("engine.decode_calls", Some(2279.0)), ("engine.prefill_calls", Some(125.0))],
    );
    assert_eq!(observations(&snapshot, Distribution::DecodeCallTime), Some(2279.0));
}

#[test]
fn tgi_has_no_first_token_time_no_preemptions_no_prefix_counters_no_start_and_no_model() {
    let snapshot = recorded(TGI);
    assert!(snapshot.has_caveat(Caveat::NoTtft) && snapshot.has_caveat(Caveat::TpotIncludesPrefill));
    assert!(snapshot.has_caveat(Caveat::OnlySuccessesTimed) && snapshot.has_caveat(Caveat::NoStartTime));
    assert_eq!((observations(&snapshot, Distribution::Ttft), observations(&snapshot, Distribution::DecodeTime)), (None, None));
    assert_numbers("absent", &snapshot, &[("preemptions", None), ("prefix_cache.hits", None), ("prefix_cache.queries", None)]);
    assert!(snapshot.key.model.is_none() && snapshot.started_at.is_none());
}

#[test]
fn tgis_time_in_queue_is_a_share_of_its_latency_and_its_decode_duration_is_detokenisation() {
    let snapshot = recorded(TGI);
    assert_close(mean(&snapshot, Distribution::QueueTime), 2_378.609_681_903_938_5 / 127.0);
    assert_close(mean(&snapshot, Distribution::DetokenizeTime), 1.588_164 / 2279.0);
    assert_close(mean(&snapshot, Distribution::DecodeCallTime), 52.938_800_000_000_04 / 2279.0);
}

#[test]
fn tgis_reserved_tokens_are_no_usage_and_skipped_tokens_of_zero_no_speculation() {
    let snapshot = recorded(TGI);
    assert_numbers("reserved", &snapshot, &[("kv_cache.reserved_tokens", Some(5906.0)), ("kv_cache.usage", None)]);
    assert_numbers("off", &snapshot, &[("speculation.accepted_tokens", None), ("speculation.verify_calls", None)]);
    assert!(!snapshot.has_caveat(Caveat::NoBatchMetrics) && !snapshot.has_caveat(Caveat::SegmentsCountedAsInputs));
}

#[test]
fn tgis_last_bound_is_its_token_limit_give_or_take_float_noise() {
    let limit = |last: &str| {
        one(&format!(
            "tgi_request_success 1\ntgi_request_input_length_bucket{{le=\"100\"}} 1\ntgi_request_input_length_bucket{{le=\"{last}\"}} 1\n\
             tgi_request_input_length_bucket{{le=\"+Inf\"}} 1\ntgi_request_input_length_sum 9\ntgi_request_input_length_count 1\n"
        ))
        .config
        .max_input_tokens
        .as_ref()
        .map(|limit| (limit.value, limit.inferred))
    };
    assert_eq!(limit("511.00000000000006"), Some((511.0, true)));
    assert_eq!(limit("4000"), Some((4000.0, true)));
}

#[test]
fn the_tgis_adapter_is_not_tgi_by_its_labels() {
    let found = detect("tgi_batch_inference_duration_count{method=\"{'method': 'prefill'}\"} 1\ntgi_request_input_count 3\n");
    assert!(matches!(found, Detection::Other { .. }), "{found:?}");
}

#[test]
fn vllms_longest_context_is_its_capacity_over_its_concurrency() {
    let snapshot = recorded(VLLM);
    let longest = snapshot.config.max_model_len.as_ref().expect("a length");
    // Started with --max-model-len 1024.
    assert_eq!((longest.value, longest.inferred), (1024.0, true));
}

#[test]
fn vllms_iteration_tokens_total_is_a_histogram_and_its_flops_of_zero_are_switched_off() {
    let snapshot = recorded(VLLM);
    assert_eq!(observations(&snapshot, Distribution::StepTokens), count(&snapshot, Counter::Steps));
    assert!(count(&snapshot, Counter::Steps).is_some_and(|steps| steps > 1000.0));
    assert_eq!(snapshot.config.mfu_metrics.as_ref().map(|value| value.value), Some(false));
    assert!(recorded("vllm-0.32.0/b_light/t000.prom").counters.get(&Counter::FinishedStop).is_some_and(|stopped| !stopped.absent_is_zero));
}

#[test]
fn vllms_prompt_counter_holds_cached_tokens_too() {
    let snapshot = recorded("vllm-0.32.0/f_prefix_effective/t078.prom");
    let of = |path: &str| crate::support::snapshots::number(&snapshot, path).expect("a number");
    assert!(of("tokens.prompt_cached") > 100_000.0);
    assert_close(Some(of("tokens.prompt")), of("tokens.prompt_computed") + of("tokens.prompt_cached"));
}

#[test]
fn vllms_capacity_is_what_it_says_and_not_blocks_times_their_size() {
    // Decode context parallelism: 6253 blocks of 64 hold four times as many tokens.
    let snapshot = one(
        "vllm:cache_config_info{engine=\"0\",block_size=\"64\",num_gpu_blocks=\"6253\",kv_cache_size_tokens=\"1600255\"} 1\nvllm:num_requests_running{engine=\"0\",model_name=\"m\"} 0\n",
    );
    let capacity = snapshot.config.kv_capacity_tokens.as_ref().expect("a capacity");
    assert_eq!((capacity.value, capacity.inferred), (1_600_255.0, false));
    assert!(!snapshot.has_caveat(Caveat::KvCapacityFromBlocks));
}

#[test]
fn vllms_prefix_queries_beyond_its_prompt_tokens_are_inflated() {
    let of = |queries: u64| {
        one(&format!(
            "vllm:prefix_cache_queries_total{{engine=\"0\",model_name=\"m\"}} {queries}\nvllm:prefix_cache_hits_total{{engine=\"0\",model_name=\"m\"}} 9\n\
             vllm:prompt_tokens_total{{engine=\"0\",model_name=\"m\"}} 28000000\n"
        ))
    };
    assert!(of(5_990_000_000).has_caveat(Caveat::PrefixQueriesInflated));
    assert!(!of(28_000_000).has_caveat(Caveat::PrefixQueriesInflated));
}

#[test]
fn sglangs_first_tokens_are_those_of_streaming_requests() {
    let snapshot = recorded("sglang-0.5.23/b_light/t068.prom");
    assert_numbers("streaming", &snapshot, &[("ttft.n", Some(60.0)), ("ttft.non_streaming", Some(1.0))]);
    assert!(snapshot.has_caveat(Caveat::NonStreamingLeftOut) && !snapshot.has_caveat(Caveat::TtftMayMixNonStreaming));
    let unlabelled = one(
        "sglang:time_to_first_token_seconds_bucket{model_name=\"m\",le=\"+Inf\"} 9\nsglang:time_to_first_token_seconds_sum{model_name=\"m\"} 9\n\
         sglang:time_to_first_token_seconds_count{model_name=\"m\"} 9\nsglang:num_running_reqs{model_name=\"m\"} 1\n",
    );
    assert!(unlabelled.has_caveat(Caveat::TtftMayMixNonStreaming));
    assert_eq!(observations(&unlabelled, Distribution::Ttft), Some(9.0));
}

#[test]
fn sglangs_counters_at_finish_and_live_ones_are_two_things_and_its_utilization_is_not_read() {
    let snapshot = recorded("sglang-0.5.23/c_queue_max_running/t070.prom");
    assert_numbers("tokens", &snapshot, &[("tokens.output", Some(12_902.0)), ("tokens.output_live", Some(12_852.0))]);
    assert!(snapshot.has_caveat(Caveat::CountedAtFinish));
    assert!(snapshot.gauges.values().all(|value| !value.source.metric.contains(":utilization")));
}

#[test]
fn sglangs_hit_rate_above_one_is_a_percentage() {
    let old = one("sglang:cache_hit_rate{name=\"m\"} 10.61\nsglang:num_running_reqs{name=\"m\"} 1\n");
    assert_close(gauge(&old, Gauge::CacheHitRateGauge), 0.1061);
}

#[test]
fn sglangs_workers_behind_a_gateway_are_told_apart() {
    let workers = read(
        "sglang_num_queue_reqs{model_name=\"m\",worker_addr=\"http://a:1\"} 3\nsglang_num_queue_reqs{model_name=\"m\",worker_addr=\"http://b:1\"} 4\n",
    );
    let mut queues: Vec<Option<f64>> = workers.iter().map(|worker| gauge(worker, Gauge::Waiting)).collect();
    queues.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    assert_eq!(queues, [Some(3.0), Some(4.0)]);
}
