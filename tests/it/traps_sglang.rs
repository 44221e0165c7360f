//! The traps of SGLang's metrics, one test each, at the level of what is read.

use crate::support::snapshots;
use crate::support::snapshots::{assert_close, assert_numbers, count, dump, gauge, mean, observations, one, read, recorded};
use servescope::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Version};

const RANK: &str = "engine_type=\"unified\",model_name=\"m\",moe_ep_rank=\"0\",pp_rank=\"0\"";

#[test]
fn both_spellings_of_the_prefix_are_read_and_say_nothing_of_the_release() {
    let colon = one("sglang:num_running_reqs{model_name=\"m\"} 3\n");
    let underscore = one("sglang_num_running_reqs{model_name=\"m\"} 3\n");
    assert_eq!((colon.backend, underscore.backend), (BackendId::Sglang, BackendId::Sglang));
    assert_eq!(gauge(&underscore, Gauge::Running), Some(3.0));
    assert_eq!((colon.version.from, colon.version.to), (underscore.version.from, underscore.version.to));
}

#[test]
fn there_is_no_start_time_and_a_proxys_created_samples_are_none() {
    let snapshot = one("sglang:prompt_tokens_total{model_name=\"m\"} 3\nsglang:prompt_tokens_created{model_name=\"m\"} 1.7e9\n");
    assert!(snapshot.started_at.is_none() && snapshot.has_caveat(Caveat::NoStartTime));
}

#[test]
fn hits_are_taken_from_counters_and_not_from_the_hit_rate_gauge() {
    let snapshot = recorded("sglang-0.5.23/f_cache_effective/t058.prom");
    // 82,944 of 3,831 + 82,944 tokens; the gauge is that of the last prefill batch only.
    assert_numbers("f_cache", &snapshot, &[("prefix_cache.hits", Some(82_944.0)), ("prefix_cache.queries", Some(86_775.0))]);
    let old = one("sglang:cache_hit_rate{model_name=\"m\"} 0.9\nsglang:num_running_reqs{model_name=\"m\"} 1\n");
    assert_eq!(count(&old, Counter::PrefixHits), None);
}

