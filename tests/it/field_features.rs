//! Servers with features switched on that change what their numbers mean: each text holds the one fact that was misread.

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::Report;

fn report(texts: &[(f64, String)]) -> Report {
    let inputs: Vec<Input> = texts
        .iter()
        .map(|(at, text)| Input { name: format!("at {at}"), at: Some(*at), hint: None, parsed: exposition::parse(text.as_bytes()) })
        .collect();
    analyze(&inputs, &Options { preset: Some("interactive-chat".to_owned()), ..Options::default() }).expect("a report")
}

/// A histogram of vLLM whose observations all lie at `seconds`.
fn at(name: &str, labels: &str, bounds: &[f64], seconds: f64, count: f64) -> String {
    let mut text = format!("# TYPE vllm:{name} histogram\n");
    for bound in bounds {
        let within = if seconds <= *bound { count } else { 0.0 };
        text.push_str(&format!("vllm:{name}_bucket{{{labels},le=\"{bound}\"}} {within}\n"));
    }
    text + &format!(
        "vllm:{name}_bucket{{{labels},le=\"+Inf\"}} {count}\nvllm:{name}_sum{{{labels}}} {}\nvllm:{name}_count{{{labels}}} {count}\n",
        seconds * count
    )
}

const GAPS: &[f64] = &[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0];
const RANK_0: &str = "engine=\"0\",model_name=\"falcon\"";

/// 500 requests, each step of 70 ms yielding `accepted` tokens and one more.
fn speculating(accepted: f64) -> String {
    let per_token = 0.07 / (1.0 + accepted);
    format!(
        "vllm:num_requests_running{{{RANK_0}}} 4\nvllm:num_requests_waiting{{{RANK_0}}} 0\n\
         vllm:spec_decode_num_drafts_total{{{RANK_0}}} 20000\nvllm:spec_decode_num_draft_tokens_total{{{RANK_0}}} 80000\n\
         vllm:spec_decode_num_accepted_tokens_total{{{RANK_0}}} {}\n{}{}",
        20_000.0 * accepted,
        at("inter_token_latency_seconds", RANK_0, GAPS, 0.07, 20_000.0),
        at("request_time_per_output_token_seconds", RANK_0, GAPS, per_token, 500.0),
    )
}

#[test]
fn a_step_of_several_tokens_is_no_slow_token() {
    let found = report(&[(0.0, speculating(3.0))]);
    assert!(found.headline.text.starts_with("No bottleneck found"), "{}", found.headline.text);
    assert!(found.slo_statuses.iter().any(|status| status.target.metric == "tpot.p50"), "{:?}", found.slo_statuses);
    assert!(found.slo_statuses.iter().all(|status| !status.target.metric.starts_with("itl")), "{:?}", found.slo_statuses);
    // Where hardly any draft is accepted, a gap is that of one token.
    let found = report(&[(0.0, speculating(0.1))]);
    assert!(found.slo_statuses.iter().any(|status| status.target.metric == "itl.p50"), "{:?}", found.slo_statuses);
    assert!(found.headline.text.starts_with("Tokens came too slowly"), "{}", found.headline.text);
}

/// Ranks as (running, waiting, requests served so far), with the KV cache a fifth full and tokens every 20 ms.
fn ranks(each: &[(f64, f64, f64)]) -> String {
    let rank = |(engine, (running, waiting, served)): (usize, &(f64, f64, f64))| {
        let labels = format!("engine=\"{engine}\",model_name=\"falcon\"");
        let line = |name: &str, value: f64| format!("vllm:{name}{{{labels}}} {value}\n");
        [
            line("num_requests_running", *running),
            line("num_requests_waiting", *waiting),
            line("kv_cache_usage_perc", 0.2),
            line("num_preemptions_total", 0.0),
            line("prompt_tokens_total", 500.0 * served),
            line("generation_tokens_total", 200.0 * served),
            format!("vllm:request_success_total{{{labels},finished_reason=\"stop\"}} {served}\n"),
            at("time_to_first_token_seconds", &labels, &[0.1, 1.0, 5.0, 10.0], 4.0, *served),
            at("request_queue_time_seconds", &labels, &[0.3, 1.0, 5.0, 10.0], 3.9, *served),
            at("inter_token_latency_seconds", &labels, GAPS, 0.02, 200.0 * served),
            at("request_prompt_tokens", &labels, &[100.0, 1000.0], 500.0, *served),
            at("request_generation_tokens", &labels, &[100.0, 1000.0], 200.0, *served),
        ]
        .concat()
    };
    each.iter().enumerate().map(rank).collect()
}

#[test]
fn a_queue_on_one_rank_beside_ranks_without_one_is_no_matter_of_slots() {
    let calm = |served: f64| (21.0, 0.0, served);
    let found = report(&[
        (0.0, ranks(&[calm(400.0), (20.0, 30.0, 380.0), calm(400.0), calm(400.0)])),
        (60.0, ranks(&[calm(700.0), (20.0, 34.0, 660.0), calm(700.0), calm(700.0)])),
    ]);
    assert_eq!(found.headline.rule.as_deref(), Some("rank-imbalance"), "{}", found.headline.text);
    assert!(found.headline.text.contains("34 requests wait on rank 1, while 3 of 4 ranks have no queue"), "{}", found.headline.text);
    assert!(found.bottlenecks.iter().all(|finding| finding.id != "sequence-limit"));
}

