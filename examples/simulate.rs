//! Writes simulated `/metrics` snapshots, and the page's built-in samples.
//!
//! ```text
//! cargo run --release --no-default-features --example simulate -- --list
//! cargo run --release --no-default-features --example simulate -- --scenario kv-short --backend vllm --version 0.33 --seed 0 --out DIR [--every 5]
//! cargo run --release --no-default-features --example simulate -- --samples
//! cargo run --release --no-default-features --example simulate -- --check [SCENARIO]
//! ```
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unreachable, clippy::unwrap_used)]

#[path = "../tests/sim/mod.rs"]
mod sim;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use sim::{Backend, HELD_OUT_SEEDS, Length, Prefixes, Run, Setup, Shape, TRAINING_SEEDS, Version, find, scenarios};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1)).cloned();
    let result = match arguments.first().map(String::as_str) {
        Some("--list") => list(),
        Some("--check") => check(arguments.get(1).map(String::as_str)),
        Some("--samples") => samples(),
        _ => match (value("--scenario"), value("--out")) {
            (Some(scenario), Some(out)) => snapshots(&scenario, &value, Path::new(&out)),
            _ => Err("usage: --list | --samples | --check [ID] | --scenario ID --backend vllm|sglang|tgi [--version V] [--seed N] --out DIR [--every SECONDS]".into()),
        },
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn list() -> Result<(), String> {
    for scenario in scenarios() {
        let backends: Vec<&str> = scenario.backends.iter().map(|b| b.name()).collect();
        println!("{}\t{}\t{:?}\t{}", scenario.id, backends.join(","), scenario.decided_by, scenario.primary.join(","));
    }
    Ok(())
}

/// Prints what really happened in every run, and marks those in which the condition was not there.
fn check(only: Option<&str>) -> Result<(), String> {
    let mut missing = 0;
    for scenario in scenarios().iter().filter(|s| only.is_none_or(|id| id == s.id)) {
        for backend in scenario.backends {
            for seed in TRAINING_SEEDS.chain(HELD_OUT_SEEDS) {
                let version = scenario.version(*backend, seed);
                let run = scenario.run(version, seed, 0);
                let truth = run.truth(scenario.window.0, scenario.window.1);
                let holds = (scenario.holds)(&truth, &run.setup);
                missing += u32::from(!holds);
                println!(
                    "{} {} {} {version} seed {seed}: {}",
                    if holds { "ok     " } else { "MISSING" },
                    scenario.id,
                    backend.name(),
                    truth.summary()
                );
            }
        }
    }
    println!("{missing} runs without their condition");
    Ok(())
}

fn snapshots(id: &str, value: &dyn Fn(&str) -> Option<String>, out: &Path) -> Result<(), String> {
    let scenario = find(id).ok_or_else(|| format!("no scenario {id}; --list shows them"))?;
    let number = |name: &str, default: f64| {
        value(name).map_or(Ok(default), |text| text.parse::<f64>().map_err(|_| format!("{name}: not a number: {text}")))
    };
    let backend = match value("--backend") {
        Some(name) => Backend::parse(&name).ok_or_else(|| format!("unknown backend {name}"))?,
        None => scenario.backends[0],
    };
    if !scenario.backends.contains(&backend) {
        return Err(format!("{id} is not simulated for {}", backend.name()));
    }
    let seed = number("--seed", 0.0)? as u64;
    let every = number("--every", 5.0)?;
    if every <= 0.0 {
        return Err("--every must be above zero".into());
    }
    let version = match value("--version") {
        Some(text) => Version::parse(backend, &text).ok_or_else(|| format!("cannot read version {text}"))?,
        None => scenario.version(backend, seed),
    };
    for instance in 0..scenario.instances() {
        let folder = if scenario.instances() > 1 { out.join(format!("instance{instance}")) } else { out.to_path_buf() };
        fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        let run = scenario.run(version, seed, instance);
        let times: Vec<f64> = (0..).map(|n| n as f64 * every).take_while(|t| *t <= run.setup.end_s).collect();
        for (time, page) in times.iter().zip(run.pages(&times)) {
            fs::write(folder.join(format!("t{:04}.prom", time.round() as u64)), page).map_err(|e| e.to_string())?;
        }
        let truth = run.truth(scenario.window.0, scenario.window.1);
        let label = serde_json::json!({
            "scenario": scenario.id,
            "backend": backend.name(),
            "version": version.to_string(),
            "seed": seed,
            "primary": scenario.primary,
            "also": scenario.also,
            "forbidden": scenario.forbidden,
            "may_be_silent": scenario.may_be_silent,
            "decided_by": format!("{:?}", scenario.decided_by).to_lowercase(),
            "window_s": [scenario.window.0, scenario.window.1],
            "unix_start": Run::unix(0.0),
            "condition_present": (scenario.holds)(&truth, &run.setup),
            "truth": truth.summary(),
        });
        fs::write(folder.join("label.json"), format!("{label:#}\n")).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// One built-in sample: file name, backend and version, what is done, when the first of the two snapshots is taken.
type Sample = (&'static str, Backend, &'static str, fn(&mut Setup), f64);

const SAMPLES: &[Sample] = &[
    ("vllm-healthy", Backend::Vllm, "0.33", healthy, 1740.0),
    ("vllm-idle", Backend::Vllm, "0.33", idle, 1740.0),
    ("vllm-kv-bound", Backend::Vllm, "0.33", kv_bound, 1740.0),
    ("vllm-slot-bound", Backend::Vllm, "0.33", slot_bound, 1740.0),
    ("sglang-overload", Backend::Sglang, "0.5.23", sglang_overload, 1740.0),
    ("tgi-overload", Backend::Tgi, "3.3", tgi_overload, 1740.0),
];

fn chat(setup: &mut Setup, rate: f64) {
    setup.end_s = 1800.0;
    setup.server.uptime_s = 8_412.0;
    setup.server.max_model_len = if setup.backend == Backend::Tgi { 8192 } else { 32_768 };
    setup.load().prompt = Length::new(640.0, 0.8);
    setup.load().output = Length::new(220.0, 0.8);
    setup.load().max_new = if setup.backend == Backend::Tgi { 512 } else { 1024 };
    setup.load().prefixes = (setup.backend != Backend::Tgi).then_some(Prefixes { count: 6, tokens: 384 });
    setup.rate(rate);
}

/// Half an hour of quiet traffic, and more of it in the last minutes.
fn rush(setup: &mut Setup, calm: f64, rate: f64) {
    chat(setup, calm);
    setup.load().shape = Shape::Step { at_s: 1650.0, rate };
}

fn healthy(setup: &mut Setup) {
    chat(setup, 9.0);
}

fn idle(setup: &mut Setup) {
    chat(setup, 0.4);
    setup.load().shape = Shape::Until { end_s: 900.0 };
}

fn kv_bound(setup: &mut Setup) {
    rush(setup, 4.0, 10.5);
    setup.server.kv_tokens = 48_000;
    setup.load().output = Length::new(480.0, 0.6);
}

fn slot_bound(setup: &mut Setup) {
    rush(setup, 6.0, 14.5);
    setup.server.max_num_seqs = 32;
}

fn sglang_overload(setup: &mut Setup) {
    rush(setup, 5.0, 11.5);
    setup.server.kv_tokens = 56_000;
    setup.load().output = Length::new(480.0, 0.6);
}

fn tgi_overload(setup: &mut Setup) {
    rush(setup, 5.0, 24.0);
    setup.server.kv_tokens = 60_000;
    setup.server.admission_limit = Some(128);
}

fn samples() -> Result<(), String> {
    let folder = Path::new("assets/samples");
    fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    for (name, backend, version, change, at) in SAMPLES {
        let version = Version::parse(*backend, version).ok_or("bad sample version")?;
        let mut setup = Setup::base(*backend, version.policy());
        change(&mut setup);
        setup.seed = 42;
        let run = Run::new(setup, version);
        for (index, page) in run.pages(&[*at, at + 60.0]).iter().enumerate() {
            let first = format!(
                "# Generated by the servescope simulator: {name}, {} {version}, seed 42, {} s after the load began.\n",
                backend.name(),
                at + 60.0 * index as f64
            );
            fs::write(folder.join(format!("{name}-{}.prom", index + 1)), first + page).map_err(|e| e.to_string())?;
        }
        println!("{name}: {}", run.truth(*at, at + 60.0).summary());
    }
    Ok(())
}