#[test]
fn hits_at_finish_are_added_up_over_their_sources() {
    let snapshot = one("\
sglang:prompt_tokens_total{is_streaming=\"true\",model_name=\"m\"} 60
sglang:prompt_tokens_total{is_streaming=\"false\",model_name=\"m\"} 40
sglang:cached_tokens_total{cache_source=\"device\",model_name=\"m\"} 20
sglang:cached_tokens_total{cache_source=\"host\",model_name=\"m\"} 5
");
    assert_numbers(
        "cached",
        &snapshot,
        &[("prefix_cache.queries", Some(100.0)), ("prefix_cache.hits", Some(25.0)), ("prefix_cache.host_hits", Some(5.0))],
    );
    assert_eq!(snapshot.config.host_tier.as_ref().map(|value| value.value), Some(true));
}

#[test]
fn a_missing_cached_counter_is_zero_hits_where_the_release_has_it() {
    let snapshot = one(&format!("sglang:prompt_tokens_total{{model_name=\"m\"}} 60\nsglang:num_running_reqs{{{RANK},tp_rank=\"0\"}} 1\n"));
    let hits = snapshot.counters.get(&Counter::PrefixHits).unwrap();
    assert!(hits.absent_is_zero && hits.value == 0.0);
}

#[test]
fn every_tensor_rank_writes_queue_times_and_retractions() {
    let mut text = String::new();
    for rank in 0..8 {
        let labels = format!("{RANK},tp_rank=\"{rank}\"");
        text += &format!("sglang:queue_time_seconds_bucket{{{labels},le=\"+Inf\"}} 10\nsglang:queue_time_seconds_sum{{{labels}}} 5\n");
        text += &format!("sglang:queue_time_seconds_count{{{labels}}} 10\nsglang:num_retracted_requests_total{{{labels}}} 3\n");
        text += &format!("sglang:cuda_graph_passes_total{{mode=\"decode_cuda_graph\",{labels}}} 7\n");
        text += &format!("sglang:per_stage_req_latency_seconds_bucket{{stage=\"prefill_forward\",{labels},le=\"+Inf\"}} 4\n");
    }
    let snapshot = one(&text);
    assert_numbers(
        "tp 8",
        &snapshot,
        &[("queue_time.n", Some(10.0)), ("preemptions", Some(3.0)), ("engine.steps", Some(7.0)), ("prefill_time.n", Some(4.0))],
    );
    assert_close(snapshot.config.tensor_parallel_ranks.as_ref().map(|value| value.value), 8.0);
    assert_eq!(snapshot.distributions.get(&Distribution::QueueTime).unwrap().source.lines, [1, 2, 3].into(), "the lines of tensor rank 0");
}

#[test]
fn ranks_of_data_parallel_attention_are_summed() {
    let mut text = String::new();
    for rank in 0..4 {
        text += &format!("sglang:num_running_reqs{{dp_rank=\"{rank}\",tp_rank=\"{rank}\",{RANK}}} 10\n");
        text += &format!("sglang:gen_throughput{{dp_rank=\"{rank}\",tp_rank=\"{rank}\",{RANK}}} 50\n");
        text += &format!("sglang:token_usage{{dp_rank=\"{rank}\",tp_rank=\"{rank}\",{RANK}}} 0.{rank}\n");
        text += &format!("sglang:max_total_num_tokens{{dp_rank=\"{rank}\",tp_rank=\"{rank}\",{RANK}}} 1000\n");
    }
    let snapshot = one(&text);
    assert_numbers(
        "dp 4",
        &snapshot,
        &[("queue.running", Some(40.0)), ("throughput.reported", Some(200.0)), ("kv_cache.usage", Some(0.3))],
    );
    assert_close(snapshot.config.kv_capacity_tokens.as_ref().map(|value| value.value), 4000.0);
    assert_eq!(snapshot.config.dp_attention.as_ref().map(|value| value.value), Some(true));
}

#[test]
fn copies_of_gauges_on_pipeline_and_tensor_ranks_are_not_summed() {
    let labels = "engine_type=\"unified\",model_name=\"m\",moe_ep_rank=\"0\"";
    let snapshot = one(&format!(
        "sglang:num_running_reqs{{{labels},pp_rank=\"0\",tp_rank=\"0\"}} 5\nsglang:num_running_reqs{{{labels},pp_rank=\"1\",tp_rank=\"0\"}} 5\n\
         sglang:num_running_reqs{{{labels},pp_rank=\"0\",tp_rank=\"1\"}} 5\n"
    ));
    assert_eq!(gauge(&snapshot, Gauge::Running), Some(5.0));
}

#[test]
fn radix_cache_counters_count_once_for_each_tensor_rank() {
    let mut text = "sglang:evicted_tokens_total{cache_type=\"RadixCache\"} 800\nsglang:num_requests_total{model_name=\"m\"} 1\n".to_owned();
    for rank in 0..4 {
        text += &format!("sglang:num_retracted_requests_total{{{RANK},tp_rank=\"{rank}\"}} 0\n");
    }
    let snapshot = one(&text);
    assert_eq!(count(&snapshot, Counter::EvictedTokens), Some(200.0));
    assert_eq!(snapshot.config.prefix_cache_type.as_ref().unwrap().value, "RadixCache");
    assert_eq!(snapshot.config.prefix_caching.as_ref().map(|value| value.value), Some(true));
}

#[test]
fn the_empty_priority_is_the_total_of_the_others() {
    let snapshot = one(&format!(
        "sglang:num_running_reqs{{priority=\"\",{RANK}}} 12\nsglang:num_running_reqs{{priority=\"0\",{RANK}}} 7\n\
         sglang:num_running_reqs{{priority=\"1\",{RANK}}} 5\n"
    ));
    assert_eq!(gauge(&snapshot, Gauge::Running), Some(12.0));
    assert_eq!(snapshot.gauges.get(&Gauge::Running).unwrap().source.lines, [1].into());
    assert_eq!(snapshot.config.priority_scheduling.as_ref().map(|value| value.value), Some(true));
}

#[test]
fn series_of_dead_processes_do_not_add_up() {
    let snapshot = one(&format!("sglang:num_paused_reqs{{pid=\"7\",{RANK}}} 4\nsglang:num_paused_reqs{{pid=\"9\",{RANK}}} 1\n"));
    assert_eq!(gauge(&snapshot, Gauge::Paused), Some(4.0));
}

#[test]
fn the_retraction_gauge_of_the_last_interval_is_not_the_count() {
    let snapshot = one(&format!("sglang:num_retracted_reqs{{pid=\"7\",{RANK}}} 4\nsglang:num_running_reqs{{{RANK},tp_rank=\"0\"}} 1\n"));
    // 0.5.7 or later by its labels, so no counter means no retraction yet.
    assert_eq!(count(&snapshot, Counter::Preemptions), Some(0.0));
    let old = one("sglang:num_running_reqs{model_name=\"m\"} 1\n");
    assert_eq!(count(&old, Counter::Preemptions), None);
}

#[test]
fn nan_and_unset_gauges_are_no_numbers() {
    let snapshot = one(&format!(
        "sglang:fwd_occupancy{{{RANK}}} NaN\nsglang:utilization{{{RANK}}} -1\nsglang:token_usage{{{RANK}}} NaN\nsglang:num_running_reqs{{{RANK}}} 2\n"
    ));
    assert_eq!(snapshot.gauges.keys().copied().collect::<Vec<_>>(), [Gauge::Running]);
}

#[needs::corpus]
#[test]
fn the_utilization_gauge_is_never_read() {
    let snapshot = dump("dumps/sglang/datadog_v0.5.10.post1_edited_fixture.prom");
    assert!(snapshot.gauges.values().all(|value| !value.source.metric.contains(":utilization")));
}

#[test]
fn an_accepted_length_of_zero_is_speculation_switched_off() {
    let snapshot = recorded("sglang-0.5.23/b_light/t068.prom");
    assert_numbers("off", &snapshot, &[("speculation.accept_length", None), ("speculation.accept_rate", None)]);
    assert!(snapshot.config.speculative_tokens.is_none());
    let on = one(&format!(
        "sglang:spec_accept_length{{{RANK}}} 2.5\nsglang:spec_accept_rate{{{RANK}}} 0.5\nsglang:spec_num_draft_tokens{{{RANK}}} 4\n"
    ));
    assert_numbers("on", &on, &[("speculation.accept_length", Some(2.5)), ("speculation.accept_rate", Some(0.5))]);
    assert_close(on.config.speculative_tokens.as_ref().map(|value| value.value), 4.0);
}

#[needs::corpus]
#[test]
fn a_hit_rate_above_one_is_the_percent_of_the_days_before_0_3_5() {
    let snapshot = dump("dumps/sglang/docs_2024-11-07_gemma2-9b_v0.3.5dev.prom");
    assert_close(gauge(&snapshot, Gauge::CacheHitRateGauge), 0.1061);
    assert_eq!(snapshot.key.model.as_deref(), Some("google/gemma-2-9b-it"));
}

#[needs::corpus]
#[test]
fn first_tokens_are_those_of_streaming_requests() {
    let snapshot = dump("dumps/sglang/SYNTH_v0.5.23_dp2_saturated.prom");
    assert_numbers(
        "streaming",
        &snapshot,
        &[
            ("ttft.n", Some(1620.0)),
            ("ttft.streaming", Some(1620.0)),
            ("ttft.non_streaming", Some(180.0)),
            ("tpot.n", Some(1620.0)),
            ("e2e.n", Some(1800.0)),
        ],
    );
    assert!(snapshot.has_caveat(Caveat::NonStreamingLeftOut) && !snapshot.has_caveat(Caveat::TtftMayMixNonStreaming));
}

#[needs::corpus]
#[test]
fn without_the_streaming_label_the_first_token_may_be_the_fiftieth() {
    let snapshot = dump("dumps/sglang/SYNTH_v0.5.16_tp1_saturated.prom");
    assert!(snapshot.has_caveat(Caveat::TtftMayMixNonStreaming));
    assert_eq!(observations(&snapshot, Distribution::Ttft), Some(1800.0));
}

#[test]
fn a_text_of_non_streaming_requests_only_has_no_first_token() {
    let snapshot = one("\
sglang:time_to_first_token_seconds_bucket{is_streaming=\"false\",model_name=\"m\",le=\"+Inf\"} 9
sglang:time_to_first_token_seconds_sum{is_streaming=\"false\",model_name=\"m\"} 90
sglang:time_to_first_token_seconds_count{is_streaming=\"false\",model_name=\"m\"} 9
");
    assert_eq!(observations(&snapshot, Distribution::Ttft), None);
    assert_eq!(count(&snapshot, Counter::TtftNonStreaming), Some(9.0));
}

#[test]
fn milliseconds_become_seconds() {
    let snapshot = one(&format!(
        "sglang:kv_transfer_latency_ms_bucket{{{RANK},le=\"250\"}} 1\nsglang:kv_transfer_latency_ms_bucket{{{RANK},le=\"+Inf\"}} 2\n\
         sglang:kv_transfer_latency_ms_sum{{{RANK}}} 500\nsglang:kv_transfer_latency_ms_count{{{RANK}}} 2\n"
    ));
    let histogram = &snapshot.distributions.get(&Distribution::KvTransferTime).unwrap().histogram;
    assert_eq!((histogram.buckets[0].upper, histogram.buckets[1].upper), (0.25, f64::INFINITY));
    assert_eq!(histogram.mean(), Some(0.25));
}

#[test]
fn a_transfer_family_is_a_gauge_in_old_releases_and_a_histogram_in_new_ones() {
    let old = one(&format!("# TYPE sglang:kv_transfer_latency_ms gauge\nsglang:kv_transfer_latency_ms{{{RANK}}} 40\n"));
    assert_eq!(gauge(&old, Gauge::KvTransferTimeGauge), Some(0.04));
    assert_eq!(observations(&old, Distribution::KvTransferTime), None);
}

#[test]
fn le_on_a_gauge_is_no_histogram() {
    let snapshot = one(&format!(
        "sglang:routing_key_running_req_count{{{RANK},gt=\"0\",le=\"1\"}} 4\nsglang:routing_key_running_req_count{{{RANK},gt=\"1\",le=\"+Inf\"}} 2\n\
         sglang:num_running_reqs{{{RANK}}} 6\n"
    ));
    assert!(snapshot.distributions.is_empty());
}

#[test]
fn queue_full_rejections_show_in_http_responses_only() {
    let snapshot = one("\
sglang:num_requests_total{model_name=\"m\"} 90
sglang:http_responses_total{endpoint=\"/v1/chat/completions\",method=\"POST\",status_code=\"200\"} 90
sglang:http_responses_total{endpoint=\"/v1/chat/completions\",method=\"POST\",status_code=\"503\"} 8
sglang:http_responses_total{endpoint=\"/v1/chat/completions\",method=\"POST\",status_code=\"500\"} 2
sglang:http_responses_total{endpoint=\"/v1/chat/completions\",method=\"POST\",status_code=\"400\"} 1
sglang:http_responses_total{endpoint=\"/health\",method=\"GET\",status_code=\"503\"} 5
sglang:http_responses_total{endpoint=\"/freeze_gc\",method=\"POST\",status_code=\"200\"} 1
");
    assert_numbers(
        "http",
        &snapshot,
        &[
            ("requests.capacity_rejections", Some(8.0)),
            ("requests.server_errors", Some(2.0)),
            ("requests.client_errors", Some(1.0)),
            ("http.2xx", Some(90.0)),
            ("http.5xx", Some(10.0)),
        ],
    );
}

#[test]
fn a_health_probe_during_start_is_no_rejection() {
    let snapshot = recorded("sglang-0.5.23/c_queue_max_running/t070.prom");
    // One 503 of /health in the text.
    assert_eq!(count(&snapshot, Counter::CapacityRejections), Some(0.0));
}

#[needs::corpus]
#[test]
fn counters_at_finish_and_live_ones_are_two_things() {
    let snapshot = dump("dumps/sglang/SYNTH_v0.5.23_dp2_saturated.prom");
    assert_numbers("tokens", &snapshot, &[("tokens.output", Some(432_000.0)), ("tokens.output_live", Some(1_024_000.0))]);
    assert!(snapshot.has_caveat(Caveat::CountedAtFinish));
}

#[test]
fn the_inter_token_family_was_renamed_and_both_existed_for_a_while() {
    let bucket = |name: &str, n: u32| {
        format!(
            "sglang:{name}_bucket{{model_name=\"m\",le=\"+Inf\"}} {n}\nsglang:{name}_sum{{model_name=\"m\"}} 1\nsglang:{name}_count{{model_name=\"m\"}} {n}\n"
        )
    };
    let both = one(&(bucket("time_per_output_token_seconds", 5) + &bucket("inter_token_latency_seconds", 7)));
    assert_eq!(observations(&both, Distribution::Itl), Some(7.0));
    assert!(both.version.from >= Some(Version(0, 4, 3)) && both.version.to <= Some(Version(0, 4, 4)), "{:?}", both.version);
    let old = one(&bucket("time_per_output_token_seconds", 5));
    assert_eq!(observations(&old, Distribution::Itl), Some(5.0));
}

#[test]
fn pd_series_of_zero_are_no_sign_of_disaggregation() {
    let snapshot = recorded("sglang-0.5.23/b_light/t068.prom");
    assert_eq!(gauge(&snapshot, Gauge::DecodePreallocQueue), Some(0.0));
    assert_eq!(snapshot.config.engine_type.as_ref().unwrap().value, "unified");
}

#[needs::corpus]
#[test]
fn workers_behind_a_gateway_are_told_apart() {
    let bytes = snapshots::file("dumps/sglang/gateway_aggregated_2workers_underscore.prom");
    let workers = read(&String::from_utf8_lossy(&bytes));
    let sources: Vec<&str> = workers.iter().map(|worker| worker.key.labels[0].1.as_str()).collect();
    assert_eq!(sources, ["worker1", "worker2"]);
    assert!(workers.iter().all(|worker| gauge(worker, Gauge::Waiting) == Some(2826.0)));
}

#[needs::corpus]
#[test]
fn overload_beyond_the_last_bucket_keeps_its_mean() {
    let snapshot = dump("dumps/sglang/docs_2025-03-03_llama8b_overloaded.prom");
    let histogram = &snapshot.distributions.get(&Distribution::Ttft).unwrap().histogram;
    let highest = histogram.buckets.iter().rev().find(|bucket| bucket.upper.is_finite()).unwrap();
    assert_eq!(highest.upper, 30.0);
    assert!(1.0 - highest.cumulative / 11_008.0 > 0.76, "77 % lie above");
    assert!(mean(&snapshot, Distribution::Ttft).unwrap() > 213.0);
}

#[test]
fn an_extra_metric_label_does_not_split_a_server() {
    let snapshot = one(
        "sglang:num_running_reqs{model_name=\"m\",team=\"a\"} 3\nsglang:prompt_tokens_total{model_name=\"m\",customer=\"x\"} 1\nsglang:prompt_tokens_total{model_name=\"m\",customer=\"y\"} 2\n",
    );
    assert_numbers("custom", &snapshot, &[("queue.running", Some(3.0)), ("tokens.prompt", Some(3.0))]);
}

#[test]
fn a_padded_empty_rank_is_no_rank() {
    let snapshot = one("sglang:num_running_reqs{dp_rank=\"\",model_name=\"m\"} 3\n");
    assert_eq!(snapshot.gauges.get(&Gauge::Running).unwrap().ranks, [("".into(), 3.0)]);
    assert!(snapshot.config.data_parallel_ranks.is_none());
}

#[test]
fn replicas_of_two_releases_in_one_text_keep_their_own_labels() {
    let series = |worker: &str, streaming: &str, n: u32| {
        format!(
            "sglang_time_to_first_token_seconds_bucket{{{streaming}model_name=\"m\",worker_addr=\"{worker}\",le=\"+Inf\"}} {n}\n\
                 sglang_time_to_first_token_seconds_count{{{streaming}model_name=\"m\",worker_addr=\"{worker}\"}} {n}\n"
        )
    };
    let text = series("old", "", 5) + &series("new", "is_streaming=\"true\",", 7) + &series("new", "is_streaming=\"false\",", 2);
    let workers = read(&text);
    let found: Vec<(bool, Option<f64>)> = workers
        .iter()
        .map(|worker| (worker.has_caveat(Caveat::TtftMayMixNonStreaming), observations(worker, Distribution::Ttft)))
        .collect();
    assert_eq!(found, [(false, Some(7.0)), (true, Some(5.0))]);
}
