//! Runs of lines out of whole dumps: a part of a page is never healthy, is answered while a sample of a known server is in it, and names
//! the cause of the whole when the lines that prove it are there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::reading_support::files;
use crate::sim::{Mode, TRAINING_SEEDS, scenarios};
use crate::support::corpus;
use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::{Band, Footing, Report};
use servescope::request::RequestError;
use servescope::rule::Role;
use std::collections::BTreeMap;

fn report(text: &str) -> Result<Report, RequestError> {
    analyze(&[Input { name: "cut".to_owned(), at: None, hint: None, parsed: exposition::parse(text.as_bytes()) }], &Options::default())
}

/// What was counted over the cuts of many dumps.
#[derive(Debug, Default)]
struct Counts {
    cuts: u32,
    healthy: Vec<String>,
    refused: Vec<String>,
    proven: u32,
    same_cause: u32,
    other_cause: BTreeMap<String, u32>,
}

impl Counts {
    /// Cuts one dump: every run of some lengths at fixed places, the whole without its beginning or its end, and runs around what proves.
    fn cut(&mut self, name: &str, text: &str, rounds: usize, random: &mut u64) {
        let Ok(whole) = report(text) else { return };
        let sick = whole.health.band != Band::Healthy;
        let cause = whole.bottlenecks.first().filter(|first| first.role == Role::Cause);
        let proof = cause.map(|cause| {
            let lines = cause.evidence.iter().flat_map(|evidence| evidence.lines.iter());
            lines.fold((u32::MAX, 0), |(first, last), line| (first.min(line), last.max(line)))
        });
        let lines: Vec<&str> = text.lines().collect();
        let count = lines.len();
        let mut cuts: Vec<(usize, usize)> = Vec::new();
        for round in 0..rounds {
            // The lengths are spread over all magnitudes, from a line to the whole.
            let exponent = (round % 10) as f64 / 9.0;
            let length = ((count as f64).powf(exponent).round() as usize).clamp(1, count);
            cuts.push((next(random) % (count - length + 1), length));
            let edge = next(random) % count;
            cuts.push((edge, count - edge));
            cuts.push((0, edge + 1));
            if let Some((first, last)) = proof.filter(|(first, _)| *first != u32::MAX) {
                let start = next(random) % (first as usize).max(1);
                let end = last as usize + next(random) % (count - last as usize + 1);
                cuts.push((start, end - start));
            }
        }
        for (start, length) in cuts {
            let part = lines[start..start + length].join("\n") + "\n";
            self.cuts += 1;
            let found = match report(&part) {
                Ok(found) => found,
                Err(error) => {
                    if has_sample(&part) {
                        self.refused.push(format!("{name} from {start}, {length}: {}", error.id));
                    }
                    continue;
                }
            };
            if sick && length < count && (found.health.band == Band::Healthy || found.standing.footing == Footing::Healthy) {
                self.healthy.push(format!("{name} from {start}, {length} of {count}: {:?}", found.health.score));
            }
            let holds = |(first, last): (u32, u32)| start < first as usize && (last as usize) <= start + length;
            if let Some(cause) = cause.filter(|_| proof.is_some_and(holds)) {
                self.proven += 1;
                if found.bottlenecks.first().is_some_and(|first| first.id == cause.id) {
                    self.same_cause += 1;
                } else {
                    let first = found.bottlenecks.first().map_or("none", |first| first.id.as_str());
                    let why = found.rules.iter().find(|rule| rule.id == cause.id).map_or("", |rule| rule.sentence.as_str());
                    *self.other_cause.entry(format!("{} became {first} in {name}: {why}", cause.id)).or_default() += 1;
                }
            }
        }
    }
}

/// A sample under a server's own prefix.
fn has_sample(text: &str) -> bool {
    let own = ["vllm:", "sglang:", "sglang_", "tgi_", "vllm_"];
    text.lines().any(|line| own.iter().any(|prefix| line.starts_with(prefix)) && line.split(' ').count() > 1)
}

/// SplitMix64: the same cuts on every machine.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) as usize
}

/// SERVESCOPE_CUTS=100 cuts a hundred times as often.
fn times() -> usize {
    std::env::var("SERVESCOPE_CUTS").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

#[needs::corpus]
#[test]
fn no_cut_of_a_dump_is_healthier_than_the_dump() {
    let times = times();
    let mut counts = Counts::default();
    let mut random = 27;
    for path in files(&corpus().join("dumps"), ".prom") {
        let text = std::fs::read_to_string(&path).expect("a dump");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.contains("partial_ibm") || text.trim().is_empty() {
            continue;
        }
        counts.cut(&name, &text, 4 * times, &mut random);
    }
    counts.hold();
}

#[test]
fn no_cut_of_a_simulated_page_is_healthier_than_the_page() {
    let mut counts = Counts::default();
    let mut random = 28;
    // The seed, and with it the release, moves on from run to run, so that all of them take part.
    let mut seeds = TRAINING_SEEDS.cycle().skip(2);
    let all = scenarios().into_iter().filter(|scenario| scenario.decided_by <= Mode::Window);
    for (place, (scenario, backend)) in
        all.flat_map(|all| all.backends.iter().map(|one| (all.clone(), *one)).collect::<Vec<_>>()).enumerate()
    {
        let seed = seeds.next().expect("a cycle");
        // A part of the conditions at a time keeps the test short.
        if times() == 1 && place % 4 != 0 {
            continue;
        }
        let run = scenario.run(scenario.version(backend, seed), seed, 0);
        let (_, to) = scenario.window;
        let page = run.pages(&[to]).into_iter().next().expect("a page");
        counts.cut(&format!("{} {} {seed}", scenario.id, backend.name()), &page, 2 * times(), &mut random);
    }
    counts.hold();
}

impl Counts {
    fn hold(&self) {
        let counts = self;
        println!(
            "{} cuts; {} of {} with the proof in them name the same cause: {:#?}",
            counts.cuts, counts.same_cause, counts.proven, counts.other_cause
        );
        assert!(counts.healthy.is_empty(), "{} of {} healthy: {:#?}", counts.healthy.len(), counts.cuts, counts.healthy);
        assert!(counts.refused.is_empty(), "{} of {} refused: {:#?}", counts.refused.len(), counts.cuts, counts.refused);
        assert!(counts.same_cause * 100 >= counts.proven * 95, "{} of {}: {:#?}", counts.same_cause, counts.proven, counts.other_cause);
    }
}
