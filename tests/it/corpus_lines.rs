//! Every number can be found again: its lines exist, ascend, hold its family, and add up to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::support::corpus;
use crate::support::snapshots::close;
use servescope::backend::{self, Detection};
use servescope::exposition;
use servescope::signal::{Counter, Distribution, Merge, Snapshot, Source};

/// All expositions below some folders that may hold a supported backend.
fn files(folders: &[PathBuf]) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "prom") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    folders.iter().for_each(|folder| walk(folder, &mut found));
    found
}

/// Samples by their line.
type Lines = BTreeMap<u32, (String, f64)>;

/// The snapshots of a text with its samples.
type Read = (String, Lines, Vec<Snapshot>);

/// What the project brings along, read once.
fn own() -> &'static [Read] {
    static READ: OnceLock<Vec<Read>> = OnceLock::new();
    READ.get_or_init(|| read(&["assets/samples", "tests/recordings"].map(PathBuf::from)))
}

/// The corpus, read once.
fn whole() -> &'static [Read] {
    static READ: OnceLock<Vec<Read>> = OnceLock::new();
    READ.get_or_init(|| read(&["dumps", "series"].map(|folder| corpus().join(folder))))
}

fn read(folders: &[PathBuf]) -> Vec<Read> {
    let mut all = Vec::new();
    for path in files(folders) {
        let name = path.display().to_string();
        for scrape in &exposition::parse(&std::fs::read(&path).expect("a file")).scrapes {
            if let Detection::Supported { backend, .. } = backend::detect(scrape) {
                let snapshots = backend::read(scrape, backend);
                assert!(!snapshots.is_empty(), "{name}: detected, and nothing read");
                let lines = scrape.samples().map(|sample| (sample.line(), (sample.name().to_owned(), sample.value()))).collect();
                all.push((name.clone(), lines, snapshots));
            }
        }
    }
    assert!(all.len() >= 30, "{} texts", all.len());
    all
}

fn each_snapshot(texts: &[Read], check: impl Fn(&str, &Lines, &Snapshot)) {
    for (name, lines, snapshots) in texts {
        for snapshot in snapshots {
            check(name, lines, snapshot);
        }
    }
}

