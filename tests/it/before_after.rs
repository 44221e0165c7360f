//! Dumps that fall into two windows, by a restart or by a pause, are compared; others are not.

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::{Change, Fate, Report};
use servescope::request::RequestError;

/// What one scrape of a vLLM shows; the fields are what the tests turn.
#[derive(Clone, Copy)]
struct Scrape {
    at: f64,
    started: f64,
    /// Requests finished since the start.
    served: u32,
    /// Those of them whose first token took longer than 1 s.
    slow: u32,
    waiting: u32,
    kv_tokens: u32,
}

fn text(scrape: Scrape) -> String {
    let Scrape { started, served, slow, waiting, kv_tokens, .. } = scrape;
    let fast = served - slow;
    format!(
        "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds {started}\n\
         # TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{{engine=\"0\",model_name=\"m\"}} 8\n\
         # TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{{engine=\"0\",model_name=\"m\"}} {waiting}\n\
         # TYPE vllm:kv_cache_usage_perc gauge\nvllm:kv_cache_usage_perc{{engine=\"0\",model_name=\"m\"}} 0.05\n\
         # TYPE vllm:cache_config_info gauge\nvllm:cache_config_info{{block_size=\"16\",engine=\"0\",kv_cache_size_tokens=\"{kv_tokens}\"}} 1\n\
         # TYPE vllm:num_preemptions counter\nvllm:num_preemptions_total{{engine=\"0\",model_name=\"m\"}} 0\n\
         # TYPE vllm:generation_tokens counter\nvllm:generation_tokens_total{{engine=\"0\",model_name=\"m\"}} {}\n\
         # TYPE vllm:prompt_tokens counter\nvllm:prompt_tokens_total{{engine=\"0\",model_name=\"m\"}} {}\n\
         # TYPE vllm:request_success counter\nvllm:request_success_total{{engine=\"0\",finished_reason=\"stop\",model_name=\"m\"}} {served}\n\
         # TYPE vllm:time_to_first_token_seconds histogram\n\
         vllm:time_to_first_token_seconds_bucket{{engine=\"0\",le=\"0.25\",model_name=\"m\"}} {fast}\n\
         vllm:time_to_first_token_seconds_bucket{{engine=\"0\",le=\"1.0\",model_name=\"m\"}} {fast}\n\
         vllm:time_to_first_token_seconds_bucket{{engine=\"0\",le=\"10.0\",model_name=\"m\"}} {served}\n\
         vllm:time_to_first_token_seconds_bucket{{engine=\"0\",le=\"+Inf\",model_name=\"m\"}} {served}\n\
         vllm:time_to_first_token_seconds_sum{{engine=\"0\",model_name=\"m\"}} {}\n\
         vllm:time_to_first_token_seconds_count{{engine=\"0\",model_name=\"m\"}} {served}\n",
        served * 100,
        served * 200,
        f64::from(fast) * 0.2 + f64::from(slow) * 8.0,
    )
}

fn report(scrapes: &[Scrape]) -> Result<Report, RequestError> {
    let inputs: Vec<Input> = scrapes
        .iter()
        .map(|scrape| Input {
            name: format!("{}.prom", scrape.at),
            at: Some(scrape.at),
            hint: None,
            parsed: exposition::parse(text(*scrape).as_bytes()),
        })
        .collect();
    analyze(&inputs, &Options::default())
}

fn note(report: &Report, id: &str) -> Option<String> {
    report.notes.iter().find(|note| note.id == id).map(|note| note.sentence.clone())
}

const SLOW: [Scrape; 2] = [
    Scrape { at: 1000.0, started: 10.0, served: 400, slow: 300, waiting: 40, kv_tokens: 400_000 },
    Scrape { at: 1060.0, started: 10.0, served: 700, slow: 600, waiting: 42, kv_tokens: 400_000 },
];
const FAST: [Scrape; 2] = [
    Scrape { at: 2000.0, started: 1500.0, served: 100, slow: 0, waiting: 0, kv_tokens: 400_000 },
    Scrape { at: 2060.0, started: 1500.0, served: 400, slow: 0, waiting: 0, kv_tokens: 400_000 },
];

