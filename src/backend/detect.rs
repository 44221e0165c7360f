//! Recognising a supported backend by its family names.

use std::collections::BTreeSet;

use super::spec::Spec;
use super::{Detection, SPECS, other};
use crate::metrics::Scrape;

pub(super) fn detect(scrape: &Scrape) -> Detection {
    let names = names(scrape);
    let best = SPECS
        .iter()
        .filter_map(|spec| {
            let (prefix, count) = best_prefix(&names, spec)?;
            Some((*spec, prefix, count))
        })
        .reduce(|best, next| if next.2 > best.2 { next } else { best });
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
    best_prefix(&names(scrape), spec).map(|(prefix, _)| prefix)
}

/// Why it is this backend, in one sentence.
pub(super) fn why(scrape: &Scrape, spec: &Spec, prefix: &str) -> String {
    let names = names(scrape);
    let known = known(&names, spec, prefix);
    let example = known.first().map(|name| format!("{prefix}{name}")).unwrap_or_default();
    let beside = other::beside(&names, spec.id);
    let rest = if beside.is_empty() { String::new() } else { format!("; the text also holds {}, which was left out", beside.join(", ")) };
    let families = if known.len() == 1 { "family" } else { "families" };
    let empty = if scrape.is_empty() { ", but none has a sample" } else { "" };
    let (count, server) = (known.len(), spec.id.name());
    format!("{count} {families} of {server} start with `{prefix}`, among them `{example}`{empty}{rest}.")
}

/// Sample names and declared family names without the suffixes of their samples.
fn names(scrape: &Scrape) -> BTreeSet<String> {
    let declared = scrape.families().map(|family| family.name());
    scrape.sample_names().into_iter().chain(declared).map(|name| base(name).to_owned()).collect()
}

fn base(name: &str) -> &str {
    ["_bucket", "_sum", "_count", "_created", "_total"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

fn best_prefix(names: &BTreeSet<String>, spec: &Spec) -> Option<(&'static str, usize)> {
    spec.prefixes
        .iter()
        .map(|prefix| (*prefix, known(names, spec, prefix).len()))
        .filter(|(_, count)| *count > 0)
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// The families of the mapping tables that are there, in the order of the tables, each once.
fn known<'s>(names: &BTreeSet<String>, spec: &'s Spec, prefix: &str) -> Vec<&'s str> {
    let gauges = spec.gauges.iter().flat_map(|row| row.from);
    let counters = spec.counters.iter().flat_map(|row| row.from);
    let distributions = spec.distributions.iter().flat_map(|row| row.from);
    let mut found: Vec<&str> = Vec::new();
    for native in gauges.chain(counters).chain(distributions) {
        let is_there = |name: &str| names.contains(&format!("{prefix}{name}"));
        let is_known = spec.globals.contains(&native.name) || found.contains(&native.name);
        if !is_known && (is_there(native.name) || is_there(base(native.name))) {
            found.push(native.name);
        }
    }
    found
}
