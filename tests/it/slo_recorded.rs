//! What clients of recorded servers measured lies inside the bounds, and no verdict contradicts it.
//!
//! Recordings are folders of dumps `tNNN.prom` with `client_summary.json` beside them, in `tests/recordings` and
//! in the corpus. Gaps between tokens are left out: what arrives in one network read is one gap less to the client.

use std::path::{Path, PathBuf};

use crate::support::corpus;
use serde_json::Value;
use servescope::backend::{self, Detection};
use servescope::exposition;
use servescope::signal::{Observation, Snapshot};
use servescope::slo::{SloStatus, Target, Verdict, evaluate};

/// Our path, and the name in the client's summary.
const LATENCIES: [(&str, &str); 3] = [("ttft", "ttft_s"), ("tpot", "tpot_s_ok"), ("e2e", "e2e_s_ok")];
const PERCENTILES: [&str; 2] = ["p50", "p95"];

#[test]
fn what_clients_of_the_own_recordings_measured_lies_in_the_interval() {
    measured_lies_in_the_interval(&own(), 8);
}

#[needs::corpus]
#[test]
fn what_clients_measured_lies_in_the_interval() {
    measured_lies_in_the_interval(&recordings(), 40);
}

fn measured_lies_in_the_interval(recordings: &[Recording], at_least: usize) {
    let mut compared = 0;
    for recording in recordings {
        for (path, truth) in recording.truths() {
            let status = recording.judge(&path, truth);
            // Older releases export no average per request.
            let Some((low, high)) = status.interval else { continue };
            assert!(low <= truth && truth <= high, "{}: {path} was {truth} s, we say {low}–{high} s", recording.name);
            compared += 1;
        }
    }
    assert!(compared >= at_least, "{compared} comparisons");
}

#[test]
fn no_verdict_contradicts_the_clients_of_the_own_recordings() {
    verdicts_do_not_contradict(&own());
}

#[needs::corpus]
#[test]
fn no_verdict_contradicts_the_clients() {
    verdicts_do_not_contradict(&recordings());
}

fn verdicts_do_not_contradict(recordings: &[Recording]) {
    for recording in recordings {
        for (path, truth) in recording.truths() {
            // A tenth is left for what client and server measure differently.
            for factor in [0.05, 0.2, 0.5, 0.9] {
                assert_ne!(recording.judge(&path, truth * factor).verdict, Verdict::Pass, "{}: {path} at {factor}", recording.name);
            }
            for factor in [1.1, 2.0, 5.0, 20.0] {
                assert_ne!(recording.judge(&path, truth * factor).verdict, Verdict::Fail, "{}: {path} at {factor}", recording.name);
            }
        }
    }
}

struct Recording {
    name: String,
    seen: Observation,
    client: Value,
}

impl Recording {
    /// `None` for a run with a `label.json`: its clients have percentiles by phase, and measured some 20 ms of their own.
    fn read(folder: &Path) -> Option<Recording> {
        if folder.join("label.json").exists() {
            return None;
        }
        let client = std::fs::read_to_string(folder.join("client_summary.json")).ok()?;
        let mut dumps: Vec<PathBuf> = files(folder).into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "prom")).collect();
        dumps.sort();
        let seen = Observation::window(snapshot(dumps.first()?)?, snapshot(dumps.last()?)?);
        Some(Recording { name: folder.display().to_string(), seen, client: serde_json::from_str(&client).expect("valid JSON") })
    }

    /// Percentiles over the whole recording as the client measured them, in seconds.
    fn truths(&self) -> Vec<(String, f64)> {
        let overall = self.client.get("overall").unwrap_or(&self.client);
        LATENCIES
            .iter()
            .flat_map(|(path, name)| PERCENTILES.iter().map(move |percentile| (path, name, percentile)))
            .filter_map(|(path, name, percentile)| Some((format!("{path}.{percentile}"), overall[name][percentile].as_f64()?)))
            .collect()
    }

    fn judge(&self, path: &str, threshold: f64) -> SloStatus {
        evaluate(&self.seen, &[Target::new(None, path, "<=", threshold, None).expect("a valid target")]).remove(0)
    }
}

fn recordings() -> Vec<Recording> {
    below(&corpus().join("series"))
}

fn own() -> Vec<Recording> {
    below(Path::new("tests/recordings"))
}

fn below(series: &Path) -> Vec<Recording> {
    files(series).iter().flat_map(|server| files(server)).filter_map(|folder| Recording::read(&folder)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect()).unwrap_or_default()
}

fn snapshot(path: &Path) -> Option<Snapshot> {
    let parsed = exposition::parse(&std::fs::read(path).ok()?);
    let scrape = parsed.scrapes.first()?;
    let Detection::Supported { backend, .. } = backend::detect(scrape) else { return None };
    backend::read(scrape, backend).into_iter().next()
}
