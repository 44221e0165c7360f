//! What holds for any bytes. A broken promise panics, which the fuzzer keeps as a crash.

mod memory;

use std::time::{Duration, Instant};

use servescope::analyze::{Input, Options, Profile, analyze};
use servescope::exposition::{Format, Parsed, Reader, parse, parse_strict};
use servescope::metrics::Sample;

pub use memory::Counting;

/// No input of a fuzzer's size takes longer.
const LONGEST: Duration = Duration::from_secs(1);
/// Bytes at once for each byte of the input, beside what any report takes.
const MEMORY: usize = 20;
const ANY_REPORT: usize = 8 << 20;

/// Runs a check within the limits of time and memory.
pub fn within_limits(bytes: &[u8], check: impl FnOnce(&[u8])) {
    memory::start();
    let begin = Instant::now();
    check(bytes);
    let (taken, peak) = (begin.elapsed(), memory::peak());
    assert!(taken < LONGEST, "{} bytes took {taken:?}", bytes.len());
    assert!(peak < MEMORY * bytes.len() + ANY_REPORT, "{} bytes took {peak} bytes of memory", bytes.len());
}

/// Any bytes are read, whole and in two pieces alike, and every problem lies in the text.
pub fn read(bytes: &[u8]) {
    let whole = parse(bytes);
    for problem in &whole.problems {
        let [from, to] = problem.span.map(|at| at as usize);
        assert!(from <= to && to <= whole.text.len() && problem.line >= 1, "{problem:?}");
    }
    let (first, second) = bytes.split_at(bytes.first().map_or(0, |byte| usize::from(*byte) * bytes.len() / 256));
    let mut reader = Reader::new();
    reader.push(first);
    reader.push(second);
    let pieces = reader.finish();
    assert_eq!(samples(&whole), samples(&pieces));
    assert_eq!(whole.problems, pieces.problems);
    for format in [Format::Text004, Format::OpenMetrics1] {
        let _ = parse_strict(bytes, format);
    }
}

fn samples(parsed: &Parsed) -> Vec<(String, String, u64, u32)> {
    let of = |sample: Sample<'_>| {
        (sample.name().to_owned(), format!("{:?}", sample.labels().collect::<Vec<_>>()), sample.value().to_bits(), sample.line())
    };
    parsed.scrapes.iter().flat_map(|scrape| scrape.samples().map(of)).collect()
}

/// Any two texts, apart at the first zero byte, are analysed in either profile: a report with finite numbers and a score between 0 and
/// 100, or an error with an id.
pub fn report(bytes: &[u8]) {
    let half = bytes.split(|byte| *byte == 0).next().map_or(0, <[u8]>::len);
    let (first, second) = bytes.split_at(half);
    let input = |text: &&[u8]| Input { name: "fuzz".to_owned(), at: None, hint: None, parsed: parse(text) };
    let inputs: Vec<Input> = [first, second].iter().filter(|text| !text.is_empty()).map(input).collect();
    for profile in [Profile::Default, Profile::Classic] {
        match analyze(&inputs, &Options { profile, ..Options::default() }) {
            Ok(report) => {
                assert!(report.overall_health_score.is_none_or(|score| (0.0..=100.0).contains(&score)));
                assert!(serde_json::to_string(&report).is_ok_and(|json| !json.contains("\"NaN\"")));
            }
            Err(error) => assert!(!error.id.is_empty() && error.sentence.ends_with(['.', '…'])),
        }
    }
}
