//! The traps of TGI's metrics, one test each, at the level of what is read.

use crate::support::snapshots;
use crate::support::snapshots::{assert_close, assert_numbers, count, detect, dump, gauge, mean, observations, one};
use servescope::backend::{self, Detection};
use servescope::exposition;
use servescope::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Version};

const REAL: &str = "dumps/tgi/datadog_integrations-core_payload_v3.prom";

#[test]
fn counters_have_no_total_suffix_and_may_get_one_from_a_proxy() {
    assert_eq!(count(&one("tgi_request_success 109\n"), Counter::Finished), Some(109.0));
    let proxied = one(
        "tgi_request_success_total 109\ntgi_request_failure_total{err=\"overloaded\"} 4\ntgi_batch_inference_count_total{method=\"decode\"} 7\n",
    );
    assert_numbers(
        "proxied",
        &proxied,
        &[("requests.finished", Some(109.0)), ("requests.capacity_rejections", Some(4.0)), ("engine.steps", Some(7.0))],
    );
}

#[needs::corpus]
#[test]
fn request_count_counts_openai_requests_twice() {
    let plain = dump("dumps/tgi/SYNTH_tgi_v3_overloaded.prom");
    let doubled = dump("dumps/tgi/SYNTH_tgi_v3_chatapi_doublecount.prom");
    assert!(!plain.has_caveat(Caveat::RequestCountDoubled) && doubled.has_caveat(Caveat::RequestCountDoubled));
    for counter in [Counter::Finished, Counter::CapacityRejections, Counter::ServerErrors, Counter::ClientErrors, Counter::Aborted] {
        assert_eq!(count(&plain, counter), count(&doubled, counter), "{counter:?}");
    }
    assert_eq!((count(&plain, Counter::RequestsReceived), count(&doubled, Counter::RequestsReceived)), (Some(6594.0), Some(13_188.0)));
}

#[test]
fn open_requests_were_received_and_are_not_doubled() {
    let snapshot = one("tgi_request_count 560\ntgi_request_success 127\ntgi_queue_size 420\ntgi_batch_current_size 13\n");
    assert!(!snapshot.has_caveat(Caveat::RequestCountDoubled));
}

#[needs::corpus]
#[test]
fn a_name_that_ends_in_count_can_be_a_counter() {
    let snapshot = dump(REAL);
    assert_numbers(
        "count",
        &snapshot,
        &[("requests.received", Some(111.0)), ("engine.decode_calls", Some(1509.0)), ("engine.prefill_calls", Some(16.0))],
    );
    assert_eq!(observations(&snapshot, Distribution::DecodeCallTime), Some(1509.0));
    assert_eq!(snapshot.counters.get(&Counter::DecodeCalls).unwrap().source.metric, "tgi_batch_inference_count{method=\"decode\"}");
}

#[needs::corpus]
#[test]
fn there_is_no_first_token_time() {
    let snapshot = dump(REAL);
    assert!(snapshot.has_caveat(Caveat::NoTtft));
    assert_eq!((observations(&snapshot, Distribution::Ttft), observations(&snapshot, Distribution::Itl)), (None, None));
    // What it can be bounded by.
    assert_close(mean(&snapshot, Distribution::ValidationTime), 0.020_649_584_000_000_006 / 109.0);
    assert_close(mean(&snapshot, Distribution::QueueTime), 295.275_961_956 / 109.0);
    assert_close(mean(&snapshot, Distribution::PrefillCallTime), 1.389_293_183_000_000_2 / 16.0);
}

#[needs::corpus]
#[test]
fn time_per_token_includes_prefill() {
    let snapshot = dump(REAL);
    assert!(snapshot.has_caveat(Caveat::TpotIncludesPrefill));
    assert_close(mean(&snapshot, Distribution::Tpot), 8.643_160_945 / 109.0);
}

#[needs::corpus]
#[test]
fn the_queue_share_is_exact() {
    let snapshot = dump(REAL);
    let sum = |key: Distribution| snapshot.distributions.get(&key).unwrap().histogram.sum.unwrap();
    // 54.6 % of the latency of its requests.
    assert!((sum(Distribution::QueueTime) / sum(Distribution::E2e) - 0.5456).abs() < 1e-4);
    let parts = sum(Distribution::ValidationTime) + sum(Distribution::QueueTime) + sum(Distribution::InferenceTime);
    assert!((parts - sum(Distribution::E2e)).abs() < 0.002);
}

