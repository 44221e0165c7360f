//! The samples of one backend in a scrape, by name without the prefix and by server. Nothing is read before somebody asks for it.

use std::cell::OnceCell;

use super::Series;
use super::instances::{Fitting, Instances};
use crate::backend::spec::Spec;
use crate::metrics::{HistogramRows, Run, SUFFIXES, Sample, Samples, Scrape, SourceLines, Spans, histograms_of, number, totals_of};
use crate::signal::{InstanceKey, Source};
use crate::sorted::{sort, sort_by};

pub(in crate::backend) struct Index<'a> {
    scrape: &'a Scrape,
    spec: &'static Spec,
    prefix: &'static str,
    instances: Instances<'a>,
    /// Sorted by short name: the shorter before the longer, so that a search compares few texts.
    names: Vec<Name<'a>>,
}

/// A sample name of the backend.
struct Name<'a> {
    full: &'a str,
    /// Without the prefix.
    short: &'a str,
    /// Its rows by server, when there are several servers.
    by_server: OnceCell<Vec<Run>>,
}

/// One server of an index, with what was read of it.
pub(in crate::backend) struct Instance<'i, 'a> {
    index: &'i Index<'a>,
    number: usize,
    histograms: OnceCell<Vec<OnceCell<Histograms<'a>>>>,
}

/// The series of a histogram family.
struct Histograms<'a> {
    all: Vec<HistogramRows<'a>>,
    /// Of the first of them.
    bounds: OnceCell<Vec<f64>>,
}

impl<'a> Index<'a> {
    pub fn build(scrape: &'a Scrape, spec: &'static Spec, prefix: &'static str) -> Index<'a> {
        let short = |full: &'a str| full.strip_prefix(prefix).or_else(|| spec.globals.contains(&full).then_some(full));
        let names = scrape.sample_names().into_iter();
        let mut names: Vec<Name<'a>> =
            names.filter_map(|full| Some(Name { full, short: short(full)?, by_server: OnceCell::new() })).collect();
        // Where the prefix stands before a name that needs none, the bare name is the server's.
        let order = |name: &Name<'a>| (name.short.len(), name.short, name.full != name.short);
        sort_by(&mut names, |a, b| order(a).cmp(&order(b)));
        names.dedup_by(|a, b| a.short == b.short);
        let own = |of_bucket: bool| {
            let own = names.iter().filter(move |name| name.full != name.short && name.full.ends_with("_bucket") == of_bucket);
            own.flat_map(|name| scrape.named(name.full))
        };
        let of_bucket = own(false).next().is_none();
        let instances = Instances::find(own(of_bucket), &spec.labels);
        Index { scrape, spec, prefix, instances, names }
    }

    pub fn spec(&self) -> &'static Spec {
        self.spec
    }

    /// Number of servers.
    pub fn len(&self) -> usize {
        self.instances.len()
    }

    pub fn key(&self, number: usize) -> InstanceKey {
        self.instances.key(number)
    }

    /// The samples of a name of every server that has some, as [`Instance::samples`] finds them for one.
    pub fn samples_of_each(&self, name: &str) -> impl Iterator<Item = (usize, Samples<'_, 'a>)> {
        let found = |base: &str, suffix: &str| self.place(base, suffix).and_then(|place| self.names.get(place));
        let found = found(name, "").or_else(|| found(name.strip_suffix("_total")?, "")).or_else(|| found(name, "_total"));
        let runs = found.map_or(&[][..], |name| name.by_server.get_or_init(|| self.by_server(name)));
        let of_each = runs.chunk_by(|a, b| a.name == b.name);
        of_each.filter_map(|runs| Some((runs.first()?.name as usize, Samples::new(self.scrape, runs))))
    }

    pub fn instance(&self, number: usize) -> Instance<'_, 'a> {
        Instance { index: self, number, histograms: OnceCell::new() }
    }

