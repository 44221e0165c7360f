//! Requests wait: for a slot, for the token budget, for compute, for their client's own pace.

use super::super::setup::{Arrivals, Grammar, Length, Shape};
use super::*;

fn sixteen_slots(s: &mut Setup) {
    s.rate(20.0);
    s.server.max_num_seqs = 16;
}

pub const ALL_QUEUE: &[Scenario] = &[
    // TGI shows neither its batch limit nor its memory: there the limit can only be guessed.
    Scenario::new("seqs-cap-tgi", TGI, &["sequence-limit"], sixteen_slots)
        .silent()
        .also(&["overload"])
        .forbid(&["kv-capacity-bound", "over-reservation", "compute-saturated", "prefill-interference", "idle"])
        .when(|t, _| t.running > 12.0 && t.waiting > 20.0 && t.kv_usage < 0.3),
    Scenario::new("seqs-cap", VLLM_SGLANG, &["sequence-limit"], sixteen_slots)
        .also(&["overload", "client-disconnects"])
        .forbid(&[
            "kv-capacity-bound",
            "compute-saturated",
            "preemption-thrash",
            "prefill-interference",
            "decode-stalls",
            "batch-too-large",
            "idle",
        ])
        .when(|t, s| t.running > 0.8 * f64::from(s.server.max_num_seqs) && t.waiting > 20.0 && t.kv_usage < 0.3),
    Scenario::new("seqs-cap-wide", VLLM_SGLANG, &["sequence-limit"], |s| {
        s.rate(32.0);
        s.server.max_num_seqs = 64;
        s.load().prompt = Length::new(160.0, 0.4);
        s.load().output = Length::new(300.0, 0.5);
        s.cost.per_sequence = 5e-6;
    })
    .also(&["overload"])
    .forbid(&["kv-capacity-bound", "preemption-thrash", "batch-too-large", "idle"])
    .when(|t, s| t.running > 0.8 * f64::from(s.server.max_num_seqs) && t.waiting > 5.0 && t.kv_usage < 0.3),
    Scenario::new("budget-small", VLLM_TGI, &["token-budget-bound"], |s| {
        s.rate(14.0);
        s.server.token_budget = 512;
        s.load().prompt = Length::new(2000.0, 0.3);
    })
    .on(|v| since(v, 8, 0, 3))
    .also(&["overload"])
    .forbid(&["kv-capacity-bound", "sequence-limit", "preemption-thrash"])
    .when(|t, s| t.full_budget_share > 0.7 && t.waiting > 5.0 && t.running < 0.5 * f64::from(s.server.max_num_seqs) && t.kv_usage < 0.7),
    Scenario::new("compute-over", VLLM_SGLANG, &["compute-saturated"], |s| {
        s.rate(60.0);
        s.server.kv_tokens = 800_000;
        s.load().prompt = Length::new(1500.0, 0.5);
    })
    .on(not_v0)
    .also(&["overload", "prefill-interference"])
    .forbid(&["frontend-bound", "kv-capacity-bound", "preemption-thrash"])
    .when(|t, _| t.waiting > 50.0 && t.prefill_s > 0.6 * t.busy_s && t.preemptions_per_request() < 0.05),
    Scenario::new("batch-large", VLLM_SGLANG, &["batch-too-large", "compute-saturated"], |s| {
        s.rate(60.0);
        s.cost.per_sequence = 80e-6;
        s.server.max_num_seqs = 1024;
        s.load().prompt = Length::new(64.0, 0.5);
    })
    .on(not_v0)
    .also(&["overload", "sequence-limit"])
    .forbid(&["prefill-interference", "preemption-thrash", "kv-capacity-bound"])
    .when(|t, _| t.running > 500.0 && t.gap_quantile(0.5) > 0.04),
    Scenario::new("frontend", ALL, &["frontend-bound"], |s| {
        s.rate(10.0);
        s.server.frontend_s = 0.098;
    })
    .also(&["overload"])
    .forbid(&["kv-capacity-bound", "sequence-limit", "token-budget-bound", "compute-saturated", "slow-prefill", "bursty-arrivals"])
    .when(|t, _| t.mean_frontend_s > 0.15 && t.waiting < 2.0),
    Scenario::new("grammar", VLLM_SGLANG, &["grammar-bottleneck", "deferred-waiting"], |s| {
        s.rate(2.2);
        s.server.grammar = Some(Grammar { share: 0.6, schemas: 0, compile_s: 1.0 });
    })
    .on(|v| since(v, 20, 5, 0))
    .also(&["overload"])
    .forbid(&["frontend-bound", "kv-capacity-bound", "sequence-limit", "token-budget-bound"])
    .when(|t, _| t.grammar > 1.0),
    Scenario::new("reject", ALL, &["capacity-rejections", "sequence-limit", "kv-capacity-bound"], |s| {
        s.rate(30.0);
        match s.backend {
            Backend::Vllm => {
                s.server.max_num_seqs = 32;
                s.server.admission_limit = Some(96);
            }
            Backend::Sglang => {
                s.server.max_num_seqs = 32;
                s.server.admission_limit = Some(64);
            }
            Backend::Tgi => {
                s.server.kv_tokens = 40_000;
                s.server.admission_limit = Some(128);
            }
        }
    })
    .on(|v| since(v, 32, 7, 2) && v.flavour == Flavour::Python)
    .also(&["overload", "token-budget-bound"])
    .forbid(&["server-errors", "preemption-thrash"])
    .when(|t, _| t.rejected > 50 && t.waiting > 10.0),
    Scenario::new("burst", ALL, &["bursty-arrivals"], |s| {
        s.rate(1.0);
        s.load().shape = Shape::Bursts { every_s: 60.0, length_s: 6.0, rate: 40.0 };
        s.server.max_num_seqs = 64;
    })
    .by(Mode::Series)
    .forbid(&["overload", "kv-capacity-bound"])
    .when(|t, _| t.waiting_share < 0.6 && t.ttft_quantile(0.95) > 0.5),
    Scenario::new("closed-full", VLLM_SGLANG, &["standing-queue", "sequence-limit"], |s| {
        s.load().arrivals = Arrivals::Closed { clients: 300, think_s: 0.0 };
        s.server.max_num_seqs = 256;
    })
    .by(Mode::Series)
    .also(&["compute-saturated", "at-capacity"])
    .forbid(&["overload"])
    .when(|t, _| t.waiting > 10.0 && t.waiting < 120.0),
];
