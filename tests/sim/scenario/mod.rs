//! The labelled conditions: what is done to the server, and what a diagnosis must and must not say about it.
//!
//! Ids of causes are the rule ids of the report. Training seeds are for building rules, the held-out seeds are only scored.

mod as_run;
mod cache;
mod calm;
mod distributed;
mod errors;
mod field;
mod latency;
mod memory;
mod over_time;
mod queue;

use super::run::Run;
use super::setup::{Backend, Setup};
use super::text::version::{Flavour, Version, versions};
use super::truth::Truth;

pub const TRAINING_SEEDS: std::ops::Range<u64> = 0..5;
pub const HELD_OUT_SEEDS: std::ops::Range<u64> = 100..110;

/// The least input that can decide a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    Snapshot,
    Window,
    Series,
    Fleet,
}

/// What makes instance `n` of a fleet different.
type Vary = fn(&mut Setup, usize);

#[derive(Clone)]
pub struct Scenario {
    pub id: &'static str,
    pub backends: &'static [Backend],
    /// Causes that are right in first place; empty when there is nothing wrong.
    pub primary: &'static [&'static str],
    /// Findings that may stand beside it.
    pub also: &'static [&'static str],
    /// Causes that must not be claimed; "*" means every cause that is in neither list above.
    pub forbidden: &'static [&'static str],
    /// A diagnosis that says nothing is also right (the metrics hide the condition, or it harms nobody).
    pub may_be_silent: bool,
    pub decided_by: Mode,
    /// Loaded span, in seconds of simulated time.
    pub window: (f64, f64),
    pub versions: fn(Version) -> bool,
    pub setup: fn(&mut Setup),
    /// Number of instances, when there is more than one server.
    pub fleet: Option<(usize, Vary)>,
    /// Whether the condition was really there.
    pub holds: fn(&Truth, &Setup) -> bool,
}

const VLLM: &[Backend] = &[Backend::Vllm];
const SGLANG: &[Backend] = &[Backend::Sglang];
const TGI: &[Backend] = &[Backend::Tgi];
const VLLM_SGLANG: &[Backend] = &[Backend::Vllm, Backend::Sglang];
const VLLM_TGI: &[Backend] = &[Backend::Vllm, Backend::Tgi];
const ALL: &[Backend] = &Backend::ALL;

impl Scenario {
    const fn new(id: &'static str, backends: &'static [Backend], primary: &'static [&'static str], setup: fn(&mut Setup)) -> Scenario {
        Scenario {
            id,
            backends,
            primary,
            also: &[],
            forbidden: &[],
            may_be_silent: false,
            decided_by: Mode::Window,
            window: (120.0, 240.0),
            versions: |_| true,
            setup,
            fleet: None,
            holds: |truth, _| truth.finished > 0,
        }
    }

    const fn also(mut self, ids: &'static [&'static str]) -> Scenario {
        self.also = ids;
        self
    }

    const fn forbid(mut self, ids: &'static [&'static str]) -> Scenario {
        self.forbidden = ids;
        self
    }

    const fn silent(mut self) -> Scenario {
        self.may_be_silent = true;
        self
    }

    const fn by(mut self, mode: Mode) -> Scenario {
        self.decided_by = mode;
        self
    }

    const fn between(mut self, from: f64, to: f64) -> Scenario {
        self.window = (from, to);
        self
    }

    const fn on(mut self, versions: fn(Version) -> bool) -> Scenario {
        self.versions = versions;
        self
    }

    const fn fleet(mut self, count: usize, vary: Vary) -> Scenario {
        self.fleet = Some((count, vary));
        self
    }

    const fn when(mut self, holds: fn(&Truth, &Setup) -> bool) -> Scenario {
        self.holds = holds;
        self
    }

    /// The releases of this backend on which the condition can be seen, newest first.
    pub fn versions(&self, backend: Backend) -> Vec<Version> {
        versions(backend).into_iter().filter(|version| (self.versions)(*version)).collect()
    }

    /// The release that a seed imitates; the seeds go round them.
    pub fn version(&self, backend: Backend, seed: u64) -> Version {
        let versions = self.versions(backend);
        versions[seed as usize % versions.len()]
    }

    pub fn instances(&self) -> usize {
        self.fleet.map_or(1, |(count, _)| count)
    }

    /// The setup of one instance.
    pub fn setup_for(&self, version: Version, seed: u64, instance: usize) -> Setup {
        let mut setup = Setup::base(version.backend, version.policy());
        (self.setup)(&mut setup);
        setup.perturb(seed);
        if let Some((_, vary)) = self.fleet {
            vary(&mut setup, instance);
            setup.seed = seed.wrapping_add(7919 * instance as u64);
        }
        setup
    }

    pub fn run(&self, version: Version, seed: u64, instance: usize) -> Run {
        Run::new(self.setup_for(version, seed, instance), version)
    }
}

/// Every labelled condition.
pub fn scenarios() -> Vec<Scenario> {
    [
        calm::ALL_CALM,
        queue::ALL_QUEUE,
        memory::ALL_MEMORY,
        latency::ALL_LATENCY,
        cache::ALL_CACHE,
        errors::ALL_ERRORS,
        distributed::ALL_DISTRIBUTED,
        over_time::ALL_OVER_TIME,
        as_run::ALL_AS_RUN,
    ]
    .concat()
}

/// The same conditions as they look elsewhere: other pauses, other tails, other reservations. None of the rules was built on them.
pub fn field() -> Vec<Scenario> {
    field::ALL_FIELD.to_vec()
}

pub fn find(id: &str) -> Option<Scenario> {
    scenarios().into_iter().chain(field()).find(|scenario| scenario.id == id)
}

/// vLLM's V1 engine, and every release of the other backends.
fn not_v0(version: Version) -> bool {
    version.flavour != Flavour::V0
}

/// Releases from these on: vLLM 0.minor (V1), SGLang 0.5.patch, TGI major.
fn since(version: Version, vllm: u32, sglang: u32, tgi: u32) -> bool {
    match version.backend {
        Backend::Vllm => not_v0(version) && version.since(vllm, 0),
        Backend::Sglang => version.since(5, sglang),
        Backend::Tgi => version.major >= tgi,
    }
}
