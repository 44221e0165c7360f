//! Which of the families that a server always exports a text does not have in full: it is a part of a page.

use super::Instance;
use crate::metrics::Sample;
use crate::sorted::sort;

/// Families of which a whole page has at least one.
#[derive(Debug, Clone, Copy)]
pub(in crate::backend) enum Always {
    /// Any of these gauges or counters.
    Number(&'static [&'static str]),
    /// Any of these histograms, from its first bucket to its count.
    Histogram(&'static [&'static str]),
}

/// The names of those that are missing or cut off, as the text would write them.
pub(in crate::backend) fn lacks(instance: &Instance<'_, '_>, wanted: impl Iterator<Item = Always>) -> Vec<String> {
    let declares = declares(instance);
    let mut ranks: Option<Vec<&str>> = None;
    let mut missing = Vec::new();
    for always in wanted {
        let (names, found) = match always {
            Always::Number(names) => (names, names.iter().find_map(|name| number(instance, name, declares, &mut ranks))),
            Always::Histogram(names) => (names, names.iter().find_map(|name| histogram(instance, name, declares))),
        };
        if found.is_none()
            && let Some(name) = names.first()
        {
            missing.push(instance.full_name(name));
        }
    }
    missing
}

/// Whether the text declares the families of the server: then one without a declaration begins in its middle.
fn declares(instance: &Instance<'_, '_>) -> bool {
    let own = instance.full_name("");
    instance.scrape().families().any(|family| family.is_declared() && family.name().starts_with(&own))
}

fn begins(sample: &Sample<'_>, declares: bool) -> bool {
    !declares || sample.family().is_declared()
}

/// The numbers of all ranks that others of the text have.
fn number<'a>(instance: &Instance<'_, 'a>, name: &str, declares: bool, ranks: &mut Option<Vec<&'a str>>) -> Option<()> {
    let samples = instance.samples(name);
    samples.clone().next().filter(|sample| begins(sample, declares))?;
    let Some(rank) = instance.spec().labels.rank else { return Some(()) };
    let mut here: Vec<&str> = samples.filter_map(|sample| sample.label(rank)).collect();
    sort(&mut here);
    here.dedup();
    // Some families are of the whole server.
    if here.is_empty() {
        return Some(());
    }
    let known = ranks.get_or_insert_with(|| here.clone());
    known.iter().all(|rank| here.binary_search(rank).is_ok()).then_some(())
}

fn histogram(instance: &Instance<'_, '_>, name: &str, declares: bool) -> Option<()> {
    let all = instance.histograms(name);
    let whole = |rows: &crate::metrics::HistogramRows<'_>| {
        let histogram = rows.histogram();
        let ends = histogram.buckets.last().is_some_and(|last| last.upper == f64::INFINITY);
        begins(&rows.sample, declares) && ends && histogram.buckets.len() > 1 && histogram.sum.is_some() && histogram.count.is_some()
    };
    (!all.is_empty() && all.iter().all(whole)).then_some(())
}