macro_rules! laws {
    ($($law:ident),* $(,)?) => {
        mod of_samples_and_own_recordings {
            $(#[test] fn $law() { super::$law(super::own()); })*
        }
        mod of_the_corpus {
            $(#[needs::corpus] #[test] fn $law() { super::$law(super::whole()); })*
        }
    };
}
laws!(
    every_counter_is_the_sum_of_the_lines_it_names,
    every_gauge_follows_from_its_ranks,
    every_distribution_is_the_sum_of_the_counts_it_names,
    ratios_lie_between_zero_and_one,
);

/// The lines that a source names, as (family, value).
fn lines_of<'a>(lines: &'a Lines, source: &Source) -> Vec<(&'a str, f64)> {
    source.lines.iter().filter_map(|line| lines.get(&line)).map(|(name, value)| (name.as_str(), *value)).collect()
}

fn assert_source(name: &str, what: &str, lines: &Lines, source: &Source) {
    assert!(source.lines.iter().is_sorted_by(|a, b| a < b), "{name}: lines of {what} do not ascend: {:?}", source.lines);
    assert!(!source.lines.is_empty(), "{name}: {what} has no lines");
    let found = lines_of(lines, source);
    assert_eq!(found.len(), source.lines.len(), "{name}: {what} names lines without samples");
    for (family, _) in found {
        let base = family.trim_end_matches("_bucket").trim_end_matches("_sum").trim_end_matches("_count");
        assert!(source.metric.contains(base), "{name}: {what} is said to come from {}, and a line holds {family}", source.metric);
    }
}

fn every_counter_is_the_sum_of_the_lines_it_names(texts: &[Read]) {
    // Counted in blocks, or once for each tensor rank, and converted.
    let converted = [Counter::PrefixQueries, Counter::PrefixHits, Counter::EvictedTokens, Counter::LoadBackTokens];
    each_snapshot(texts, |name, lines, snapshot| {
        for (key, value) in &snapshot.counters {
            if value.absent_is_zero {
                assert!(value.value == 0.0 && value.source.lines.is_empty(), "{name}: {key:?}");
                continue;
            }
            assert_source(name, key.path(), lines, &value.source);
            let sum: f64 = lines_of(lines, &value.source).iter().map(|(_, value)| value).sum();
            assert!(converted.contains(key) || close(sum, value.value), "{name}: {key:?} is {}, its lines sum to {sum}", value.value);
            let ranks: f64 = value.ranks.iter().map(|(_, value)| value).sum();
            assert!(close(ranks, value.value), "{name}: {key:?} is {}, its ranks sum to {ranks}", value.value);
        }
    });
}

fn every_gauge_follows_from_its_ranks(texts: &[Read]) {
    each_snapshot(texts, |name, lines, snapshot| {
        for (key, value) in &snapshot.gauges {
            assert_source(name, key.path(), lines, &value.source);
            let ranks: Vec<f64> = value.ranks.iter().map(|(_, value)| *value).collect();
            let merged = match key.merge() {
                Merge::Sum => ranks.iter().sum(),
                Merge::Max => ranks.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                Merge::Mean => ranks.iter().sum::<f64>() / ranks.len() as f64,
            };
            assert!(close(merged, value.value), "{name}: {key:?} is {}, its ranks merge to {merged}", value.value);
            assert!(value.value.is_finite() && value.value >= 0.0, "{name}: {key:?} is {}", value.value);
        }
    });
}

fn every_distribution_is_the_sum_of_the_counts_it_names(texts: &[Read]) {
    let converted = [Distribution::LoadBackTime, Distribution::EvictionTime];
    each_snapshot(texts, |name, lines, snapshot| {
        for (key, spread) in &snapshot.distributions {
            assert_source(name, key.path(), lines, &spread.source);
            let count: f64 =
                lines_of(lines, &spread.source).iter().filter(|(family, _)| family.ends_with("_count")).map(|(_, value)| value).sum();
            let found = spread.histogram.count.unwrap_or(0.0);
            assert!(converted.contains(key) || close(count, found), "{name}: {key:?} counts {found}, its lines {count}");
        }
    });
}

fn ratios_lie_between_zero_and_one(texts: &[Read]) {
    each_snapshot(texts, |name, _, snapshot| {
        for (key, value) in &snapshot.gauges {
            let is_ratio = key.unit() == servescope::metrics::Unit::Ratio;
            assert!(!is_ratio || (0.0..=1.0).contains(&value.value), "{name}: {key:?} is {}", value.value);
        }
    });
}

/// The lines of a text that a source names, alone.
fn excerpt(text: &[&str], source: &Source) -> String {
    source.lines.iter().filter_map(|line| text.get(line as usize - 1)).flat_map(|line| [*line, "\n"]).collect()
}

#[test]
fn the_lines_alone_give_the_number_in_the_own_recordings() {
    lines_alone_give_the_number(&files(&["tests/recordings".into()]));
}

#[needs::corpus]
#[test]
fn the_lines_alone_give_the_number() {
    lines_alone_give_the_number(&files(&[corpus().join("dumps")]));
}

fn lines_alone_give_the_number(files: &[PathBuf]) {
    // These follow from a second family, or from settings.
    let converted = [Counter::PrefixQueries, Counter::PrefixHits, Counter::HostHits, Counter::StorageHits, Counter::EvictedTokens];
    for path in files {
        let bytes = std::fs::read(path).expect("a file");
        let whole = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = whole.split('\n').collect();
        let parsed = exposition::parse(&bytes);
        let scrape = &parsed.scrapes[0];
        let Detection::Supported { backend, .. } = backend::detect(scrape) else { continue };
        for (key, value) in backend::read(scrape, backend).iter().flat_map(|snapshot| &snapshot.counters) {
            let is_own = !["http_", "process_", "sglang:http_"].iter().any(|prefix| value.source.metric.starts_with(prefix));
            if value.source.lines.is_empty() || converted.contains(key) || !is_own {
                continue;
            }
            let alone = exposition::parse(excerpt(&lines, &value.source).as_bytes());
            let found = backend::read(&alone.scrapes[0], backend);
            let found = found.first().and_then(|snapshot| snapshot.counters.get(key)).map(|value| value.value);
            assert!(found.is_some_and(|found| close(found, value.value)), "{}: {key:?} is {found:?}, not {}", path.display(), value.value);
        }
    }
}