#[needs::corpus]
#[test]
fn only_successes_leave_a_latency() {
    let snapshot = dump("dumps/tgi/SYNTH_tgi_v3_overloaded.prom");
    assert!(snapshot.has_caveat(Caveat::OnlySuccessesTimed));
    assert_eq!((observations(&snapshot, Distribution::E2e), count(&snapshot, Counter::CapacityRejections)), (Some(2200.0), Some(4210.0)));
}

#[needs::corpus]
#[test]
fn segments_of_long_outputs_count_as_inputs() {
    let inputs = |n: u32| {
        format!(
            "tgi_request_success 10\ntgi_request_input_length_bucket{{le=\"+Inf\"}} {n}\ntgi_request_input_length_sum 5\ntgi_request_input_length_count {n}\n"
        )
    };
    assert!(one(&inputs(25)).has_caveat(Caveat::SegmentsCountedAsInputs));
    assert!(!one(&inputs(10)).has_caveat(Caveat::SegmentsCountedAsInputs));
    // 2328 inputs, of which 2200 succeeded and 128 are open.
    let overloaded = dump("dumps/tgi/SYNTH_tgi_v3_overloaded.prom");
    assert!(!overloaded.has_caveat(Caveat::SegmentsCountedAsInputs));
}

#[needs::corpus]
#[test]
fn reserved_tokens_are_no_usage_without_their_budget() {
    let snapshot = dump("dumps/tgi/SYNTH_tgi_v3_overloaded.prom");
    assert_numbers("reserved", &snapshot, &[("kv_cache.reserved_tokens", Some(118_784.0)), ("kv_cache.usage", None)]);
    let with = one("tgi_batch_current_max_tokens 3000\ntgi_batch_max_total_tokens 4000\ntgi_request_success 1\n");
    assert_eq!(gauge(&with, Gauge::KvUsage), Some(0.75));
    assert_eq!(with.gauges.get(&Gauge::KvUsage).unwrap().source.lines, [1, 2].into());
    let zero = one("tgi_batch_current_max_tokens 3000\ntgi_batch_max_total_tokens 0\n");
    assert_eq!(gauge(&zero, Gauge::KvUsage), None);
}

#[needs::corpus]
#[test]
fn there_are_no_preemptions_and_no_prefix_cache_counters() {
    let snapshot = dump(REAL);
    assert_numbers("absent", &snapshot, &[("preemptions", None), ("prefix_cache.hits", None), ("prefix_cache.queries", None)]);
}

#[needs::corpus]
#[test]
fn a_fresh_server_has_an_empty_body() {
    let bytes = snapshots::file("dumps/tgi/empty_before_first_request.prom");
    let parsed = exposition::parse(&bytes);
    assert!(parsed.scrapes.iter().all(|scrape| backend::detect(scrape) == Detection::Unknown));
    assert!(parsed.scrapes.iter().all(|scrape| backend::read(scrape, BackendId::Tgi).is_empty()));
}

#[test]
fn a_missing_failure_family_is_no_failure() {
    let snapshot = one("tgi_request_success 3\n");
    for counter in [Counter::ServerErrors, Counter::CapacityRejections, Counter::ClientErrors, Counter::Aborted] {
        let value = snapshot.counters.get(&counter).unwrap();
        assert!(value.absent_is_zero && value.value == 0.0 && value.source.lines.is_empty(), "{counter:?}");
    }
}

#[needs::corpus]
#[test]
fn nothing_says_when_it_started_or_which_model_it_serves() {
    let snapshot = dump(REAL);
    assert!(snapshot.started_at.is_none() && snapshot.has_caveat(Caveat::NoStartTime));
    assert!(snapshot.key.model.is_none() && snapshot.key.labels.is_empty());
}

