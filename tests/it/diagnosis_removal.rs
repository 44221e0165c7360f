//! A family that is missing may silence a rule, but never makes it say that all is well: on every dump, and on windows of every series.

use crate::support::corpus;
use std::path::{Path, PathBuf};

use crate::support::removal::{Texts, healthy_by_removal};

#[needs::corpus]
#[test]
fn no_rule_of_any_dump_turns_from_fired_to_clear_when_a_family_is_missing() {
    let root = corpus();
    let dumps: Vec<PathBuf> = inside(&root.join("dumps")).iter().flat_map(|folder| inside(folder)).filter(|path| is_text(path)).collect();
    assert!(dumps.len() >= 40, "{} dumps", dumps.len());
    let healthy: Vec<String> =
        dumps.iter().flat_map(|path| healthy_by_removal(&path.display().to_string(), &vec![(text(path), 1.8e9)])).collect();
    assert!(healthy.is_empty(), "{}", healthy.join("\n"));
}

#[needs::corpus]
#[test]
fn no_rule_of_any_series_turns_from_fired_to_clear_when_a_family_is_missing() {
    let root = corpus();
    let runs: Vec<PathBuf> = inside(&root.join("series")).iter().flat_map(|server| inside(server)).collect();
    assert!(runs.len() >= 10, "{} runs", runs.len());
    let mut healthy = Vec::new();
    for run in runs {
        for (from, to) in windows(&run) {
            let name = format!("{} {from}–{to} s", run.display());
            let texts: Texts = [from, to].map(|at| (text(&run.join(format!("t{at:03}.prom"))), 1.8e9 + f64::from(at))).into();
            healthy.extend(healthy_by_removal(&name, &texts));
        }
    }
    assert!(healthy.is_empty(), "{}", healthy.join("\n"));
}

/// The first half, the second half and the whole of a recording.
fn windows(run: &Path) -> Vec<(u32, u32)> {
    let second = |path: &PathBuf| path.file_stem()?.to_str()?.strip_prefix('t')?.parse::<u32>().ok();
    let mut times: Vec<u32> = inside(run).iter().filter(|path| is_text(path) && !text(path).is_empty()).filter_map(second).collect();
    times.sort_unstable();
    // A fleet has a folder for each server instead of texts.
    let Some(last) = times.last().copied() else { return Vec::new() };
    let (first, middle) = (times[times.len() / 8], times[times.len() / 2]);
    vec![(first, middle), (middle, last), (first, last)]
}

fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "prom")
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).expect("a text")).into_owned()
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}
