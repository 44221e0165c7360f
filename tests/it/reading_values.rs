//! Values that are only partly there, or cannot be: histograms without buckets, gauges out of their range, the same page twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::support::snapshots::{gauge, mean, observations, one, read};
use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::Report;
use servescope::signal::{Caveat, Distribution, Gauge, Mode};
use servescope::slo::Verdict;

fn report(text: &str) -> Report {
    let input = Input { name: "pasted".to_owned(), at: None, hint: None, parsed: exposition::parse(text.as_bytes()) };
    analyze(&[input], &Options::default()).expect("a report")
}

fn note<'r>(report: &'r Report, id: &str) -> Option<&'r str> {
    report.notes.iter().find(|note| note.id == id).map(|note| note.sentence.as_str())
}

const GAUGES: &str = "vllm:num_requests_running{engine=\"0\"} 5\nvllm:num_requests_waiting{engine=\"0\"} 0\n";

#[test]
fn sum_and_count_alone_give_the_mean_and_the_count() {
    let ttft = "vllm:time_to_first_token_seconds";
    for text in [
        format!("{ttft}_count{{engine=\"0\"}} 400\n{ttft}_sum{{engine=\"0\"}} 3600\n"),
        format!("{ttft}_sum{{engine=\"0\"}} 3600\r\n{ttft}_count{{engine=\"0\"}} 400\r\n"),
        format!(
            "# TYPE {ttft} histogram\n{ttft}_count{{engine=\"0\"}} 100\n{ttft}_count{{engine=\"1\"}} 300\n{ttft}_sum{{engine=\"0\"}} 1600\n{ttft}_sum{{engine=\"1\"}} 2000\n"
        ),
        format!("> {ttft}_count{{...}} 400\n> {ttft}_sum{{...}} 3600\n"),
        format!("{ttft}_bucket{{engine=\"0\",le=\"+Inf\"}} 400\n{ttft}_sum{{engine=\"0\"}} 3600\n"),
        format!("{ttft}_bucket{{engine=\"0\",le=\"+Inf\"}} 400\n{ttft}_count{{engine=\"0\"}} 400\n{ttft}_sum{{engine=\"0\"}} 3600\n"),
    ] {
        let snapshot = one(&format!("{text}{GAUGES}"));
        assert_eq!((mean(&snapshot, Distribution::Ttft), observations(&snapshot, Distribution::Ttft)), (Some(9.0), Some(400.0)), "{text}");
        let report = report(&format!("{text}{GAUGES}"));
        let found = report.anatomy.distributions.iter().find(|found| found.path == "ttft").expect("the mean is shown");
        assert!(found.quantiles.is_empty() && found.remark.as_ref().is_some_and(|remark| remark.contains("need the buckets")));
        let status = report.slo_statuses.iter().find(|status| status.target.metric.starts_with("ttft")).expect("a target on it");
        assert_eq!((status.target.metric.as_str(), status.verdict), ("ttft.mean", Verdict::Fail), "{text}");
        assert!(!report.headline.text.contains("No bottleneck"), "{}", report.headline.text);
    }
}

#[test]
fn targets_of_ones_own_say_that_quantiles_need_the_buckets() {
    let text = format!("vllm:time_to_first_token_seconds_count 400\nvllm:time_to_first_token_seconds_sum 3600\n{GAUGES}");
    let input = Input { name: "pasted".to_owned(), at: None, hint: None, parsed: exposition::parse(text.as_bytes()) };
    let targets = vec![servescope::slo::Target::new(None, "ttft.p95", "<=", 1.0, None).unwrap()];
    let report = analyze(&[input], &Options { targets: Some(targets), ..Options::default() }).unwrap();
    assert_eq!(report.slo_statuses[0].verdict, Verdict::NoData);
    assert!(report.slo_statuses[0].why.contains("mean of 9 s over 400 observations. Quantiles need the buckets."));
}

#[test]
fn the_count_stands_for_the_infinite_bucket_where_only_finite_ones_were_pasted() {
    let e2e = "tgi_request_duration";
    let text = format!(
        "{e2e}_bucket{{le=\"1\"}} 10\n{e2e}_bucket{{le=\"4\"}} 90\n{e2e}_count 100\n{e2e}_sum 250\ntgi_queue_size 0\ntgi_batch_current_size 3\n"
    );
    let snapshot = one(&text);
    let found = &snapshot.distributions.get(&Distribution::E2e).unwrap().histogram;
    assert_eq!(found.buckets.last().map(|last| (last.upper, last.cumulative)), Some((f64::INFINITY, 100.0)));
    let without = one(&text.replace(&format!("{e2e}_count 100\n"), ""));
    assert_eq!(observations(&without, Distribution::E2e), None, "how many were slower is not known");
}

#[test]
fn a_count_that_is_a_counter_is_no_distribution() {
    let snapshot = one("tgi_request_count 900\ntgi_request_success 900\ntgi_queue_size 0\n");
    assert!(snapshot.distributions.is_empty());
}

