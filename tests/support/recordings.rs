//! Recorded servers, moment by moment: the texts, and what was true of the queue when each was taken, by the clients' own count.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use serde_json::Value;
use servescope::backend::{self, Detection};
use servescope::exposition::{self, Parsed};
use servescope::metrics::Scrape;
use servescope::signal::Gauge;

/// What the recorded conditions' names stand for, judged from their descriptions and from what the clients measured.
pub struct Label {
    /// Causes that may come first while requests wait.
    pub primary: &'static [&'static str],
    pub also: &'static [&'static str],
    /// Causes that the load excludes at any time.
    pub forbidden: &'static [&'static str],
}

const SLOTS: Label = Label {
    primary: &["sequence-limit"],
    also: &["overload", "small-batch-by-limit"],
    forbidden: &["kv-capacity-bound", "preemption-thrash", "prefix-cache-thrash", "over-reservation"],
};
const MEMORY: Label = Label {
    primary: &["kv-capacity-bound", "preemption-thrash"],
    also: &["overload", "kv-under-allocated"],
    forbidden: &["sequence-limit"],
};
/// Requests ask for what they generate (ratio 1.0), and the batch's 6000 tokens are all reserved.
const RESERVED: Label = Label { primary: &["kv-capacity-bound"], also: &["overload"], forbidden: &["over-reservation", "sequence-limit"] };
const CALM: Label = Label { primary: &[], also: &[], forbidden: &[] };

impl Label {
    pub fn of(condition: &str) -> &'static Label {
        match condition.split('_').next().unwrap_or(condition) {
            "c" | "i" => &SLOTS,
            "d" => &MEMORY,
            "queue" => &RESERVED,
            _ => &CALM,
        }
    }
}

pub struct Moment {
    /// Seconds since the recording began.
    pub seconds: f64,
    /// Unix seconds; a recording without a clock begins at a made-up one.
    pub unix: f64,
    pub text: String,
    pub parsed: Parsed,
    /// At least two requests that the clients had open were not running.
    pub waits: bool,
}

pub struct Recording {
    pub name: String,
    pub label: &'static Label,
    pub moments: Vec<Moment>,
}

/// What was true between two moments, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// At no moment did requests wait.
    Calm,
    /// They began to wait, or stopped.
    Mixed,
    /// They waited at every moment.
    Waiting,
}

impl Recording {
    /// `None` for a run with a `label.json`: what is true of it changes while it is recorded, so that one label does not fit it.
    pub fn read(folder: &Path) -> Option<Recording> {
        if folder.join("label.json").exists() {
            return None;
        }
        let manifest: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("manifest.json")).ok()?).ok()?;
        let condition = folder.file_name()?.to_string_lossy().into_owned();
        let moment = |snapshot: &Value| {
            let seconds = snapshot["t_s"].as_f64()?;
            let text = std::fs::read(folder.join(snapshot["file"].as_str()?)).ok()?;
            let parsed = exposition::parse(&text);
            let running = parsed.scrapes.first().map_or(0.0, running);
            // The harness counts its queue itself.
            let waiting = snapshot["queue"].as_f64().or_else(|| Some(snapshot["client_inflight"].as_f64()? - running))?;
            let unix = snapshot["unix"].as_f64().unwrap_or(1.795e9 + seconds);
            Some(Moment { seconds, unix, text: String::from_utf8_lossy(&text).into_owned(), parsed, waits: waiting >= 2.0 })
        };
        Some(Recording {
            name: format!("{}/{condition}", folder.parent()?.file_name()?.to_string_lossy()),
            label: Label::of(&condition),
            moments: manifest["snapshots"].as_array()?.iter().filter_map(moment).collect(),
        })
    }

    /// The same recording as another text of the same server would have shown it.
    pub fn edited(&self, edit: impl Fn(&str) -> String) -> Recording {
        let moment = |moment: &Moment| {
            let text = edit(&moment.text);
            Moment { parsed: exposition::parse(text.as_bytes()), text, ..*moment }
        };
        Recording { name: self.name.clone(), label: self.label, moments: self.moments.iter().map(moment).collect() }
    }

    pub fn phase(&self, from: usize, to: usize) -> Phase {
        let moments = &self.moments[from..=to];
        match moments.iter().filter(|moment| moment.waits).count() {
            0 => Phase::Calm,
            some if some == moments.len() => Phase::Waiting,
            _ => Phase::Mixed,
        }
    }
}

/// Running requests by the server's own gauge.
fn running(scrape: &Scrape) -> f64 {
    let Detection::Supported { backend, .. } = backend::detect(scrape) else { return 0.0 };
    let servers = backend::read(scrape, backend);
    servers.iter().filter_map(|server| server.gauges.get(&Gauge::Running)).map(|running| running.value).sum()
}

/// Every recording below a folder of servers.
pub fn all(series: &Path) -> Vec<Recording> {
    let mut runs: Vec<PathBuf> = folders(series).iter().flat_map(|server| folders(server)).collect();
    runs.sort();
    runs.iter().filter_map(|run| Recording::read(run)).collect()
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).map(|entries| entries.flatten().map(|e| e.path()).collect::<Vec<_>>()).unwrap_or_default();
    entries.into_iter().filter(|path| path.is_dir()).collect()
}
