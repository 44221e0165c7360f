//! Adapters of a server: which were seen together in its batch, and how many took part since when.

use super::{Observation, Source};
use crate::sorted::{sort, sort_by};

/// Adapters that were reported together, with the server's own stamp of the report.
#[derive(Debug, Clone, PartialEq)]
pub struct AdapterSet {
    pub running: Vec<String>,
    /// Some releases repeat the running ones here.
    pub waiting: Vec<String>,
    /// Unix seconds of the last report; of several API servers the sum of theirs. It changes with each report.
    pub stamp: f64,
    pub source: Source,
}

impl AdapterSet {
    fn names(&self) -> (&[String], &[String]) {
        (&self.running, &self.waiting)
    }
}

/// What the reports of an observation add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Adapters {
    /// Different adapters in the reports of the window, of all reports in a snapshot.
    pub seen: usize,
    /// Different adapters since the start.
    pub ever: usize,
    /// Most of them in one report of the window.
    pub together: usize,
    /// Named as waiting in the newest report and not as running; `None` where the release repeats the running ones.
    pub waiting: Option<usize>,
    pub source: Source,
}

impl Observation {
    /// `None` where no adapters are served, or nothing says which.
    #[must_use]
    pub fn adapters(&self) -> Option<Adapters> {
        let all = &self.last.adapters;
        let newest = all.iter().max_by(|a, b| a.stamp.total_cmp(&b.stamp))?;
        let mut before: Vec<&AdapterSet> =
            self.first.iter().filter(|_| !self.restarted()).flat_map(|first| first.adapters.iter()).collect();
        sort_by(&mut before, |a, b| a.names().cmp(&b.names()));
        let reported = |set: &&AdapterSet| {
            let known = before.binary_search_by(|known| known.names().cmp(&set.names()));
            known.ok().and_then(|place| before.get(place)).is_none_or(|earlier| earlier.stamp != set.stamp)
        };
        let mut now: Vec<&AdapterSet> = all.iter().filter(reported).collect();
        if now.is_empty() {
            now.push(newest);
        }
        let repeats = all.iter().all(|set| set.waiting == set.running);
        let wanted = newest.waiting.iter().filter(|adapter| !newest.running.contains(adapter)).count();
        let ever: Vec<&AdapterSet> = all.iter().collect();
        Some(Adapters {
            seen: different(&now),
            ever: different(&ever),
            together: now.iter().map(|set| set.running.len()).max().unwrap_or(0),
            waiting: (!repeats).then_some(wanted),
            source: newest.source.clone(),
        })
    }
}

fn different(sets: &[&AdapterSet]) -> usize {
    let mut names: Vec<&str> = sets.iter().flat_map(|set| set.running.iter().chain(&set.waiting)).map(String::as_str).collect();
    sort(&mut names);
    names.dedup();
    names.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::BackendId;
    use crate::signal::testing::{Build, source, window};

    fn server(sets: &[(&str, f64)]) -> Build {
        let names = |list: &str| list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let mut build = Build::new(BackendId::Vllm);
        build.0.adapters = sets
            .iter()
            .map(|(running, stamp)| AdapterSet {
                running: names(running),
                waiting: names(running),
                stamp: *stamp,
                source: source("adapters"),
            })
            .collect();
        build
    }

    #[test]
    fn adapters_that_took_turns_in_a_window_are_counted_by_the_reports_that_changed() {
        let first = server(&[("", 10.0), ("a", 9.0), ("b", 4.0), ("d,e", 1.0)]);
        let last = server(&[("", 70.0), ("a", 69.0), ("b", 50.0), ("c", 66.0), ("d,e", 1.0)]);
        let found = window(first, last).adapters().expect("adapters");
        assert_eq!((found.seen, found.ever, found.together, found.waiting), (3, 5, 1, None));
    }

    #[test]
    fn a_release_that_names_others_as_waiting_is_believed() {
        let mut last = server(&[("a", 9.0)]);
        last.0.adapters[0].waiting = vec!["b".to_owned(), "c".to_owned()];
        assert_eq!(Observation::snapshot(last.0).adapters().and_then(|found| found.waiting), Some(2));
        assert_eq!(Observation::snapshot(server(&[]).0).adapters(), None);
    }
}
