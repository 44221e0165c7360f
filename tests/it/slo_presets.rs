//! Presets: complete, sourced, and assumed for a reason.

use std::collections::BTreeSet;

use crate::slo_support::{Fill, INF, snapshot};
use servescope::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Observation, Snapshot};
use servescope::slo::{Metric, assume, latency_targets, preset, presets, suggest_for_model};

#[test]
fn every_preset_has_an_id_a_source_and_valid_targets() {
    let all = presets();
    assert!(all.len() >= 24, "{} presets", all.len());
    let ids: BTreeSet<&str> = all.iter().map(|preset| preset.id).collect();
    assert_eq!(ids.len(), all.len(), "ids are unique");
    for found in &all {
        assert!(found.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)), "{}", found.id);
        assert!(found.id == "custom" || (!found.targets.is_empty() && found.source.contains("2026")), "{}", found.id);
        assert!(found.url.is_empty() || found.url.starts_with("https://"), "{}", found.id);
        assert_eq!(preset(found.id).as_ref(), Ok(found));
    }
}

#[test]
fn tables_lose_no_target_on_the_way() {
    // Sums of the tables' rows: workloads 6 + 8 + 7 + 6 + 1 + 1; projects 2 + 3 + 2; GuideLLM 2 + 3 + 1 + 2 + 1 + 2; MLPerf 11 × 2;
    // DistServe 3 × 2; others 2.
    assert_eq!(presets().iter().map(|preset| preset.targets.len()).sum::<usize>(), 29 + 7 + 11 + 22 + 6 + 2);
}

#[test]
fn published_numbers_are_those_of_their_sources() {
    // MLPerf inference policies, P99 in ms: TTFT and TPOT of the server and interactive scenarios.
    let mlperf = [
        ("mlperf-server-llama-2-70b", 2000.0, 200.0),
        ("mlperf-server-mixtral-8x7b", 2000.0, 200.0),
        ("mlperf-server-llama-3.1-405b", 6000.0, 175.0),
        ("mlperf-server-llama-3.1-8b", 2000.0, 100.0),
        ("mlperf-server-deepseek-r1", 2000.0, 80.0),
        ("mlperf-server-gpt-oss-120b", 3000.0, 80.0),
        ("mlperf-interactive-llama-2-70b", 450.0, 40.0),
        ("mlperf-interactive-llama-3.1-405b", 4500.0, 80.0),
        ("mlperf-interactive-llama-3.1-8b", 500.0, 30.0),
        ("mlperf-interactive-deepseek-r1", 1500.0, 15.0),
        ("mlperf-interactive-gpt-oss-120b", 2000.0, 20.0),
    ];
    for (id, ttft, tpot) in mlperf {
        let targets = preset(id).expect(id).targets;
        assert!(targets.iter().all(|target| matches!(target.metric, Metric::Quantile(_, 0.99))));
        let found = latency_targets(&targets);
        assert_eq!((found.ttft_seconds, found.tpot_seconds), (Some(ttft / 1000.0), Some(tpot / 1000.0)), "{id}");
    }
}

#[test]
fn unknown_presets_name_the_known_ones() {
    let error = preset("chatty").expect_err("no such preset");
    assert!(error.known.contains(&"interactive-chat") && error.to_string().contains("custom"));
}

fn lengths(prompt: f64, output: f64, requests: f64) -> Snapshot {
    let counts = [requests, requests];
    snapshot(BackendId::Vllm).spread(Distribution::PromptLength, &[1e5, INF], &counts, prompt * requests).spread(
        Distribution::OutputLength,
        &[1e5, INF],
        &counts,
        output * requests,
    )
}

#[test]
fn the_workload_is_read_from_the_lengths() {
    for (prompt, output, id) in [
        (3000.0, 200.0, "rag-summarization"),
        (3000.0, 700.0, "interactive-chat"),
        (500.0, 1500.0, "reasoning-agentic"),
        (400.0, 40.0, "code-completion"),
        (100.0, 40.0, "interactive-chat"),
        (512.0, 200.0, "interactive-chat"),
    ] {
        let assumed = assume(&lengths(prompt, output, 100.0).seen());
        assert_eq!(assumed.preset.id, id, "{prompt} in, {output} out");
        assert!(assumed.reason.contains(&format!("{prompt}")) && assumed.reason.ends_with('.'));
    }
}

