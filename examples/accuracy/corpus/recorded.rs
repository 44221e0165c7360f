//! Series recorded from servers under known load: the first and the last snapshot of the loaded phase are the window.

use std::path::{Path, PathBuf};

use serde_json::Value;
use servescope::analyze::Profile;
use servescope::report::Report;

use super::super::answer::{Answer, Truth, Verdict, inputs, report};
use super::{file_name, mark};

pub fn print(series: &Path) {
    println!("\n==== recorded servers: window over the loaded phase");
    let mut runs: Vec<PathBuf> =
        folders(series).iter().flat_map(|server| folders(server)).filter(|run| run.join("manifest.json").is_file()).collect();
    runs.sort();
    let (mut right, mut clean, mut inside, mut checked) = (0, 0, 0, 0);
    for run in &runs {
        let Some(recording) = Recording::read(run) else {
            println!("! {} could not be read", run.display());
            continue;
        };
        let name = format!("{}/{}", file_name(run.parent().unwrap_or(run)), file_name(run));
        let pages: Vec<(f64, &str)> = recording.window.iter().map(|(at, text)| (*at, text.as_str())).collect();
        let result = match report(&inputs(&pages), Profile::Default) {
            Ok(result) => result,
            Err(error) => {
                println!("! {name}: {error}");
                continue;
            }
        };
        let answer = Answer::of(&result);
        let truth = truth_of(&file_name(run));
        let verdict = answer.verdict(&truth);
        let forbidden = answer.forbidden(&truth);
        right += usize::from(verdict == Verdict::Right);
        clean += usize::from(forbidden.is_empty());
        let claims: Vec<String> = answer.claims.iter().map(|c| format!("{} {:.2}", c.id, c.confidence)).collect();
        let good = verdict == Verdict::Right && forbidden.is_empty();
        println!(
            "{} {name}: {verdict:?}, said {} [{}] forbidden [{}]",
            mark(good),
            answer.label(),
            claims.join(", "),
            forbidden.join(", ")
        );
        println!("     {}", answer.headline);
        let (hits, tries) = quantiles(&result, &recording);
        inside += hits;
        checked += tries;
    }
    println!(
        "recorded: {right} of {} right, {clean} without a forbidden cause; {inside} of {checked} client quantiles inside our interval",
        runs.len()
    );
}

/// What the recorded condition's name stands for, judged from its description and from what the clients measured.
fn truth_of(condition: &str) -> Truth {
    let truth = |primary: &[&'static str], also: &[&'static str], forbidden: &[&'static str], silent: bool| Truth {
        primary: primary.to_vec(),
        also: also.to_vec(),
        forbidden: forbidden.to_vec(),
        may_be_silent: silent,
    };
    let notes = ["idle", "warming-up", "at-capacity", "kv-full-and-healthy", "no-prefix-reuse", "stale-gauges", "ttft-mixes-nonstreaming"];
    match condition.split('_').next().unwrap_or(condition) {
        "c" => {
            let forbidden = ["kv-capacity-bound", "preemption-thrash", "prefix-cache-thrash"];
            truth(&["sequence-limit"], &["overload", "small-batch-by-limit"], &forbidden, false)
        }
        "d" => truth(&["kv-capacity-bound", "preemption-thrash"], &["overload", "kv-under-allocated"], &["sequence-limit"], false),
        // Saturates only near the end of the ramp.
        "i" => truth(&["sequence-limit"], &["overload"], &["kv-capacity-bound", "preemption-thrash"], true),
        // Requests ask for what they generate (ratio 1.0), and the batch's 6000 tokens are all reserved.
        "queue" => truth(&["kv-capacity-bound"], &["overload"], &["over-reservation", "sequence-limit"], false),
        _ => truth(&[], &notes, &["*"], false),
    }
}

struct Recording {
    /// Unix time and text, first and last of the loaded phase.
    window: Vec<(f64, String)>,
    clients: Measured,
}

