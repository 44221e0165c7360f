//! Requests fail, are dropped, are refused as malformed, or are cut off.

use super::super::setup::Length;
use super::*;

const LATENCY_CAUSES: &[&str] = &[
    "kv-capacity-bound",
    "sequence-limit",
    "token-budget-bound",
    "compute-saturated",
    "preemption-thrash",
    "slow-prefill",
    "frontend-bound",
];

pub const ALL_ERRORS: &[Scenario] = &[
    Scenario::new("errors", ALL, &["server-errors"], |s| {
        s.rate(8.0);
        s.server.error_share = 0.05;
    })
    .on(|v| since(v, 13, 7, 0))
    .forbid(LATENCY_CAUSES)
    .when(|t, _| t.errors > 10 && t.waiting < 1.0),
    Scenario::new("hang-ups", ALL, &["client-disconnects"], |s| {
        s.rate(8.0);
        s.load().hang_up_share = 0.3;
    })
    .on(|v| since(v, 8, 3, 0))
    .also(&["survivor-bias"])
    .forbid(&["server-errors", "capacity-rejections", "kv-capacity-bound", "sequence-limit"])
    .when(|t, _| t.aborted > 50 && t.waiting < 1.0),
    Scenario::new("disconnect", ALL, &["sequence-limit", "client-disconnects"], |s| {
        s.rate(30.0);
        s.server.max_num_seqs = 32;
        s.load().patience_s = Some(4.0);
    })
    .also(&["survivor-bias", "standing-queue"])
    .forbid(&["server-errors", "overload", "kv-capacity-bound", "preemption-thrash"])
    .when(|t, _| t.aborted > 200 && t.waiting > 10.0),
    Scenario::new("client-errors", ALL, &["client-errors"], |s| {
        s.rate(8.0);
        s.load().bad_request_share = 0.3;
    })
    .on(|v| since(v, 8, 7, 0))
    .silent()
    .also(&["request-count-doubled", "idle"])
    .forbid(&["server-errors", "capacity-rejections", "client-disconnects", "kv-capacity-bound", "sequence-limit"])
    .when(|t, _| t.client_errors > 50),
    Scenario::new("length-lim", VLLM_TGI, &["length-truncation"], |s| {
        s.rate(6.0);
        s.load().output = Length::new(900.0, 0.6);
        s.load().max_new = 256;
    })
    .forbid(LATENCY_CAUSES)
    .when(|t, _| f64::from(t.lengths) > 0.7 * f64::from(t.finished) && t.waiting < 1.0),
    Scenario::new("repetition", VLLM, &["output-corruption"], |s| {
        s.rate(8.0);
        s.server.repetition_share = 0.05;
    })
    .on(|v| since(v, 18, 0, 0) && v.flavour == Flavour::Python)
    .forbid(LATENCY_CAUSES)
    .when(|t, _| t.waiting < 1.0),
    Scenario::new("corrupted", VLLM, &["output-corruption"], |s| {
        s.rate(8.0);
        s.server.corrupted_share = 0.01;
    })
    .on(|v| since(v, 12, 0, 0) && v.flavour == Flavour::Python)
    .forbid(LATENCY_CAUSES)
    .when(|t, _| t.waiting < 1.0),
];