#[test]
fn without_enough_requests_the_published_defaults_are_assumed() {
    assert_eq!(assume(&lengths(3000.0, 200.0, 29.0).seen()).preset.id, "vllm-upstream");
    // The dashboards of one server say nothing of another.
    assert_eq!(assume(&snapshot(BackendId::Tgi).seen()).preset.id, "interactive-chat");
    let counted = snapshot(BackendId::Sglang)
        .counter(Counter::Finished, 100.0)
        .counter(Counter::PromptTokens, 300_000.0)
        .counter(Counter::OutputTokens, 10_000.0)
        .seen();
    assert_eq!(assume(&counted).preset.id, "rag-summarization");
}

#[test]
fn a_standing_queue_of_a_server_that_streams_nothing_is_a_batch() {
    let busy = |finished: f64| {
        let mut one = snapshot(BackendId::Sglang)
            .counter(Counter::Finished, finished)
            .counter(Counter::PromptTokens, finished * 500.0)
            .counter(Counter::OutputTokens, finished * 500.0)
            .gauge(Gauge::Waiting, 800.0);
        one.caveats.push(Caveat::NonStreamingLeftOut);
        one
    };
    assert_eq!(assume(&Observation::window(busy(100.0), busy(300.0))).preset.id, "batch-offline");
    assert_eq!(assume(&busy(300.0).seen()).preset.id, "interactive-chat", "one dump cannot show that the queue stands");
}

#[test]
fn models_with_published_numbers_are_recognised() {
    assert_eq!(suggest_for_model("meta-llama/Llama-3.1-8B-Instruct"), ["mlperf-server-llama-3.1-8b", "mlperf-interactive-llama-3.1-8b"]);
    assert_eq!(suggest_for_model("openai/gpt-oss-120b"), ["mlperf-server-gpt-oss-120b", "mlperf-interactive-gpt-oss-120b"]);
    assert!(suggest_for_model("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B").is_empty());
    assert!(suggest_for_model("Qwen/Qwen3-30B").is_empty());
    let mut served = snapshot(BackendId::Vllm);
    served.key.model = Some("mistralai/Mixtral-8x7B-Instruct-v0.1".to_owned());
    assert_eq!(assume(&served.seen()).for_model, ["mlperf-server-mixtral-8x7b"]);
    for model in ["llama-2-70b", "mixtral-8x7b", "llama-3.1-405b", "llama-3.1-8b", "deepseek-r1", "gpt-oss-120b"] {
        let ids = suggest_for_model(model);
        assert!(!ids.is_empty() && ids.iter().all(|id| preset(id).is_ok()), "{model}");
    }
}

#[test]
fn a_target_on_what_the_server_does_not_export_turns_to_what_it_does() {
    let gaps_only = snapshot(BackendId::Sglang).spread(Distribution::Itl, &[0.1, INF], &[100.0, 100.0], 1.0).seen();
    let targets = preset("vllm-upstream").expect("it exists").targets_for(&gaps_only);
    assert_eq!(targets.iter().map(|target| target.path.as_str()).collect::<Vec<_>>(), ["ttft.p99", "itl.p99"]);
    assert!(targets[1].description.as_deref().is_some_and(|text| text.contains("stricter")));
    let averages_only = snapshot(BackendId::Tgi).spread(Distribution::Tpot, &[0.1, INF], &[100.0, 100.0], 1.0).seen();
    let targets = preset("dynamo").expect("it exists").targets_for(&averages_only);
    assert_eq!(targets[1].path, "tpot.p95");
    let neither = snapshot(BackendId::Vllm).seen();
    assert_eq!(preset("dynamo").expect("it exists").targets_for(&neither), preset("dynamo").expect("it exists").targets);
}
