//! Recorded servers, every snapshot and every window between two of them, also before the load, while it comes, and after it: what is
//! claimed was so at that time. `cargo run --release --no-default-features --example accuracy -- --recorded` prints the table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::recordings;
use crate::support::corpus;
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

/// Every snapshot and every window of every recording.
fn every() -> &'static [Seen] {
    static ALL: OnceLock<Vec<Seen>> = OnceLock::new();
    ALL.get_or_init(|| {
        let corpus = corpus();
        let mut all = Vec::new();
        for recording in recordings::all(&corpus.join("series")) {
            let moments = recording.moments.len();
            all.extend((0..moments).flat_map(|from| (from..moments).map(move |to| (from, to))).filter_map(|(a, b)| seen(&recording, a, b)));
        }
        assert!(all.len() > 500, "{} judged", all.len());
        all
    })
}

#[needs::corpus]
#[test]
fn nothing_is_claimed_while_no_request_waits() {
    for seen in every().iter().filter(|seen| seen.phase == Phase::Calm) {
        let claims: Vec<_> = seen.claims().collect();
        assert!(claims.is_empty(), "{}: {claims:?}", seen.name);
        let critical = seen.report.bottlenecks.iter().any(|found| found.severity == Severity::Critical);
        assert!(!critical, "{}: {}", seen.name, seen.report.headline.text);
    }
}

#[needs::corpus]
#[test]
fn no_excluded_cause_is_claimed_and_no_other_as_probable() {
    for seen in every() {
        for (id, confidence) in seen.claims() {
            assert!(!seen.label.forbidden.contains(&id), "{}: {id} {confidence}", seen.name);
            let right = seen.label.primary.contains(&id) || seen.label.also.contains(&id);
            assert!(right || confidence < PROBABLE, "{}: {id} {confidence}", seen.name);
        }
    }
}

#[needs::corpus]
#[test]
fn the_cause_comes_first_in_every_window_in_which_requests_wait_throughout() {
    for seen in every().iter().filter(|seen| seen.phase == Phase::Waiting && seen.seconds >= LONG_SECONDS) {
        let first = seen.report.headline.rule.as_deref().unwrap_or("nothing");
        assert!(seen.label.primary.contains(&first), "{}: {first}, {}", seen.name, seen.report.headline.text);
    }
}
