//! Prefix caching: nothing to reuse, no room to keep it, switched off.

use super::super::setup::{Length, Prefixes};
use super::*;

pub const ALL_CACHE: &[Scenario] = &[
    Scenario::new("cache-cant", VLLM_SGLANG, &["no-prefix-reuse"], |s| {
        s.rate(2.5);
        s.load().prompt = Length::new(2000.0, 0.3);
    })
    .on(not_v0)
    .silent()
    .also(&["prefill-interference", "slow-prefill", "ttft-mixes-nonstreaming", "stale-gauges"])
    .forbid(&[
        "prefix-cache-thrash",
        "prefix-cache-disabled",
        "kv-capacity-bound",
        "sequence-limit",
        "token-budget-bound",
        "compute-saturated",
        "decode-stalls",
    ])
    .when(|t, _| t.hit_rate() < 0.02 && t.waiting < 1.0),
    Scenario::new("cache-thrash", VLLM_SGLANG, &["prefix-cache-thrash"], |s| {
        s.rate(4.0);
        s.server.kv_tokens = 120_000;
        s.load().prefixes = Some(Prefixes { count: 120, tokens: 1536 });
    })
    .on(not_v0)
    .by(Mode::Series)
    .forbid(&["no-prefix-reuse", "kv-capacity-bound"])
    .when(|t, _| t.hit_rate() < 0.6 && t.hit_rate() > 0.03),
    Scenario::new("cache-off", VLLM, &["prefix-cache-disabled"], |s| {
        s.rate(4.0);
        s.server.prefix_caching = false;
        s.load().prefixes = Some(Prefixes { count: 10, tokens: 1536 });
    })
    .on(|v| since(v, 11, 0, 0) && v.flavour == Flavour::Python)
    .by(Mode::Snapshot)
    .silent()
    // What is computed again and again interrupts the decodes.
    .also(&["prefill-interference"])
    .forbid(&["no-prefix-reuse", "prefix-cache-thrash", "kv-capacity-bound", "sequence-limit"])
    .when(|t, _| t.hit_tokens == 0 && t.waiting < 1.0),
];
