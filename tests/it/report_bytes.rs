//! The report crosses from the analysis to the page as bytes that do not describe themselves: what is read there is what was written here.

use std::path::{Path, PathBuf};

use servescope::analyze::{Input, Options, Profile, analyze};
use servescope::exposition;
use servescope::report::Report;
use servescope::request::report_json;

use crate::support::corpus;

fn texts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else if path.extension().is_some_and(|ending| ending == "prom" || ending == "txt") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn input(path: &Path, at: Option<f64>) -> Input {
    let bytes = std::fs::read(path).expect("the text can be read");
    Input { name: path.display().to_string(), at, hint: None, parsed: exposition::parse(&bytes) }
}

/// Number of reports that came back as they went.
fn there_and_back(inputs: &[Input]) -> usize {
    let mut reports = 0;
    for profile in [Profile::Default, Profile::Classic] {
        let Ok(report) = analyze(inputs, &Options { profile, ..Options::default() }) else { continue };
        let bytes = postcard::to_allocvec(&report).expect("a report can be written");
        let name = &inputs.first().expect("an input").name;
        let back: Report = postcard::from_bytes(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(report_json(&back) == report_json(&report), "{name}: another report came back");
        reports += 1;
    }
    reports
}

#[test]
fn reports_of_the_samples_come_back_as_they_went() {
    let samples = texts(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples")));
    let alone: usize = samples.iter().map(|path| there_and_back(&[input(path, None)])).sum();
    assert_eq!(alone, 2 * samples.len(), "every sample gives a report");
    let windows: usize = samples
        .chunks(2)
        .map(|pair| there_and_back(&[input(&pair[0], Some(1_795_500_000.0)), input(&pair[1], Some(1_795_500_060.0))]))
        .sum();
    assert_eq!(windows, samples.len(), "and every pair of them");
}

#[needs::corpus]
#[test]
fn reports_of_real_dumps_come_back_as_they_went() {
    let corpus = corpus();
    let mut reports = 0;
    for folder in ["dumps", "field"] {
        reports += texts(&corpus.join(folder)).iter().map(|path| there_and_back(&[input(path, None)])).sum::<usize>();
    }
    assert!(reports > 100, "{reports} reports");
}

#[needs::corpus]
#[test]
fn reports_of_recorded_windows_come_back_as_they_went() {
    let corpus = corpus();
    let recordings = texts(&corpus.join("series"));
    let folders: std::collections::BTreeSet<&Path> = recordings.iter().filter_map(|path| path.parent()).collect();
    let mut reports = 0;
    for folder in folders {
        let inside: Vec<&PathBuf> = recordings.iter().filter(|path| path.parent() == Some(folder)).collect();
        let four = [0, inside.len() / 3, 2 * inside.len() / 3, inside.len() - 1].map(|index| inside[index]);
        reports += there_and_back(&[input(four[0], Some(1_795_500_000.0)), input(four[3], Some(1_795_500_600.0))]);
        // Two windows with a pause between them, side by side.
        let times = [0.0, 60.0, 3600.0, 3660.0];
        let both: Vec<Input> = four.iter().zip(times).map(|(path, at)| input(path, Some(1_795_500_000.0 + at))).collect();
        reports += there_and_back(&both);
    }
    assert!(reports > 20, "{reports} reports");
}
