//! Conditions that are changes: a restart, a hang, a collapse, a slow ramp, a regression.

use super::super::setup::{Length, Shape};
use super::*;

pub const ALL_OVER_TIME: &[Scenario] = &[
    Scenario::new("restart", ALL, &[], |s| {
        s.rate(8.0);
        s.server.restart = Some((170.0, 25.0));
    })
    .between(120.0, 270.0)
    .also(&["counter-reset", "warming-up", "idle", "no-prefix-reuse"])
    .forbid(&["throughput-regression", "engine-stalled", "kv-capacity-bound", "sequence-limit", "server-errors", "client-disconnects"])
    .when(|_, _| true),
    Scenario::new("stall-dead", ALL, &["engine-stalled"], |s| {
        s.rate(8.0);
        s.server.freeze = Some((130.0, 120.0));
        s.end_s = 300.0;
    })
    .between(150.0, 215.0)
    .forbid(&["idle", "sequence-limit", "kv-capacity-bound", "compute-saturated"])
    .when(|t, _| t.steps == 0),
    Scenario::new("collapse", VLLM_SGLANG, &["congestion-collapse", "preemption-thrash", "kv-capacity-bound"], |s| {
        s.rate(10.0);
        s.server.kv_tokens = 40_000;
        s.load().output = Length::new(500.0, 0.5);
        s.load().shape = Shape::Step { at_s: 180.0, rate: 16.0 };
    })
    .by(Mode::Series)
    .between(100.0, 300.0)
    .also(&["overload"])
    .forbid(&["throughput-regression", "sequence-limit"])
    .when(|t, _| t.waiting_at_end > 20),
    Scenario::new("kv-ramp", VLLM_SGLANG, &["kv-exhaustion-ahead", "queue-onset-ahead"], |s| {
        s.rate(2.0);
        s.end_s = 900.0;
        s.server.kv_tokens = 44_000;
        s.load().output = Length::new(500.0, 0.5);
        s.load().shape = Shape::Ramp { to: 8.0, over_s: 900.0 };
    })
    .by(Mode::Series)
    .between(60.0, 700.0)
    .also(&["latency-breach-ahead"])
    .forbid(&["kv-capacity-bound"])
    .when(|t, _| t.waiting < 3.0),
    Scenario::new("step-regress", ALL, &["throughput-regression"], |s| {
        s.rate(8.0);
        s.end_s = 600.0;
        s.slower_from = Some((320.0, 1.25));
    })
    .by(Mode::Series)
    .between(60.0, 580.0)
    .forbid(&["kv-capacity-bound", "sequence-limit", "kv-exhaustion-ahead"])
    .when(|t, _| t.waiting < 2.0),
];
