//! How narrow the inferred releases are, dump by dump.

use crate::support::snapshots::dump;
use servescope::signal::Version;

#[track_caller]
fn assert_range(file: &str, from: Option<&str>, to: Option<&str>) {
    let snapshot = dump(file);
    let show = |version: Option<Version>| version.map(|version| version.to_string());
    let found = (show(snapshot.version.from), show(snapshot.version.to));
    assert_eq!(found, (from.map(str::to_owned), to.map(str::to_owned)), "{file}: {:?}", snapshot.version.why);
}

#[needs::corpus]
#[test]
fn a_whole_vllm_text_narrows_to_a_few_releases() {
    assert_range("dumps/vllm/GEN-vllm-0.8.5-from-logger-code.prom", Some("0.8.1"), Some("0.8.5"));
    assert_range("dumps/vllm/GEN-vllm-0.11.0-from-logger-code.prom", Some("0.11"), Some("0.11"));
    assert_range("dumps/vllm/GEN-vllm-0.16.0-from-logger-code.prom", Some("0.15"), Some("0.17"));
    assert_range("dumps/vllm/vllmstat-qwen3-30b-tq-specdecode.prom", Some("0.18"), Some("0.19.x"));
    assert_range("dumps/vllm/GEN-vllm-0.20.2-from-logger-code.prom", Some("0.20"), Some("0.23.x"));
    assert_range("dumps/vllm/er0080-vllm-0.25.1-loaded.prom", Some("0.24"), Some("0.25.x"));
    assert_range("dumps/vllm/er0080-vllm-0.25.1-idle.prom", Some("0.24"), Some("0.25.x"));
    assert_range("dumps/vllm/alint77-glm52-w4-target-metrics-after.prom", Some("0.26"), Some("0.26.x"));
    assert_range("series/vllm-0.32.0/b_light/t000.prom", Some("0.32"), Some("0.32.x"));
    assert_range("dumps/vllm/GEN-vllm-0.33.0-from-logger-code.prom", Some("0.33"), None);
}

#[needs::corpus]
#[test]
fn the_v0_engine_is_told_from_v1_by_its_layout() {
    assert_range("series/vllm-0.8.5-v0/c_queue_max_num_seqs/t000.prom", Some("0.8.1"), Some("0.11"));
    assert_range("dumps/vllm/EXCERPT-aibrix-runtime-doc-v0.7-qwen2.5-coder.prom", Some("0.6"), Some("0.8.4"));
}

#[needs::corpus]
#[test]
fn the_rust_frontend_lacks_families_without_being_old() {
    assert_range("dumps/vllm/GEN-vllm-0.33.0-rust-frontend-openmetrics.prom", Some("0.30"), None);
}

#[needs::corpus]
#[test]
fn an_excerpt_says_nothing_by_what_it_lacks() {
    assert_range("dumps/scenarios/A-kv-full-preempting.prom", Some("0.13"), None);
}

#[needs::corpus]
#[test]
fn sglang_narrows_by_gauges_labels_and_bounds() {
    assert_range("dumps/sglang/SYNTH_v0.5.16_tp1_saturated.prom", Some("0.5.13"), Some("0.5.16"));
    assert_range("dumps/sglang/SYNTH_v0.5.23_dp2_saturated.prom", Some("0.5.21"), None);
    assert_range("series/sglang-0.5.23/b_light/t000.prom", Some("0.5.21"), None);
    assert_range("dumps/sglang/partial_smg-PR813_gateway_underscore_v0.5.9era.prom", Some("0.5.7"), Some("0.5.10"));
    assert_range("dumps/sglang/partial_aibrix-1614_dp8_deepseek-r1.prom", Some("0.5.2"), Some("0.5.6"));
    assert_range("dumps/sglang/partial_sglang-13485_v0.5.1_qwen32b.prom", Some("0.4.9"), Some("0.5.6"));
    assert_range("dumps/sglang/docs_2025-03-03_llama8b_overloaded.prom", Some("0.3.5"), Some("0.4.3"));
    assert_range("dumps/sglang/docs_2024-11-07_gemma2-9b_v0.3.5dev.prom", Some("0.3.5"), Some("0.3.5"));
}

#[needs::corpus]
#[test]
fn tgi_narrows_by_types_and_merge_reasons() {
    assert_range("dumps/tgi/datadog_integrations-core_payload_v3.prom", Some("3.0"), Some("3.3.7"));
    assert_range("dumps/tgi/SYNTH_tgi_v2.0_overloaded_nohelp.prom", Some("1.3.3"), Some("2.2.x"));
    assert_range("series/tgi-harness/healthy/t070.prom", Some("2.3"), Some("3.3.7"));
}

#[needs::corpus]
#[test]
fn signs_of_different_releases_in_one_text_give_no_range_and_say_why() {
    for file in ["dumps/vllm/SYNTH-utrobinmv-full.prom", "dumps/sglang/docs_2026-06-02_llama8b_spec_appended.prom"] {
        let snapshot = dump(file);
        assert_eq!((snapshot.version.from, snapshot.version.to), (None, None), "{file}");
        assert!(snapshot.version.why[0].starts_with("Signs of different releases are mixed"), "{file}: {:?}", snapshot.version.why);
    }
}
