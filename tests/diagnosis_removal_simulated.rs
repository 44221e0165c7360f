//! A family that is missing may silence a rule, but never makes it say that all is well: on every labelled condition.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/removal.rs"]
mod removal;
#[path = "sim/mod.rs"]
mod sim;
#[path = "support/diagnosis.rs"]
mod support;

use removal::{Texts, healthy_by_removal};
use sim::{Backend, Mode, Run, Scenario, TRAINING_SEEDS, scenarios};

/// Two seeds of each condition; their releases move on from condition to condition, so that all of them take part.
const SEEDS_EACH: usize = 2;

#[test]
fn no_rule_of_any_condition_turns_from_fired_to_clear_when_a_family_is_missing() {
    let mut jobs = Vec::new();
    let mut seeds = TRAINING_SEEDS.cycle();
    for scenario in scenarios().into_iter().filter(|scenario| scenario.decided_by <= Mode::Window) {
        for backend in scenario.backends {
            jobs.extend(seeds.by_ref().take(SEEDS_EACH).map(|seed| (scenario.clone(), *backend, seed)));
        }
    }
    let half = jobs.len() / 2;
    let (first, second) = jobs.split_at(half);
    let healthy = std::thread::scope(|scope| {
        let other = scope.spawn(|| said(first));
        let mut healthy = said(second);
        healthy.extend(other.join().expect("a result"));
        healthy
    });
    assert!(healthy.is_empty(), "{}", healthy.join("\n"));
}

fn said(jobs: &[(Scenario, Backend, u64)]) -> Vec<String> {
    let mut healthy = Vec::new();
    for (scenario, backend, seed) in jobs {
        let version = scenario.version(*backend, *seed);
        let (from, to) = scenario.window;
        let pages = scenario.run(version, *seed, 0).pages(&[from, to]);
        let texts: Texts = pages.into_iter().zip([from, to]).map(|(page, at)| (page, Run::unix(at))).collect();
        healthy.extend(healthy_by_removal(&format!("{} {} {version} seed {seed}", scenario.id, backend.name()), &texts));
    }
    healthy
}