    /// Where samples of this name with this suffix, without the prefix, are.
    fn place(&self, base: &str, suffix: &str) -> Option<usize> {
        let length = base.len() + suffix.len();
        let order = |name: &Name<'a>| {
            name.short.len().cmp(&length).then_with(|| {
                let (start, rest) = name.short.as_bytes().split_at(base.len());
                start.cmp(base.as_bytes()).then_with(|| rest.cmp(suffix.as_bytes()))
            })
        };
        self.names.binary_search_by(order).ok()
    }

    fn samples<'i>(&'i self, name: &'i Name<'a>, number: usize) -> Samples<'i, 'a> {
        if self.instances.len() == 1 {
            return self.scrape.named(name.full);
        }
        let runs = name.by_server.get_or_init(|| self.by_server(name));
        let start = runs.partition_point(|run| (run.name as usize) < number);
        let end = start + runs.get(start..).map_or(0, |rest| rest.partition_point(|run| run.name as usize == number));
        Samples::new(self.scrape, runs.get(start..end).unwrap_or(&[]))
    }

    /// The rows of a name, sorted by server, then as in the text.
    fn by_server(&self, name: &Name<'a>) -> Vec<Run> {
        let of_process = self.spec.of_process.contains(&name.short);
        let mut pick = self.instances.pick();
        let mut fitting = Fitting::Several(Vec::new());
        let mut runs: Vec<Run> = Vec::new();
        for (start, end) in self.scrape.named(name.full).series() {
            self.instances.fit(&self.scrape.sample(start), &mut pick, &mut fitting);
            let mut give = |server: usize| match runs.last_mut() {
                Some(run) if run.name as usize == server && run.end == start => run.end = end,
                _ => runs.push(Run { name: server as u32, start, end }),
            };
            match &fitting {
                Fitting::One(server) => give(*server),
                Fitting::Several(servers) if of_process => servers.iter().for_each(|server| give(*server)),
                Fitting::Several(_) => {}
            }
        }
        if !runs.is_sorted_by_key(|run| run.name) {
            sort_by(&mut runs, |a, b| (a.name, a.start).cmp(&(b.name, b.start)));
        }
        runs
    }
}

impl<'i, 'a> Instance<'i, 'a> {
    pub fn key(&self) -> InstanceKey {
        self.index.instances.key(self.number)
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

    /// Series of this sample name.
    pub fn numbers(&self, name: &str) -> impl Iterator<Item = Series<'a, f64>> + Clone + use<'i, 'a> {
        self.samples(name).map(Series::of)
    }

    /// Samples of this name. A counter that a proxy renamed is found with or without `_total`.
    pub fn samples(&self, name: &str) -> Samples<'i, 'a> {
        let found = |base: &str, suffix: &str| Some(self.named(base, suffix)).filter(|samples| samples.clone().next().is_some());
        found(name, "")
            .or_else(|| name.strip_suffix("_total").and_then(|base| found(base, "")))
            .unwrap_or_else(|| self.named(name, "_total"))
    }

    /// Lines of the samples of these names.
    pub fn lines(&self, names: &[&str]) -> SourceLines {
        let mut lines = Spans::default();
        names.iter().flat_map(|name| self.samples(name)).for_each(|sample| lines.add(sample.line()));
        lines.lines()
    }

    /// Histograms of this base name.
    pub fn histograms(&self, base: &str) -> &[HistogramRows<'a>] {
        self.histograms_and_bounds(base).map_or(&[], |found| &found.all)
    }

    /// The bounds of the first histogram of this base name.
    pub fn bounds(&self, base: &str) -> &[f64] {
        let Some(found) = self.histograms_and_bounds(base) else { return &[] };
        let read = |rows: &HistogramRows<'_>| rows.histogram().buckets.iter().map(|bucket| bucket.upper).collect();
        found.bounds.get_or_init(|| found.all.first().map(read).unwrap_or_default())
    }

