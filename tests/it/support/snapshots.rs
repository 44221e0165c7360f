//! Texts to snapshots, for tests: own texts, and the real dumps and series beside the checkout.

use super::corpus;
use servescope::backend::{self, Detection};
use servescope::exposition;
use servescope::signal::{Counter, Distribution, Gauge, Snapshot, Version};

/// A file of the corpus.
pub fn file(path: &str) -> Vec<u8> {
    let full = corpus().join(path);
    std::fs::read(&full).unwrap_or_else(|error| panic!("{}: {error}", full.display()))
}

pub fn detect(text: &str) -> Detection {
    let parsed = exposition::parse(text.as_bytes());
    backend::detect(parsed.scrapes.first().expect("a scrape"))
}

/// All snapshots of the first scrape of a text, as the backend that was detected.
pub fn read(text: &str) -> Vec<Snapshot> {
    let parsed = exposition::parse(text.as_bytes());
    let scrape = parsed.scrapes.first().expect("a scrape");
    match backend::detect(scrape) {
        Detection::Supported { backend, .. } => backend::read(scrape, backend),
        other => panic!("no supported backend: {other:?}"),
    }
}

/// The only server of a text.
pub fn one(text: &str) -> Snapshot {
    let mut snapshots = read(text);
    assert_eq!(snapshots.len(), 1, "servers in the text: {:?}", snapshots.iter().map(|snapshot| &snapshot.key).collect::<Vec<_>>());
    snapshots.remove(0)
}

/// The only server of a corpus file.
pub fn dump(path: &str) -> Snapshot {
    one(&String::from_utf8_lossy(&file(path)))
}

/// The text of a moment of `tests/recordings`, such as `vllm-0.32.0/b_light/t083.prom`.
pub fn recorded_text(path: &str) -> String {
    let full = format!("tests/recordings/{path}");
    std::fs::read_to_string(&full).unwrap_or_else(|error| panic!("{full}: {error}"))
}

/// Its only server.
pub fn recorded(path: &str) -> Snapshot {
    one(&recorded_text(path))
}

pub fn gauge(snapshot: &Snapshot, gauge: Gauge) -> Option<f64> {
    snapshot.gauges.get(&gauge).map(|value| value.value)
}

pub fn count(snapshot: &Snapshot, counter: Counter) -> Option<f64> {
    snapshot.counters.get(&counter).map(|value| value.value)
}

pub fn mean(snapshot: &Snapshot, distribution: Distribution) -> Option<f64> {
    snapshot.distributions.get(&distribution)?.histogram.mean()
}

pub fn observations(snapshot: &Snapshot, distribution: Distribution) -> Option<f64> {
    snapshot.distributions.get(&distribution)?.histogram.observations()
}

/// A number by its dotted path: a gauge, a counter, or a distribution's `.n`, `.mean` or `.sum`.
pub fn number(snapshot: &Snapshot, path: &str) -> Option<f64> {
    let by_gauge = Gauge::ALL.iter().find(|key| key.path() == path).and_then(|key| gauge(snapshot, *key));
    let by_counter = Counter::ALL.iter().find(|key| key.path() == path).and_then(|key| count(snapshot, *key));
    let (base, part) = path.rsplit_once('.').unwrap_or((path, ""));
    let spread = Distribution::ALL.iter().find(|key| key.path() == base).and_then(|key| snapshot.distributions.get(key));
    let by_distribution = spread.and_then(|spread| match part {
        "n" => spread.histogram.observations(),
        "mean" => spread.histogram.mean(),
        "sum" => spread.histogram.sum,
        _ => None,
    });
    by_gauge.or(by_counter).or(by_distribution)
}

pub fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-300)
}

#[track_caller]
pub fn assert_close(found: Option<f64>, expected: f64) {
    assert!(found.is_some_and(|found| close(found, expected)), "found {found:?}, expected {expected}");
}

/// Asserts numbers by path; `None` means that nothing may be read there.
#[track_caller]
pub fn assert_numbers(name: &str, snapshot: &Snapshot, facts: &[(&str, Option<f64>)]) {
    for (path, expected) in facts {
        let found = number(snapshot, path);
        let holds = match (found, expected) {
            (Some(found), Some(expected)) => close(found, *expected),
            (None, None) => true,
            _ => false,
        };
        assert!(holds, "{name}: {path} is {found:?}, expected {expected:?}");
    }
}

/// True when a release lies in the inferred range.
pub fn may_be(snapshot: &Snapshot, release: Version) -> bool {
    snapshot.version.may_be_within(Some(release), Some(release))
}
