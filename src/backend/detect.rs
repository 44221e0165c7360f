//! Recognising a supported backend by its family names.

use std::collections::BTreeSet;

use super::spec::Spec;
use super::{Detection, SPECS, other};
use crate::metrics::Scrape;

pub(super) fn detect(scrape: &Scrape) -> Detection {
    let best = SPECS
        .iter()
        .filter_map(|spec| {
            let (prefix, count) = best_prefix(scrape, spec)?;
            Some((*spec, prefix, count))
        })
        .reduce(|best, next| if next.2 > best.2 { next } else { best });
    let names = names(scrape);
    if let Some(impostor) = other::impostor(scrape, &names) {
        return impostor;
    }
    match best {
        Some((spec, prefix, _)) => Detection::Supported { backend: spec.id, why: why(scrape, spec, prefix) },
        None => other::recognise(&names),
    }
}

/// The spelling of the prefix under which most of the backend's known families are found.
pub(super) fn prefix(scrape: &Scrape, spec: &Spec) -> Option<&'static str> {
    best_prefix(scrape, spec).map(|(prefix, _)| prefix)
}

/// Why it is this backend, in one sentence.
pub(super) fn why(scrape: &Scrape, spec: &Spec, prefix: &str) -> String {
    let names = names(scrape);
    let known = known(&names, spec, prefix);
    let example = known.first().map(|name| format!("{prefix}{name}")).unwrap_or_default();
    let beside = other::beside(&names, spec.id);
    let rest = if beside.is_empty() { String::new() } else { format!("; the text also holds {}, which was left out", beside.join(", ")) };
    let empty = if scrape.is_empty() { ", but none has a sample" } else { "" };
    let server = spec.id.name();
    match known.len() {
        1 => format!("1 family of {server} starts with `{prefix}`, `{example}`{empty}{rest}."),
        count => format!("{count} families of {server} start with `{prefix}`, among them `{example}`{empty}{rest}."),
    }
}

/// Sample names and declared family names, with and without the suffixes of samples.
fn names(scrape: &Scrape) -> BTreeSet<String> {
    let mut names = sample_names(scrape);
    names.extend(declared_names(scrape));
    names
}

fn sample_names(scrape: &Scrape) -> BTreeSet<String> {
    scrape.sample_names().into_iter().flat_map(both).collect()
}

fn declared_names(scrape: &Scrape) -> BTreeSet<String> {
    scrape.families().flat_map(|family| both(family.name())).collect()
}

fn both(name: &str) -> [String; 2] {
    [name.to_owned(), base(name).to_owned()]
}

fn base(name: &str) -> &str {
    ["_bucket", "_sum", "_count", "_created", "_total"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

/// Samples decide. Their names can differ from the declared ones: Python's OpenMetrics writes `# TYPE vllm:x` above `vllm_x`.
fn best_prefix(scrape: &Scrape, spec: &Spec) -> Option<(&'static str, usize)> {
    let best = |names: &BTreeSet<String>| {
        spec.prefixes
            .iter()
            .map(|prefix| (*prefix, known(names, spec, prefix).len()))
            .filter(|(_, count)| *count > 0)
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
    };
    best(&sample_names(scrape)).or_else(|| best(&declared_names(scrape)))
}

/// The families of the mapping tables that are there, in the order of the tables, each once.
fn known<'s>(names: &BTreeSet<String>, spec: &'s Spec, prefix: &str) -> Vec<&'s str> {
    let gauges = spec.gauges.iter().flat_map(|row| row.from);
    let counters = spec.counters.iter().flat_map(|row| row.from);
    let distributions = spec.distributions.iter().flat_map(|row| row.from);
    let tables = gauges.chain(counters).chain(distributions).map(|native| native.name);
    let mut found: Vec<&str> = Vec::new();
    for name in tables.chain(spec.beyond_tables.iter().copied()) {
        let is_there = |name: &str| names.contains(&format!("{prefix}{name}"));
        let is_known = spec.globals.contains(&name) || found.contains(&name);
        if !is_known && (is_there(name) || is_there(base(name))) {
            found.push(name);
        }
    }
    found
}
