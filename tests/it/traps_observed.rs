//! What recordings of real servers showed, one test each, at the level of what is read.

use crate::support::snapshots::{assert_close, assert_numbers, count, gauge, observations, one, recorded};
use servescope::signal::{Caveat, Counter, Distribution, Gauge};

const KV_FULL: &str = "vllm-0.32.0/d_kv_exhaustion_preempt/t103.prom";
const SGLANG_QUEUE: &str = "sglang-0.5.23/c_queue_max_running/t070.prom";
const V0_QUEUE: &str = "vllm-0.8.5-v0/c_queue_max_num_seqs/t050.prom";

#[test]
fn disconnects_show_as_first_tokens_without_an_end() {
    // 84 first tokens, 38 finished, none called aborted.
    let snapshot = one("\
vllm:time_to_first_token_seconds_bucket{engine=\"0\",model_name=\"m\",le=\"+Inf\"} 84
vllm:request_success_total{engine=\"0\",finished_reason=\"length\",model_name=\"m\"} 38
vllm:request_success_total{engine=\"0\",finished_reason=\"abort\",model_name=\"m\"} 0
http_requests_total{handler=\"/v1/completions\",method=\"POST\",status=\"2xx\"} 84
http_requests_total{handler=\"/v1/completions\",method=\"POST\",status=\"4xx\"} 33
");
    assert_numbers(
        "aborts",
        &snapshot,
        &[
            ("ttft.n", Some(84.0)),
            ("requests.finished", Some(38.0)),
            ("requests.finished_abort", Some(0.0)),
            ("http.2xx", Some(84.0)),
            ("http.4xx", Some(33.0)),
            ("requests.client_errors", Some(33.0)),
            ("requests.aborted", None),
        ],
    );
}

#[test]
fn preemptions_per_request_lag_behind_the_counter() {
    let snapshot = recorded(KV_FULL);
    let per_request = &snapshot.distributions.get(&Distribution::RequestPreemptions).unwrap().histogram;
    assert_eq!((per_request.sum, count(&snapshot, Counter::Preemptions)), (Some(123.0), Some(160.0)));
}

#[test]
fn created_samples_are_start_times_and_no_counters() {
    let snapshot = recorded(KV_FULL);
    assert!(snapshot.counters.values().all(|value| value.value < 1e9), "no Unix time among the counts");
    assert!(snapshot.started_at.as_ref().is_some_and(|(at, source)| *at > 1.7e9 && source.metric == "process_start_time_seconds"));
}

#[test]
fn families_that_are_always_there_are_zero_and_not_absent() {
    let snapshot = recorded(KV_FULL);
    for counter in [Counter::ExternalQueries, Counter::ExternalHits, Counter::MultimodalQueries, Counter::HostHits, Counter::EstimatedFlops]
    {
        let value = snapshot.counters.get(&counter).unwrap();
        assert!(value.value == 0.0 && !value.absent_is_zero && !value.source.lines.is_empty(), "{counter:?}");
    }
}

#[test]
fn admission_rejections_carry_no_engine_label() {
    let snapshot = recorded(KV_FULL);
    let rejections = snapshot.counters.get(&Counter::CapacityRejections).unwrap();
    assert_eq!((rejections.value, rejections.ranks.as_slice()), (0.0, [("".into(), 0.0)].as_slice()));
}

#[test]
fn the_configuration_stands_in_labels_and_the_sequence_limit_does_not() {
    let snapshot = recorded(KV_FULL);
    assert_close(snapshot.config.block_size.as_ref().map(|value| value.value), 128.0);
    assert_close(snapshot.config.gpu_memory_utilization.as_ref().map(|value| value.value), 0.92);
    assert_close(snapshot.config.kv_max_concurrency.as_ref().map(|value| value.value), 5.0);
    assert_eq!(snapshot.config.kv_cache_dtype.as_ref().unwrap().value, "auto");
}

#[test]
fn usage_counts_blocks_less_the_null_block() {
    let snapshot = recorded("vllm-0.32.0/d_kv_exhaustion_preempt/t050.prom");
    // 38 of 39 blocks.
    assert_close(gauge(&snapshot, Gauge::KvUsage), 38.0 / 39.0);
}

#[test]
fn cached_but_free_blocks_are_no_usage() {
    let snapshot = recorded("vllm-0.32.0/f_prefix_effective/t078.prom");
    assert_eq!(gauge(&snapshot, Gauge::KvUsage), Some(0.0));
    assert_close(snapshot.counters.get(&Counter::PrefixHits).map(|hits| hits.value), 127_488.0);
}

#[test]
fn prefix_cache_counters_count_tokens() {
    let snapshot = recorded("vllm-0.32.0/b_light/t083.prom");
    assert_eq!(count(&snapshot, Counter::PrefixQueries), count(&snapshot, Counter::PromptTokens));
}

#[test]
fn sglangs_first_buckets_are_coarse() {
    let snapshot = recorded(SGLANG_QUEUE);
    let first = |key: Distribution| snapshot.distributions.get(&key).unwrap().histogram.buckets[0].upper;
    assert_eq!((first(Distribution::Ttft), first(Distribution::Itl)), (0.1, 0.002));
}

#[test]
fn aborted_requests_are_among_sglangs_finished_ones() {
    let snapshot = one(
        "sglang:num_requests_total{is_streaming=\"true\",model_name=\"m\"} 63\nsglang:num_aborted_requests_total{model_name=\"m\"} 32\n",
    );
    assert_numbers("aborts", &snapshot, &[("requests.finished", Some(63.0)), ("requests.aborted", Some(32.0))]);
}

#[test]
fn sglangs_counters_do_not_exist_before_their_first_event() {
    let snapshot = recorded(SGLANG_QUEUE);
    for counter in [Counter::Aborted, Counter::Preemptions, Counter::RetractedTokens] {
        let value = snapshot.counters.get(&counter).unwrap();
        assert!(value.absent_is_zero && value.value == 0.0, "{counter:?}");
    }
}

#[test]
fn live_tokens_move_while_requests_run() {
    let early = recorded("sglang-0.5.23/c_queue_max_running/t020.prom");
    let late = recorded(SGLANG_QUEUE);
    let live = |snapshot| count(snapshot, Counter::LiveOutputTokens).unwrap();
    assert!(live(&late) > live(&early) && live(&early) > 0.0);
}

#[test]
fn sglangs_gauges_are_as_old_as_their_last_report() {
    let snapshot = recorded(SGLANG_QUEUE);
    assert!(snapshot.has_caveat(Caveat::GaugesRefreshedPerReport));
    assert_eq!((gauge(&snapshot, Gauge::HttpOpen), gauge(&snapshot, Gauge::Waiting)), (Some(247.0), Some(237.0)));
}

#[test]
fn used_evictable_and_available_tokens_make_up_the_pool() {
    let snapshot = recorded(SGLANG_QUEUE);
    let parts = [Gauge::KvUsedTokens, Gauge::KvEvictableTokens, Gauge::KvAvailableTokens];
    let sum: f64 = parts.iter().filter_map(|key| gauge(&snapshot, *key)).sum();
    assert_close(snapshot.config.kv_capacity_tokens.as_ref().map(|value| value.value), sum);
}

#[test]
fn the_servers_own_warm_up_request_is_counted() {
    let snapshot = recorded("sglang-0.5.23/b_light/t000.prom");
    // The client had sent two requests.
    assert_eq!(count(&snapshot, Counter::Finished), Some(3.0));
}

#[test]
fn sglang_has_no_process_and_no_created_series() {
    let snapshot = recorded(SGLANG_QUEUE);
    assert!(snapshot.started_at.is_none());
    assert_eq!(
        snapshot.counters.get(&Counter::CpuSeconds).unwrap().source.metric,
        "sglang:process_cpu_seconds_total{component=\"tokenizer\"}"
    );
}

#[test]
fn a_tgi_family_appears_after_its_first_event() {
    let snapshot = recorded("tgi-harness/queue/t030.prom");
    assert!(snapshot.counters.get(&Counter::CapacityRejections).unwrap().absent_is_zero);
    assert_eq!(observations(&snapshot, Distribution::Ttft), None);
    assert_eq!(gauge(&snapshot, Gauge::KvUsage), None);
}

#[test]
fn the_v0_engine_has_no_rank_no_prefix_counters_and_only_seen_reasons() {
    let snapshot = recorded(V0_QUEUE);
    assert_eq!(snapshot.gauges.get(&Gauge::Running).unwrap().ranks, [("".into(), 4.0)]);
    assert_numbers(
        "v0",
        &snapshot,
        &[("prefix_cache.queries", None), ("requests.finished", Some(174.0)), ("requests.finished_stop", Some(0.0))],
    );
    assert!(snapshot.config.data_parallel_ranks.is_none());
}

#[test]
fn the_v0_engines_time_per_output_token_is_a_gap() {
    let snapshot = recorded(V0_QUEUE);
    // 10,375 tokens of which 178 were first ones.
    assert_eq!(observations(&snapshot, Distribution::Itl), Some(10_197.0));
    assert_eq!(observations(&snapshot, Distribution::Tpot), None);
}

#[test]
fn the_v0_engines_lora_info_without_lora_says_nothing() {
    let snapshot = recorded(V0_QUEUE);
    assert_numbers("lora", &snapshot, &[("lora.running", None), ("lora.waiting", None)]);
    assert!(snapshot.config.max_loras.is_none());
}

#[test]
fn the_v0_engine_records_the_first_token_again_after_a_preemption() {
    let v0 = |preemptions: u32| {
        one(&format!(
            "vllm:gpu_cache_usage_perc{{model_name=\"m\"}} 0.9\nvllm:num_requests_running{{model_name=\"m\"}} 1\nvllm:num_preemptions_total{{model_name=\"m\"}} {preemptions}\n"
        ))
    };
    assert!(v0(3).has_caveat(Caveat::TtftRecordedAgainAfterPreemption));
    assert!(!v0(0).has_caveat(Caveat::TtftRecordedAgainAfterPreemption));
    let v1 = recorded(KV_FULL);
    assert!(!v1.has_caveat(Caveat::TtftRecordedAgainAfterPreemption));
}

#[test]
fn old_and_new_names_side_by_side_are_counted_once() {
    let labels = "engine=\"0\",model_name=\"m\"";
    let histogram = |name: &str| {
        format!("vllm:{name}_bucket{{{labels},le=\"+Inf\"}} 9\nvllm:{name}_sum{{{labels}}} 3\nvllm:{name}_count{{{labels}}} 9\n")
    };
    let snapshot = one(&format!(
        "vllm:gpu_cache_usage_perc{{{labels}}} 0.4\nvllm:kv_cache_usage_perc{{{labels}}} 0.4\n\
         vllm:gpu_prefix_cache_queries_total{{{labels}}} 100\nvllm:prefix_cache_queries_total{{{labels}}} 100\n\
         vllm:gpu_prefix_cache_hits_total{{{labels}}} 30\nvllm:prefix_cache_hits_total{{{labels}}} 30\n{}{}",
        histogram("time_per_output_token_seconds"),
        histogram("inter_token_latency_seconds")
    ));
    assert_numbers(
        "aliases",
        &snapshot,
        &[
            ("kv_cache.usage", Some(0.4)),
            ("prefix_cache.queries", Some(100.0)),
            ("prefix_cache.hits", Some(30.0)),
            ("itl.n", Some(9.0)),
            ("tpot.n", None),
        ],
    );
    assert!(!snapshot.has_caveat(Caveat::PrefixCountsWereBlocks));
}
