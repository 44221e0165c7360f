//! A real vLLM 0.32 as it is run: several API servers, ranks, adapters, grammars, pooling, n > 1. Each row of the corpus' index gives its
//! truth. The numbers in the comments are those of the clients that made the load.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::support::snapshots::file;
use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::{Bottleneck, Report, RuleVerdict};

const FOLDER: &str = "dumps/vllm-features";

/// The report of dumps of the index, named as there: `NAME@SECONDS`, or without a time.
fn report(dumps: &[&str]) -> Report {
    let mut inputs = Vec::new();
    for dump in dumps {
        let (name, at) = dump.split_once('@').map_or((*dump, None), |(name, at)| (name, at.parse().ok()));
        let parsed = exposition::parse(&file(&format!("{FOLDER}/{name}.prom")));
        inputs.push(Input { name: name.to_owned(), at, hint: None, parsed });
    }
    analyze(&inputs, &Options::default()).expect("a report")
}

pub(crate) fn finding<'r>(report: &'r Report, id: &str) -> &'r Bottleneck {
    report.bottlenecks.iter().find(|found| found.id == id).unwrap_or_else(|| panic!("no {id}: {}", report.headline.text))
}

pub(crate) fn rule(report: &Report, id: &str) -> (RuleVerdict, String) {
    let found = report.rules.iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("no rule {id}"));
    (found.verdict, found.sentence.clone())
}

pub(crate) fn signal(report: &Report, path: &str) -> Option<f64> {
    report.signals.iter().find(|signal| signal.path == path).map(|signal| signal.value)
}

pub(crate) fn phase(report: &Report, id: &str) -> Option<f64> {
    report.anatomy.phases.iter().find(|phase| phase.id == id).map(|phase| phase.mean_seconds)
}

pub(crate) fn close(value: Option<f64>, expected: f64, share: f64) {
    assert!(value.is_some_and(|value| (value / expected - 1.0).abs() <= share), "{value:?} against {expected}");
}

/// Everything that a reader is told in sentences.
pub(crate) fn words(report: &Report) -> String {
    let findings = report.bottlenecks.iter().flat_map(|found| {
        let actions = found.actions.iter().flat_map(|action| [action.flag.clone(), action.change.clone()]);
        [found.description.clone(), found.recommendation.clone()].into_iter().chain(actions)
    });
    let notes = report.notes.iter().map(|note| note.sentence.clone());
    [report.headline.text.clone(), report.state.sentence.clone()].into_iter().chain(findings).chain(notes).collect::<Vec<_>>().join("\n")
}

pub(crate) fn headline_rule(report: &Report) -> &str {
    report.headline.rule.as_deref().unwrap_or("none")
}

#[needs::corpus]
#[test]
fn every_row_of_the_index_has_a_test_here() {
    let index = String::from_utf8(file(&format!("{FOLDER}/INDEX.tsv"))).unwrap();
    let this = include_str!("vllm_features.rs");
    for row in index.lines().skip(1) {
        let dumps = row.split('\t').next().unwrap();
        for dump in dumps.split([' ', ',']).filter(|dump| !dump.is_empty()) {
            assert!(this.contains(&format!("\"{dump}\"")), "no test reads {dump}");
        }
    }
}

#[needs::corpus]
#[test]
fn a_full_batch_of_grammars_is_a_limit_of_slots_although_all_that_wait_are_deferred() {
    // 24 clients, one regular expression, eight slots.
    let report = report(&["struct2_mid1@0", "struct2_mid2@6.05"]);
    assert_eq!(headline_rule(&report), "sequence-limit", "{}", report.headline.text);
    let limit = finding(&report, "sequence-limit");
    assert!(limit.actions.iter().any(|action| action.flag == "--max-num-seqs" && action.change.contains("from 8")), "{limit:?}");
    assert!(limit.description.contains("deferred"), "{}", limit.description);
    assert!(report.bottlenecks.iter().all(|found| found.id != "deferred-waiting"), "{}", report.headline.text);
    assert!(!words(&report).contains("not for capacity"));
    let (verdict, sentence) = rule(&report, "deferred-waiting");
    assert!(verdict != RuleVerdict::Fired && sentence.contains("slot"), "{sentence}");
}

#[needs::corpus]
#[test]
fn a_full_batch_of_grammars_is_seen_without_times_too() {
    let report = report(&["struct2_mid1", "struct2_mid2"]);
    assert_eq!(headline_rule(&report), "sequence-limit", "{}", report.headline.text);
}

