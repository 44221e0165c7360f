//! Observations made by hand.

use servescope::sorted::Table;

use servescope::metrics::{Bucket, Histogram};
use servescope::signal::{
    BackendId, Config, Counter, Distribution, Gauge, InstanceKey, Observation, Snapshot, Source, Spread, Value, VersionRange,
};
use servescope::slo::Target;

pub const INF: f64 = f64::INFINITY;

/// A snapshot of a server that exports nothing yet.
pub fn snapshot(backend: BackendId) -> Snapshot {
    Snapshot {
        backend,
        key: InstanceKey::default(),
        version: VersionRange::default().into(),
        why_backend: String::new(),
        at: None,
        hint: None,
        newest_stamp: None,
        started_at: None,
        text_index: 0,
        text_name: None,
        gauges: Table::default(),
        counters: Table::default(),
        distributions: Table::default(),
        config: Config::default().into(),
        adapters: Vec::new(),
        caveats: Vec::new(),
        lacks: Vec::new(),
        out_of_range: Vec::new(),
    }
}

pub fn source(line: u32) -> Source {
    Source::new(format!("line {line}"), [line].into())
}

fn value(value: f64) -> Value {
    Value::of_one(value, source(7))
}

/// Chained filling of a snapshot.
pub trait Fill: Sized {
    fn gauge(self, gauge: Gauge, of: f64) -> Self;
    fn counter(self, counter: Counter, of: f64) -> Self;
    /// Cumulative counts at the bounds, and the sum.
    fn spread(self, distribution: Distribution, bounds: &[f64], cumulative: &[f64], sum: f64) -> Self;
    fn at(self, seconds: f64) -> Self;
    fn seen(self) -> Observation;
}

impl Fill for Snapshot {
    fn gauge(mut self, gauge: Gauge, of: f64) -> Self {
        self.gauges.insert(gauge, value(of));
        self
    }

    fn counter(mut self, counter: Counter, of: f64) -> Self {
        self.counters.insert(counter, value(of));
        self
    }

    fn spread(mut self, distribution: Distribution, bounds: &[f64], cumulative: &[f64], sum: f64) -> Self {
        let buckets = bounds.iter().zip(cumulative).map(|(upper, cumulative)| Bucket { upper: *upper, cumulative: *cumulative }).collect();
        let histogram = Histogram::new(buckets, Some(sum), cumulative.last().copied());
        self.distributions.insert(distribution, Spread { histogram, source: source(9) });
        self
    }

    fn at(mut self, seconds: f64) -> Self {
        self.at = Some(seconds);
        self
    }

    fn seen(self) -> Observation {
        Observation::snapshot(self)
    }
}

pub fn target(path: &str, comparison: &str, asked: f64) -> Target {
    Target::new(None, path, comparison, asked, None).expect("a valid target")
}

/// vLLM's TTFT bounds around a second; 200 observations, of which P95 lies in (0.75, 1].
pub fn two_hundred(snapshot: Snapshot, distribution: Distribution) -> Snapshot {
    snapshot.spread(
        distribution,
        &[0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, INF],
        &[20.0, 110.0, 170.0, 186.0, 192.0, 198.0, 200.0, 200.0],
        71.4,
    )
}
