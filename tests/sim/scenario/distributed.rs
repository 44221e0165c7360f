//! Several ranks, separate prefill and decode servers, adapters, and fleets of instances.

use super::super::setup::{Length, Prefixes, Role};
use super::*;

fn decode_role(s: &mut Setup) {
    s.server.role = Role::Decode;
}

pub const ALL_DISTRIBUTED: &[Scenario] = &[
    Scenario::new("dp-imbalance", VLLM_SGLANG, &["rank-imbalance"], |s| {
        s.rate(2.0);
        let mut heavy = s.load().clone();
        heavy.prompt = Length::new(6000.0, 0.3);
        let light = s.load().clone();
        s.loads = vec![heavy, light.clone(), light.clone(), light];
    })
    .on(|v| since(v, 11, 7, 0) && v.flavour == Flavour::Python)
    .also(&["no-prefix-reuse", "prefill-interference", "slow-prefill", "long-prompt-tail"])
    .forbid(&["compute-saturated", "kv-capacity-bound", "sequence-limit"])
    .when(|t, _| t.finished > 400 && t.waiting < 3.0),
    Scenario::new("lora", VLLM_SGLANG, &["lora-thrash", "deferred-waiting"], |s| {
        s.rate(10.0);
        s.load().adapters = 32;
        s.server.lora_slots = Some(4);
    })
    .on(|v| since(v, 20, 7, 0) && v.flavour == Flavour::Python)
    // Requests of one adapter are admitted together, and nothing but their prefill makes the gaps of the others.
    .also(&["overload", "prefill-interference"])
    .forbid(&["kv-capacity-bound", "sequence-limit", "token-budget-bound"])
    .when(|t, _| t.deferred > 0.5 * t.waiting && t.waiting > 3.0),
    Scenario::new("pd-decode-short", SGLANG, &["decode-workers-short", "deferred-waiting"], |s| {
        decode_role(s);
        s.rate(16.0);
        s.server.kv_tokens = 40_000;
        s.load().output = Length::new(500.0, 0.5);
    })
    .on(|v| v.since(5, 7))
    .also(&["kv-capacity-bound", "preemption-thrash", "overload"])
    .forbid(&["prefill-workers-short", "kv-transfer-slow"])
    .when(|t, _| t.prealloc > 10.0 && t.kv_usage > 0.7),
    Scenario::new("pd-xfer", SGLANG, &["kv-transfer-slow", "deferred-waiting"], |s| {
        decode_role(s);
        s.rate(8.5);
        s.server.link.gigabytes_per_s = 0.5;
    })
    .on(|v| v.since(5, 7))
    .also(&["overload"])
    .forbid(&["prefill-workers-short", "decode-workers-short"])
    .when(|t, _| t.transfer > 2.0 && t.kv_usage < 0.9),
    Scenario::new("pd-prefill-short", SGLANG, &["prefill-workers-short", "compute-saturated"], |s| {
        s.server.role = Role::Prefill;
        s.rate(30.0);
        s.load().prompt = Length::new(1500.0, 0.4);
        s.load().max_new = 1;
    })
    .on(|v| v.since(5, 7))
    .also(&["overload"])
    .forbid(&["decode-workers-short", "kv-transfer-slow", "sequence-limit"])
    .when(|t, _| t.waiting > 20.0),
    Scenario::new("kv-transfer-failures", SGLANG, &["kv-transfer-failures"], |s| {
        decode_role(s);
        s.rate(10.0);
        s.server.link.failure_share = 0.03;
    })
    .on(|v| v.since(5, 7))
    .forbid(&["decode-workers-short", "kv-transfer-slow", "kv-capacity-bound"])
    .when(|t, _| t.transfers_failed > 5),
    Scenario::new("outlier", VLLM_SGLANG, &["instance-outlier"], |s| s.rate(6.0))
        .on(not_v0)
        .by(Mode::Fleet)
        .fleet(5, |s, instance| {
            if instance == 3 {
                let cost = &mut s.cost;
                for part in [&mut cost.fixed, &mut cost.per_prefill_token, &mut cost.per_sequence, &mut cost.per_context_token] {
                    *part *= 2.5;
                }
            }
        })
        .forbid(&["router-skew"]),
    Scenario::new("router-skew", VLLM_SGLANG, &["router-skew"], |s| s.rate(4.0))
        .on(not_v0)
        .by(Mode::Fleet)
        .fleet(4, |s, instance| {
            if instance == 1
                && let super::super::setup::Arrivals::Open { rate } = &mut s.load().arrivals
            {
                *rate *= 3.0;
            }
        })
        .forbid(&["instance-outlier"]),
    Scenario::new("scatter", VLLM_SGLANG, &["cache-scatter"], |s| {
        s.rate(3.0);
        s.server.kv_tokens = 120_000;
        s.load().prefixes = Some(Prefixes { count: 160, tokens: 1536 });
    })
    .on(not_v0)
    .by(Mode::Fleet)
    .fleet(4, |_, _| {})
    .forbid(&["instance-outlier"]),
];
