//! Nothing is created or lost, memory has an end, and queueing laws hold.

use std::sync::OnceLock;

use super::reader::{Text, read};
use crate::sim::*;

fn run(id: &str, backend: Backend, version: &str, seed: u64) -> Run {
    find(id).unwrap().run(Version::parse(backend, version).unwrap(), seed, 0)
}

const EXAMPLES: &[(&str, Backend, &str)] = &[
    ("kv-short", Backend::Vllm, "0.33"),
    ("kv-short", Backend::Vllm, "0.6"),
    ("sgl-retract", Backend::Sglang, "0.5.23"),
    ("tgi-reserve", Backend::Tgi, "3.3"),
    ("disconnect", Backend::Vllm, "0.33"),
    ("hang-ups", Backend::Sglang, "0.5.23"),
    ("reject", Backend::Tgi, "3.3"),
    ("client-errors", Backend::Tgi, "2.0"),
    ("lora", Backend::Vllm, "0.33"),
    ("grammar", Backend::Sglang, "0.5.23"),
    ("pd-xfer", Backend::Sglang, "0.5.23"),
    ("cache-thrash", Backend::Vllm, "0.33"),
    ("spec-good", Backend::Sglang, "0.5.23"),
];

/// Every example once, cut short.
fn examples() -> &'static [(&'static str, Run)] {
    static RUNS: OnceLock<Vec<(&'static str, Run)>> = OnceLock::new();
    RUNS.get_or_init(|| {
        let run = |(id, backend, version): &(&'static str, Backend, &str)| {
            let version = Version::parse(*backend, version).unwrap();
            let mut setup = find(id).unwrap().setup_for(version, 1, 0);
            setup.end_s = 130.0;
            (*id, Run::new(setup, version))
        };
        EXAMPLES.iter().map(run).collect()
    })
}

#[test]
fn every_arrival_is_finished_in_flight_or_dropped() {
    for (id, run) in examples() {
        let count = |what: fn(&Event) -> bool| run.events.iter().filter(|(.., event)| what(event)).count() as i64;
        let received = count(|e| matches!(e, Event::Received { .. }));
        let refused = count(|e| matches!(e, Event::ClientError | Event::Rejected));
        let ended = count(|e| matches!(e, Event::Finished { .. } | Event::Aborted { .. }));
        let queued = count(|e| matches!(e, Event::Queued { .. }));
        let admitted = count(|e| matches!(e, Event::Admitted { again: false, .. }));
        assert!(received > 100, "{id}");
        assert!(ended + refused <= received, "{id}: {ended} ended, {refused} refused, {received} received");
        assert!(queued + refused <= received, "{id}");
        assert!(admitted <= queued, "{id}");
        // In flight at the end: what the last step shows, the frontend's share, and hidden queues.
        let last = run
            .events
            .iter()
            .rev()
            .find_map(|(.., event)| if let Event::Step(step) = event { Some(step.gauges.clone()) } else { None })
            .unwrap();
        let known = i64::from(last.running + last.waiting + last.prealloc_queue + last.transfer_queue + last.grammar_queue);
        let open = received - refused - ended;
        assert!((open - known).abs() <= 60, "{id}: {open} open, {known} in the engine's queues");
    }
}

#[test]
fn no_request_ends_twice_or_gets_more_tokens_than_it_asked_for() {
    for (id, run) in examples() {
        for (at, _, event) in &run.events {
            let (Event::Finished { outcome, .. } | Event::Aborted { outcome }) = event else {
                continue;
            };
            assert!(outcome.output <= outcome.max_new.max(1), "{id}: {} of {} tokens", outcome.output, outcome.max_new);
            assert!(outcome.arrived <= outcome.queued + 1e-9 && outcome.ended <= at + 1e-9, "{id}");
            if let (Some(scheduled), Some(first)) = (outcome.scheduled, outcome.first_token) {
                assert!(outcome.queued <= scheduled + 1e-6 && scheduled <= first + 1e-9 && first <= outcome.ended + 1e-9, "{id}");
            }
        }
    }
}

#[test]
fn the_cache_never_holds_more_than_its_capacity() {
    for (id, run) in examples() {
        for (.., event) in &run.events {
            let Event::Step(step) = event else { continue };
            let g = &step.gauges;
            assert!(g.kv_used + g.kv_evictable <= g.kv_total, "{id}: {} used and {} cached of {}", g.kv_used, g.kv_evictable, g.kv_total);
            assert!((0.0..=1.0).contains(&g.kv_usage), "{id}");
            assert!(g.running <= run.setup.server.max_num_seqs, "{id}");
        }
    }
}

#[test]
fn all_memory_is_free_when_nobody_is_left() {
    for backend in Backend::ALL {
        let scenario = find("idle-after-work").unwrap();
        for version in scenario.versions(backend) {
            let run = scenario.run(version, 4, 0);
            let last =
                run.events.iter().rev().find_map(|(.., event)| if let Event::Idle(gauges) = event { Some(gauges) } else { None }).unwrap();
            assert_eq!((last.running, last.waiting, last.kv_used), (0, 0, 0), "{} {version}", backend.name());
        }
    }
}

/// L = λ·W for the whole server, over a span that is long against a request's stay. The queue must be empty at both
/// ends, so that no stay reaches out of the span by much.
#[test]
fn littles_law_holds() {
    for (id, backend, version) in
        [("healthy", Backend::Vllm, "0.33"), ("stalls", Backend::Sglang, "0.5.23"), ("healthy", Backend::Tgi, "3.3")]
    {
        let run = run(id, backend, version, 5);
        let (from, to) = (60.0, 300.0);
        let stays: Vec<f64> = run
            .events
            .iter()
            .filter(|(at, ..)| (from..to).contains(at))
            .filter_map(|(.., event)| if let Event::Finished { outcome, .. } = event { Some(outcome.ended - outcome.queued) } else { None })
            .collect();
        let through = stays.len() as f64 / (to - from);
        let mean_stay = stays.iter().sum::<f64>() / stays.len() as f64;
        let truth = run.truth(from, to);
        let busy = truth.busy_s / truth.seconds;
        let inside = (truth.running + truth.waiting) * busy;
        // Gauges are read at step ends, after the finished ones left: at most one step's finishers are missing.
        assert!((inside / (through * mean_stay) - 1.0).abs() < 0.08, "{id}: L {inside:.2}, λW {:.2}", through * mean_stay);
    }
}

#[test]
fn a_step_costs_what_the_model_says() {
    let run = run("healthy", Backend::Vllm, "0.33", 6);
    let cost = &run.setup.cost;
    for (.., event) in &run.events {
        let Event::Step(step) = event else { continue };
        let least =
            cost.fixed + cost.per_prefill_token * f64::from(step.prefill_tokens) + cost.per_sequence * f64::from(step.decode_sequences);
        assert!(step.forward_s >= least && step.seconds >= step.forward_s, "{step:?}");
        assert!(step.prefill_tokens + step.decode_sequences <= run.setup.server.token_budget, "{step:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    for backend in Backend::ALL {
        let page = |seed| {
            let scenario = find("seqs-cap").unwrap();
            scenario.run(scenario.versions(backend)[0], seed, 0).pages(&[100.0]).remove(0)
        };
        assert_eq!(page(7), page(7));
        assert_ne!(page(7), page(8));
    }
}

#[test]
fn counters_only_grow_between_scrapes_and_histograms_add_up() {
    for backend in Backend::ALL {
        let scenario = find("kv-short").unwrap();
        for version in scenario.versions(backend) {
            let mut setup = scenario.setup_for(version, 9, 0);
            setup.end_s = 100.0;
            setup.load().patience_s = Some(30.0);
            let pages: Vec<Text> = Run::new(setup, version).pages(&[50.0, 70.0, 71.0, 100.0]).iter().map(|page| read(page)).collect();
            pages.iter().for_each(|page| histograms_add_up(page, version));
            pages.windows(2).for_each(|pair| counters_grow(&pair[0], &pair[1], version));
        }
    }
}

fn histograms_add_up(page: &Text, version: Version) {
    for histogram in page.histograms() {
        let (name, buckets) = (&histogram.name, &histogram.buckets);
        assert!(buckets.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1), "{version} {name}");
        assert_eq!(buckets.last().unwrap(), &(f64::INFINITY, histogram.count), "{version} {name}");
        let least: f64 = buckets.windows(2).map(|w| if w[1].0.is_finite() { (w[1].1 - w[0].1) * w[0].0 } else { 0.0 }).sum();
        assert!(histogram.sum >= least * (1.0 - 1e-9), "{version} {name}: sum {} below {least}", histogram.sum);
    }
}

fn counters_grow(before: &Text, after: &Text, version: Version) {
    for sample in &before.samples {
        let kind = before.types.get(&before.family(&sample.name)).map(String::as_str);
        // A summary's quantiles are of a sliding window.
        if !matches!(kind, Some("counter" | "histogram")) {
            continue;
        }
        let later = after.samples.iter().find(|s| s.name == sample.name && s.labels == sample.labels);
        let later = later.unwrap_or_else(|| panic!("{version}: {} {:?} is gone", sample.name, sample.labels));
        assert!(
            later.value >= sample.value,
            "{version}: {} {:?} fell from {} to {}",
            sample.name,
            sample.labels,
            sample.value,
            later.value
        );
    }
}
