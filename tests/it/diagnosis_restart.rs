//! A restart between two dumps is told as one, on every simulated release.

use crate::sim::{Backend, Run, find};
use crate::support::diagnosis::{claimed, diagnosis, server};
use servescope::rule::RuleVerdict;
use servescope::signal::{Observation, same_instance};

#[test]
fn every_release_that_restarts_in_the_window_is_seen_to_restart_and_blamed_for_nothing_else() {
    let scenario = find("restart").expect("a condition");
    for backend in Backend::ALL {
        for (seed, version) in scenario.versions(backend).into_iter().enumerate() {
            let (from, to) = scenario.window;
            let pages = scenario.run(version, seed as u64, 0).pages(&[from, to]);
            let first = server(&pages[0], Some(Run::unix(from))).expect("a server");
            let last = server(&pages[1], Some(Run::unix(to))).expect("a server");
            let name = format!("{} {version}", backend.name());
            assert_eq!(same_instance(&first, &last), Ok(()), "{name}");
            let found = diagnosis(&Observation::window(first, last));
            let reset = found.statuses.iter().find(|status| status.rule.id == "counter-reset").expect("a rule");
            assert_eq!(reset.verdict, RuleVerdict::Fired, "{name}: {}", reset.sentence);
            assert_eq!(claimed(&found), Vec::<&str>::new(), "{name}: {}", found.headline.text);
        }
    }
}
