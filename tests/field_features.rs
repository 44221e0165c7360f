//! Servers with features switched on that change what their numbers mean: each text holds the one fact that was misread.

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::Report;

fn report(texts: &[(f64, String)]) -> Report {
    let inputs: Vec<Input> = texts
        .iter()
        .map(|(at, text)| Input { name: format!("at {at}"), at: Some(*at), hint: None, parsed: exposition::parse(text.as_bytes()) })
        .collect();
    analyze(&inputs, &Options { preset: Some("interactive-chat".to_owned()), ..Options::default() }).expect("a report")
}

/// A histogram of vLLM whose observations all lie at `seconds`.
fn at(name: &str, labels: &str, bounds: &[f64], seconds: f64, count: f64) -> String {
    let mut text = format!("# TYPE vllm:{name} histogram\n");
    for bound in bounds {
        let within = if seconds <= *bound { count } else { 0.0 };
        text.push_str(&format!("vllm:{name}_bucket{{{labels},le=\"{bound}\"}} {within}\n"));
    }
    text + &format!(
        "vllm:{name}_bucket{{{labels},le=\"+Inf\"}} {count}\nvllm:{name}_sum{{{labels}}} {}\nvllm:{name}_count{{{labels}}} {count}\n",
        seconds * count
    )
}

const GAPS: &[f64] = &[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0];
const RANK_0: &str = "engine=\"0\",model_name=\"falcon\"";

/// 500 requests, each step of 70 ms yielding `accepted` tokens and one more.
fn speculating(accepted: f64) -> String {
    let per_token = 0.07 / (1.0 + accepted);
    format!(
        "vllm:num_requests_running{{{RANK_0}}} 4\nvllm:num_requests_waiting{{{RANK_0}}} 0\n\
         vllm:spec_decode_num_drafts_total{{{RANK_0}}} 20000\nvllm:spec_decode_num_draft_tokens_total{{{RANK_0}}} 80000\n\
         vllm:spec_decode_num_accepted_tokens_total{{{RANK_0}}} {}\n{}{}",
        20_000.0 * accepted,
        at("inter_token_latency_seconds", RANK_0, GAPS, 0.07, 20_000.0),
        at("request_time_per_output_token_seconds", RANK_0, GAPS, per_token, 500.0),
    )
}

#[test]
fn a_step_of_several_tokens_is_no_slow_token() {
    let found = report(&[(0.0, speculating(3.0))]);
    assert!(found.headline.text.starts_with("No bottleneck found"), "{}", found.headline.text);
    assert!(found.slo_statuses.iter().any(|status| status.target.metric == "tpot.p50"), "{:?}", found.slo_statuses);
    assert!(found.slo_statuses.iter().all(|status| !status.target.metric.starts_with("itl")), "{:?}", found.slo_statuses);
    // Where hardly any draft is accepted, a gap is that of one token.
    let found = report(&[(0.0, speculating(0.1))]);
    assert!(found.slo_statuses.iter().any(|status| status.target.metric == "itl.p50"), "{:?}", found.slo_statuses);
    assert!(found.headline.text.starts_with("Tokens came too slowly"), "{}", found.headline.text);
}
