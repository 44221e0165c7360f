//! vLLM as it is really run: several API servers, grammars and adapters that count as deferred, embeddings, several answers a request. The
//! conditions are those of the other files; what differs is what the metrics show of them.

use super::super::setup::{Arrivals, Grammar, Length};
use super::*;

const NOTHING: &[&str] = &["*"];
const NOTES: &[&str] = &["idle", "warming-up", "at-capacity", "no-prefix-reuse", "stale-gauges", "kv-full-and-healthy"];
/// Nothing but slots is short.
const SLOTS_FORBID: &[&str] = &[
    "kv-capacity-bound",
    "compute-saturated",
    "token-budget-bound",
    "deferred-waiting",
    "lora-thrash",
    "grammar-bottleneck",
    "preemption-thrash",
    "frontend-bound",
    "engine-stalled",
    "rank-imbalance",
];

fn modern(version: Version) -> bool {
    since(version, 20, 0, 0) && version.flavour == Flavour::Python
}

/// One grammar for all requests, compiled once.
fn one_grammar(s: &mut Setup) {
    s.server.grammar = Some(Grammar { share: 1.0, schemas: 1, compile_s: 0.2 });
}

fn few_slots(s: &mut Setup, slots: u32, clients: u32) {
    s.server.max_num_seqs = slots;
    s.load().arrivals = Arrivals::Closed { clients, think_s: 0.0 };
}

fn slots_short(t: &Truth, s: &Setup) -> bool {
    t.running > 0.85 * f64::from(s.server.max_num_seqs) && t.waiting > 4.0 && t.kv_usage < 0.5
}

fn embeddings(s: &mut Setup) {
    s.server.pooling = true;
    s.server.token_budget = 8192;
    s.load().prompt = Length::new(200.0, 0.3);
    s.load().output = Length::new(1.0, 0.0);
}

