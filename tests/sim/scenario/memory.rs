//! The KV cache is the limit: too small, reserved too early, badly estimated.

use super::super::setup::Length;
use super::*;

fn kv_short(s: &mut Setup) {
    s.rate(12.0);
    s.server.kv_tokens = 30_000;
    s.load().output = Length::new(500.0, 0.6);
    if s.backend == Backend::Tgi {
        s.load().max_new = 900;
    }
}

pub const ALL_MEMORY: &[Scenario] = &[
    Scenario::new("kv-short", ALL, &["kv-capacity-bound", "preemption-thrash"], kv_short)
        .also(&["overload", "kv-under-allocated", "over-reservation", "client-disconnects"])
        .forbid(&[
            "sequence-limit",
            "prefill-interference",
            "prefix-cache-thrash",
            "no-prefix-reuse",
            "prefix-cache-disabled",
            "token-budget-bound",
        ])
        .when(|t, s| t.waiting > 20.0 && (t.preemptions_per_request() > 0.05 || s.backend != Backend::Vllm) && t.kv_usage > 0.6),
    Scenario::new("kv-short-under-allocated", VLLM_SGLANG, &["kv-capacity-bound", "preemption-thrash"], |s| {
        kv_short(s);
        s.server.gpu_memory_utilization = 0.5;
        s.server.startup_free_gb = 34.0;
    })
    .on(not_v0)
    .also(&["overload", "kv-under-allocated"])
    .forbid(&["sequence-limit", "token-budget-bound"])
    .when(|t, _| t.waiting > 20.0),
    Scenario::new("tgi-reserve", TGI, &["over-reservation"], |s| {
        s.rate(20.0);
        s.server.kv_tokens = 30_000;
        s.load().output = Length::new(150.0, 0.5);
        s.load().max_new = 4096;
    })
    .also(&["overload", "kv-capacity-bound"])
    .forbid(&["sequence-limit", "preemption-thrash"])
    .when(|t, _| t.waiting > 20.0 && t.kv_usage > 0.7),
    Scenario::new("sgl-conservative", SGLANG, &["over-reservation"], |s| {
        s.rate(12.0);
        s.server.kv_tokens = 60_000;
        s.server.ratio_decay_steps = 1e7;
        s.load().max_new = 8192;
    })
    .on(|v| v.since(5, 10))
    .also(&["overload"])
    .forbid(&["kv-capacity-bound", "preemption-thrash"])
    .when(|t, _| t.waiting > 10.0 && t.kv_usage < 0.5),
    Scenario::new("sgl-reserved", SGLANG, &["over-reservation", "kv-capacity-bound"], |s| {
        s.rate(17.0);
        s.server.kv_tokens = 30_000;
        s.load().max_new = 8192;
    })
    .also(&["overload"])
    .forbid(&["sequence-limit"])
    .when(|t, _| t.waiting > 5.0 && t.kv_usage < 0.8),
    Scenario::new("sgl-retract", SGLANG, &["preemption-thrash", "kv-capacity-bound"], |s| {
        kv_short(s);
        s.server.conservativeness = 0.1;
        s.rate(20.0);
        s.load().prompt = Length::new(64.0, 0.3);
        s.load().output = Length::new(560.0, 0.08);
        s.load().max_new = 640;
    })
    .on(|v| v.since(5, 10))
    .also(&["overload"])
    .forbid(&["over-reservation", "sequence-limit"])
    .when(|t, _| t.preemptions > 10 && t.waiting > 10.0),
    Scenario::new("hybrid-pool", SGLANG, &["hybrid-pool-imbalance"], |s| {
        s.rate(14.0);
        s.server.max_num_seqs = 24;
        s.server.swa_pool_tokens = Some(25_000);
    })
    .on(|v| v.since(5, 10))
    .also(&["overload", "sequence-limit"])
    .forbid(&["compute-saturated", "over-reservation"])
    .when(|t, _| t.waiting > 5.0 && t.kv_usage < 0.5),
];
