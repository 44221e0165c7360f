//! Every recorded run with its label: the expected cause comes first, and nothing that the label excludes is claimed.

use std::path::Path;

use crate::support::corpus;
use crate::support::diagnosis::{claimed, diagnosis, first_cause, server};
use servescope::signal::{Observation, Snapshot, same_instance};

struct Run {
    folder: &'static str,
    /// Seconds of the loaded phase, from the manifest.
    loaded: (f64, f64),
    /// Rule that must come first; `None` when the run is healthy.
    cause: Option<&'static str>,
    forbidden: &'static [&'static str],
}

const MEMORY: &[&str] = &["kv-capacity-bound", "preemption-thrash", "over-reservation"];
const HEALTHY: &[&str] = &[
    "kv-capacity-bound",
    "preemption-thrash",
    "over-reservation",
    "sequence-limit",
    "token-budget-bound",
    "compute-saturated",
    "deferred-waiting",
    "queue-unexplained",
    "frontend-bound",
    "slow-prefill",
    "long-prompt-tail",
    "engine-stalled",
    "server-errors",
    "capacity-rejections",
    "client-disconnects",
    "ttft-target-missed",
    "itl-target-missed",
    "availability-target-missed",
    "no-prefix-reuse",
];

const RUNS: &[Run] = &[
    Run { folder: "vllm-0.32.0/b_light", loaded: (8.0, 83.0), cause: None, forbidden: HEALTHY },
    Run { folder: "vllm-0.32.0/c_queue_max_num_seqs", loaded: (8.0, 73.0), cause: Some("sequence-limit"), forbidden: MEMORY },
    Run {
        folder: "vllm-0.32.0/d_kv_exhaustion_preempt",
        loaded: (20.0, 83.0),
        cause: Some("kv-capacity-bound"),
        forbidden: &["sequence-limit"],
    },
    Run { folder: "vllm-0.32.0/f_prefix_effective", loaded: (8.0, 78.0), cause: None, forbidden: HEALTHY },
    Run { folder: "vllm-0.8.5-v0/c_queue_max_num_seqs", loaded: (8.0, 48.0), cause: Some("sequence-limit"), forbidden: MEMORY },
    Run { folder: "sglang-0.5.23/b_light", loaded: (8.0, 68.0), cause: None, forbidden: HEALTHY },
    Run { folder: "sglang-0.5.23/c_queue_max_running", loaded: (8.0, 63.0), cause: Some("sequence-limit"), forbidden: MEMORY },
    Run { folder: "sglang-0.5.23/f_cache_effective", loaded: (8.0, 58.0), cause: None, forbidden: HEALTHY },
    Run { folder: "tgi-harness/healthy", loaded: (30.0, 70.0), cause: None, forbidden: HEALTHY },
    Run {
        folder: "tgi-harness/queue",
        loaded: (30.0, 70.0),
        cause: Some("kv-capacity-bound"),
        forbidden: &["sequence-limit", "over-reservation"],
    },
];

/// Snapshots of a recording between two times, with their times.
fn snapshots_of(folder: &str, range: (f64, f64)) -> Vec<(f64, Snapshot)> {
    between(&corpus().join("series").join(folder), range)
}

fn between(folder: &Path, (from, to): (f64, f64)) -> Vec<(f64, Snapshot)> {
    let manifest: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("manifest.json")).expect("a manifest")).expect("JSON");
    let base = manifest["t0_unix"].as_f64().unwrap_or(0.0);
    let mut found: Vec<(f64, Snapshot)> = std::fs::read_dir(folder)
        .expect("a recording")
        .filter_map(|entry| {
            let path = entry.expect("an entry").path();
            let seconds: f64 = path.file_name()?.to_str()?.strip_prefix('t')?.strip_suffix(".prom")?.parse().ok()?;
            let text = std::fs::read_to_string(&path).expect("a text");
            (seconds >= from && seconds <= to).then(|| server(&text, Some(base + seconds)).map(|snapshot| (seconds, snapshot)))?
        })
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}

