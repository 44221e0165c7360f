//! Stalls of simulated servers, whatever dumps of them were kept: bars of the timeline on every backend and release.

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::report::Timeline;

use crate::sim::{Backend, Run, Setup, Version, find, versions};

/// Seconds between two dumps.
const STEP: f64 = 5.0;
const FROM: f64 = 130.0;

/// Dumps from 100 s to 230 s of a server at a moderate load that stands still from 130 s on for so many seconds; not at all for 0.
fn dumps(version: Version, seed: u64, length: f64) -> (Vec<f64>, Vec<Input>) {
    let mut setup: Setup = find("stall-dead").expect("the condition").setup_for(version, seed, 0);
    setup.server.freeze = (length > 0.0).then_some((FROM, length));
    let times: Vec<f64> = (0..=26).map(|index| 100.0 + STEP * f64::from(index)).collect();
    let pages = Run::new(setup, version).pages(&times);
    let input = |(at, page): (&f64, String)| Input {
        name: format!("{at}.prom"),
        at: Some(Run::unix(*at)),
        hint: None,
        parsed: exposition::parse(page.as_bytes()),
    };
    (times.clone(), times.iter().zip(pages).map(input).collect())
}

fn timeline(inputs: &[&Input]) -> Timeline {
    let inputs: Vec<Input> = inputs.iter().map(|input| (*input).clone()).collect();
    analyze(&inputs, &Options::default()).expect("a report").timeline.expect("a timeline")
}

/// Every `step`-th dump from the first and from the last offset.
fn subsets<'i>(times: &'i [f64], inputs: &'i [Input]) -> Vec<(Vec<f64>, Vec<&'i Input>)> {
    let mut subsets = Vec::new();
    for step in [1, 3, 5] {
        for offset in [0, step - 1] {
            let take = |index: &usize| index % step == offset;
            let kept: Vec<usize> = (0..inputs.len()).filter(take).collect();
            subsets.push((kept.iter().map(|index| times[*index]).collect(), kept.iter().map(|index| &inputs[*index]).collect()));
        }
    }
    subsets
}

#[test]
fn every_choice_of_dumps_with_two_inside_a_stall_says_when_it_was_and_none_without_says_so() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for backend in Backend::ALL {
        for (seed, version) in versions(backend).into_iter().enumerate().step_by(2) {
            for length in [0.0, 12.0, 35.0, 60.0] {
                let (times, inputs) = dumps(version, 40 + seed as u64, length);
                for (at, chosen) in subsets(&times, &inputs) {
                    let inside: Vec<f64> = at.iter().copied().filter(|at| *at > FROM && *at < FROM + length).collect();
                    let found = timeline(&chosen);
                    let stalls: Vec<_> = found.phases.iter().filter(|phase| phase.verdict == "stalled").collect();
                    tried += 1;
                    let as_it_was = if inside.len() < 2 {
                        length > 0.0 || stalls.is_empty()
                    } else {
                        // Onset and end lie within one dump of the subset.
                        let before = at.iter().copied().filter(|at| *at <= FROM).fold(f64::NAN, f64::max);
                        let after = at.iter().copied().filter(|at| *at >= FROM + length).fold(f64::NAN, f64::min);
                        let [stall] = stalls.as_slice() else {
                            wrong.push(format!("{backend:?} {version:?} {length} s of {at:?}: {:?}", phases(&found)));
                            continue;
                        };
                        let (from, to) = (stall.from.expect("a time") - Run::unix(0.0), stall.to.expect("a time") - Run::unix(0.0));
                        before - 0.5 <= from && from <= inside[0] + 0.5 && inside[inside.len() - 1] - 0.5 <= to && to <= after + 0.5
                    };
                    if !as_it_was {
                        wrong.push(format!("{backend:?} {version:?} {length} s of {at:?}: {:?}", phases(&found)));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn phases(timeline: &Timeline) -> Vec<(String, f64, f64)> {
    let second = |at: Option<f64>| at.map_or(f64::NAN, |at| at - Run::unix(0.0));
    timeline.phases.iter().map(|phase| (phase.verdict.clone(), second(phase.from), second(phase.to))).collect()
}