    fn histograms_and_bounds(&self, base: &str) -> Option<&Histograms<'a>> {
        let place = self.index.place(base, "_bucket").or_else(|| self.index.place(base, "_count"))?;
        let all = self.histograms.get_or_init(|| self.index.names.iter().map(|_| OnceCell::new()).collect());
        let read = || {
            let found = histograms_of(self.index.scrape, SUFFIXES.map(|suffix| self.named(base, suffix)));
            // Somebody may have pasted sum and count alone; of these the mean is known.
            if found.is_empty() { totals_of(self.index.scrape, self.named(base, "_sum"), self.named(base, "_count")) } else { found }
        };
        Some(all.get(place)?.get_or_init(|| Histograms { all: read(), bounds: OnceCell::new() }))
    }

    /// True when samples of this name, or a histogram of this base name, are there.
    pub fn has(&self, name: &str) -> bool {
        let is_bucket = |sample: Sample<'a>| sample.label("le").and_then(number).is_some();
        self.samples(name).next().is_some() || self.named(name, "_bucket").any(is_bucket)
    }

    /// True when a sample of this name, or a histogram of this base name, has the label.
    pub fn has_label(&self, name: &str, label: &str) -> bool {
        self.any(name, |sample| sample.label(label).is_some())
    }

    pub fn has_value(&self, name: &str, label: &str, value: &str) -> bool {
        self.any(name, |sample| sample.label(label) == Some(value))
    }

    fn any(&self, name: &str, mut test: impl FnMut(&Sample<'a>) -> bool) -> bool {
        self.samples(name).any(|sample| test(&sample)) || self.histograms(name).iter().any(|series| test(&series.sample))
    }

    /// The values of a label over the series of a name, sorted, each once.
    pub fn label_values(&self, name: &str, label: &str) -> Vec<&'a str> {
        let numbers = self.samples(name).filter_map(|sample| sample.label(label));
        let histograms = self.histograms(name).iter().filter_map(|series| series.sample.label(label));
        let mut values: Vec<&'a str> = numbers.chain(histograms).collect();
        sort(&mut values);
        values.dedup();
        values
    }

    /// The earliest `*_created` sample.
    pub fn created(&self) -> Option<(f64, Source)> {
        let mut earliest: Option<(&'a str, Sample<'a>)> = None;
        let before = |(a, of_a): (&str, f64), (b, of_b): (&str, f64)| of_a.total_cmp(&of_b).then_with(|| a.cmp(b)).is_lt();
        for name in self.names().filter(|name| name.short.ends_with("_created")) {
            for sample in self.index.samples(name, self.number) {
                let is_time = sample.value() > 0.0 && sample.value().is_finite();
                if is_time && earliest.as_ref().is_none_or(|(full, known)| before((name.full, sample.value()), (*full, known.value()))) {
                    earliest = Some((name.full, sample));
                }
            }
        }
        earliest.map(|(full, sample)| (sample.value(), Source::new(full.to_owned(), [sample.line()].into())))
    }

    /// The newest `_created` stamp. Labels that are first seen later bring later ones.
    pub fn newest_stamp(&self) -> Option<f64> {
        let stamps = self.names().filter(|name| name.short.ends_with("_created")).flat_map(|name| self.index.samples(name, self.number));
        stamps.map(|sample| sample.value()).filter(|value| *value > 0.0 && value.is_finite()).reduce(f64::max)
    }

    /// Seconds of the newest sample timestamp; buckets have those of their sums.
    pub fn timestamp(&self) -> Option<f64> {
        if !self.index.scrape.has_timestamps() {
            return None;
        }
        let numbers = self.names().filter(|name| !name.short.ends_with("_bucket"));
        let newest = numbers.flat_map(|name| self.index.samples(name, self.number)).filter_map(|sample| sample.timestamp_ms()).max();
        newest.map(|ms| ms as f64 / 1e3)
    }

    fn names(&self) -> impl Iterator<Item = &'i Name<'a>> + use<'i, 'a> {
        self.index.names.iter()
    }

    fn named(&self, base: &str, suffix: &str) -> Samples<'i, 'a> {
        let name = self.index.place(base, suffix).and_then(|place| self.index.names.get(place));
        name.map_or_else(|| Samples::new(self.index.scrape, &[]), |name| self.index.samples(name, self.number))
    }
}