#[track_caller]
fn judge(run: &Run, window: (f64, f64), seen: &Observation) {
    let found = diagnosis(seen);
    let name = format!("{} {}–{} s: {}", run.folder, window.0, window.1, found.headline.text);
    assert_eq!(first_cause(&found), run.cause, "{name}\n{:#?}", found.findings);
    let wrong: Vec<&str> = claimed(&found).into_iter().filter(|id| run.forbidden.contains(id)).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:?}");
}

#[test]
fn the_ends_of_each_recording_under_load_name_its_cause() {
    for run in RUNS {
        let taken = between(&Path::new("tests/recordings").join(run.folder), (run.loaded.0, f64::INFINITY));
        let [first, .., last] = taken.as_slice() else { panic!("{} has {} moments under load", run.folder, taken.len()) };
        assert_eq!(same_instance(&first.1, &last.1), Ok(()), "{}", run.folder);
        judge(run, (first.0, last.0), &Observation::window(first.1.clone(), last.1.clone()));
    }
}

#[needs::corpus]
#[test]
fn the_window_over_the_loaded_phase_names_the_cause_of_each_run() {
    for run in RUNS {
        let taken = snapshots_of(run.folder, run.loaded);
        let (Some(first), Some(last)) = (taken.first(), taken.last()) else { continue };
        assert_eq!(same_instance(&first.1, &last.1), Ok(()), "{}", run.folder);
        judge(run, (first.0, last.0), &Observation::window(first.1.clone(), last.1.clone()));
    }
}

#[needs::corpus]
#[test]
fn so_does_every_window_of_twenty_seconds_or_more_inside_it() {
    for run in RUNS {
        let taken = snapshots_of(run.folder, run.loaded);
        for (index, first) in taken.iter().enumerate() {
            for last in taken.iter().skip(index + 1).filter(|last| last.0 - first.0 >= 20.0) {
                judge(run, (first.0, last.0), &Observation::window(first.1.clone(), last.1.clone()));
            }
        }
    }
}

#[needs::corpus]
#[test]
fn a_single_snapshot_of_a_healthy_run_claims_nothing() {
    for run in RUNS.iter().filter(|run| run.cause.is_none()) {
        for (seconds, snapshot) in snapshots_of(run.folder, run.loaded) {
            judge(run, (seconds, seconds), &Observation::snapshot(snapshot));
        }
    }
}

#[needs::corpus]
#[test]
fn a_single_snapshot_of_a_loaded_run_claims_nothing_wrong() {
    for run in RUNS.iter().filter(|run| run.cause.is_some()) {
        for (seconds, snapshot) in snapshots_of(run.folder, run.loaded) {
            let found = diagnosis(&Observation::snapshot(snapshot));
            let wrong: Vec<&str> = claimed(&found).into_iter().filter(|id| run.forbidden.contains(id)).collect();
            assert!(wrong.is_empty(), "{} at {seconds} s: {wrong:?}, {}", run.folder, found.headline.text);
        }
    }
}

#[needs::corpus]
#[test]
fn a_ramp_into_its_slots_is_named_once_requests_wait() {
    let ramp = |window| Run { folder: "vllm-0.32.0/i_ramp", loaded: window, cause: Some("sequence-limit"), forbidden: MEMORY };
    let taken = snapshots_of("vllm-0.32.0/i_ramp", (10.0, 113.0));
    let Some((end, last)) = taken.last() else { return };
    // From any moment of the ramp to its end, where 12 requests wait for eight slots.
    for (begin, first) in taken.iter().filter(|(begin, _)| end - begin >= 20.0) {
        judge(&ramp((*begin, *end)), (*begin, *end), &Observation::window(first.clone(), last.clone()));
    }
    // While the arrival rate is below what eight slots serve, nothing is claimed.
    let calm: Vec<&(f64, Snapshot)> = taken.iter().filter(|(seconds, _)| *seconds <= 75.0).collect();
    let (first, last) = (calm[0], calm[calm.len() - 1]);
    let healthy = Run { folder: "vllm-0.32.0/i_ramp", loaded: (10.0, 75.0), cause: None, forbidden: HEALTHY };
    judge(&healthy, (first.0, last.0), &Observation::window(first.1.clone(), last.1.clone()));
}