#[needs::corpus]
#[test]
fn one_dump_of_deferred_requests_beside_a_full_batch_leaves_it_open() {
    for dump in ["struct2_mid1", "struct2_mid2", "lora5_mid1"] {
        let report = report(&[dump]);
        assert!(!words(&report).contains("not for capacity"), "{dump}: {}", report.headline.text);
        assert!(report.bottlenecks.iter().all(|found| found.confidence.value < 0.5 || found.role != servescope::rule::Role::Cause));
    }
}

#[needs::corpus]
#[test]
fn a_full_token_budget_is_seen_through_two_api_servers() {
    // Every step carries 256 tokens; 436 observations were made of 218 steps.
    let report = report(&["tok4_mid1@0", "tok4_mid2@5.06"]);
    assert_eq!(headline_rule(&report), "token-budget-bound", "{}", report.headline.text);
    let budget = finding(&report, "token-budget-bound");
    close(Some(budget.current_value), 255.0, 0.01);
    assert!(budget.actions.iter().any(|action| action.flag == "--max-num-batched-tokens" && action.change.contains("from 256")));
    assert!(report.bottlenecks.iter().all(|found| found.id != "sequence-limit"));
    assert!(!words(&report).contains("128 tokens"));
    assert!(report.notes.iter().any(|note| note.id == "several-api-servers"), "{:?}", report.notes);
    assert!(report.anatomy.distributions.iter().all(|shown| shown.path != "engine.step_tokens"), "parts of steps are no steps");
}

#[needs::corpus]
#[test]
fn without_times_the_step_of_several_api_servers_is_not_known() {
    let report = report(&["tok4_mid1", "tok4_mid2"]);
    let (verdict, sentence) = rule(&report, "token-budget-bound");
    assert!(verdict == RuleVerdict::NotMeasurable && sentence.contains("API server"), "{sentence}");
    assert!(report.bottlenecks.iter().all(|found| found.id != "sequence-limit" || found.confidence.value < 0.5));
}

#[needs::corpus]
#[test]
fn a_full_token_budget_is_seen_with_one_api_server() {
    let report = report(&["tok5_mid1", "tok5_mid2"]);
    assert_eq!(headline_rule(&report), "token-budget-bound", "{}", report.headline.text);
    assert!(report.notes.iter().all(|note| note.id != "several-api-servers"));
}

#[needs::corpus]
#[test]
fn one_adapter_waits_for_no_adapter_slot() {
    // One adapter, twelve slots for requests, 24 clients.
    let report = report(&["lora5_mid1@0", "lora5_mid2@5.04"]);
    assert_eq!(headline_rule(&report), "sequence-limit", "{}", report.headline.text);
    assert!(report.bottlenecks.iter().all(|found| found.id != "lora-thrash"));
    assert!(!words(&report).contains("--max-loras"), "{}", words(&report));
    let (verdict, sentence) = rule(&report, "lora-thrash");
    assert!(verdict == RuleVerdict::Clear && sentence.contains("1 adapter"), "{sentence}");
}

#[needs::corpus]
#[test]
fn three_adapters_take_turns_in_one_slot_however_many_api_servers_there_are() {
    for dumps in [["lora4_mid1@0", "lora4_mid2@6.07"], ["lora3_mid1@0", "lora3_mid2@6.1"]] {
        let report = report(&dumps);
        assert_eq!(headline_rule(&report), "lora-thrash", "{dumps:?}: {}", report.headline.text);
        let thrash = finding(&report, "lora-thrash");
        assert!(thrash.description.contains("3 adapters") && thrash.description.contains("1 slot"), "{}", thrash.description);
        assert!(thrash.actions.iter().any(|action| action.flag == "--max-loras"));
        assert_eq!(signal(&report, "lora.running"), Some(1.0), "one of one slots is taken");
        assert_eq!(signal(&report, "lora.waiting"), None, "the label repeats the running ones");
        assert!(report.bottlenecks.iter().all(|found| found.id != "sequence-limit"));
    }
}

