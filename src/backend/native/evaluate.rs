//! Rows to values: select, pick one of the replicas, add up within a rank, merge over ranks.

use std::collections::BTreeMap;

use super::select::show;
use super::series::Data;
use super::{Absent, Combine, Instance, Native, Row, Series};
use crate::backend::spec::Labels;
use crate::metrics::Histogram;
use crate::signal::{Counter, Distribution, Gauge, Merge, Source, Spread, Value, Version};

/// A gauge; negative values are sentinels for "unknown" (vLLM's disabled hit rate, SGLang's unset utilisation).
pub(in crate::backend) fn gauge(instance: &Instance<'_, '_>, row: &Row<Gauge>) -> Option<Value> {
    let merge = row.to.merge();
    let found = read(instance, row.from, row.combine, |native| {
        let labels = &instance.spec().labels;
        let chosen = choose(instance.numbers(native.name), native);
        let chosen: Vec<_> =
            totals(chosen, labels.total).into_iter().filter(|series| series.data >= 0.0 && series.data.is_finite()).collect();
        ranks(&chosen, labels, |a, b| a.max(*b), |values| merged(merge, values))
    })?;
    let values: Vec<f64> = found.ranks.iter().map(|(_, value)| *value).collect();
    Some(Value { value: merged(merge, &values)?, ranks: found.ranks, source: found.source, absent_is_zero: false })
}

/// A counter; where it is absent because nothing happened yet, zero.
pub(in crate::backend) fn counter(instance: &Instance<'_, '_>, row: &Row<Counter>, since: Option<Version>) -> Option<Value> {
    let found = read(instance, row.from, row.combine, |native| {
        let chosen = choose(instance.numbers(native.name), native);
        ranks(&chosen, &instance.spec().labels, |a, b| a + b, sum)
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
    let source = Source { metric: show(&instance.full_name(native.name), native.select), lines: Vec::new() };
    Some(Value { value: 0.0, ranks: Vec::new(), source, absent_is_zero: true })
}

/// A distribution. Ranks with different bounds keep only the bounds that they share.
pub(in crate::backend) fn distribution(instance: &Instance<'_, '_>, row: &Row<Distribution>) -> Option<Spread> {
    let found = read(instance, row.from, row.combine, |native| {
        let chosen = choose(instance.histograms(native.name), native);
        ranks(&chosen, &instance.spec().labels, Histogram::plus, sum)
    })?;
    let histograms: Vec<Histogram> = found.ranks.iter().map(|(_, histogram)| histogram.clone()).collect();
    Some(Spread { histogram: sum(&histograms)?, ranks: found.ranks, source: found.source })
}

struct Found<T> {
    ranks: Vec<(String, T)>,
    source: Source,
}

/// Data and lines by rank, in rank order.
type ByRank<T> = Vec<(String, T, Vec<u32>)>;

/// The first spelling with data, or all of them added up.
fn read<T: Data>(
    instance: &Instance<'_, '_>,
    natives: &[Native],
    combine: Combine,
    by_rank: impl Fn(&Native) -> ByRank<T>,
) -> Option<Found<T>> {
    let mut names = Vec::new();
    let mut lines = Vec::new();
    let mut ranks: Vec<(String, T)> = Vec::new();
    for native in natives {
        let found = by_rank(native);
        if found.is_empty() {
            continue;
        }
        names.push(show(&instance.full_name(native.name), native.select));
        for (rank, data, own_lines) in found {
            lines.extend(own_lines);
            match ranks.iter_mut().find(|(known, _)| *known == rank) {
                Some((_, known)) => *known = known.plus(&data),
                None => ranks.push((rank, data)),
            }
        }
        if combine == Combine::Alias {
            break;
        }
    }
    if ranks.is_empty() {
        return None;
    }
    lines.sort_unstable();
    lines.dedup();
    Some(Found { ranks, source: Source { metric: names.join(" + "), lines } })
}

fn choose<'a, T: Data>(series: &[Series<'a, T>], native: &Native) -> Vec<Series<'a, T>> {
    series
        .iter()
        .filter(|series| series.data.usable() && native.select.iter().all(|select| select.admits(&series.labels)))
        .map(|series| Series { labels: series.labels.clone(), lines: series.lines.clone(), data: series.data.scaled(native.scale) })
        .collect()
}

/// Where a label has an empty value, that series is the total of the others.
fn totals<'a, T>(series: Vec<Series<'a, T>>, label: Option<&str>) -> Vec<Series<'a, T>> {
    match label {
        Some(label) if series.iter().any(|series| series.label(label) == Some("")) => {
            series.into_iter().filter(|series| series.label(label) == Some("")).collect()
        }
        _ => series,
    }
}

/// One replica of each series (`twins` joins series that differ in the process id only), then one value per rank.
fn ranks<T: Data>(series: &[Series<'_, T>], labels: &Labels, twins: impl Fn(&T, &T) -> T, within: impl Fn(&[T]) -> Option<T>) -> ByRank<T> {
    let mut distinct: BTreeMap<Vec<(&str, &str)>, Replica<'_, T>> = BTreeMap::new();
    for series in series {
        let mut rest: Vec<(&str, &str)> = series.labels.clone();
        rest.retain(|(key, _)| *key != "pid" && !labels.replicas.contains(key));
        rest.sort_unstable();
        let order: Vec<_> = labels.replicas.iter().map(|key| numeric(series.label(key).unwrap_or(""))).collect();
        match distinct.get_mut(&rest) {
            Some(known) if order > known.order => {}
            Some(known) if order == known.order => {
                known.data = twins(&known.data, &series.data);
                known.lines.extend(&series.lines);
            }
            _ => {
                let rank = numeric(labels.rank.and_then(|label| series.label(label)).unwrap_or(""));
                distinct.insert(rest, Replica { order, rank, data: series.data.clone(), lines: series.lines.clone() });
            }
        }
    }
    let mut by_rank: BTreeMap<(u64, &str), Vec<Replica<'_, T>>> = BTreeMap::new();
    for replica in distinct.into_values() {
        by_rank.entry(replica.rank).or_default().push(replica);
    }
    by_rank
        .into_iter()
        .filter_map(|((_, rank), replicas)| {
            let data: Vec<T> = replicas.iter().map(|replica| replica.data.clone()).collect();
            Some((rank.to_owned(), within(&data)?, replicas.into_iter().flat_map(|replica| replica.lines).collect()))
        })
        .collect()
}

struct Replica<'a, T> {
    order: Vec<(u64, &'a str)>,
    rank: (u64, &'a str),
    data: T,
    lines: Vec<u32>,
}

/// Orders rank labels as numbers, whatever else stands there last.
fn numeric(text: &str) -> (u64, &str) {
    (text.parse().unwrap_or(u64::MAX), text)
}

fn sum<T: Data>(values: &[T]) -> Option<T> {
    let (first, rest) = values.split_first()?;
    Some(rest.iter().fold(first.clone(), |total, value| total.plus(value)))
}

fn merged(merge: Merge, values: &[f64]) -> Option<f64> {
    match merge {
        Merge::Sum => sum(values),
        Merge::Max => values.iter().copied().reduce(f64::max),
        Merge::Mean => sum(values).map(|sum| sum / values.len() as f64),
    }
}
