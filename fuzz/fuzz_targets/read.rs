//! Any bytes are read, whole and in two pieces alike, and every problem lies in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use servescope::exposition::{Format, Parsed, Reader, parse, parse_strict};

fn samples(parsed: &Parsed) -> Vec<(String, String, u64, u32)> {
    let of = |sample: servescope::metrics::Sample<'_>| {
        (sample.name().to_owned(), format!("{:?}", sample.labels().collect::<Vec<_>>()), sample.value().to_bits(), sample.line())
    };
    parsed.scrapes.iter().flat_map(|scrape| scrape.samples().map(of)).collect()
}

fuzz_target!(|bytes: &[u8]| {
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
});
