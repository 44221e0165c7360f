//! Servers with nothing wrong: idle, light, busy, full and healthy.

use super::super::setup::{Arrivals, Length, Shape};
use super::*;

const NOTHING: &[&str] = &["*"];
const NOTES: &[&str] = &[
    "idle",
    "warming-up",
    "request-count-doubled",
    "ttft-mixes-nonstreaming",
    "kv-full-and-healthy",
    "at-capacity",
    "no-prefix-reuse",
    "stale-gauges",
];

pub const ALL_CALM: &[Scenario] = &[
    Scenario::new("idle", ALL, &["idle"], |s| s.rate(0.04)).also(NOTES).forbid(NOTHING).when(|t, _| t.running < 1.5 && t.arrived < 15),
    Scenario::new("idle-after-work", ALL, &["idle"], |s| {
        s.rate(8.0);
        s.load().shape = Shape::Until { end_s: 100.0 };
    })
    .between(160.0, 280.0)
    .also(NOTES)
    .forbid(NOTHING)
    .when(|t, _| t.arrived == 0 && t.steps == 0),
    Scenario::new("light", ALL, &[], |s| s.rate(1.0))
        .also(NOTES)
        .forbid(NOTHING)
        .when(|t, _| t.waiting_share < 0.2 && t.ttft_quantile(0.95) < 0.3),
    Scenario::new("healthy", ALL, &[], |s| s.rate(8.0))
        .also(NOTES)
        .forbid(NOTHING)
        .when(|t, _| t.waiting < 1.0 && t.ttft_quantile(0.95) < 0.5),
    Scenario::new("busy-and-healthy", ALL, &[], |s| {
        s.rate(16.0);
        s.load().prompt = Length::new(256.0, 0.4);
    })
    .also(NOTES)
    .forbid(NOTHING)
    .when(|t, _| t.running > 15.0 && t.ttft_quantile(0.95) < 0.7 && t.waiting_at_end < 10),
    Scenario::new("closed-small", ALL, &[], |s| s.load().arrivals = Arrivals::Closed { clients: 4, think_s: 0.2 })
        .also(NOTES)
        .forbid(NOTHING)
        .when(|t, _| t.running_peak <= 4 && t.waiting < 0.5),
    Scenario::new("kv-full-healthy", ALL, &[], |s| {
        let load = s.load();
        load.arrivals = Arrivals::Closed { clients: 60, think_s: 0.3 };
        load.output = Length::new(500.0, 0.1);
        load.prompt = Length::new(512.0, 0.1);
        load.max_new = 640;
        s.server.kv_tokens = if s.backend == Backend::Tgi { 72_000 } else { 54_000 };
    })
    .also(NOTES)
    .forbid(&["kv-capacity-bound", "preemption-thrash", "sequence-limit", "kv-under-allocated", "over-reservation"])
    .when(|t, _| t.kv_usage > 0.75 && t.preemptions_per_request() < 0.01 && t.waiting < 1.5),
    Scenario::new("nonstream-ttft", SGLANG, &[], |s| {
        s.rate(8.0);
        s.load().streaming_share = 0.0;
    })
    .also(NOTES)
    .forbid(NOTHING)
    .when(|t, _| t.waiting < 1.0),
    Scenario::new("spec-good", VLLM_SGLANG, &[], |s| {
        s.rate(8.0);
        s.server.speculation = Some(super::super::setup::Speculation { tokens: 3, acceptance: 0.8, overhead: 0.25 });
    })
    .on(not_v0)
    .also(NOTES)
    .forbid(NOTHING)
    .when(|t, _| t.accepted > t.drafted / 3 && t.waiting < 1.0),
    Scenario::new("cache-good", VLLM_SGLANG, &[], |s| {
        s.rate(6.0);
        s.load().prefixes = Some(super::super::setup::Prefixes { count: 10, tokens: 1536 });
    })
    .on(not_v0)
    .also(NOTES)
    .forbid(NOTHING)
    .when(|t, _| t.hit_rate() > 0.6),
    Scenario::new("warming-up", ALL, &["warming-up"], |s| s.rate(8.0))
        .between(60.0, 120.0)
        .fleet(1, |s, _| s.server.uptime_s = 45.0)
        .also(NOTES)
        .forbid(NOTHING)
        .silent(),
    Scenario::new("sleeping", VLLM, &["idle"], |s| {
        s.rate(0.0);
        s.server.sleeping = true;
    })
    .on(|v| since(v, 12, 0, 0) && v.flavour == Flavour::Python)
    .also(NOTES)
    .forbid(NOTHING)
    .silent()
    .when(|t, _| t.arrived == 0),
];
