//! Hand-made snapshots for tests.

use std::sync::Arc;

use super::{
    BackendId, Config, ConfigValue, Counter, Distribution, Gauge, InstanceKey, Observation, Snapshot, Source, Spread, Value, Version,
    VersionRange,
};
use crate::metrics::{Bucket, Histogram};

/// Builds a snapshot step by step.
#[derive(Clone)]
pub(crate) struct Build(pub Snapshot);

impl Build {
    pub fn new(backend: BackendId) -> Self {
        Build(Snapshot {
            backend,
            key: InstanceKey::default(),
            version: newest(backend).into(),
            why_backend: String::new(),
            at: None,
            hint: None,
            started_at: None,
            newest_stamp: None,
            text_index: 0,
            text_name: None,
            gauges: Default::default(),
            counters: Default::default(),
            distributions: Default::default(),
            config: Config::default().into(),
            adapters: Vec::new(),
            caveats: Vec::new(),
            lacks: Vec::new(),
            out_of_range: Vec::new(),
        })
    }

    /// Goes on with one that is built.
    pub fn again(snapshot: &Snapshot) -> Self {
        Build(snapshot.clone())
    }

    pub fn at(mut self, seconds: f64) -> Self {
        self.0.at = Some(seconds);
        self
    }

    pub fn started(mut self, seconds: f64) -> Self {
        self.0.started_at = Some((seconds, source("process_start_time_seconds")));
        self
    }

    pub fn gauge(mut self, gauge: Gauge, value: f64) -> Self {
        self.0.gauges.insert(gauge, value_of(gauge.path(), value));
        self
    }

    pub fn counter(mut self, counter: Counter, value: f64) -> Self {
        self.0.counters.insert(counter, value_of(counter.path(), value));
        self
    }

    /// A histogram from `(upper bound, observations in that bucket)`; the last bound should be infinite.
    pub fn histogram(mut self, distribution: Distribution, buckets: &[(f64, f64)], sum: f64) -> Self {
        let mut total = 0.0;
        let cumulative = buckets
            .iter()
            .map(|(upper, count)| {
                total += count;
                Bucket { upper: *upper, cumulative: total }
            })
            .collect();
        let histogram = Histogram::new(cumulative, Some(sum), Some(total));
        self.0.distributions.insert(distribution, Spread { histogram, source: source(distribution.path()) });
        self
    }

    /// `count` observations whose mean is `mean`, all in one bucket of a coarse scale.
    pub fn latency(self, distribution: Distribution, count: f64, mean: f64) -> Self {
        const EDGES: &[f64] =
            &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 512.0, 2048.0, 8192.0, f64::INFINITY];
        let mut placed = false;
        let buckets: Vec<(f64, f64)> = EDGES
            .iter()
            .map(|edge| {
                let here = !placed && mean <= *edge;
                placed |= here;
                (*edge, if here { count } else { 0.0 })
            })
            .collect();
        self.histogram(distribution, &buckets, count * mean)
    }

    pub fn config(mut self, set: impl FnOnce(&mut Config)) -> Self {
        set(&mut self.0.config);
        self
    }
}

impl Observation {
    /// The later snapshot, to change it.
    pub(crate) fn last_mut(&mut self) -> &mut Snapshot {
        Arc::make_mut(&mut self.last)
    }
}

/// The newest release of each server, which has every flag that is not removed.
fn newest(backend: BackendId) -> VersionRange {
    let release = match backend {
        BackendId::Vllm => Version(0, 33, 0),
        BackendId::Sglang => Version(0, 5, 23),
        BackendId::Tgi => Version(3, 3, 7),
    };
    VersionRange { from: Some(release), to: Some(release), why: Vec::new() }
}

pub(crate) fn setting(value: f64) -> Option<ConfigValue<f64>> {
    Some(ConfigValue { value, inferred: false, source: source("setting") })
}

pub(crate) fn source(metric: &str) -> Source {
    Source::new(metric.to_owned(), [1].into())
}

fn value_of(metric: &str, value: f64) -> Value {
    Value::of_one(value, source(metric))
}

pub(crate) fn snapshot(build: Build) -> Observation {
    Observation::snapshot(build.0)
}

/// A window of 60 s; the second snapshot gets a later time unless both have one.
pub(crate) fn window(first: Build, last: Build) -> Observation {
    let at = first.0.at.unwrap_or(1000.0);
    let first = first.at(at);
    let last = if last.0.at.is_some_and(|end| end > at) { last } else { last.at(at + 60.0) };
    Observation::window(first.0, last.0)
}