#[test]
fn skipped_tokens_are_a_histogram_or_a_summary_by_type() {
    let histogram = one("\
# TYPE tgi_request_skipped_tokens histogram
tgi_request_skipped_tokens_bucket{le=\"0\"} 10
tgi_request_skipped_tokens_bucket{le=\"3\"} 40
tgi_request_skipped_tokens_bucket{le=\"+Inf\"} 40
tgi_request_skipped_tokens_sum 60
tgi_request_skipped_tokens_count 40
");
    let summary = one("\
# TYPE tgi_request_skipped_tokens summary
tgi_request_skipped_tokens{quantile=\"0.5\"} NaN
tgi_request_skipped_tokens_sum 60
tgi_request_skipped_tokens_count 40
");
    for snapshot in [&histogram, &summary] {
        assert_numbers("skipped", snapshot, &[("speculation.accepted_tokens", Some(60.0)), ("speculation.verify_calls", Some(40.0))]);
    }
    assert_close(histogram.config.speculative_tokens.as_ref().map(|value| value.value), 3.0);
    assert_eq!(histogram.version.to, Some(Version(2, 2, Version::LAST_PATCH)));
    assert_eq!(summary.version.from, Some(Version(2, 3, 0)));
}

#[needs::corpus]
#[test]
fn skipped_tokens_of_zero_are_no_speculation() {
    let snapshot = dump(REAL);
    // Its count of 3423 is that of the tokens.
    assert_numbers("off", &snapshot, &[("speculation.accepted_tokens", None), ("speculation.verify_calls", None)]);
}

#[needs::corpus]
#[test]
fn the_decode_duration_is_detokenisation_and_not_the_decode_phase() {
    let snapshot = dump(REAL);
    assert_close(mean(&snapshot, Distribution::DetokenizeTime), 0.172_416_639_999_999_98 / 1509.0);
    assert_close(mean(&snapshot, Distribution::DecodeCallTime), 90.326_303_666_000_02 / 1509.0);
    assert_eq!(observations(&snapshot, Distribution::DecodeTime), None);
}

#[needs::corpus]
#[test]
fn merges_and_the_time_of_merging_are_two_families() {
    let snapshot = dump(REAL);
    assert_eq!((count(&snapshot, Counter::ConcatChunking), observations(&snapshot, Distribution::ConcatTime)), (Some(3.0), Some(3.0)));
}

#[needs::corpus]
#[test]
fn the_reason_of_merges_tells_chunked_prefill() {
    let chunked = dump(REAL);
    assert_eq!(chunked.config.chunked_prefill.as_ref().map(|value| value.value), Some(true));
    let whole = dump("dumps/tgi/SYNTH_tgi_v2.0_overloaded_nohelp.prom");
    assert_eq!(whole.config.chunked_prefill.as_ref().map(|value| value.value), Some(false));
}

#[needs::corpus]
#[test]
fn the_last_bounds_are_the_token_limits_give_or_take_float_noise() {
    let snapshot = dump(REAL);
    // le="511.00000000000006" and le="512".
    let input = snapshot.config.max_input_tokens.as_ref().unwrap();
    assert_eq!((input.value, input.inferred, input.source.lines.len()), (511.0, true, 1));
    assert_close(snapshot.config.max_total_tokens.as_ref().map(|value| value.value), 512.0);
}

#[test]
fn a_histogram_that_was_cut_says_not_how_many_there_were() {
    let snapshot = one("tgi_request_success 3\ntgi_batch_next_size_bucket{le=\"1\"} 2\ntgi_batch_next_size_bucket{le=\"2\"} 3\n");
    assert_eq!(observations(&snapshot, Distribution::AdmittedBatch), None);
}

#[needs::corpus]
#[test]
fn backends_without_batch_metrics_are_named() {
    let snapshot = one("tgi_request_success 3\ntgi_request_count 3\n");
    assert!(snapshot.has_caveat(Caveat::NoBatchMetrics));
    let full = dump(REAL);
    assert!(!full.has_caveat(Caveat::NoBatchMetrics));
}

#[needs::corpus]
#[test]
fn the_tgis_adapter_of_vllm_is_not_tgi() {
    let bytes = snapshots::file("dumps/tgi/partial_ibm-vllm-18_tgis_variant.prom");
    let Detection::Other { name, why } = detect(&String::from_utf8_lossy(&bytes)) else { panic!("an adapter") };
    assert_eq!(name, "IBM TGIS adapter");
    assert!(why.contains("tgi_batch_inference_duration"), "{why}");
    let beside =
        detect("vllm:num_requests_running{model_name=\"m\"} 1\ntgi_batch_inference_duration_count{method=\"{'method': 'prefill'}\"} 1\n");
    assert!(matches!(beside, Detection::Supported { backend: BackendId::Vllm, .. }), "{beside:?}");
}

#[test]
fn names_that_others_invented_are_no_tgi() {
    let text = "tgi_request_duration_seconds_count 3\ntgi_tokens_generated_total{model_id=\"m\"} 5\ntgi_batch_size 2\n";
    assert_eq!(detect(text), Detection::Unknown);
}

#[test]
fn replicas_scraped_together_are_told_apart_by_the_scraper() {
    let all = snapshots::read("tgi_queue_size{pod=\"a\"} 1\ntgi_queue_size{pod=\"b\"} 2\ntgi_request_success{pod=\"b\"} 2\n");
    let queues: Vec<Option<f64>> = all.iter().map(|one| gauge(one, Gauge::Waiting)).collect();
    assert_eq!(queues, [Some(2.0), Some(1.0)]);
}
