//! Rows to values: select, pick one of the replicas, add up within a rank, merge over ranks.

use super::ranks::{Replica, by_rank, first_replicas};
use super::select::show;
use super::{Absent, Combine, Instance, Native, Row, Series};
use crate::metrics::{Bucket, Histogram, Sample, SourceLines, Spans, sum_of};
use crate::signal::{Counter, Distribution, Gauge, Merge, Source, Spread, Value, Version};

type Ranks = Vec<(String, f64)>;

/// A gauge; negative values are sentinels for "unknown" (vLLM's disabled hit rate, SGLang's unset utilisation).
pub(in crate::backend) fn gauge(instance: &Instance<'_, '_>, row: &Row<Gauge>) -> Option<Value> {
    let merge = row.to.merge();
    let found = read(instance, row.from, row.combine, add_by_name, |native| {
        let labels = &instance.spec().labels;
        let mut chosen: Vec<Series<'_, f64>> = numbers(instance, native).collect();
        totals(&mut chosen, labels.total);
        chosen.retain(|series| series.data >= 0.0);
        let replicas = first_replicas(chosen.into_iter(), labels);
        Some((by_rank(&replicas, f64::max, |values| merged(merge, values)), lines_of(&replicas)))
    })?;
    let values: Vec<f64> = found.data.iter().map(|(_, value)| *value).collect();
    Some(Value { value: merged(merge, &values)?, ranks: found.data, source: found.source, absent_is_zero: false })
}

/// A counter; where it is absent because nothing happened yet, zero.
pub(in crate::backend) fn counter(instance: &Instance<'_, '_>, row: &Row<Counter>, since: Option<Version>) -> Option<Value> {
    let found = read(instance, row.from, row.combine, add_by_name, |native| {
        let replicas = first_replicas(numbers(instance, native), &instance.spec().labels);
        Some((by_rank(&replicas, |a, b| a + b, |values| merged(Merge::Sum, values)), lines_of(&replicas)))
    });
    if let Some(found) = found {
        let value = found.data.iter().map(|(_, value)| value).sum();
        return Some(Value { value, ranks: found.data, source: found.source, absent_is_zero: false });
    }
    let is_zero = match row.absent {
        Absent::Unknown => false,
        Absent::Zero => true,
        Absent::ZeroBeside(family) => instance.has(family),
        Absent::ZeroThroughRay => instance.full_name("").starts_with("ray_"),
        Absent::ZeroSince(release) => since.is_some_and(|since| since >= release),
    };
    let native = row.from.first().filter(|_| is_zero)?;
    let source = Source::new(show(&instance.full_name(native.name), native.select), SourceLines::default());
    Some(Value { value: 0.0, ranks: Vec::new(), source, absent_is_zero: true })
}

/// A distribution. Ranks with different bounds keep only the bounds that they share.
pub(in crate::backend) fn distribution(instance: &Instance<'_, '_>, row: &Row<Distribution>) -> Option<Spread> {
    let add = |sum: &mut Histogram, more| sum.add(&more);
    let found = read(instance, row.from, row.combine, add, |native| {
        let all = instance.histograms(native.name).iter().map(Series::of_histogram);
        let replicas = first_replicas(all.filter(|series| admits(native, &series.sample)), &instance.spec().labels);
        let mut lines = Spans::default();
        replicas.iter().for_each(|replica| replica.series.data.add_lines(&mut lines));
        let sum = sum_of(replicas.iter().map(|replica| replica.series.data))?;
        Some((scaled(sum, native.scale), lines))
    })?;
    Some(Spread { histogram: found.data, source: found.source })
}

struct Found<T> {
    data: T,
    source: Source,
}

/// The first spelling with data, or all of them added up.
fn read<T>(
    instance: &Instance<'_, '_>,
    natives: &[Native],
    combine: Combine,
    add: impl Fn(&mut T, T),
    one: impl Fn(&Native) -> Option<(T, Spans)>,
) -> Option<Found<T>> {
    let mut names = Vec::new();
    let mut all_lines = Spans::default();
    let mut all: Option<T> = None;
    for native in natives {
        let Some((data, lines)) = one(native).filter(|(_, lines)| !lines.is_empty()) else { continue };
        names.push(show(&instance.full_name(native.name), native.select));
        all_lines.extend(&lines);
        match &mut all {
            Some(known) => add(known, data),
            None => all = Some(data),
        }
        if combine == Combine::Alias {
            break;
        }
    }
    Some(Found { data: all?, source: Source::new(names.join(" + "), all_lines.lines()) })
}

/// Both lists are in rank order; a rank that only the second has comes last.
fn add_by_name(ranks: &mut Ranks, more: Ranks) {
    let known = ranks.len();
    let mut next = 0;
    for (rank, data) in more {
        let here = |(name, _): &(String, f64)| *name == rank;
        let found = (next..known).chain(0..next).find(|at| ranks.get(*at).is_some_and(here));
        next = found.map_or(next, |found| found + 1);
        match found.and_then(|found| ranks.get_mut(found)) {
            Some((_, known)) => *known += data,
            None => ranks.push((rank, data)),
        }
    }
}

/// The numbers of a spelling, in the vocabulary's unit.
fn numbers<'i, 'a>(instance: &Instance<'i, 'a>, native: &Native) -> impl Iterator<Item = Series<'a, f64>> + use<'i, 'a> {
    let native = *native;
    let all = instance.numbers(native.name).filter(move |series| series.data.is_finite() && admits(&native, &series.sample));
    all.map(move |series| Series { data: series.data * native.scale, ..series })
}

fn lines_of(replicas: &[Replica<'_, f64>]) -> Spans {
    let mut lines = Spans::default();
    replicas.iter().for_each(|replica| lines.add(replica.series.sample.line()));
    lines
}

/// Scales the observed quantity (bounds and sum), not the number of observations.
fn scaled(mut histogram: Histogram, factor: f64) -> Histogram {
    for Bucket { upper, .. } in &mut histogram.buckets {
        *upper *= factor;
    }
    histogram.sum = histogram.sum.map(|sum| sum * factor);
    histogram
}

fn admits(native: &Native, sample: &Sample<'_>) -> bool {
    native.select.iter().all(|select| select.admits(sample))
}

/// Where a label has an empty value, that series is the total of the others.
fn totals<T>(series: &mut Vec<Series<'_, T>>, label: Option<&str>) {
    if let Some(label) = label
        && series.iter().any(|series| series.label(label) == Some(""))
    {
        series.retain(|series| series.label(label) == Some(""));
    }
}

fn merged(merge: Merge, values: &[f64]) -> Option<f64> {
    let sum = || values.iter().copied().reduce(|a, b| a + b);
    match merge {
        Merge::Sum => sum(),
        Merge::Max => values.iter().copied().reduce(f64::max),
        Merge::Mean => sum().map(|sum| sum / values.len() as f64),
    }
}