impl Recording {
    fn read(folder: &Path) -> Option<Recording> {
        let json = |name: &str| -> Option<Value> { serde_json::from_str(&std::fs::read_to_string(folder.join(name)).ok()?).ok() };
        let manifest = json("manifest.json")?;
        let quiet = ["pre_idle", "drain", "no_arrivals", "warmup"];
        let name_of = |phase: &Value| phase["name"].as_str().unwrap_or("").to_owned();
        let phase = manifest["phases"].as_array().and_then(|phases| phases.iter().find(|p| !quiet.contains(&name_of(p).as_str())).cloned());
        let (from, to) = match &phase {
            Some(phase) => (phase["start_s"].as_f64()?, phase["end_s"].as_f64()?),
            None => (manifest["load_starts_s"].as_f64()?, f64::INFINITY),
        };
        let mut loaded: Vec<(f64, String)> = Vec::new();
        for snapshot in manifest["snapshots"].as_array()? {
            let at = snapshot["t_s"].as_f64()?;
            let text = std::fs::read_to_string(folder.join(snapshot["file"].as_str()?)).ok()?;
            if at >= from - 0.5 && at <= to + 0.5 && !text.trim().is_empty() {
                loaded.push((snapshot["unix"].as_f64().unwrap_or(1.795e9 + at), text));
            }
        }
        let last = loaded.pop()?;
        let first = loaded.into_iter().next()?;
        let clients = json("client.json").map(|clients| Measured::between(&clients, first.0, last.0)).unwrap_or_default();
        Some(Recording { window: vec![first, last], clients })
    }
}

/// What the clients' own clocks say of the events between two moments: first tokens, gaps that ended, requests that ended well.
#[derive(Default)]
struct Measured {
    ttft: Vec<f64>,
    itl: Vec<f64>,
    e2e: Vec<f64>,
}

impl Measured {
    fn between(clients: &Value, from: f64, to: f64) -> Measured {
        let mut measured = Measured::default();
        let inside = |at: f64| from < at && at <= to;
        for request in clients["requests"].as_array().into_iter().flatten() {
            let Some(sent) = request["t_unix"].as_f64() else { continue };
            if let Some(ttft) = request["ttft"].as_f64() {
                let mut at = sent + ttft;
                measured.ttft.extend(Some(ttft).filter(|_| inside(at)));
                for gap in request["itl"].as_array().into_iter().flatten().filter_map(Value::as_f64) {
                    at += gap;
                    measured.itl.extend(Some(gap).filter(|_| inside(at)));
                }
            }
            let whole = request["e2e"].as_f64().filter(|whole| request["status"] == "ok" && inside(sent + whole));
            measured.e2e.extend(whole);
        }
        for values in [&mut measured.ttft, &mut measured.itl, &mut measured.e2e] {
            values.sort_by(f64::total_cmp);
        }
        measured
    }
}

/// Linear between the two nearest ranks.
fn at(sorted: &[f64], q: f64) -> Option<f64> {
    let place = q * (sorted.len().checked_sub(1)?) as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}

/// Compares with the clients' own clocks over the same events. Where count and mean agree and a quantile does not, the chunks reached
/// the client less evenly than the engine made them: that is the network and the client, which no server metric sees.
fn quantiles(report: &Report, recording: &Recording) -> (usize, usize) {
    let (mut hits, mut tries) = (0, 0);
    let clients = &recording.clients;
    for (path, values) in [("ttft", &clients.ttft), ("itl", &clients.itl), ("e2e", &clients.e2e)] {
        let Some(found) = report.anatomy.distributions.iter().find(|d| d.path == path) else { continue };
        for q in [0.5, 0.95] {
            let Some(seconds) = at(values, q) else { continue };
            let Some(quantile) = found.quantiles.iter().find(|k| (k.q - q).abs() < 1e-9) else { continue };
            let low = quantile.interval[0].unwrap_or(0.0);
            let high = quantile.interval[1].unwrap_or(f64::INFINITY);
            let inside = (low..=high).contains(&seconds);
            tries += 1;
            hits += usize::from(inside);
            if !inside {
                let percent = 100.0 * q;
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                let ours = found.mean.unwrap_or(f64::NAN);
                println!(
                    "     {path} P{percent:.0}: clients {seconds:.4} s (mean {mean:.4} of {}), ours [{low}, {high}] s (mean {ours:.4} of {})",
                    values.len(),
                    found.samples
                );
            }
        }
    }
    (hits, tries)
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).map(|entries| entries.flatten().map(|e| e.path()).collect::<Vec<_>>()).unwrap_or_default();
    entries.into_iter().filter(|path| path.is_dir()).collect()
}
