//! The series of one backend in a scrape, by server and by name without the prefix.

use std::collections::HashMap;

use super::Series;
use super::instances::{Fitting, Instances};
use crate::backend::spec::Spec;
use crate::metrics::{Histogram, Sample, Scrape};
use crate::signal::{InstanceKey, Source};

/// All series that can matter, found once.
pub(in crate::backend) struct Index<'a> {
    scrape: &'a Scrape,
    spec: &'static Spec,
    prefix: &'static str,
    keys: Vec<InstanceKey>,
    servers: Vec<Server<'a>>,
}

/// The series of one server by name; only looked up, so their order does not matter.
#[derive(Default)]
struct Server<'a> {
    numbers: HashMap<&'a str, Vec<Series<'a, f64>>>,
    histograms: HashMap<&'a str, Vec<Series<'a, Histogram>>>,
    created: Option<(f64, Source)>,
    newest_timestamp_ms: Option<i64>,
}

/// One server of an index.
#[derive(Clone, Copy)]
pub(in crate::backend) struct Instance<'i, 'a> {
    index: &'i Index<'a>,
    number: usize,
}

impl<'a> Index<'a> {
    pub fn build(scrape: &'a Scrape, spec: &'static Spec, prefix: &'static str) -> Index<'a> {
        let names: Vec<(&'a str, &'a str)> = scrape
            .sample_names()
            .into_iter()
            .filter_map(|full| {
                let short = full.strip_prefix(prefix).or_else(|| spec.globals.contains(&full).then_some(full))?;
                Some((full, short))
            })
            .collect();
        let labels_of = |of_bucket: bool| -> Vec<Vec<(&'a str, &'a str)>> {
            let own = names.iter().filter(|(full, short)| full != short && full.ends_with("_bucket") == of_bucket);
            own.flat_map(|(full, _)| scrape.named(full)).map(|sample| sample.labels().collect()).collect()
        };
        let mut own_series = labels_of(false);
        if own_series.is_empty() {
            own_series = labels_of(true);
        }
        let instances = Instances::find(&own_series, &spec.labels);
        let keys = instances.keys();
        let servers = keys.iter().map(|_| Server::default()).collect();
        let mut index = Index { scrape, spec, prefix, keys, servers };
        for (full, short) in names {
            if let Some(base) = short.strip_suffix("_bucket") {
                index.add_histograms(&instances, full, base);
            } else {
                for sample in scrape.named(full) {
                    index.add_number(&instances, full, short, sample);
                }
            }
        }
        index
    }

    pub fn instances(&self) -> impl Iterator<Item = Instance<'_, 'a>> {
        (0..self.keys.len()).map(move |number| Instance { index: self, number })
    }

    fn add_histograms(&mut self, instances: &Instances<'a>, full: &str, base: &'a str) {
        let Some(full_base) = full.strip_suffix("_bucket") else {
            return;
        };
        for found in self.scrape.histograms(full_base) {
            if let Some(server) = instances.owner(&found.labels).and_then(|owner| self.servers.get_mut(owner)) {
                let mut lines = found.lines;
                lines.sort_unstable();
                server.histograms.entry(base).or_default().push(Series { labels: found.labels, lines, data: found.histogram });
            }
        }
    }

    fn add_number(&mut self, instances: &Instances<'a>, full: &str, short: &'a str, sample: Sample<'a>) {
        let labels: Vec<(&'a str, &'a str)> = sample.labels().collect();
        match instances.fitting(&labels) {
            Fitting::One(owner) => self.give(owner, full, short, sample, labels),
            Fitting::Several(owners) if self.spec.of_process.contains(&short) => {
                for owner in owners {
                    self.give(owner, full, short, sample, labels.clone());
                }
            }
            Fitting::Several(_) => {}
        }
    }

    fn give(&mut self, owner: usize, full: &str, short: &'a str, sample: Sample<'a>, labels: Vec<(&'a str, &'a str)>) {
        let Some(server) = self.servers.get_mut(owner) else {
            return;
        };
        server.newest_timestamp_ms = server.newest_timestamp_ms.max(sample.timestamp_ms());
        if short.ends_with("_created") {
            server.note_created(full, &sample);
        } else {
            server.numbers.entry(short).or_default().push(Series { labels, lines: vec![sample.line()], data: sample.value() });
        }
    }
}

impl Server<'_> {
    fn note_created(&mut self, full: &str, sample: &Sample<'_>) {
        let value = sample.value();
        let is_earliest = self.created.as_ref().is_none_or(|(known, _)| value < *known);
        if value > 0.0 && value.is_finite() && is_earliest {
            self.created = Some((value, Source { metric: full.to_owned(), lines: vec![sample.line()] }));
        }
    }
}

impl<'i, 'a> Instance<'i, 'a> {
    pub fn key(&self) -> &'i InstanceKey {
        static NONE: InstanceKey = InstanceKey { model: None, labels: Vec::new() };
        self.index.keys.get(self.number).unwrap_or(&NONE)
    }

    pub fn spec(&self) -> &'static Spec {
        self.index.spec
    }

    pub fn scrape(&self) -> &'a Scrape {
        self.index.scrape
    }

    /// The name as it stands in the text.
    pub fn full_name(&self, name: &str) -> String {
        if self.index.spec.globals.contains(&name) { name.to_owned() } else { format!("{}{name}", self.index.prefix) }
    }

    /// Series of this sample name. A counter that a proxy renamed is found with or without `_total`.
    pub fn numbers(&self, name: &str) -> &'i [Series<'a, f64>] {
        self.named(name).or_else(|| name.strip_suffix("_total").and_then(|base| self.named(base))).unwrap_or_else(|| {
            let total = format!("{name}_total");
            self.named(&total).unwrap_or(&[])
        })
    }

    pub fn histograms(&self, base: &str) -> &'i [Series<'a, Histogram>] {
        self.server().and_then(|server| server.histograms.get(base)).map_or(&[], Vec::as_slice)
    }

    /// True when samples of this name, or a histogram of this base name, are there.
    pub fn has(&self, name: &str) -> bool {
        !self.numbers(name).is_empty() || !self.histograms(name).is_empty()
    }

    /// The values of a label over the series of a name, sorted, each once.
    pub fn label_values(&self, name: &str, label: &str) -> Vec<&'a str> {
        let numbers = self.numbers(name).iter().filter_map(|series| series.label(label));
        let histograms = self.histograms(name).iter().filter_map(|series| series.label(label));
        let mut values: Vec<&'a str> = numbers.chain(histograms).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// The earliest `*_created` sample.
    pub fn created(&self) -> Option<(f64, Source)> {
        self.server().and_then(|server| server.created.clone())
    }

    /// Seconds of the newest sample timestamp.
    pub fn timestamp(&self) -> Option<f64> {
        self.server().and_then(|server| server.newest_timestamp_ms).map(|ms| ms as f64 / 1e3)
    }

    fn named(&self, name: &str) -> Option<&'i [Series<'a, f64>]> {
        self.server().and_then(|server| server.numbers.get(name)).map(Vec::as_slice)
    }

    fn server(&self) -> Option<&'i Server<'a>> {
        self.index.servers.get(self.number)
    }
}