#[test]
fn two_dumps_before_a_restart_and_two_after_it_are_compared() {
    let report = report(&[SLOW[0], SLOW[1], FAST[0], FAST[1]]).expect("a report");
    let comparison = report.comparison.as_ref().expect("a comparison");
    assert_eq!((comparison.before.inputs, comparison.after.inputs), ([0, 1], [2, 3]));
    let ttft = comparison.rows.iter().find(|row| row.path == "ttft.p95").expect("TTFT");
    assert_eq!(ttft.change, Change::Better);
    assert!(
        comparison.findings.iter().any(|finding| finding.id == "sequence-limit" && finding.fate == Fate::Gone),
        "{:?}",
        comparison.findings
    );
    assert!(report.headline.text.contains(&comparison.headline), "{}", report.headline.text);
    assert_eq!(report.window.as_ref().and_then(|window| window.seconds), Some(60.0), "the report is of the present");
    let timeline = report.timeline.as_ref().expect("a timeline");
    assert_eq!(timeline.restarts.iter().map(|restart| restart.dumps).collect::<Vec<_>>(), [[1, 2]]);
    let verdicts: Vec<&str> = timeline.phases.iter().map(|phase| phase.verdict.as_str()).collect();
    assert_eq!(verdicts, ["sequence-limit", "counter-reset", "healthy"]);
    assert!(note(&report, "two-windows").is_some());
}

#[test]
fn a_restart_between_the_ends_is_seen_even_where_the_counters_have_overtaken_and_no_start_time_is_there() {
    let unknown = |scrape: Scrape| Scrape { started: 0.0, ..scrape };
    let overtaken = Scrape { served: 400, ..FAST[1] };
    let report = report(&[unknown(SLOW[0]), unknown(SLOW[1]), unknown(FAST[0]), unknown(overtaken)]).expect("a report");
    assert_eq!(report.timeline.as_ref().map(|timeline| timeline.restarts.len()), Some(1));
    assert!(!report.bottlenecks.iter().any(|finding| finding.id == "engine-stalled"), "400 requests were served since the restart");
}

#[test]
fn the_order_in_which_the_dumps_are_given_does_not_matter() {
    let sorted = report(&[SLOW[0], SLOW[1], FAST[0], FAST[1]]).expect("a report").comparison.expect("a comparison");
    let shuffled = report(&[FAST[1], SLOW[0], FAST[0], SLOW[1]]).expect("a report").comparison.expect("a comparison");
    assert_eq!(sorted.headline, shuffled.headline);
    assert_eq!((shuffled.before.inputs, shuffled.after.inputs), ([1, 3], [2, 0]));
}

#[test]
fn under_another_configuration_the_report_is_of_the_later_windows_alone() {
    let anew = FAST.map(|scrape| Scrape { kv_tokens: 480_000, ..scrape });
    let report = report(&[SLOW[0], SLOW[1], anew[0], anew[1]]).expect("a report");
    assert!(report.comparison.is_some());
    assert_eq!(report.window.as_ref().and_then(|window| window.seconds), Some(60.0));
    assert!(!report.bottlenecks.iter().any(|finding| finding.id == "counter-reset"));
    let note = note(&report, "two-windows").expect("a note");
    assert!(note.contains("KV capacity") && note.contains("400000") && note.contains("480000"), "{note}");
}

#[test]
fn one_dump_of_the_new_configuration_is_looked_at_alone_and_the_note_says_why() {
    let anew = Scrape { kv_tokens: 480_000, ..FAST[0] };
    let report = report(&[SLOW[0], SLOW[1], anew]).expect("a report");
    assert!(report.comparison.is_none() && report.window.is_none());
    assert!(note(&report, "configured-anew").is_some_and(|note| note.contains("KV capacity")));
}

#[test]
fn another_configuration_without_a_restart_is_another_server() {
    let other = Scrape { kv_tokens: 480_000, started: 10.0, served: 900, ..FAST[0] };
    let report = report(&[SLOW[0], SLOW[1], other]).expect("a report");
    let inputs: Vec<&[usize]> = report.servers.iter().map(|server| server.inputs.as_slice()).collect();
    assert_eq!(inputs, [&[2][..], &[0, 1]]);
}

#[test]
fn a_pause_that_stands_out_parts_the_dumps_and_an_even_series_has_none() {
    let scrape = |at: f64, served: u32| Scrape { at, served, slow: 0, ..SLOW[0] };
    let paused = report(&[scrape(0.0, 100), scrape(30.0, 200), scrape(600.0, 2000), scrape(630.0, 2100)]).expect("a report");
    assert!(paused.comparison.is_some());
    assert_eq!(paused.window.as_ref().and_then(|window| window.seconds), Some(30.0), "the later window is the present state");
    let even = report(&[scrape(0.0, 100), scrape(30.0, 200), scrape(60.0, 300), scrape(95.0, 400)]).expect("a report");
    assert!(even.comparison.is_none());
    assert_eq!(even.window.as_ref().and_then(|window| window.seconds), Some(95.0));
    assert_eq!(even.timeline.as_ref().map(|timeline| timeline.phases.len()), Some(1));
}

#[test]
fn the_markdown_has_the_comparison() {
    let report = report(&[SLOW[0], SLOW[1], FAST[0], FAST[1]]).expect("a report");
    let markdown = servescope::export::markdown(&report);
    assert!(markdown.contains("## Before and after") && markdown.contains("| better |"), "{markdown}");
}
