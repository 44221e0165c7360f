//! Recorded servers, every snapshot and every window between two of them, also before the load, while it comes, and after it: what is
//! claimed was so at that time. `cargo run --release --no-default-features --example accuracy -- --recorded` prints the table.

use crate::recordings;
use crate::support::corpus;
use std::path::Path;
use std::sync::OnceLock;

use crate::recordings::{Label, Phase, Recording};
use servescope::analyze::{Input, Options, analyze};
use servescope::report::Report;
use servescope::rule::{Role, Severity};

/// A window that is shorter than this may hold no event of the cause.
const LONG_SECONDS: f64 = 9.0;
/// From here on a claim is "probable".
const PROBABLE: f64 = 0.50;

struct Seen {
    name: String,
    label: &'static Label,
    seconds: f64,
    phase: Phase,
    report: Report,
}

impl Seen {
    /// Causes and risks with their confidence.
    fn claims(&self) -> impl Iterator<Item = (&str, f64)> {
        let claimed = self.report.bottlenecks.iter().filter(|found| matches!(found.role, Role::Cause | Role::Risk));
        claimed.map(|found| (found.id.as_str(), found.confidence.value))
    }
}

/// `None` when the server has not been asked yet and exports nothing.
fn seen(recording: &Recording, from: usize, to: usize) -> Option<Seen> {
    let ends = if from == to { vec![to] } else { vec![from, to] };
    let moment = |index: usize| &recording.moments[index];
    let inputs: Vec<Input> = ends
        .iter()
        .map(|index| Input {
            name: format!("{index}.prom"),
            at: Some(moment(*index).unix),
            hint: None,
            parsed: moment(*index).parsed.clone(),
        })
        .collect();
    let (first, last) = (moment(from).seconds, moment(to).seconds);
    Some(Seen {
        name: format!("{} {first:.0}–{last:.0} s", recording.name),
        label: recording.label,
        seconds: last - first,
        phase: recording.phase(from, to),
        report: analyze(&inputs, &Options::default()).ok()?,
    })
}

/// Every snapshot and every window of every recording below a folder of servers.
fn windows(series: &Path) -> Vec<Seen> {
    let mut all = Vec::new();
    for recording in recordings::all(series) {
        let moments = recording.moments.len();
        all.extend((0..moments).flat_map(|from| (from..moments).map(move |to| (from, to))).filter_map(|(a, b)| seen(&recording, a, b)));
    }
    all
}

/// Those of the few moments that the project keeps.
fn own() -> &'static [Seen] {
    static OWN: OnceLock<Vec<Seen>> = OnceLock::new();
    OWN.get_or_init(|| {
        let all = windows(Path::new("tests/recordings"));
        assert!(all.len() > 30, "{} judged", all.len());
        all
    })
}

/// Those of the whole recordings.
fn every() -> &'static [Seen] {
    static ALL: OnceLock<Vec<Seen>> = OnceLock::new();
    ALL.get_or_init(|| {
        let all = windows(&corpus().join("series"));
        assert!(all.len() > 500, "{} judged", all.len());
        all
    })
}

#[test]
fn nothing_is_claimed_in_the_own_recordings_while_no_request_waits() {
    nothing_is_claimed_in_calm(own());
}

#[needs::corpus]
#[test]
fn nothing_is_claimed_while_no_request_waits() {
    nothing_is_claimed_in_calm(every());
}

fn nothing_is_claimed_in_calm(all: &[Seen]) {
    assert!(all.iter().any(|seen| seen.phase == Phase::Calm));
    for seen in all.iter().filter(|seen| seen.phase == Phase::Calm) {
        let claims: Vec<_> = seen.claims().collect();
        assert!(claims.is_empty(), "{}: {claims:?}", seen.name);
        let critical = seen.report.bottlenecks.iter().any(|found| found.severity == Severity::Critical);
        assert!(!critical, "{}: {}", seen.name, seen.report.headline.text);
    }
}

#[test]
fn no_excluded_cause_is_claimed_in_the_own_recordings_and_no_other_as_probable() {
    no_wrong_cause_is_claimed(own());
}

#[needs::corpus]
#[test]
fn no_excluded_cause_is_claimed_and_no_other_as_probable() {
    no_wrong_cause_is_claimed(every());
}

fn no_wrong_cause_is_claimed(all: &[Seen]) {
    for seen in all {
        for (id, confidence) in seen.claims() {
            assert!(!seen.label.forbidden.contains(&id), "{}: {id} {confidence}", seen.name);
            let right = seen.label.primary.contains(&id) || seen.label.also.contains(&id);
            assert!(right || confidence < PROBABLE, "{}: {id} {confidence}", seen.name);
        }
    }
}

#[test]
fn the_cause_comes_first_in_the_own_recordings_while_requests_wait_throughout() {
    the_cause_comes_first(own());
}

#[needs::corpus]
#[test]
fn the_cause_comes_first_in_every_window_in_which_requests_wait_throughout() {
    the_cause_comes_first(every());
}

fn the_cause_comes_first(all: &[Seen]) {
    let mut judged = 0;
    for seen in all.iter().filter(|seen| seen.phase == Phase::Waiting && seen.seconds >= LONG_SECONDS) {
        let first = seen.report.headline.rule.as_deref().unwrap_or("nothing");
        assert!(seen.label.primary.contains(&first), "{}: {first}, {}", seen.name, seen.report.headline.text);
        judged += 1;
    }
    assert!(judged >= 4, "{judged} windows in which requests wait");
}
