//! Whatever happens to a text, reading it neither panics nor invents numbers.

use proptest::prelude::*;
use servescope::backend;
use servescope::exposition;
use servescope::signal::BackendId;

/// Lines of all three servers, with the labels and values that are hard.
const LINES: &[&str] = &[
    "# TYPE vllm:num_requests_running gauge",
    "vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 3",
    "vllm:num_requests_running{engine=\"1\",model_name=\"m\",pod=\"a\"} 4 1700000000000",
    "vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\",pid=\"3\"} NaN",
    "vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\"} 97",
    "vllm:gpu_prefix_cache_hit_rate{model_name=\"m\"} -1",
    "vllm:request_success_total{finished_reason=\"stop\",model_name=\"m\"} 5",
    "vllm:time_to_first_token_seconds_bucket{model_name=\"m\",le=\"0.5\"} 9",
    "vllm:time_to_first_token_seconds_bucket{model_name=\"m\",le=\"+Inf\"} 4",
    "vllm:time_to_first_token_seconds_sum{model_name=\"m\"} NaN",
    "vllm:cache_config_info{block_size=\"x\",num_gpu_blocks=\"None\",kv_cache_size_tokens=\"0\",kv_cache_max_concurrency=\"0\"} 1",
    "vllm:lora_requests_info{max_lora=\"\",running_lora_adapters=\",,\"} 1e300",
    "vllm:generation_tokens_created{model_name=\"m\"} -Inf",
    "process_start_time_seconds 1e400",
    "sglang:num_running_reqs{model_name=\"m\",priority=\"\",tp_rank=\"x\",dp_rank=\"99999999999999999999\"} 1",
    "sglang:num_requests_total{model_name=\"m\",is_streaming=\"\"} 1",
    "sglang_kv_transfer_latency_ms_bucket{model_name=\"m\",le=\"NaN\"} 1",
    "sglang:evicted_tokens_total{cache_type=\"\"} Inf",
    "tgi_request_skipped_tokens{quantile=\"0\"} NaN",
    "tgi_request_skipped_tokens_sum 3",
    "tgi_batch_max_total_tokens 0",
    "tgi_batch_current_max_tokens 9",
    "tgi_request_input_length_bucket{le=\"-1\"} 2",
    "tgi_request_count 7",
    "http_requests_total{status=\"5\"} 1",
];

fn assert_sound(text: &str) {
    for scrape in &exposition::parse(text.as_bytes()).scrapes {
        let _ = backend::detect(scrape);
        for backend in [BackendId::Vllm, BackendId::Sglang, BackendId::Tgi] {
            for snapshot in backend::read(scrape, backend) {
                assert!(snapshot.gauges.values().all(|value| value.value.is_finite() && value.value >= 0.0), "{:?}", snapshot.gauges);
                assert!(snapshot.counters.values().all(|value| value.value.is_finite()), "{:?}", snapshot.counters);
                let sources =
                    snapshot.counters.values().map(|value| &value.source).chain(snapshot.gauges.values().map(|value| &value.source));
                assert!(sources.into_iter().all(|source| !source.metric.is_empty() && source.lines.iter().is_sorted()));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_mixture_of_hard_lines_reads(picks in prop::collection::vec(0..LINES.len(), 0..40)) {
        let text: String = picks.iter().flat_map(|pick| [LINES[*pick], "\n"]).collect();
        assert_sound(&text);
    }

    #[test]
    fn any_cut_of_the_text_reads(cut in 0usize..1500, junk in "[a-z{}=\", \n]{0,12}") {
        let whole = LINES.join("\n");
        let cut = cut.min(whole.len());
        assert_sound(&format!("{}{junk}{}", &whole[..cut], &whole[cut..]));
        assert_sound(&whole[..cut]);
    }

    #[test]
    fn the_order_of_lines_does_not_matter(order in Just((0..LINES.len()).collect::<Vec<_>>()).prop_shuffle()) {
        let numbers = |order: &[usize]| {
            let text: String = order.iter().flat_map(|pick| [LINES[*pick], "\n"]).collect();
            let parsed = exposition::parse(text.as_bytes());
            let read = backend::read(&parsed.scrapes[0], BackendId::Vllm);
            read.iter().map(|one| (one.key.clone(), one.gauges.iter().map(|(key, value)| (*key, value.value)).collect::<Vec<_>>())).collect::<Vec<_>>()
        };
        let straight: Vec<usize> = (0..LINES.len()).collect();
        prop_assert_eq!(numbers(&order), numbers(&straight));
    }
}
