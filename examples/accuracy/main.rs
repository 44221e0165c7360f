//! How often the diagnosis is right: on simulated servers with known conditions, on recorded ones, and on the corpus' scenarios.
//!
//! ```text
//! cargo run --release --no-default-features --example accuracy -- [--training | --held-out | --recorded | --seeds FROM-TO] [--scenario ID]
//!     [--backend NAME] [--field] [--lasting SECONDS] [--wrong]
//! ```
//!
//! Without arguments both sets of seeds are scored, the training seeds first. `--seeds` scores any others, for work on the rules that must
//! not look at the held-out ones. `--field` takes the same conditions as they look elsewhere, `--lasting` judges from so short a window at
//! the end of each run's own. `--recorded` leaves the simulator out. `--wrong` lists every case that is not right.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unreachable, clippy::unwrap_used)]

#[path = "../../tests/support/edits.rs"]
mod edits;
#[path = "../../tests/support/recordings.rs"]
mod recordings;
#[path = "../../tests/sim/mod.rs"]
mod sim;

mod answer;
mod corpus;
mod print;
mod simulated;

use std::process::ExitCode;

/// What to score.
pub struct Choice {
    pub scenario: Option<String>,
    pub backend: Option<sim::Backend>,
    pub list_wrong: bool,
    pub field: bool,
    /// Seconds, instead of the scenario's own window.
    pub lasting: Option<f64>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|a| a == name);
    let value = |name: &str| arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1)).cloned();
    let choice = Choice {
        scenario: value("--scenario"),
        backend: value("--backend").and_then(|name| sim::Backend::parse(&name)),
        list_wrong: has("--wrong"),
        field: has("--field"),
        lasting: value("--lasting").and_then(|seconds| seconds.parse().ok()),
    };
    let sets = [("training seeds 0-4", sim::TRAINING_SEEDS, "--held-out"), ("held-out seeds 100-109", sim::HELD_OUT_SEEDS, "--training")];
    let other = value("--seeds").and_then(|range| {
        let (from, to) = range.split_once('-')?;
        Some(from.parse().ok()?..to.parse::<u64>().ok()? + 1)
    });
    if let Some(seeds) = other {
        println!("\n==== simulated, seeds {}-{}", seeds.start, seeds.end - 1);
        print::table(&simulated::run(&choice, seeds), &choice);
        return ExitCode::SUCCESS;
    }
    for (name, seeds, unless) in sets {
        if has(unless) || has("--recorded") {
            continue;
        }
        println!("\n==== simulated, {name}");
        let cases = simulated::run(&choice, seeds);
        print::table(&cases, &choice);
    }
    if choice.scenario.is_none() {
        corpus::print(choice.list_wrong);
    }
    ExitCode::SUCCESS
}