#[test]
fn a_value_that_cannot_be_is_named_with_its_line_and_not_used() {
    for (bad, line) in [
        ("vllm:kv_cache_usage_perc{engine=\"0\"} -0.5", "-0.5 on line 3"),
        ("sglang:token_usage{tp_rank=\"0\"} -1", "-1 on line 3"),
        ("vllm:kv_cache_usage_perc{engine=\"0\"} NaN", "NaN on line 3"),
        ("vllm:kv_cache_usage_perc{engine=\"0\"} 1.2", "1.2 on line 3"),
    ] {
        let gauges = if bad.starts_with("sglang") { "sglang:num_running_reqs 5\nsglang:num_queue_reqs 0\n" } else { GAUGES };
        let text = format!("{gauges}{bad}\n");
        assert_eq!(gauge(&one(&text), Gauge::KvUsage), None, "{bad}");
        let report = report(&text);
        assert!(note(&report, "out-of-range").is_some_and(|note| note.contains(line)), "{bad}: {:?}", report.notes);
        let asks = report.not_measurable.iter().find(|missing| missing.what == Gauge::KvUsage.words());
        assert!(asks.is_some_and(|asks| asks.how.contains("line 3")), "{bad}: {asks:?}");
    }
    let report = report("vllm:num_requests_running 5\nvllm:num_requests_waiting -3\nvllm:kv_cache_usage_perc 0.5\n");
    assert!(note(&report, "out-of-range").is_some_and(|note| note.contains("line 2")));
}

#[test]
fn one_bad_rank_does_not_change_the_unit_of_the_others() {
    let text = |help: &str, values: &[&str]| {
        let rank = |(rank, value): (usize, &&str)| format!("vllm:kv_cache_usage_perc{{engine=\"{rank}\"}} {value}\n");
        format!("{help}{}", values.iter().enumerate().map(rank).collect::<String>())
    };
    let help = "# HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.\n";
    for (help, values, usage, bad) in [
        ("", &["0.9", "1.37"][..], 0.9, 1),
        (help, &["0.9", "1.37"], 0.9, 1),
        ("", &["0.2", "0.3", "44"], 0.3, 1),
        (help, &["0.2", "44"], 0.2, 1),
        ("", &["0", "0", "44", "30"], 0.44, 0),
        ("", &["93", "0.5"], 0.93, 0),
        (help, &["93", "88"], 0.93, 0),
        ("", &["93", "88", "170"], 0.93, 1),
        ("", &["-0.1", "0.6", "0.7"], 0.7, 1),
    ] {
        let snapshot = one(&text(help, values));
        let found = gauge(&snapshot, Gauge::KvUsage).unwrap();
        assert!((found - usage).abs() < 1e-9, "{values:?}: {found}");
        assert_eq!(snapshot.out_of_range.len(), bad, "{values:?}");
        assert_eq!(
            snapshot.has_caveat(Caveat::UsageWasPercent),
            usage > 0.4 && values.iter().any(|value| *value == "93" || *value == "30")
        );
    }
}

#[test]
fn the_hit_rate_of_a_cache_that_is_off_is_no_bad_value() {
    let snapshot = one("vllm:gpu_prefix_cache_hit_rate{model_name=\"m\"} -1.0\nvllm:num_requests_running{model_name=\"m\"} 1\n");
    assert!(snapshot.out_of_range.is_empty());
}

#[test]
fn engines_of_a_pipeline_are_servers_of_their_own() {
    let text: String = [("0", 3, 0), ("1", 3, 9), ("2", 1, 0)]
        .iter()
        .map(|(stage, running, waiting)| {
            format!(
                "vllm:num_requests_running{{model_name=\"m\",stage=\"{stage}\"}} {running}\nvllm:num_requests_waiting{{model_name=\"m\",stage=\"{stage}\"}} {waiting}\n"
            )
        })
        .collect();
    let found = read(&text);
    assert_eq!(found.len(), 3);
    let report = report(&text);
    assert_eq!(report.state.sentence, "3 requests running, 9 waiting.");
    assert_eq!(report.instance_id, "stage 1 (m)");
    let named = "vllm:num_requests_running{model_name=\"m\"} 3\nvllm:num_requests_kv_fetch_by_stage{model_name=\"m\",stage=\"in_progress\"} 1\n\
                 vllm:num_requests_kv_fetch_by_stage{model_name=\"m\",stage=\"waiting_to_start\"} 2\n";
    assert_eq!(read(named).len(), 1, "stages of a request are none of a pipeline");
}

#[test]
fn the_same_page_twice_is_one_dump_unless_times_tell_them_apart() {
    let page = format!("{GAUGES}vllm:kv_cache_usage_perc{{engine=\"0\"}} 0.4\nvllm:generation_tokens_total{{engine=\"0\"}} 7000\n");
    for text in [format!("{page}{page}"), format!("{page}\n\n{page}\n{page}"), format!("```\n{page}```\nand again\n```\n{page}```\n")] {
        let report = report(&text);
        assert_eq!(report.mode, Mode::Snapshot, "{text}");
        assert!(note(&report, "same-text-twice").is_some());
        assert_ne!(report.state.id, "stalled");
    }
    let stamped = |time: u64| page.lines().map(|line| format!("{line} {time}\n")).collect::<String>();
    let window = report(&format!("{}{}", stamped(1_800_000_000_000), stamped(1_800_000_060_000)));
    assert_eq!((window.mode, window.state.id.as_str()), (Mode::Window, "stalled"));
    let inputs: Vec<Input> = [0.0, 60.0]
        .map(|at| Input { name: "x".to_owned(), at: Some(1.8e9 + at), hint: None, parsed: exposition::parse(page.as_bytes()) })
        .into();
    assert_eq!(analyze(&inputs, &Options::default()).unwrap().mode, Mode::Window);
}
