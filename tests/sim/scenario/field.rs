//! Conditions of the other files at other places: pauses that are rarer, longer or uneven, long prompts among a busier crowd, memory
//! reserved by what requests might generate. They tell whether a claim rests on the condition or on the one run that it was built on.

use super::super::setup::{Arrivals, Length, Pauses};
use super::latency::long_context;
use super::*;

/// Nothing but the engine's own pauses: prompts are short, and memory, slots and compute have room.
const PAUSES_FORBID: &[&str] = &[
    "kv-capacity-bound",
    "sequence-limit",
    "token-budget-bound",
    "compute-saturated",
    "preemption-thrash",
    "prefill-interference",
    "long-prompt-tail",
    "frontend-bound",
    "over-reservation",
    "slow-prefill",
];

/// The same beside prompts of some length, which are computed at their price too.
const PAUSES_FORBID_BUT_PREFILL: &[&str] = match PAUSES_FORBID.split_last() {
    Some((_slow_prefill, others)) => others,
    None => &[],
};

/// Giant prompts hold everybody up; whoever waits, waits for their computation.
const TAIL_ALSO: &[&str] = &["prefill-interference", "slow-prefill"];
const TAIL_FORBID: &[&str] = &[
    "bursty-arrivals",
    "kv-capacity-bound",
    "decode-stalls",
    "preemption-thrash",
    "sequence-limit",
    "compute-saturated",
    "frontend-bound",
    "token-budget-bound",
];

const fn pauses(chance: f64, seconds: f64, alike: bool) -> Option<Pauses> {
    Some(Pauses { chance, seconds, alike })
}

const fn pauses_alone(scenario: Scenario) -> Scenario {
    scenario.silent().forbid(PAUSES_FORBID).when(|t, _| t.stall_share() > 0.1)
}

const fn rare_giants(scenario: Scenario) -> Scenario {
    let felt = |t: &Truth, _: &Setup| t.ttft_quantile(0.99) > 8.0 * t.ttft_quantile(0.5);
    scenario.between(60.0, 300.0).silent().also(TAIL_ALSO).forbid(TAIL_FORBID).when(felt)
}

pub const ALL_FIELD: &[Scenario] = &[
    // A collective operation of several GPUs that times out and is tried again.
    pauses_alone(Scenario::new("pauses-rare", VLLM_SGLANG, &["decode-stalls"], |s| {
        s.rate(7.0);
        s.server.stalls = pauses(0.0012, 3.0, true);
    })),
    // Garbage collection and throttling: many short ones, some long.
    pauses_alone(Scenario::new("pauses-uneven", VLLM_SGLANG, &["decode-stalls"], |s| {
        s.rate(6.0);
        s.server.stalls = pauses(0.006, 0.5, false);
    })),
    pauses_alone(Scenario::new("pauses-few-users", VLLM_SGLANG, &["decode-stalls"], |s| {
        s.load().arrivals = Arrivals::Closed { clients: 6, think_s: 1.0 };
        s.server.stalls = pauses(0.003, 1.2, false);
    })),
    Scenario::new("pauses-long-prompts", VLLM_SGLANG, &["decode-stalls"], |s| {
        s.rate(2.0);
        s.load().prompt = Length::new(1600.0, 0.5);
        s.load().output = Length::new(300.0, 0.5);
        s.server.stalls = pauses(0.003, 1.5, true);
    })
    .silent()
    .also(&["slow-prefill"])
    .forbid(PAUSES_FORBID_BUT_PREFILL)
    .when(|t, _| t.stall_share() > 0.15),
    // TGI times calls, not gaps: that pauses come between them, it cannot tell.
    pauses_alone(Scenario::new("pauses-tgi", TGI, &[], |s| {
        s.rate(6.0);
        s.server.stalls = pauses(0.003, 1.0, false);
    })),
    rare_giants(Scenario::new("tail-of-documents", ALL, &["long-prompt-tail"], |s| {
        long_context(s);
        s.rate(5.0);
        s.load().prompt = Length { mean: 400.0, cv: 0.8, tail: Some((0.02, 32_000)) };
    })),
    rare_giants(Scenario::new("tail-of-books", ALL, &["long-prompt-tail"], |s| {
        long_context(s);
        s.rate(3.0);
        s.load().prompt = Length { mean: 700.0, cv: 0.6, tail: Some((0.012, 90_000)) };
        s.load().output = Length::new(300.0, 0.5);
    })),
    Scenario::new("reserve-tgi", TGI, &["over-reservation"], |s| {
        s.rate(9.0);
        s.server.kv_tokens = 48_000;
        s.server.token_budget = 4096;
        s.load().prompt = Length::new(1200.0, 0.6);
        s.load().output = Length::new(120.0, 0.6);
        s.load().max_new = 2048;
    })
    // Both servers stop decoding for a batch of new prompts.
    .also(&["overload", "kv-capacity-bound", "prefill-interference"])
    .forbid(&["sequence-limit", "preemption-thrash", "compute-saturated", "slow-prefill"])
    .when(|t, _| t.waiting > 10.0 && t.kv_usage > 0.7),
    Scenario::new("reserve-sglang", SGLANG, &["over-reservation"], |s| {
        s.rate(9.0);
        s.server.kv_tokens = 70_000;
        s.server.ratio_decay_steps = 1e7;
        s.load().prompt = Length::new(1000.0, 0.6);
        s.load().output = Length::new(160.0, 0.6);
        s.load().max_new = 6000;
    })
    .on(|v| v.since(5, 10))
    .also(&["overload", "prefill-interference"])
    .forbid(&["kv-capacity-bound", "preemption-thrash", "compute-saturated", "slow-prefill"])
    .when(|t, _| t.waiting > 10.0 && t.kv_usage < 0.5),
];
