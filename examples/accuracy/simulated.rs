//! Runs the labelled conditions and asks for a diagnosis, from one snapshot and from two.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use servescope::analyze::{Input, Profile};
use servescope::rule::Severity;

use super::Choice;
use super::answer::{Answer, Truth, inputs, report};
use super::sim::{Backend, Mode, Run, Scenario, Version, field, scenarios};

pub struct Case {
    pub scenario: &'static str,
    pub backend: Backend,
    pub version: Version,
    pub seed: u64,
    pub decided_by: Mode,
    pub truth: Truth,
    /// Nothing is wrong with the server.
    pub calm: bool,
    pub snapshot: Answer,
    pub window: Answer,
    /// Findings and criticals of the classic profile over the same window, when the build has that profile.
    pub classic: Option<(usize, usize)>,
    /// The run was in the labelled condition.
    pub holds: bool,
}

pub fn run(choice: &Choice, seeds: Range<u64>) -> Vec<Case> {
    let mut jobs: Vec<(Scenario, Backend, u64)> = Vec::new();
    for mut scenario in if choice.field { field() } else { scenarios() } {
        let (from, to) = scenario.window;
        scenario.window.0 = choice.lasting.map_or(from, |seconds| from.max(to - seconds));
        if scenario.decided_by == Mode::Fleet || choice.scenario.as_deref().is_some_and(|id| id != scenario.id) {
            continue;
        }
        for backend in scenario.backends.iter().filter(|b| choice.backend.is_none_or(|only| only == **b)) {
            jobs.extend(seeds.clone().map(|seed| (scenario.clone(), *backend, seed)));
        }
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Case)>> = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((scenario, backend, seed)) = jobs.get(index) else { break };
                    let case = judge(scenario, *backend, *seed);
                    done.lock().unwrap().push((index, case));
                }
            });
        }
    });
    let mut cases = done.into_inner().unwrap();
    cases.sort_by_key(|(index, _)| *index);
    cases.into_iter().map(|(_, case)| case).collect()
}

fn judge(scenario: &Scenario, backend: Backend, seed: u64) -> Case {
    let version = scenario.version(backend, seed);
    let run = scenario.run(version, seed, 0);
    let (from, to) = scenario.window;
    let pages = run.pages(&[from, to]);
    let both = inputs(&[(Run::unix(from), &pages[0]), (Run::unix(to), &pages[1])]);
    let answer = |inputs: &[Input]| match report(inputs, Profile::Default) {
        Ok(report) => Answer::of(&report),
        Err(error) => Answer { headline: error, ..Answer::default() },
    };
    let classic = report(&both, Profile::Classic).ok().filter(|r| r.profile == "classic").map(|r| {
        let criticals = r.bottlenecks.iter().filter(|b| b.severity == Severity::Critical).count();
        (r.bottlenecks.len(), criticals)
    });
    Case {
        scenario: scenario.id,
        backend,
        version,
        seed,
        decided_by: scenario.decided_by,
        calm: scenario.forbidden.contains(&"*"),
        truth: Truth {
            primary: scenario.primary.to_vec(),
            also: scenario.also.to_vec(),
            forbidden: scenario.forbidden.to_vec(),
            may_be_silent: scenario.may_be_silent,
        },
        snapshot: answer(&both[1..]),
        window: answer(&both),
        classic,
        holds: (scenario.holds)(&run.truth(from, to), &run.setup),
    }
}
