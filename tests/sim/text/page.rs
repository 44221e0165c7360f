//! A page in the making: families in the four dialects that the servers' exporters speak.

use std::fmt::Write;

use super::hist::Hist;
use super::number;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dialect {
    /// Python's client in one process; `created` is the time that `_created` samples show, if any are shown.
    Python { created: Option<f64> },
    /// Python's client over several processes: `_sum` before the buckets, `_count` after, never `_created`.
    Multiprocess,
    /// vLLM's Rust frontend: OpenMetrics.
    RustFrontend,
    /// TGI's exporter; help lines since 2.3.
    Tgi { help: bool },
}

pub type Labels<'a> = Vec<(&'a str, String)>;

pub struct Page {
    dialect: Dialect,
    out: String,
}

impl Page {
    pub fn new(dialect: Dialect) -> Page {
        Page { dialect, out: String::with_capacity(64 * 1024) }
    }

    pub fn finish(mut self) -> String {
        if self.dialect == Dialect::RustFrontend {
            self.out.push_str("# EOF\n");
        }
        self.out
    }

    /// Adds text that another page printed.
    pub fn append(&mut self, text: &str) {
        self.out.push_str(text);
    }

    pub fn gauge(&mut self, name: &str, help: &str, series: &[(Labels, f64)]) {
        self.head(name, "gauge", help);
        for (labels, value) in series {
            self.sample(name, "", labels, None, &self.number(*value));
        }
        self.end();
    }

    /// `name` comes without `_total`; the dialect decides whether one is printed.
    pub fn counter(&mut self, name: &str, help: &str, series: &[(Labels, f64)]) {
        let suffix = if matches!(self.dialect, Dialect::Tgi { .. }) { "" } else { "_total" };
        match self.dialect {
            Dialect::RustFrontend => self.head(name, "counter", help),
            _ => self.head(&format!("{name}{suffix}"), "counter", help),
        }
        for (labels, value) in series {
            self.sample(name, suffix, labels, None, &self.number(*value));
        }
        self.created(name, help, series.iter().map(|(labels, _)| labels));
        self.end();
    }

    pub fn histogram(&mut self, name: &str, help: &str, series: &[(Labels, &Hist)]) {
        self.head(name, "histogram", help);
        for (labels, hist) in series {
            let sum = match self.dialect {
                Dialect::RustFrontend => number::rust_float(hist.sum),
                _ => self.number(hist.sum),
            };
            let count = self.number(hist.count as f64);
            match self.dialect {
                Dialect::Python { .. } => {
                    self.buckets(name, labels, hist);
                    self.sample(name, "_count", labels, None, &count);
                    self.sample(name, "_sum", labels, None, &sum);
                }
                Dialect::Multiprocess => {
                    self.sample(name, "_sum", labels, None, &sum);
                    self.buckets(name, labels, hist);
                    self.sample(name, "_count", labels, None, &count);
                }
                Dialect::RustFrontend => {
                    self.sample(name, "_sum", labels, None, &sum);
                    self.sample(name, "_count", labels, None, &count);
                    self.buckets(name, labels, hist);
                }
                Dialect::Tgi { .. } => {
                    self.buckets(name, labels, hist);
                    self.sample(name, "_sum", labels, None, &sum);
                    self.sample(name, "_count", labels, None, &count);
                }
            }
        }
        self.created(name, help, series.iter().map(|(labels, _)| labels));
        self.end();
    }

    /// A summary without quantiles, or with these.
    pub fn summary(&mut self, name: &str, help: &str, series: &[(Labels, f64, f64)], quantiles: &[(f64, f64)]) {
        self.head(name, "summary", help);
        for (labels, count, sum) in series {
            for (quantile, value) in quantiles {
                let mut labels = labels.clone();
                labels.push(("quantile", number::plain(*quantile)));
                self.sample(name, "", &labels, None, &self.number(*value));
            }
            let (count, sum) = (self.number(*count), self.number(*sum));
            if matches!(self.dialect, Dialect::Tgi { .. }) {
                self.sample(name, "_sum", labels, None, &sum);
                self.sample(name, "_count", labels, None, &count);
            } else {
                self.sample(name, "_count", labels, None, &count);
                self.sample(name, "_sum", labels, None, &sum);
            }
        }
        self.created(name, help, series.iter().map(|(labels, ..)| labels));
        self.end();
    }

    fn buckets(&mut self, name: &str, labels: &Labels, hist: &Hist) {
        for (bound, count) in hist.cumulative() {
            let le = match self.dialect {
                Dialect::Python { .. } | Dialect::Multiprocess => number::python(bound),
                Dialect::RustFrontend => number::rust_float(bound),
                Dialect::Tgi { .. } => number::plain(bound),
            };
            self.sample(name, "_bucket", labels, Some(&le), &self.number(count as f64));
        }
    }

    fn created<'a>(&mut self, name: &str, help: &str, labels: impl Iterator<Item = &'a Labels<'a>>) {
        let Dialect::Python { created: Some(created) } = self.dialect else {
            return;
        };
        let mut labels = labels.peekable();
        if labels.peek().is_none() {
            return;
        }
        self.head(&format!("{name}_created"), "gauge", help);
        // Children are made one after another, some microseconds apart.
        let offset = name.bytes().fold(7u64, |h, b| (h * 31 + u64::from(b)) % 25_000) as f64;
        for (index, labels) in labels.enumerate() {
            let at = number::python(created + 1e-6 * (offset + 13.0 * index as f64));
            self.sample(name, "_created", labels, None, &at);
        }
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let shown = !matches!(self.dialect, Dialect::Tgi { help: false }) && !help.is_empty();
        if shown {
            let _ = writeln!(self.out, "# HELP {name} {help}");
        }
        let _ = writeln!(self.out, "# TYPE {name} {kind}");
    }

    fn end(&mut self) {
        if matches!(self.dialect, Dialect::Tgi { .. }) {
            self.out.push('\n');
        }
    }

    fn number(&self, value: f64) -> String {
        match self.dialect {
            Dialect::Python { .. } | Dialect::Multiprocess => number::python(value),
            Dialect::RustFrontend | Dialect::Tgi { .. } => number::plain(value),
        }
    }

    fn sample(&mut self, name: &str, suffix: &str, labels: &Labels, le: Option<&str>, value: &str) {
        self.out.push_str(name);
        self.out.push_str(suffix);
        let mut pairs: Vec<(&str, &str)> = labels.iter().map(|(key, value)| (*key, value.as_str())).collect();
        match (self.dialect, le) {
            (Dialect::RustFrontend, Some(le)) => pairs.insert(0, ("le", le)),
            (_, Some(le)) => pairs.push(("le", le)),
            (_, None) => {}
        }
        if matches!(self.dialect, Dialect::Python { .. } | Dialect::Multiprocess) {
            pairs.sort_by_key(|pair| pair.0);
        }
        for (index, (key, value)) in pairs.iter().enumerate() {
            self.out.push(if index == 0 { '{' } else { ',' });
            let _ = write!(self.out, "{key}=\"{value}\"");
        }
        self.out.push_str(if pairs.is_empty() { " " } else { "} " });
        self.out.push_str(value);
        self.out.push('\n');
    }
}