#[needs::corpus]
#[test]
fn what_fits_the_cache_of_two_ranks_is_added_up_once() {
    // 4.0156 requests of full length a rank; the front end takes 71 ms.
    let report = report(&["dp2_2_mid1@0", "dp2_2_mid4@3.07"]);
    close(signal(&report, "config.kv_max_concurrency"), 8.03, 0.001);
    assert_eq!(signal(&report, "config.data_parallel_ranks"), Some(2.0));
    let words = words(&report);
    assert!(
        !words.contains("16 at full length") && !words.contains("room for 16") && !words.contains("8 for each of the 2 ranks"),
        "{words}"
    );
    close(phase(&report, "frontend"), 0.071, 0.02);
    let sum: f64 = report.anatomy.phases.iter().map(|phase| phase.mean_seconds).sum();
    assert!(sum <= report.anatomy.total_seconds.unwrap() * 1.001, "{sum} of {:?}", report.anatomy.total_seconds);
}

#[needs::corpus]
#[test]
fn a_queue_between_two_idle_dumps_is_a_finding() {
    // 40 streams at once; they wait 2.94 s of the 3.04 s to their first token.
    let report = report(&["dp2_1b_seqstream@0", "dp2_2_burst@12"]);
    let text = &report.headline.text;
    assert!(text.contains("queue") && text.contains("2.94 s") && !text.contains("none of the measurable causes"), "{text}");
    let missed = finding(&report, "ttft-target-missed");
    assert!(missed.actions.iter().any(|action| action.change.contains("during the load")), "{:?}", missed.actions);
    assert!(!words(&report).contains("KV fetch"), "{}", words(&report));
}

#[needs::corpus]
#[test]
fn a_server_that_has_served_nothing_is_idle() {
    for (dump, ranks) in [("dp2_0_fresh", 2.0), ("lora2_0_fresh", 1.0)] {
        let report = report(&[dump]);
        assert_eq!(report.state.id, "idle", "{dump}: {}", report.headline.text);
        assert!(report.headline.text.starts_with("Idle"), "{dump}: {}", report.headline.text);
        assert_eq!((signal(&report, "queue.running"), signal(&report, "queue.waiting")), (Some(0.0), Some(0.0)), "{dump}");
        assert_eq!(signal(&report, "config.data_parallel_ranks"), Some(ranks), "{dump}");
        assert!(report.not_measurable.iter().all(|lack| lack.what != "requests running"), "{dump}");
    }
    let first = report(&["dp2_0_fresh@0", "dp2_1b_seqstream@60"]);
    close(signal(&first, "requests_per_second"), 16.0 / 60.0, 0.001);
}

#[needs::corpus]
#[test]
fn the_slots_of_an_embedding_server_are_judged_by_its_steps() {
    // 64 clients, eight slots: steps of exactly eight prompts of 200 tokens under a budget of 2,048.
    let report = report(&["embed2_mid10@0", "embed2_mid30@5.18"]);
    assert_eq!(headline_rule(&report), "sequence-limit", "{}", report.headline.text);
    let limit = finding(&report, "sequence-limit");
    assert!(limit.actions.iter().any(|action| action.flag == "--max-num-seqs" && action.change.contains("from 8")), "{limit:?}");
    close(Some(limit.current_value), 8.0, 0.001);
    assert!(report.slo_statuses.iter().all(|status| !status.target.metric.starts_with("itl") && !status.target.metric.starts_with("tpot")));
    assert!(!report.slo_source.contains("chat"), "{}", report.slo_source);
    let words = words(&report);
    assert!(!words.contains("prefill worker") && !words.contains("none is running") && !words.contains("KV fetch"), "{words}");
    assert!(report.anatomy.distributions.iter().all(|shown| shown.path != "tpot"));
    assert!(report.notes.iter().any(|note| note.id == "pooling"), "{:?}", report.notes);
    assert_ne!(rule(&report, "engine-stalled").0, RuleVerdict::Fired);
}

#[needs::corpus]
#[test]
fn four_answers_to_a_prompt_are_one_request() {
    // Ten requests with n = 4: 40 sequences in 3 s.
    let report = report(&["base_0_fresh@0", "base_1_n4@3"]);
    close(signal(&report, "requests_per_second"), 10.0 / 3.0, 0.001);
    close(signal(&report, "sequences_per_second"), 40.0 / 3.0, 0.001);
    let availability = report.slo_statuses.iter().find(|status| status.target.metric == "availability").unwrap();
    assert!(availability.samples == Some(10.0) && availability.why.contains("10 requests"), "{}", availability.why);
    let hits = report.signals.iter().find(|signal| signal.path == "prefix_cache.hit_rate").unwrap();
    assert!(hits.caveat.as_ref().is_some_and(|caveat| caveat.contains("n > 1")), "{hits:?}");
    assert!(!words(&report).contains("KV fetch") && report.headline.text.contains("queue"), "{}", words(&report));
}

