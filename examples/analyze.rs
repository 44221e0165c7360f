//! Analyses metric texts on the command line and prints one report as JSON.
//!
//! ```text
//! cargo run --release --no-default-features --example analyze -- [--backend auto|vllm|sglang|tgi] [--profile default|classic]
//!     [--preset NAME] [--score NAME] [--instance ID] [--slo 'ttft.p95<=1.0']... [--threshold NAME=VALUE]... [--pretty] FILE[@SECONDS]...
//! ```
//!
//! Several files are snapshots of one instance, ordered by their times when these are given (`FILE@SECONDS`) or in the texts, else by their
//! own counters. The times of the files themselves are not looked at.
//! `--request FILE` takes a whole request as JSON (`-` is standard input). `--samples` prints every sample that was read instead, one JSON array
//! a line: name, labels, value, timestamp in milliseconds or null, line.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unreachable, clippy::unwrap_used)]

use std::process::ExitCode;

use servescope::analyze::{Input, analyze};
use servescope::exposition;
use servescope::request::{self, Request, RequestError, analyze_json, error_json};

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(text) => {
            if !text.is_empty() {
                println!("{text}");
            }
            let is_error = text.trim_start_matches(['{', ' ', '\n']).starts_with("\"error\"");
            if is_error { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(error) => {
            println!("{}", error_json(&error));
            ExitCode::FAILURE
        }
    }
}

/// The text that is printed, or why there is none.
pub fn run(arguments: Vec<String>) -> Result<String, RequestError> {
    let mut request = serde_json::Map::new();
    let mut targets = Vec::new();
    let mut thresholds = serde_json::Map::new();
    let mut inputs = Vec::new();
    let mut pretty = false;
    let mut samples = false;
    let mut words = arguments.into_iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| usage(&format!("{word} needs a value.")));
        match word.as_str() {
            "--backend" => drop(request.insert("instance_type".into(), value()?.into())),
            "--profile" => drop(request.insert("profile".into(), value()?.into())),
            "--preset" => drop(request.insert("preset".into(), value()?.into())),
            "--score" => drop(request.insert("score".into(), value()?.into())),
            "--instance" => drop(request.insert("instance_id".into(), value()?.into())),
            "--slo" => targets.push(target(&value()?)?),
            "--threshold" => {
                let text = value()?;
                let (name, number) = text.split_once('=').ok_or_else(|| usage("--threshold takes NAME=VALUE."))?;
                thresholds.insert(name.trim().into(), finite(number)?.into());
            }
            "--pretty" => pretty = true,
            "--samples" => samples = true,
            "--request" => return Ok(analyze_json(&read(&value()?).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())?)),
            "--fleet" => {
                return Err(RequestError::new(
                    "not-available",
                    "--fleet compares instances, which this version cannot do yet.",
                    "Analyse each file by itself.",
                ));
            }
            flag if flag.starts_with("--") => return Err(usage(&format!("{flag} is not known."))),
            file => inputs.push(input(file)?),
        }
    }
    if inputs.is_empty() {
        return Err(usage("No file is given."));
    }
    if samples {
        return Ok(inputs.iter().flat_map(every_sample).collect::<Vec<String>>().join("\n"));
    }
    if !targets.is_empty() {
        request.insert("slo_targets".into(), targets.into());
    }
    if !thresholds.is_empty() {
        request.insert("thresholds".into(), thresholds.into());
    }
    let request: Request = serde_json::from_value(request.into()).map_err(|error| usage(&error.to_string()))?;
    let answer = request::answer(request::options(&request).and_then(|options| analyze(&inputs, &options)));
    if !pretty {
        return Ok(answer);
    }
    let value: serde_json::Value = serde_json::from_str(&answer).map_err(|error| usage(&error.to_string()))?;
    Ok(serde_json::to_string_pretty(&value).unwrap_or(answer))
}

/// One JSON array for each sample: name, labels as an object, value as text, timestamp in milliseconds or null, line.
fn every_sample(input: &Input) -> Vec<String> {
    let samples = input.parsed.scrapes.iter().flat_map(|scrape| scrape.samples());
    let line = |sample: servescope::metrics::Sample<'_>| {
        let labels: serde_json::Map<String, serde_json::Value> =
            sample.labels().map(|(key, value)| (key.to_owned(), value.into())).collect();
        serde_json::json!([sample.name(), labels, sample.value().to_string(), sample.timestamp_ms(), sample.line()]).to_string()
    };
    samples.map(line).collect()
}

/// `ttft.p95<=1.0` as a target of the request.
fn target(text: &str) -> Result<serde_json::Value, RequestError> {
    for operator in ["<=", ">=", "==", "<", ">"] {
        if let Some((metric, value)) = text.split_once(operator) {
            let number = finite(value)?;
            return Ok(serde_json::json!({ "name": text, "metric": metric.trim(), "comparison": operator, "target_value": number }));
        }
    }
    Err(usage(&format!("{text:?} holds no operator; write for example ttft.p95<=1.0.")))
}

fn finite(text: &str) -> Result<f64, RequestError> {
    let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| usage(&format!("{text:?} is not a number.")))
}

/// `FILE` or `FILE@SECONDS`.
fn input(argument: &str) -> Result<Input, RequestError> {
    let (path, at) = match argument.rsplit_once('@') {
        Some((path, seconds)) if seconds.parse::<f64>().is_ok() => (path, Some(finite(seconds)?)),
        _ => (argument, None),
    };
    let name = std::path::Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned());
    Ok(Input { name, at, hint: None, parsed: exposition::parse(&read(path)?) })
}

fn read(path: &str) -> Result<Vec<u8>, RequestError> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let outcome =
        if path == "-" { std::io::stdin().read_to_end(&mut bytes).map(drop) } else { std::fs::read(path).map(|read| bytes = read) };
    outcome
        .map(|()| bytes)
        .map_err(|error| RequestError::new("unreadable-file", format!("{path} could not be read: {error}."), "Check the path."))
}

fn usage(what: &str) -> RequestError {
    RequestError::new("usage", what, "See the head of examples/analyze.rs for the options.")
}
