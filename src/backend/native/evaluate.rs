//! Rows to values: select, pick one of the replicas, add up within a rank, merge over ranks.

use super::ranks::{ByRank, ranks};
use super::select::show;
use super::series::Data;
use super::{Absent, Combine, Instance, Native, Row, Series};
use crate::metrics::{Histogram, SourceLines, Spans};
use crate::signal::{Counter, Distribution, Gauge, Merge, Source, Spread, Value, Version};

/// A gauge; negative values are sentinels for "unknown" (vLLM's disabled hit rate, SGLang's unset utilisation).
pub(in crate::backend) fn gauge(instance: &Instance<'_, '_>, row: &Row<Gauge>) -> Option<Value> {
    let merge = row.to.merge();
    let found = read(instance, row.from, row.combine, |native| {
        let labels = &instance.spec().labels;
        let mut chosen = choose(instance.numbers(native.name), native);
        totals(&mut chosen, labels.total);
        chosen.retain(|series| series.data >= 0.0 && series.data.is_finite());
        ranks(chosen, labels, |a, b| *a = a.max(*b), |values| merged(merge, values))
    })?;
    let values: Vec<f64> = found.ranks.iter().map(|(_, value)| *value).collect();
    Some(Value { value: merged(merge, &values)?, ranks: found.ranks, source: found.source, absent_is_zero: false })
}

/// A counter; where it is absent because nothing happened yet, zero.
pub(in crate::backend) fn counter(instance: &Instance<'_, '_>, row: &Row<Counter>, since: Option<Version>) -> Option<Value> {
    let found = read(instance, row.from, row.combine, |native| {
        ranks(choose(instance.numbers(native.name), native), &instance.spec().labels, |a, b| *a += *b, sum)
    });
    if let Some(found) = found {
        let value = found.ranks.iter().map(|(_, value)| value).sum();
        return Some(Value { value, ranks: found.ranks, source: found.source, absent_is_zero: false });
    }
    let is_zero = match row.absent {
        Absent::Unknown => false,
        Absent::Zero => true,
        Absent::ZeroBeside(family) => instance.has(family),
        Absent::ZeroThroughRay => instance.full_name("").starts_with("ray_"),
        Absent::ZeroSince(release) => since.is_some_and(|since| since >= release),
    };
    let native = row.from.first().filter(|_| is_zero)?;
    let source = Source { metric: show(&instance.full_name(native.name), native.select), lines: SourceLines::default() };
    Some(Value { value: 0.0, ranks: Vec::new(), source, absent_is_zero: true })
}

/// A distribution. Ranks with different bounds keep only the bounds that they share.
pub(in crate::backend) fn distribution(instance: &Instance<'_, '_>, row: &Row<Distribution>) -> Option<Spread> {
    let found = read(instance, row.from, row.combine, |native| {
        let admitted = instance.histograms(native.name).iter().filter(|series| admits(native, series));
        let chosen = choose(admitted.cloned(), native);
        ranks(chosen, &instance.spec().labels, Histogram::add, sum)
    })?;
    let (_, first) = found.ranks.first()?;
    let mut histogram = first.clone();
    for (_, rank) in found.ranks.iter().skip(1) {
        histogram.add(rank);
    }
    Some(Spread { histogram, ranks: found.ranks, source: found.source })
}

struct Found<T> {
    ranks: Vec<(String, T)>,
    source: Source,
}

/// The first spelling with data, or all of them added up.
fn read<T: Data>(
    instance: &Instance<'_, '_>,
    natives: &[Native],
    combine: Combine,
    by_rank: impl Fn(&Native) -> ByRank<T>,
) -> Option<Found<T>> {
    let mut names = Vec::new();
    let mut lines = Spans::default();
    let mut ranks: Vec<(String, T)> = Vec::new();
    for native in natives {
        let found = by_rank(native);
        if found.ranks.is_empty() {
            continue;
        }
        names.push(show(&instance.full_name(native.name), native.select));
        lines.extend(&found.lines);
        if ranks.is_empty() {
            ranks = found.ranks;
        } else {
            add_by_name(&mut ranks, found.ranks);
        }
        if combine == Combine::Alias {
            break;
        }
    }
    if ranks.is_empty() {
        return None;
    }
    Some(Found { ranks, source: Source { metric: names.join(" + "), lines: lines.lines() } })
}

/// Both lists are in rank order; a rank that only the second has comes last.
fn add_by_name<T: Data>(ranks: &mut Vec<(String, T)>, more: Vec<(String, T)>) {
    let known = ranks.len();
    let mut next = 0;
    for (rank, data) in more {
        let here = |(name, _): &(String, T)| *name == rank;
        let found = (next..known).chain(0..next).find(|at| ranks.get(*at).is_some_and(here));
        next = found.map_or(next, |found| found + 1);
        match found.and_then(|found| ranks.get_mut(found)) {
            Some((_, known)) => known.add(&data),
            None => ranks.push((rank, data)),
        }
    }
}

fn choose<'a, T: Data>(series: impl Iterator<Item = Series<'a, T>>, native: &Native) -> Vec<Series<'a, T>> {
    let mut chosen: Vec<Series<'a, T>> = series.filter(|series| admits(native, series)).collect();
    if native.scale != 1.0 {
        chosen.iter_mut().for_each(|series| series.data.scale(native.scale));
    }
    chosen
}

fn admits<T: Data>(native: &Native, series: &Series<'_, T>) -> bool {
    series.data.usable() && native.select.iter().all(|select| select.admits(&series.sample))
}

/// Where a label has an empty value, that series is the total of the others.
fn totals<T>(series: &mut Vec<Series<'_, T>>, label: Option<&str>) {
    if let Some(label) = label
        && series.iter().any(|series| series.label(label) == Some(""))
    {
        series.retain(|series| series.label(label) == Some(""));
    }
}

fn sum<T: Data>(values: &[T]) -> Option<T> {
    let (first, rest) = values.split_first()?;
    let mut total = first.clone();
    rest.iter().for_each(|value| total.add(value));
    Some(total)
}

fn merged(merge: Merge, values: &[f64]) -> Option<f64> {
    match merge {
        Merge::Sum => sum(values),
        Merge::Max => values.iter().copied().reduce(f64::max),
        Merge::Mean => sum(values).map(|sum| sum / values.len() as f64),
    }
}