/// A page of two ranks behind two API servers, as the exporter adds their files up. `running` and `waiting` are per rank; a rank without
/// them has not stepped.
fn page(ranks: [Option<(f64, f64)>; 2], tokens: f64) -> String {
    let mut text = String::new();
    for (place, name) in ["num_requests_running", "num_requests_waiting"].iter().enumerate() {
        text.push_str(&format!("# TYPE vllm:{name} gauge\n"));
        for (rank, shown) in ranks.iter().enumerate() {
            if let Some((running, waiting)) = shown {
                let value = if place == 0 { running } else { waiting };
                text.push_str(&format!("vllm:{name}{{engine=\"{rank}\",model_name=\"m\"}} {value}\n"));
            }
        }
    }
    let of = |rank: usize| if ranks[rank].is_some() { tokens } else { 0.0 };
    text.push_str("# TYPE vllm:time_to_first_token_seconds histogram\n");
    for rank in 0..2 {
        let labels = format!("engine=\"{rank}\",model_name=\"m\"");
        let requests = of(rank) / 100.0;
        text.push_str(&format!("vllm:time_to_first_token_seconds_sum{{{labels}}} {}\n", 0.1 * requests));
        for bound in ["0.25", "1.0", "+Inf"] {
            text.push_str(&format!("vllm:time_to_first_token_seconds_bucket{{{labels},le=\"{bound}\"}} {requests}\n"));
        }
        text.push_str(&format!("vllm:time_to_first_token_seconds_count{{{labels}}} {requests}\n"));
    }
    for (name, share) in [("prompt_tokens", 3.0), ("generation_tokens", 1.0)] {
        text.push_str(&format!("# TYPE vllm:{name}_total counter\n"));
        for rank in 0..2 {
            text.push_str(&format!("vllm:{name}_total{{engine=\"{rank}\",model_name=\"m\"}} {}\n", share * of(rank)));
        }
    }
    text.push_str("# TYPE vllm:request_success_total counter\n");
    for rank in 0..2 {
        let finished = of(rank) / 100.0;
        text.push_str(&format!("vllm:request_success_total{{engine=\"{rank}\",finished_reason=\"stop\",model_name=\"m\"}} {finished}\n"));
    }
    text
}

pub(crate) fn report_of(texts: &[(f64, String)]) -> Report {
    let inputs: Vec<Input> = texts
        .iter()
        .map(|(at, text)| Input { name: format!("at {at}"), at: Some(*at), hint: None, parsed: exposition::parse(text.as_bytes()) })
        .collect();
    analyze(&inputs, &Options::default()).expect("a report")
}

#[test]
fn a_rank_that_has_not_stepped_runs_nothing() {
    let report = report_of(&[(0.0, page([Some((5.0, 0.0)), None], 4000.0))]);
    assert_eq!(signal(&report, "config.data_parallel_ranks"), Some(2.0));
    assert_eq!(signal(&report, "queue.running"), Some(5.0));
    assert!(report.notes.iter().any(|note| note.id == "gauges-not-set-yet"), "{:?}", report.notes);
    let fresh = report_of(&[(0.0, page([None, None], 0.0))]);
    assert_eq!((fresh.state.id.as_str(), signal(&fresh, "queue.running")), ("idle", Some(0.0)));
}

#[test]
fn gauges_that_stand_still_behind_several_api_servers_may_be_those_of_a_process_that_is_gone() {
    let still = page([Some((8.0, 0.0)), Some((0.0, 0.0))], 4000.0);
    let report = report_of(&[(0.0, still.clone()), (30.0, still)]);
    let stalled = finding(&report, "engine-stalled");
    assert!(stalled.description.contains("kept over a restart") && stalled.description.contains("aborted"), "{}", stalled.description);
    assert!(stalled.actions[0].change.contains("one short request"), "{:?}", stalled.actions);
    assert!(report.headline.text.contains("one request tells"), "{}", report.headline.text);
}

