//! Recorded servers as older releases and other collectors would have shown them: what is left out silences, and changes no cause into
//! another; what is renamed or added changes nothing. `cargo run --release --no-default-features --example accuracy -- --recorded` prints
//! the table of all windows.

use std::path::Path;

use crate::edits::{EDITS, Edit};
use crate::recordings;
use crate::recordings::{Phase, Recording};
use crate::support::corpus;
use servescope::analyze::{Input, Options, analyze};
use servescope::report::Report;
use servescope::rule::{Role, Severity};

/// Every so many moments, which is enough for windows of all lengths and phases.
const STRIDE: usize = 4;

/// Reports of snapshots and windows with their phase, by what they are called.
fn reports(recording: &Recording, stride: usize) -> Vec<(String, Phase, Report)> {
    let moments: Vec<usize> = (0..recording.moments.len()).step_by(stride).collect();
    let input = |index: usize| {
        let moment = &recording.moments[index];
        Input { name: format!("{index}.prom"), at: Some(moment.unix), hint: None, parsed: moment.parsed.clone() }
    };
    let mut reports = Vec::new();
    for from in &moments {
        for to in moments.iter().filter(|to| *to >= from) {
            let inputs: Vec<Input> = if from == to { vec![input(*to)] } else { vec![input(*from), input(*to)] };
            let Ok(report) = analyze(&inputs, &Options::default()) else { continue };
            let seconds = |index: &usize| recording.moments[*index].seconds;
            reports.push((format!("{} {:.0}–{:.0} s", recording.name, seconds(from), seconds(to)), recording.phase(*from, *to), report));
        }
    }
    reports
}

fn claims(report: &Report) -> Vec<&str> {
    report.bottlenecks.iter().filter(|found| matches!(found.role, Role::Cause | Role::Risk)).map(|found| found.id.as_str()).collect()
}

fn of(takes_away: bool) -> impl Iterator<Item = &'static Edit> {
    EDITS.iter().filter(move |edit| edit.takes_away() == takes_away)
}

#[test]
fn what_is_left_out_of_the_own_recordings_turns_no_cause_into_another() {
    leaving_out_changes_no_cause(Path::new("tests/recordings"), 1);
}

#[needs::corpus]
#[test]
fn what_is_left_out_turns_no_cause_into_another() {
    leaving_out_changes_no_cause(&corpus().join("series"), STRIDE);
}

fn leaving_out_changes_no_cause(series: &Path, stride: usize) {
    for recording in recordings::all(series) {
        for edit in of(true) {
            for (name, phase, report) in reports(&recording.edited(edit.apply), stride) {
                let label = recording.label;
                for id in claims(&report) {
                    let right = phase != Phase::Calm && (label.primary.contains(&id) || label.also.contains(&id));
                    assert!(right, "{}, {name}: {id}; {}", edit.name, report.headline.text);
                }
                let critical = report.bottlenecks.iter().any(|found| found.severity == Severity::Critical);
                assert!(phase != Phase::Calm || !critical, "{}, {name}: {}", edit.name, report.headline.text);
            }
        }
    }
}

#[test]
fn other_names_and_further_labels_change_no_cause_of_the_own_recordings() {
    renaming_changes_no_cause(Path::new("tests/recordings"), 1);
}

#[needs::corpus]
#[test]
fn other_names_and_further_labels_change_no_cause() {
    renaming_changes_no_cause(&corpus().join("series"), STRIDE);
}

fn renaming_changes_no_cause(series: &Path, stride: usize) {
    for recording in recordings::all(series) {
        let recorded = reports(&recording, stride);
        assert!(!recorded.is_empty(), "{}", recording.name);
        for edit in of(false) {
            for ((name, _, before), (_, _, after)) in recorded.iter().zip(reports(&recording.edited(edit.apply), stride)) {
                assert_eq!(claims(before), claims(&after), "{}, {name}: {}", edit.name, after.headline.text);
            }
        }
    }
}