pub const ALL_AS_RUN: &[Scenario] = &[
    Scenario::new("api-servers-calm", VLLM, &[], |s| {
        s.rate(8.0);
        s.server.api_servers = 4;
    })
    .on(modern)
    .also(NOTES)
    .forbid(NOTHING)
    .when(|t, _| t.waiting < 1.0 && t.ttft_quantile(0.95) < 0.5),
    Scenario::new("api-servers-fresh", VLLM, &["idle"], |s| {
        s.rate(8.0);
        s.load().starts_s = 280.0;
        s.server.api_servers = 2;
        let load = s.load().clone();
        s.loads = vec![load.clone(), load];
    })
    .on(modern)
    .also(NOTES)
    .forbid(NOTHING)
    .when(|t, _| t.arrived == 0 && t.steps == 0),
    Scenario::new("api-servers-slots", VLLM, &["sequence-limit"], |s| {
        s.server.api_servers = 3;
        few_slots(s, 32, 80);
    })
    .on(modern)
    .forbid(SLOTS_FORBID)
    .when(slots_short),
    Scenario::new("api-servers-budget", VLLM, &["token-budget-bound"], |s| {
        s.server.api_servers = 2;
        s.rate(14.0);
        s.server.token_budget = 512;
        s.load().prompt = Length::new(2000.0, 0.3);
    })
    .on(modern)
    .also(&["overload"])
    .forbid(&["kv-capacity-bound", "sequence-limit", "preemption-thrash"])
    .when(|t, s| t.full_budget_share > 0.7 && t.waiting > 5.0 && t.running < 0.5 * f64::from(s.server.max_num_seqs) && t.kv_usage < 0.7),
    Scenario::new("api-servers-adapters", VLLM, &["lora-thrash", "deferred-waiting"], |s| {
        s.rate(10.0);
        s.server.api_servers = 3;
        s.load().adapters = 24;
        s.server.lora_slots = Some(3);
    })
    .on(modern)
    .also(&["overload", "prefill-interference"])
    .forbid(&["kv-capacity-bound", "sequence-limit", "token-budget-bound"])
    .when(|t, _| t.deferred > 0.5 * t.waiting && t.waiting > 3.0),
    Scenario::new("adapters-few", VLLM, &["lora-thrash", "deferred-waiting"], |s| {
        s.load().arrivals = Arrivals::Closed { clients: 24, think_s: 0.0 };
        s.load().adapters = 3;
        s.server.lora_slots = Some(1);
    })
    .on(modern)
    .also(&["overload", "prefill-interference"])
    .forbid(&["kv-capacity-bound", "sequence-limit", "token-budget-bound", "compute-saturated"])
    .when(|t, _| t.deferred > 0.5 * t.waiting && t.waiting > 3.0),
    Scenario::new("ranks-slots", VLLM, &["sequence-limit"], |s| {
        s.server.api_servers = 2;
        few_slots(s, 16, 40);
        let load = s.load().clone();
        s.loads = vec![load.clone(), load];
    })
    .on(modern)
    .forbid(SLOTS_FORBID)
    .when(|t, s| t.running > 0.8 * f64::from(s.server.max_num_seqs) && t.waiting > 4.0),
    Scenario::new("grammar-slots", VLLM, &["sequence-limit"], |s| {
        one_grammar(s);
        few_slots(s, 8, 24);
    })
    .on(modern)
    .forbid(SLOTS_FORBID)
    .when(|t, s| slots_short(t, s) && t.deferred > 0.9 * t.waiting),
    Scenario::new("grammar-slots-wide", VLLM, &["sequence-limit"], |s| {
        one_grammar(s);
        few_slots(s, 48, 120);
        s.cost.per_sequence = 5e-6;
        s.server.api_servers = 2;
    })
    .on(modern)
    .forbid(SLOTS_FORBID)
    .when(|t, s| slots_short(t, s) && t.deferred > 0.9 * t.waiting),
    Scenario::new("adapter-slots", VLLM, &["sequence-limit"], |s| {
        one_grammar(s);
        few_slots(s, 12, 24);
        s.load().adapters = 1;
        s.server.lora_slots = Some(1);
    })
    .on(modern)
    .forbid(SLOTS_FORBID)
    .when(|t, s| slots_short(t, s) && t.deferred > 0.9 * t.waiting),
    Scenario::new("embed-slots", VLLM, &["sequence-limit"], |s| {
        embeddings(s);
        few_slots(s, 8, 200);
    })
    .on(modern)
    .forbid(SLOTS_FORBID)
    .when(|t, _| t.waiting > 20.0 && t.mean_queue_s > 0.6),
    Scenario::new("embed-calm", VLLM, &[], |s| {
        embeddings(s);
        s.rate(20.0);
    })
    .on(modern)
    .also(NOTES)
    .forbid(NOTHING)
    .when(|t, _| t.waiting < 2.0),
    Scenario::new("embed-budget", VLLM, &["token-budget-bound", "compute-saturated"], |s| {
        embeddings(s);
        s.server.token_budget = 2048;
        s.load().arrivals = Arrivals::Closed { clients: 96, think_s: 0.0 };
    })
    .on(modern)
    .silent()
    .forbid(&["sequence-limit", "kv-capacity-bound", "engine-stalled", "deferred-waiting"])
    .when(|t, _| t.waiting > 20.0),
    Scenario::new("answers-calm", VLLM, &[], |s| {
        s.rate(2.0);
        s.load().answers = 4;
    })
    .on(modern)
    .also(NOTES)
    .forbid(NOTHING)
    .when(|t, _| t.waiting < 1.0 && t.ttft_quantile(0.95) < 0.5),
    Scenario::new("answers-slots", VLLM, &["sequence-limit"], |s| {
        s.rate(6.0);
        s.server.max_num_seqs = 16;
        s.load().answers = 4;
    })
    .on(modern)
    .also(&["overload"])
    .forbid(SLOTS_FORBID)
    .when(|t, s| t.running > 0.8 * f64::from(s.server.max_num_seqs) && t.waiting > 20.0 && t.kv_usage < 0.3),
    Scenario::new("answers-api-servers", VLLM, &[], |s| {
        s.rate(4.0);
        s.load().answers = 2;
        s.server.api_servers = 2;
    })
    .on(modern)
    .also(NOTES)
    .forbid(NOTHING)
    .when(|t, _| t.waiting < 1.0 && t.ttft_quantile(0.95) < 0.5),
];
