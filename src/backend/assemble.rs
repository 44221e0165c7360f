//! A scrape read as one backend: snapshots of every server in it.

use super::detect::{self, Names};
use super::native::{Index, Instance, counter, distribution, gauge, lacks, out_of_range, traffic};
use super::spec::Spec;
use super::version::infer;
use crate::metrics::Scrape;
use crate::signal::{Caveat, Config, Gauge, InstanceKey, Snapshot, Source};
use crate::sorted::{sort, sort_by};

/// The servers of one scrape, found but not read yet.
pub struct Servers<'a> {
    index: Index<'a>,
    why: String,
    /// Numbers in the index, the busiest server first.
    order: Vec<(usize, InstanceKey)>,
}

impl<'a> Servers<'a> {
    pub(super) fn find(scrape: &'a Scrape, spec: &'static Spec) -> Option<Servers<'a>> {
        let names = Names::of(scrape);
        let spelling = detect::best_prefix(&names, spec)?;
        let index = Index::build(scrape, spec, spelling.prefix);
        let why = detect::why(scrape, &names, spec, &spelling);
        let busy = traffic(&index);
        let mut order: Vec<(usize, InstanceKey, f64)> =
            busy.into_iter().enumerate().map(|(number, busy)| (number, index.key(number), busy)).collect();
        sort_by(&mut order, |a, b| b.2.total_cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
        let order = order.into_iter().map(|(number, key, _)| (number, key)).collect();
        Some(Servers { index, why, order })
    }

    /// Model and labels of each, the busiest first.
    pub fn keys(&self) -> impl Iterator<Item = &InstanceKey> {
        self.order.iter().map(|(_, key)| key)
    }

    /// Reads one of them.
    #[must_use]
    pub fn snapshot(&self, key: &InstanceKey) -> Option<Snapshot> {
        Some(snapshot(&self.instance(key)?, &self.why))
    }

    /// Unix seconds of the newest timestamp of one of them.
    #[must_use]
    pub fn timestamp(&self, key: &InstanceKey) -> Option<f64> {
        self.instance(key)?.timestamp()
    }

    fn instance(&self, key: &InstanceKey) -> Option<Instance<'_, 'a>> {
        let (number, _) = self.order.iter().find(|(_, known)| known == key)?;
        Some(self.index.instance(*number))
    }
}

fn snapshot(instance: &Instance<'_, '_>, why: &str) -> Snapshot {
    let spec = instance.spec();
    let version = infer(instance, &(spec.evidence)(instance), (spec.whole)(instance));
    let mut snapshot = Snapshot {
        backend: spec.id,
        key: instance.key(),
        why_backend: why.to_owned(),
        at: instance.timestamp(),
        hint: None,
        started_at: started_at(instance),
        newest_stamp: instance.newest_stamp().filter(|_| instance.spec().created_is_start),
        text_index: 0,
        text_name: None,
        gauges: spec.gauges.iter().filter_map(|row| Some((row.to, gauge(instance, row)?))).collect(),
        counters: spec.counters.iter().filter_map(|row| Some((row.to, counter(instance, row, version.from)?))).collect(),
        distributions: spec.distributions.iter().filter_map(|row| Some((row.to, distribution(instance, row)?))).collect(),
        config: Config::default().into(),
        adapters: Vec::new(),
        caveats: Vec::new(),
        lacks: lacks(instance, (spec.always)(instance).into_iter()),
        out_of_range: spec.gauges.iter().flat_map(|row| out_of_range(instance, row)).collect(),
        version: version.into(),
    };
    if snapshot.started_at.is_none() {
        snapshot.caveats.push(Caveat::NoStartTime);
    }
    correct_percent(&mut snapshot);
    (spec.finish)(instance, &mut snapshot);
    sort(&mut snapshot.caveats);
    snapshot.caveats.dedup();
    snapshot
}

/// Usage is a fraction. A value above one that its range admits was scaled by a re-exporter.
fn correct_percent(snapshot: &mut Snapshot) {
    for gauge in [Gauge::KvUsage, Gauge::CpuKvUsage, Gauge::FullPoolUsage, Gauge::SwaPoolUsage, Gauge::MambaPoolUsage] {
        if let Some(value) = snapshot.gauges.get_mut(&gauge)
            && value.value > 1.0001
        {
            value.value /= 100.0;
            value.ranks.iter_mut().for_each(|(_, rank)| *rank /= 100.0);
            snapshot.caveats.push(Caveat::UsageWasPercent);
        }
    }
}

/// The process start, else the creation of its first metric.
fn started_at(instance: &Instance<'_, '_>) -> Option<(f64, Source)> {
    let metric = "process_start_time_seconds";
    let process = instance
        .numbers(metric)
        .filter(|series| series.data.is_finite() && series.data > 0.0)
        .min_by(|a, b| a.data.total_cmp(&b.data))
        .map(|series| (series.data, Source::new(metric.to_owned(), [series.sample.line()].into())));
    process.or_else(|| instance.created().filter(|_| instance.spec().created_is_start))
}
