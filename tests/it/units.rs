//! Every number that is shown has a unit.

use crate::support::corpus;
use std::fs;
use std::path::{Path, PathBuf};

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::metrics::Unit;
use servescope::report::Report;
use servescope::signal::{Counter, Distribution, Gauge};

#[test]
fn everything_that_a_server_exports_has_a_unit() {
    let gauges = Gauge::ALL.iter().map(|key| (key.path(), key.unit()));
    let counters = Counter::ALL.iter().map(|key| (key.path(), key.unit()));
    let distributions = Distribution::ALL.iter().map(|key| (key.path(), key.unit()));
    for (path, unit) in gauges.chain(counters).chain(distributions) {
        assert_ne!(unit, Unit::Count, "{path}");
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] }).collect()
}

#[test]
fn bare_numbers_stand_in_sentences_only_and_never_in_a_reading() {
    for module in ["signal", "backend", "slo", "rule", "opinion", "classic", "compare", "health", "report"] {
        for file in rust_files(&Path::new("src").join(module)) {
            let code = fs::read_to_string(&file).unwrap();
            let code = code.split("#[cfg(test)]").next().unwrap();
            for (number, line) in code.lines().enumerate() {
                let bare = line.replace("Unit::Count.show(", "").contains("Unit::Count");
                assert!(!bare || file.ends_with("testing.rs"), "{}:{}: {line}", file.display(), number + 1);
            }
        }
    }
}

fn has_unit(what: &str, unit: Unit, shown: &str) {
    let known: &[&str] = match unit {
        Unit::Seconds | Unit::UnixSeconds => &[" s", " ms", " µs"],
        Unit::Flag => &["on", "off"],
        other if shown.trim_start_matches(['≤', '≥', ' ']).starts_with("1 ") => &[other.suffix().trim_end_matches('s')],
        other => &[other.suffix()],
    };
    assert_ne!(unit, Unit::Count, "{what}: {shown}");
    assert!(known.iter().any(|suffix| shown.contains(suffix)), "{what}: {shown:?} names no unit of {unit:?}");
}

fn every_number_has_a_unit(report: &Report) {
    for signal in &report.signals {
        has_unit(&signal.path, signal.unit, &signal.shown);
    }
    for evidence in report.bottlenecks.iter().flat_map(|finding| &finding.evidence) {
        has_unit(&evidence.signal, evidence.unit, &evidence.shown);
    }
    for view in &report.anatomy.distributions {
        view.quantiles.iter().for_each(|quantile| has_unit(&view.path, view.unit, &quantile.shown));
    }
    for row in report.comparison.iter().flat_map(|comparison| &comparison.rows) {
        [&row.before, &row.after].into_iter().flatten().for_each(|side| has_unit(&row.path, row.unit, &side.shown));
    }
}

fn input(path: &Path, at: Option<f64>) -> Input {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Input { name, at, hint: None, parsed: exposition::parse(&fs::read(path).unwrap()) }
}

#[test]
fn every_number_of_a_report_on_the_samples_is_shown_with_its_unit() {
    let samples: Vec<PathBuf> = rust_files(Path::new("assets/samples"));
    assert!(samples.len() >= 12);
    for path in samples.iter().filter(|path| path.to_string_lossy().ends_with("-1.prom")) {
        let last = PathBuf::from(path.to_string_lossy().replace("-1.prom", "-2.prom"));
        let both = [input(path, Some(1.8e9)), input(&last, Some(1.8e9 + 60.0))];
        every_number_has_a_unit(&analyze(&both[..1], &Options::default()).expect("one dump"));
        every_number_has_a_unit(&analyze(&both, &Options::default()).expect("two dumps"));
    }
}

#[needs::corpus]
#[test]
fn every_number_of_a_report_on_a_real_dump_is_shown_with_its_unit() {
    let corpus = corpus();
    let dumps: Vec<PathBuf> = rust_files(&corpus.join("dumps"));
    let read = dumps.iter().filter(|path| path.extension().is_some_and(|ending| ending != "tsv"));
    let reports = read.filter_map(|path| analyze(&[input(path, Some(1.8e9))], &Options::default()).ok());
    let count = reports.inspect(every_number_has_a_unit).count();
    assert!(count >= 20, "{count} dumps gave a report");
}
