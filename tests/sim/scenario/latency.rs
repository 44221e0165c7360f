//! Tokens come late without a queue: long prompts, stalls, host work, hardware, speculation.

use super::super::setup::{Arrivals, Length, Pauses, Speculation};
use super::*;

const QUEUE_CAUSES: &[&str] =
    &["kv-capacity-bound", "sequence-limit", "token-budget-bound", "compute-saturated", "preemption-thrash", "prefill-interference"];

pub fn long_context(s: &mut Setup) {
    if s.backend == Backend::Tgi {
        s.server.max_model_len = 131_072;
    }
}

pub const ALL_LATENCY: &[Scenario] = &[
    Scenario::new("prefill-interf", ALL, &["prefill-interference"], |s| {
        long_context(s);
        s.rate(4.0);
        s.server.token_budget = 16_384;
        s.load().prompt = Length { mean: 512.0, cv: 0.5, tail: Some((0.12, 12_000)) };
    })
    .also(&["long-prompt-tail", "slow-prefill"])
    .forbid(&["decode-stalls", "kv-capacity-bound", "sequence-limit", "token-budget-bound", "compute-saturated", "preemption-thrash"])
    .when(|t, _| t.stall_share() > 0.1 && t.preemptions == 0),
    Scenario::new("longtail", ALL, &["long-prompt-tail"], |s| {
        long_context(s);
        s.rate(2.6);
        s.load().prompt = Length { mean: 512.0, cv: 0.5, tail: Some((0.03, 60_000)) };
    })
    .between(60.0, 300.0)
    .also(&["prefill-interference", "slow-prefill"])
    .forbid(&["bursty-arrivals", "kv-capacity-bound", "decode-stalls", "preemption-thrash"])
    .when(|t, _| t.ttft_quantile(0.99) > 10.0 * t.ttft_quantile(0.5)),
    Scenario::new("slow-prefill", ALL, &["slow-prefill"], |s| {
        long_context(s);
        s.rate(0.22);
        s.end_s = 1000.0;
        s.load().prompt = Length::new(48_000.0, 0.12);
        s.load().output = Length::new(100.0, 0.4);
    })
    .between(80.0, 980.0)
    .also(&["prefill-interference"])
    .forbid(&["kv-capacity-bound", "sequence-limit", "preemption-thrash", "decode-stalls", "frontend-bound"])
    .when(|t, _| t.ttft_quantile(0.5) > 1.05 && t.mean_queue_s < 0.5 * t.ttft_quantile(0.5)),
    Scenario::new("stalls", VLLM_SGLANG, &["decode-stalls"], |s| {
        s.rate(8.0);
        s.server.stalls = Some(Pauses { chance: 0.004, seconds: 0.8, alike: true });
    })
    .forbid(QUEUE_CAUSES)
    .when(|t, _| t.stall_share() > 0.1),
    Scenario::new("host", SGLANG, &["host-overhead"], |s| {
        s.rate(8.0);
        s.cost.host = 0.025;
    })
    .on(|v| v.since(5, 20))
    .also(&["hardware-floor"])
    .forbid(QUEUE_CAUSES)
    .when(|t, _| t.gap_quantile(0.5) > 0.025 && t.waiting < 2.0),
    Scenario::new("host-hidden", VLLM, &["host-overhead", "hardware-floor"], |s| {
        s.rate(8.0);
        s.cost.host = 0.025;
    })
    .silent()
    .forbid(QUEUE_CAUSES)
    .when(|t, _| t.gap_quantile(0.5) > 0.025 && t.waiting < 2.0),
    Scenario::new("hardware-floor", VLLM_SGLANG, &["hardware-floor"], |s| {
        s.load().arrivals = Arrivals::Closed { clients: 3, think_s: 0.5 };
        s.load().output = Length::new(60.0, 0.4);
        s.cost.fixed = 0.11;
        s.cost.per_prefill_token = 60e-6;
    })
    .between(60.0, 300.0)
    .forbid(QUEUE_CAUSES)
    .when(|t, _| t.gap_quantile(0.5) > 0.06 && t.running_peak <= 3),
    Scenario::new("cuda-graph-miss", SGLANG, &["cuda-graph-miss"], |s| {
        s.rate(8.0);
        s.server.graph_max_batch = 8;
    })
    .on(|v| v.since(5, 10))
    .forbid(QUEUE_CAUSES)
    .when(|t, _| t.running > 10.0 && t.waiting < 3.0),
    Scenario::new("spec-poor", VLLM_SGLANG, &["poor-speculation"], |s| {
        s.rate(8.0);
        s.server.speculation = Some(Speculation { tokens: 5, acceptance: 0.15, overhead: 0.4 });
    })
    .on(|v| since(v, 8, 10, 0) && v.flavour == Flavour::Python)
    .forbid(QUEUE_CAUSES)
    .when(|t, _| t.accepted * 5 < t.drafted && t.waiting < 2.0),
    Scenario::new("mm-cache", VLLM, &["multimodal-cache-miss", "frontend-bound"], |s| {
        s.rate(12.0);
        s.load().image_share = 0.8;
        s.server.frontend_s = 0.04;
    })
    .on(|v| since(v, 12, 0, 0) && v.flavour == Flavour::Python)
    .also(&["overload"])
    .forbid(QUEUE_CAUSES)
    .when(|t, _| t.mean_frontend_s > 0.1),
];
