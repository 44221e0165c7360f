//! `cargo bench --no-default-features --bench native -- [--baseline] FILE`: best times on one file, as a line of JSON.
//! `benches/bench.mjs` calls it and sets it against wasm; `make bench` calls that.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unreachable, clippy::unwrap_used)]

mod counting;
mod support;

use std::hint::black_box;
use std::time::Instant;

use servescope::analyze::{Input, Options};
use servescope::dataset::Dataset;
use servescope::exposition;
use support::{baseline, read, report, samples};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [options @ .., file] = arguments.as_slice() else {
        eprintln!("usage: native [--baseline] FILE");
        std::process::exit(2);
    };
    let bytes = std::fs::read(file).expect("the file is there");
    let text = String::from_utf8_lossy(&bytes);
    if let [option, count] = options
        && option == "--series"
    {
        println!("{}", series(&text, count.parse().expect("a number of dumps")));
        return;
    }

    let (input, held) = counting::during(|| read(bytes.clone()));
    let inputs = [input];
    let (kept, baseline_ms) =
        if options.iter().any(|word| word == "--baseline") { (baseline(&text), best_ms(|| baseline(&text))) } else { (0, f64::NAN) };
    // An error object would be the fastest report of all.
    let report_ms = if report(&inputs).starts_with("{\"error\"") { f64::NAN } else { best_ms(|| report(&inputs)) };
    println!(
        "{}",
        serde_json::json!({
            "samples": samples(&inputs[0]),
            "parse_peak_bytes": held.peak_bytes,
            "parse_allocations": held.allocations,
            "parse_pieces_ms": best_ms(|| read_in_pieces(&bytes)),
            "parse_ms": best_ms(|| read(bytes.clone())),
            "report_ms": report_ms,
            "baseline_samples": kept,
            "baseline_ms": baseline_ms,
        })
    );
}

/// Dumps of one server, one after the other: read, put into a dataset, and the texts forgotten.
fn series(text: &str, count: u32) -> serde_json::Value {
    let texts: Vec<Vec<u8>> = (0..count).map(|step| later(text, step).into_bytes()).collect();
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let separate = best_ms(|| texts.iter().for_each(|text| drop(black_box(exposition::parse(text)))));
    let hold = || {
        let mut dataset = Dataset::default();
        for (step, text) in texts.iter().enumerate() {
            let name = format!("{step}.prom");
            dataset.add(&Input { name, at: Some(1e9 + 10.0 * step as f64), hint: None, parsed: exposition::parse(text) });
        }
        dataset
    };
    let (dataset, held) = counting::during(hold);
    let held_bytes = counting::held();
    let report = best_ms(|| servescope::analyze::report(&dataset, &Options::default()).is_ok());
    serde_json::json!({
        "dumps": count,
        "bytes": bytes,
        "held_bytes": held_bytes,
        "peak_bytes": held.peak_bytes,
        "separate_ms": separate,
        "dataset_ms": best_ms(hold),
        "report_ms": report,
    })
}

/// The text so much later: every whole number above one has grown, but for bounds, labels and settings.
fn later(text: &str, step: u32) -> String {
    let mut out = String::with_capacity(text.len() + 4096);
    for line in text.lines() {
        let grown = line.rsplit_once(' ').and_then(|(head, value)| {
            let number =
                value.parse::<f64>().ok().filter(|number| *number > 1.0 && !line.starts_with('#') && !head.contains("_created"))?;
            (!head.starts_with("process_start")).then(|| format!("{head} {}", number + f64::from(step) * (number / 50.0).ceil()))
        });
        out.push_str(grown.as_deref().unwrap_or(line));
        out.push('\n');
    }
    out
}

/// As a page reads a large file: a piece, a breath, the next piece.
fn read_in_pieces(bytes: &[u8]) -> exposition::Parsed {
    let mut reader = exposition::Reader::new();
    bytes.chunks(1 << 20).for_each(|piece| reader.push(piece));
    reader.finish()
}

/// The best of at least three runs and at least half a second: what the machine can do when nobody disturbs it. On a busy machine long runs
/// are always interrupted; their mean time on the processor is the better witness then.
fn best_ms<T>(mut run: impl FnMut() -> T) -> f64 {
    let (begin, before) = (Instant::now(), on_processor_ms());
    let mut best = f64::INFINITY;
    let mut runs = 0.0;
    while runs < 3.0 || begin.elapsed().as_millis() < 500 {
        let one = Instant::now();
        black_box(run());
        best = best.min(one.elapsed().as_secs_f64() * 1e3);
        runs += 1.0;
    }
    on_processor_ms().zip(before).map_or(best, |(end, start)| best.min((end - start) / runs))
}

/// Of this thread, exact to a few milliseconds. Linux only.
fn on_processor_ms() -> Option<f64> {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    times.split(' ').next()?.parse::<f64>().ok().map(|ns| ns / 1e6)
}
