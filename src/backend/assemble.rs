//! A scrape read as one backend: snapshots of every server in it.

use super::detect;
use super::native::{Index, Instance, counter, distribution, gauge};
use super::spec::Spec;
use super::version::infer;
use crate::metrics::Scrape;
use crate::signal::{Caveat, Config, Counter, Gauge, Snapshot, Source};

pub(super) fn read(scrape: &Scrape, spec: &'static Spec) -> Vec<Snapshot> {
    let Some(prefix) = detect::prefix(scrape, spec) else {
        return Vec::new();
    };
    let index = Index::build(scrape, spec, prefix);
    let why = detect::why(scrape, spec, prefix);
    let mut snapshots: Vec<Snapshot> = index.instances().map(|instance| snapshot(&instance, &why)).collect();
    snapshots.sort_by(|a, b| traffic(b).total_cmp(&traffic(a)).then_with(|| a.key.cmp(&b.key)));
    snapshots
}

fn snapshot(instance: &Instance<'_, '_>, why: &str) -> Snapshot {
    let spec = instance.spec();
    let version = infer(instance, &(spec.evidence)(instance), (spec.whole)(instance));
    let mut snapshot = Snapshot {
        backend: spec.id,
        key: instance.key().clone(),
        why_backend: why.to_owned(),
        at: instance.timestamp(),
        started_at: started_at(instance),
        text_index: 0,
        text_name: None,
        gauges: spec.gauges.iter().filter_map(|row| Some((row.to, gauge(instance, row)?))).collect(),
        counters: spec.counters.iter().filter_map(|row| Some((row.to, counter(instance, row, version.from)?))).collect(),
        distributions: spec.distributions.iter().filter_map(|row| Some((row.to, distribution(instance, row)?))).collect(),
        config: Config::default(),
        caveats: Vec::new(),
        version,
    };
    if snapshot.started_at.is_none() {
        snapshot.caveats.push(Caveat::NoStartTime);
    }
    (spec.finish)(instance, &mut snapshot);
    snapshot.caveats.sort_unstable();
    snapshot.caveats.dedup();
    snapshot
}

/// The process start, else the creation of its first metric.
fn started_at(instance: &Instance<'_, '_>) -> Option<(f64, Source)> {
    let metric = "process_start_time_seconds";
    let process = instance
        .numbers(metric)
        .iter()
        .filter(|series| series.data.is_finite() && series.data > 0.0)
        .min_by(|a, b| a.data.total_cmp(&b.data))
        .map(|series| (series.data, Source { metric: metric.to_owned(), lines: series.lines.clone() }));
    process.or_else(|| instance.created().filter(|_| instance.spec().created_is_start))
}

/// Tokens since start, else requests now: orders the servers of one text.
fn traffic(snapshot: &Snapshot) -> f64 {
    let counted: f64 =
        [Counter::OutputTokens, Counter::PromptTokens].iter().filter_map(|key| snapshot.counters.get(key)).map(|value| value.value).sum();
    let open: f64 = [Gauge::Running, Gauge::Waiting].iter().filter_map(|key| snapshot.gauges.get(key)).map(|value| value.value).sum();
    counted + open
}
