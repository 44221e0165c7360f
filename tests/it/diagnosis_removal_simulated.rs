//! A family that is missing may silence a rule, but never makes it say that all is well: on every labelled condition.

use crate::sim::{Backend, Mode, Run, Scenario, TRAINING_SEEDS, find, scenarios};
use crate::support::removal::{Texts, healthy_by_removal};

/// Runs that once broke the property, beside one of each condition.
const BROKEN_ONCE: &[(&str, Backend, u64)] = &[("compute-over", Backend::Sglang, 1), ("disconnect", Backend::Tgi, 1)];

#[test]
fn no_rule_of_any_condition_turns_from_fired_to_clear_when_a_family_is_missing() {
    let mut jobs: Vec<(Scenario, Backend, u64)> =
        BROKEN_ONCE.iter().map(|(id, backend, seed)| (find(id).expect("a condition"), *backend, *seed)).collect();
    // The seed, and with it the release, moves on from run to run, so that all of them take part.
    let mut seeds = TRAINING_SEEDS.cycle().skip(1);
    for scenario in scenarios().into_iter().filter(|scenario| scenario.decided_by <= Mode::Window) {
        for backend in scenario.backends {
            jobs.push((scenario.clone(), *backend, seeds.next().expect("a cycle")));
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
