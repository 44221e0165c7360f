//! What native and wasm measure alike; the clocks are outside.

use servescope::analyze::{Input, Options, analyze};
use servescope::exposition;
use servescope::request::answer;

/// Our reader; gives the input for an analysis.
pub fn read(bytes: Vec<u8>) -> Input {
    Input { name: "bench.prom".to_owned(), at: None, hint: None, parsed: exposition::parse_owned(bytes) }
}

pub fn samples(input: &Input) -> usize {
    input.parsed.scrapes.iter().map(|scrape| scrape.len()).sum()
}

/// The analysis of what was read, as JSON.
pub fn report(inputs: &[Input]) -> String {
    answer(analyze(inputs, &Options::default()))
}

/// prometheus-parse on the same text; gives the number of sample lines that it kept.
pub fn baseline(text: &str) -> usize {
    let lines = text.lines().map(|line| Ok(line.to_owned()));
    // With a time of ours: its own `parse` reads the clock, which wasm32 does not have.
    prometheus_parse::Scrape::parse_at(lines, chrono::DateTime::UNIX_EPOCH).map_or(0, |scrape| {
        let lines = |sample: &prometheus_parse::Sample| match &sample.value {
            prometheus_parse::Value::Histogram(buckets) => buckets.len(),
            prometheus_parse::Value::Summary(quantiles) => quantiles.len(),
            _ => 1,
        };
        scrape.samples.iter().map(lines).sum()
    })
}