#[test]
fn one_dump_adds_no_slots_of_ranks_that_have_free_ones() {
    let found = report(&[(0.0, ranks(&[(32.0, 35.0, 400.0), (7.0, 0.0, 90.0)]))]);
    assert!(!found.headline.text.contains("slots"), "{}", found.headline.text);
}

#[test]
fn the_limit_of_slots_is_advised_for_each_rank() {
    let full = |served: f64| ranks(&[(32.0, 20.0, served), (32.0, 21.0, served)]);
    let found = report(&[(0.0, full(400.0)), (60.0, full(400.0 + 60.0 * 32.0 / 4.0))]);
    let slots = found.bottlenecks.iter().find(|finding| finding.id == "sequence-limit").expect("slots");
    assert!(slots.description.contains("64 run"), "{}", slots.description);
    let change = &slots.actions.first().expect("an action").change;
    assert!(change.starts_with("Raise it from 32 in steps, first to 64 for each of the 2 ranks"), "{change}");
}

/// A worker of a disaggregated SGLang: requests of 800 prompt tokens, each with its first token after `ttft` seconds.
fn worker(role: &str, queues: &str, output: f64, ttft: f64, served: f64) -> String {
    let labels = format!("engine_type=\"{role}\",model_name=\"falcon\",pp_rank=\"0\",tp_rank=\"0\"");
    let front = "model_name=\"falcon\",is_streaming=\"true\"";
    let gauge = |(name, value): (&str, f64)| format!("sglang:{name}{{{labels}}} {value}\n");
    let mut text: String = [("num_running_reqs", 6.0), ("num_queue_reqs", 0.0), ("token_usage", 0.1)].into_iter().map(gauge).collect();
    text.push_str(&queues.replace("LABELS", &labels));
    for (name, each) in [("prompt_tokens_total", 800.0), ("generation_tokens_total", output), ("num_requests_total", 1.0)] {
        text.push_str(&format!("sglang:{name}{{{front}}} {}\n", each * served));
    }
    let stage = format!("{labels},stage=\"prefill_forward\"");
    for (name, labels, seconds) in [
        ("time_to_first_token_seconds", front, ttft),
        ("queue_time_seconds", &*labels, 0.01),
        ("per_stage_req_latency_seconds", &*stage, 0.95 * ttft),
    ] {
        text.push_str(&at(name, labels, &[0.1, 0.2, 0.4, 1.0, 2.0, 4.0, 10.0], seconds, served).replace("vllm:", "sglang:"));
    }
    text
}

#[test]
fn answers_of_one_token_from_a_prefill_worker_are_no_code_completion() {
    let parsed = exposition::parse(worker("prefill", "", 1.0, 0.15, 500.0).as_bytes());
    let found = analyze(&[Input { name: "prefill".to_owned(), at: None, hint: None, parsed }], &Options::default()).expect("a report");
    let note = found.notes.iter().find(|note| note.id == "assumed-preset").expect("a note");
    assert!(note.sentence.contains("prefill worker") && note.sentence.contains("interactive chat"), "{}", note.sentence);
    assert!(found.headline.text.starts_with("No bottleneck found"), "{}", found.headline.text);
}

#[test]
fn a_decode_worker_is_not_told_that_it_computes_prompts_slowly() {
    let queues = "sglang:num_decode_transfer_queue_reqs{LABELS} 0\nsglang:num_decode_prealloc_queue_reqs{LABELS} 70\n";
    let full = |served: f64| worker("decode", queues, 200.0, 8.0, served).replace("} 0.1\n", "} 0.97\n");
    let found = report(&[(0.0, full(500.0)), (60.0, full(800.0))]);
    assert!(found.bottlenecks.iter().all(|finding| finding.id != "slow-prefill"), "{}", found.headline.text);
    assert_eq!(found.headline.rule.as_deref(), Some("decode-workers-short"), "{}", found.headline.text);
}

#[test]
fn requests_that_wait_for_the_other_worker_are_not_called_none() {
    let queues = |count: u32| format!("sglang:num_decode_transfer_queue_reqs{{LABELS}} {count}\n");
    let text = |count: u32, served: f64| worker("decode", &queues(count), 200.0, 0.15, served);
    let found = report(&[(0.0, text(70, 500.0)), (10.0, text(80, 512.0))]);
    assert!(found.headline.text.contains("80") && !found.headline.text.contains("none waiting"), "{}", found.headline.text);
    let found = report(&[(0.0, text(0, 500.0)), (10.0, text(0, 512.0))]);
    assert!(found.headline.text.contains("none waiting"), "{}", found.headline.text);
}

#[test]
fn few_requests_beyond_a_target_are_not_passed_over_in_a_calm_sentence() {
    let text = |seconds: f64| {
        let first = at("time_to_first_token_seconds", RANK_0, &[0.1, 0.25, 1.0, 2.5, 5.0], seconds, 3.0);
        format!("vllm:num_requests_running{{{RANK_0}}} 4\nvllm:num_requests_waiting{{{RANK_0}}} 0\n{first}")
    };
    let said = |seconds: f64| report(&[(0.0, text(seconds))]).headline.text;
    assert!(said(4.0).contains("of them look missed"), "{}", said(4.0));
    assert!(!said(0.2).contains("missed"), "{}", said(0.2));
}