/// The counters of one server, with what it answered over HTTP, in `(name, labels, value)`.
fn counters(samples: &[(&str, &str, f64)]) -> String {
    let gauges = "vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 1\nvllm:num_requests_waiting{engine=\"0\",model_name=\"m\"} 0\n";
    let line = |(name, labels, value): &(&str, &str, f64)| {
        let own = if name.starts_with("vllm:") { "engine=\"0\",model_name=\"m\"" } else { "method=\"POST\"" };
        format!("{name}{{{own}{labels}}} {value}\n")
    };
    samples.iter().map(line).fold(gauges.to_owned(), |text, line| text + &line)
}

#[test]
fn beams_and_scores_are_counted_by_http_and_where_nothing_tells_it_is_said() {
    let served = |finished: f64, http: Option<(&'static str, f64)>| {
        let mut samples = vec![
            ("vllm:request_success_total", ",finished_reason=\"stop\"", finished),
            ("vllm:request_success_total", ",finished_reason=\"error\"", 0.0),
            ("vllm:generation_tokens_total", "", finished * 10.0),
        ];
        samples.extend(http.map(|(labels, answers)| ("http_requests_total", labels, answers)));
        counters(&samples)
    };
    const BEAMS: &str = ",handler=\"/v1/completions\",status=\"2xx\"";
    const SCORES: &str = ",handler=\"/score\",status=\"2xx\"";
    for (labels, sequences, sent) in [(BEAMS, 32.0, 2.0), (SCORES, 50.0, 10.0), (BEAMS, 40.0, 40.0)] {
        let report = report_of(&[(0.0, served(0.0, Some((labels, 0.0)))), (10.0, served(sequences, Some((labels, sent))))]);
        close(signal(&report, "requests_per_second"), sent / 10.0, 1e-9);
        assert_eq!(signal(&report, "sequences_per_second").is_some(), sent < sequences, "{labels}");
    }
    let blind = report_of(&[(0.0, served(0.0, None)), (10.0, served(32.0, None))]);
    assert!(blind.notes.iter().any(|note| note.id == "requests-are-sequences"), "{:?}", blind.notes);
}

#[test]
fn prompts_that_were_never_looked_up_are_told_beside_the_hit_rate() {
    let served = |looked_up: f64| {
        counters(&[
            ("vllm:request_success_total", ",finished_reason=\"stop\"", 40.0),
            ("vllm:prompt_tokens_total", "", 4000.0),
            ("vllm:prefix_cache_queries_total", "", looked_up),
            ("vllm:prefix_cache_hits_total", "", 500.0),
        ])
    };
    let caveat =
        |text: String| report_of(&[(0.0, text)]).signals.into_iter().find(|signal| signal.path == "prefix_cache.hit_rate").unwrap().caveat;
    assert!(caveat(served(2000.0)).is_some_and(|caveat| caveat.contains("prompt_logprobs")));
    assert_eq!(caveat(served(4000.0)), None);
}

#[test]
fn tokens_of_an_output_are_counted_by_outputs_and_not_by_drafts() {
    // 100 requests of 70 outputs each: 25 of them follow a draft of which 2.4 tokens are accepted on average; the others hold one token.
    let outputs = 7000.0;
    let tokens = outputs + 2500.0 * 2.4;
    let text = counters(&[
        ("vllm:request_success_total", ",finished_reason=\"stop\"", 100.0),
        ("vllm:generation_tokens_total", "", tokens),
        ("vllm:spec_decode_num_drafts_total", "", 2500.0),
        ("vllm:spec_decode_num_draft_tokens_total", "", 12_500.0),
        ("vllm:spec_decode_num_accepted_tokens_total", "", 6000.0),
        ("vllm:inter_token_latency_seconds_bucket", ",le=\"0.05\"", outputs - 100.0),
        ("vllm:inter_token_latency_seconds_bucket", ",le=\"+Inf\"", outputs - 100.0),
        ("vllm:inter_token_latency_seconds_count", "", outputs - 100.0),
        ("vllm:inter_token_latency_seconds_sum", "", 0.02 * (outputs - 100.0)),
        ("vllm:time_to_first_token_seconds_bucket", ",le=\"+Inf\"", 100.0),
        ("vllm:time_to_first_token_seconds_count", "", 100.0),
        ("vllm:time_to_first_token_seconds_sum", "", 10.0),
    ]);
    close(signal(&report_of(&[(0.0, text)]), "speculation.tokens_per_delivery"), tokens / outputs, 1e-9);
}
