//! The traps of vLLM's metrics, one test each, at the level of what is read.

use crate::support::snapshots::{assert_close, assert_numbers, count, dump, gauge, mean, number, observations, one, read, recorded};
use servescope::signal::{Caveat, Counter, Distribution, Gauge};

#[test]
fn usage_perc_is_a_fraction() {
    let snapshot = one("vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\"} 0.93\n");
    assert_eq!(gauge(&snapshot, Gauge::KvUsage), Some(0.93));
    assert!(!snapshot.has_caveat(Caveat::UsageWasPercent));
}

#[test]
fn usage_above_one_was_scaled_by_somebody() {
    let snapshot =
        one("vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\"} 93\nvllm:kv_cache_usage_perc{engine=\"1\",model_name=\"m\"} 0.5\n");
    assert_close(gauge(&snapshot, Gauge::KvUsage), 0.93);
    assert!(snapshot.has_caveat(Caveat::UsageWasPercent));
    let rounding = one("vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\"} 1.00005\n");
    assert!(!rounding.has_caveat(Caveat::UsageWasPercent));
}

#[test]
fn ranks_are_summed_and_kv_usage_is_the_fullest_rank() {
    let snapshot = one("\
vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 10
vllm:num_requests_running{engine=\"1\",model_name=\"m\"} 2
vllm:num_requests_running{engine=\"10\",model_name=\"m\"} 1
vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\"} 0.9
vllm:kv_cache_usage_perc{engine=\"1\",model_name=\"m\"} 0.2
");
    assert_eq!(gauge(&snapshot, Gauge::Running), Some(13.0));
    assert_eq!(gauge(&snapshot, Gauge::KvUsage), Some(0.9));
    let ranks: Vec<&str> = snapshot.gauges.get(&Gauge::Running).unwrap().ranks.iter().map(|(rank, _)| rank.as_str()).collect();
    assert_eq!(ranks, ["0", "1", "10"]);
}

#[needs::corpus]
#[test]
fn num_gpu_blocks_is_the_sum_over_ranks_repeated_on_each() {
    let snapshot = dump("dumps/vllm/GEN-vllm-0.33.0-dp2-from-logger-code.prom");
    // 439,200 tokens on each of two engines, and 54,900 blocks of 16 on both series.
    assert_close(snapshot.config.kv_capacity_tokens.as_ref().map(|value| value.value), 878_400.0);
    let old = one("\
vllm:cache_config_info{engine=\"0\",block_size=\"16\",num_gpu_blocks=\"54900\"} 1
vllm:cache_config_info{engine=\"1\",block_size=\"16\",num_gpu_blocks=\"54900\"} 1
vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 0
");
    assert_close(old.config.kv_capacity_tokens.as_ref().map(|value| value.value), 878_400.0);
    assert!(old.has_caveat(Caveat::KvCapacityFromBlocks));
}

#[needs::corpus]
#[test]
fn blocks_times_block_size_is_wrong_under_decode_context_parallelism() {
    let snapshot = dump("dumps/vllm/alint77-glm52-phase3-s4-mtp3-exact-r5-after.prom");
    let capacity = snapshot.config.kv_capacity_tokens.as_ref().unwrap();
    // 6253 blocks of 64 would be 400,192.
    assert_eq!((capacity.value, capacity.inferred), (1_600_255.0, false));
    assert!(!snapshot.has_caveat(Caveat::KvCapacityFromBlocks));
}

#[needs::corpus]
#[test]
fn max_model_len_is_size_over_concurrency() {
    let snapshot = dump("dumps/vllm/er0080-vllm-0.25.1-loaded.prom");
    let longest = snapshot.config.max_model_len.as_ref().unwrap();
    // 400448 / 195.53125.
    assert_eq!((longest.value, longest.inferred), (2048.0, true));
}

#[test]
fn series_per_process_id_are_copies_of_which_the_largest_counts() {
    let snapshot = one("\
vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\",pid=\"7\"} 0
vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\",pid=\"8\"} 0.4
vllm:num_requests_running{engine=\"0\",model_name=\"m\",pid=\"7\"} 3
vllm:num_requests_running{engine=\"0\",model_name=\"m\",pid=\"8\"} 5
");
    assert_eq!(gauge(&snapshot, Gauge::KvUsage), Some(0.4));
    assert_eq!(gauge(&snapshot, Gauge::Running), Some(5.0));
}

#[test]
fn a_multiprocess_server_has_no_start_time() {
    let snapshot = one("vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 3\n");
    assert!(snapshot.started_at.is_none() && snapshot.has_caveat(Caveat::NoStartTime));
}

#[test]
fn the_start_is_that_of_the_process_else_the_first_created_sample() {
    let text = "\
vllm:generation_tokens_created{engine=\"0\",model_name=\"m\"} 1.7e9
vllm:prompt_tokens_created{engine=\"0\",model_name=\"m\"} 1.6e9
vllm:prompt_tokens_total{engine=\"0\",model_name=\"m\"} 5
";
    assert_eq!(one(text).started_at.unwrap().0, 1.6e9);
    let process = one(&format!("{text}process_start_time_seconds 1.5e9\n"));
    assert_eq!(process.started_at.as_ref().unwrap().0, 1.5e9);
    assert!(process.has_caveat(Caveat::ProcessIsApiServerOnly));
}

#[test]
fn the_value_of_the_lora_info_is_a_time_and_old_series_linger() {
    let snapshot = one("\
vllm:lora_requests_info{max_lora=\"2\",running_lora_adapters=\"a,b,c\",waiting_lora_adapters=\"d\"} 1.7e9
vllm:lora_requests_info{max_lora=\"2\",running_lora_adapters=\"a\",waiting_lora_adapters=\"\"} 1.70001e9
vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 1
");
    assert_eq!(gauge(&snapshot, Gauge::LoraRunning), Some(1.0));
    assert_eq!(gauge(&snapshot, Gauge::LoraWaiting), Some(0.0));
    assert_close(snapshot.config.max_loras.as_ref().map(|value| value.value), 2.0);
}

#[needs::corpus]
#[test]
fn iteration_tokens_total_is_a_histogram() {
    let snapshot = dump("dumps/vllm/er0080-vllm-0.25.1-loaded.prom");
    assert_eq!(observations(&snapshot, Distribution::StepTokens), Some(2829.0));
    assert_eq!(count(&snapshot, Counter::Steps), Some(2829.0));
}

#[test]
fn exponents_may_have_three_digits() {
    let snapshot = one("vllm:prompt_tokens_total{engine=\"0\",model_name=\"m\"} 3.5915956224e+010\n");
    assert_eq!(count(&snapshot, Counter::PromptTokens), Some(35_915_956_224.0));
}

#[test]
fn minus_one_is_a_hit_rate_that_is_switched_off() {
    let snapshot = one("vllm:gpu_prefix_cache_hit_rate{model_name=\"m\"} -1.0\nvllm:num_requests_running{model_name=\"m\"} 1\n");
    assert_eq!(gauge(&snapshot, Gauge::CacheHitRateGauge), None);
    let on = one("vllm:gpu_prefix_cache_hit_rate{model_name=\"m\"} 0.25\nvllm:num_requests_running{model_name=\"m\"} 1\n");
    assert_eq!(gauge(&on, Gauge::CacheHitRateGauge), Some(0.25));
}

#[needs::corpus]
#[test]
fn the_first_bucket_hides_short_times_and_the_mean_does_not() {
    let snapshot = dump("dumps/vllm/alint77-glm52-phase3-s4-mtp3-exact-r5-after.prom");
    let spread = snapshot.distributions.get(&Distribution::QueueTime).unwrap();
    assert_eq!(spread.histogram.buckets[0].upper, 0.3);
    assert_eq!(spread.histogram.buckets[0].cumulative, 33.0);
    assert!(mean(&snapshot, Distribution::QueueTime).unwrap() < 1e-5);
}

#[test]
fn empty_and_torn_histograms_are_read_without_a_mean() {
    let snapshot = one("\
vllm:time_to_first_token_seconds_bucket{engine=\"0\",model_name=\"m\",le=\"+Inf\"} 0
vllm:time_to_first_token_seconds_sum{engine=\"0\",model_name=\"m\"} NaN
vllm:time_to_first_token_seconds_count{engine=\"0\",model_name=\"m\"} 0
vllm:e2e_request_latency_seconds_bucket{engine=\"0\",model_name=\"m\",le=\"+Inf\"} 3
vllm:inter_token_latency_seconds_bucket{engine=\"0\",model_name=\"m\",le=\"0.01\"} 3
...
");
    assert_eq!(observations(&snapshot, Distribution::Ttft), Some(0.0));
    assert_eq!(mean(&snapshot, Distribution::Ttft), None);
    assert_eq!((observations(&snapshot, Distribution::E2e), mean(&snapshot, Distribution::E2e)), (Some(3.0), None));
    // Cut before the last bucket: how many there were is not known.
    assert_eq!(observations(&snapshot, Distribution::Itl), None);
}

#[test]
fn buckets_are_read_and_never_assumed() {
    let snapshot = one("\
vllm:request_queue_time_seconds_bucket{engine=\"0\",model_name=\"m\",le=\"0.007\"} 1
vllm:request_queue_time_seconds_bucket{engine=\"0\",model_name=\"m\",le=\"+Inf\"} 2
");
    let bounds: Vec<f64> =
        snapshot.distributions.get(&Distribution::QueueTime).unwrap().histogram.buckets.iter().map(|bucket| bucket.upper).collect();
    assert_eq!(bounds, [0.007, f64::INFINITY]);
}

#[needs::corpus]
#[test]
fn prefix_queries_beyond_the_prompt_tokens_are_inflated() {
    let snapshot = dump("dumps/vllm/SYNTH-utrobinmv-full.prom");
    // 5.99e9 queries against 2.8e7 prompt tokens.
    assert!(snapshot.has_caveat(Caveat::PrefixQueriesInflated));
    let fine = dump("dumps/vllm/vllmstat-qwen3-30b-tq-specdecode.prom");
    assert!(!fine.has_caveat(Caveat::PrefixQueriesInflated));
}

#[needs::corpus]
#[test]
fn old_prefix_counts_are_blocks() {
    let snapshot = dump("dumps/vllm/GEN-vllm-0.8.5-from-logger-code.prom");
    assert!(snapshot.has_caveat(Caveat::PrefixCountsWereBlocks));
    let (queries, hits) = (count(&snapshot, Counter::PrefixQueries).unwrap(), count(&snapshot, Counter::PrefixHits).unwrap());
    // In units of the 16-token block of its settings; the share of hits is untouched.
    assert!(queries % 16.0 == 0.0 && (hits / queries - 40_200.0 / 120_600.0).abs() < 1e-9, "{hits} of {queries}");
}

#[needs::corpus]
#[test]
fn itl_is_per_step_and_tpot_per_token_under_speculation() {
    let snapshot = dump("dumps/vllm/vllmstat-qwen3-30b-tq-specdecode.prom");
    assert_close(mean(&snapshot, Distribution::Itl), 366_813.315_522_020_1 / 2_155_457.0);
    assert_close(mean(&snapshot, Distribution::Tpot), 2_979.432_286_309_289 / 52_043.0);
    assert_close(snapshot.config.speculative_tokens.as_ref().map(|value| value.value), 8.0);
}

#[test]
fn success_holds_truncated_and_failed_requests_too() {
    let snapshot = one("\
vllm:request_success_total{engine=\"0\",finished_reason=\"stop\",model_name=\"m\"} 5
vllm:request_success_total{engine=\"0\",finished_reason=\"length\",model_name=\"m\"} 3
vllm:request_success_total{engine=\"0\",finished_reason=\"abort\",model_name=\"m\"} 0
vllm:request_success_total{engine=\"0\",finished_reason=\"error\",model_name=\"m\"} 2
vllm:request_success_total{engine=\"0\",finished_reason=\"repetition\",model_name=\"m\"} 1
");
    assert_numbers(
        "success",
        &snapshot,
        &[
            ("requests.finished", Some(11.0)),
            ("requests.finished_stop", Some(5.0)),
            ("requests.finished_error", Some(2.0)),
            ("requests.finished_repetition", Some(1.0)),
        ],
    );
}

#[test]
fn a_reason_that_the_release_did_not_have_is_unknown_and_not_zero() {
    let snapshot = one("vllm:request_success_total{finished_reason=\"length\",model_name=\"m\"} 3\n");
    assert_eq!(count(&snapshot, Counter::FinishedStop), Some(0.0));
    assert!(snapshot.counters.get(&Counter::FinishedStop).unwrap().absent_is_zero);
    assert_eq!(count(&snapshot, Counter::FinishedError), None);
}

#[needs::corpus]
#[test]
fn flops_of_zero_mean_that_the_estimate_is_off() {
    let snapshot = dump("dumps/vllm/er0080-vllm-0.25.1-loaded.prom");
    assert_eq!(snapshot.config.mfu_metrics.as_ref().map(|value| value.value), Some(false));
    let idle = dump("dumps/vllm/er0080-vllm-0.25.1-idle.prom");
    assert!(idle.config.mfu_metrics.is_none(), "an idle server does not tell");
}

#[needs::corpus]
#[test]
fn only_inference_handlers_count_as_requests() {
    let snapshot = dump("dumps/vllm/er0080-vllm-0.25.1-loaded.prom");
    // Beside 600 completions: a model list, and a probe of /tokenize that was refused.
    assert_numbers("http", &snapshot, &[("http.2xx", Some(600.0)), ("http.4xx", Some(0.0)), ("http.5xx", Some(0.0))]);
    let bare = one(
        "vllm:num_requests_running 1\nhttp_requests_total{method=\"POST\",status=\"200\"} 355\nhttp_requests_total{method=\"GET\",status=\"200\"} 10\n",
    );
    assert_eq!(count(&bare, Counter::Http2xx), Some(355.0));
}

#[test]
fn two_pods_or_two_models_are_two_servers() {
    let pods = read(
        "\
vllm:num_requests_running{engine=\"0\",model_name=\"m\",pod=\"b\"} 1
vllm:num_requests_running{engine=\"0\",model_name=\"m\",pod=\"a\"} 1
vllm:generation_tokens_total{engine=\"0\",model_name=\"m\",pod=\"a\"} 10
vllm:generation_tokens_total{engine=\"0\",model_name=\"m\",pod=\"b\"} 90
process_start_time_seconds{pod=\"a\"} 5
process_start_time_seconds{pod=\"b\"} 6
",
    );
    let names: Vec<&str> = pods.iter().map(|pod| pod.key.labels[0].1.as_str()).collect();
    assert_eq!(names, ["b", "a"], "the one with the most traffic first");
    assert_eq!(pods[0].started_at.as_ref().unwrap().0, 6.0);
    let processes = read(
        "\
vllm:generation_tokens_total{engine=\"0\",model_name=\"m\",pod=\"a\",pid=\"1\"} 100
vllm:generation_tokens_total{engine=\"0\",model_name=\"m\",pod=\"b\",pid=\"1\"} 60
vllm:generation_tokens_total{engine=\"0\",model_name=\"m\",pod=\"b\",pid=\"2\"} 60
",
    );
    assert_eq!(processes[0].key.labels[0].1, "b", "the traffic of all its processes");
    let models = read(
        "vllm:num_requests_running{model_name=\"x\"} 1\nvllm:num_requests_running{model_name=\"y\"} 2\nprocess_start_time_seconds 5\n",
    );
    assert_eq!(models.len(), 2);
    assert!(models.iter().all(|model| model.started_at.is_some()), "one process serves both");
}

#[test]
fn families_of_other_software_in_the_text_are_left_out() {
    let snapshot = one("\
vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 1
vllm:gpu_memory_usage_bytes{engine=\"0\",model_name=\"m\"} 5
lmcache:num_hit_tokens_total{model_name=\"m\"} 7
dynamo_frontend_requests_total 9
");
    assert_eq!((snapshot.gauges.len(), snapshot.counters.len()), (1, 0));
    assert!(snapshot.why_backend.contains("LMCache") && snapshot.why_backend.contains("Dynamo"), "{}", snapshot.why_backend);
}

#[test]
fn deferred_waiting_is_kept_apart_from_waiting_for_capacity() {
    let snapshot = one("\
vllm:num_requests_waiting{engine=\"0\",model_name=\"m\"} 7
vllm:num_requests_waiting_by_reason{engine=\"0\",model_name=\"m\",reason=\"capacity\"} 3
vllm:num_requests_waiting_by_reason{engine=\"0\",model_name=\"m\",reason=\"deferred\"} 4
");
    assert_numbers(
        "waiting",
        &snapshot,
        &[("queue.waiting", Some(7.0)), ("queue.waiting_capacity", Some(3.0)), ("queue.waiting_deferred", Some(4.0))],
    );
}

#[test]
fn three_series_of_the_sleep_state_are_one_flag() {
    let snapshot = one("\
vllm:engine_sleep_state{engine=\"0\",model_name=\"m\",sleep_state=\"awake\"} 0
vllm:engine_sleep_state{engine=\"0\",model_name=\"m\",sleep_state=\"weights_offloaded\"} 1
vllm:engine_sleep_state{engine=\"0\",model_name=\"m\",sleep_state=\"discard_all\"} 0
vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 0
");
    assert_eq!(gauge(&snapshot, Gauge::Awake), Some(0.0));
}

#[test]
fn ray_renames_and_never_exposes_a_counter_of_zero() {
    let snapshot = one("\
ray_vllm_num_requests_running{engine=\"0\",model_name=\"m\",ReplicaId=\"r1\",WorkerId=\"w\"} 2
ray_vllm_generation_tokens_total{engine=\"0\",model_name=\"m\",ReplicaId=\"r1\",WorkerId=\"w\"} 40
");
    assert_eq!(gauge(&snapshot, Gauge::Running), Some(2.0));
    assert_eq!(count(&snapshot, Counter::Preemptions), Some(0.0));
    assert_eq!(snapshot.gauges.get(&Gauge::Running).unwrap().source.metric, "ray_vllm_num_requests_running");
    let native = one("vllm:generation_tokens_total{engine=\"0\",model_name=\"m\"} 40\n");
    assert_eq!(count(&native, Counter::Preemptions), None);
}

#[test]
fn collectors_rename_the_prefix() {
    for prefix in ["vllm:", "vllm_", "kserve_vllm:", "ray_vllm_"] {
        let snapshot = one(&format!("{prefix}num_requests_running{{model_name=\"m\"}} 2\n"));
        assert_eq!(gauge(&snapshot, Gauge::Running), Some(2.0), "{prefix}");
    }
}

#[needs::corpus]
#[test]
fn triton_labels_the_model_otherwise() {
    let snapshot = dump("dumps/vllm/EXCERPT-triton-vllm_backend-README.prom");
    assert_eq!(snapshot.key.model.as_deref(), Some("vllm_model"));
    assert_eq!(snapshot.key.labels, [("version".to_owned(), "1".to_owned())]);
}

#[needs::corpus]
#[test]
fn the_prompt_counter_holds_cached_tokens_too() {
    let snapshot = dump("dumps/vllm/er0080-vllm-0.25.1-loaded.prom");
    let (computed, cached) = (number(&snapshot, "tokens.prompt_computed").unwrap(), number(&snapshot, "tokens.prompt_cached").unwrap());
    assert_close(number(&snapshot, "tokens.prompt"), computed + cached);
}

#[needs::corpus]
#[test]
fn an_idle_v1_server_has_zeros_and_an_idle_v0_server_has_no_series() {
    let idle = dump("dumps/vllm/er0080-vllm-0.25.1-idle.prom");
    let stopped = idle.counters.get(&Counter::FinishedStop).unwrap();
    assert!(stopped.value == 0.0 && !stopped.absent_is_zero && stopped.source.lines.len() == 1);
    let v0 = one("vllm:gpu_cache_usage_perc{model_name=\"m\"} 0\nvllm:num_requests_running{model_name=\"m\"} 0\n");
    assert_eq!(count(&v0, Counter::Finished), None);
}

#[test]
fn the_gap_between_first_token_and_its_parts_can_be_seen() {
    let snapshot = recorded("vllm-0.32.0/d_kv_exhaustion_preempt/t050.prom");
    // In flight: 51 first tokens, of which 26 requests have ended and left their queue and prefill times.
    assert_numbers("parts", &snapshot, &[("ttft.n", Some(51.0)), ("queue_time.n", Some(26.0)), ("prefill_time.n", Some(26.0))]);
}
