//! Rows to values: select, pick one of the replicas, add up within a rank, merge over ranks.

use super::range::most;
use super::ranks::{Replica, by_rank, first_of_each, first_replicas};
use super::select::{all_admit, show};
use super::{Absent, Combine, Instance, Native, Row, Series};
use crate::backend::spec::Labels;
use crate::metrics::{Bucket, Histogram, Samples, SourceLines, Spans, sum_of};
use crate::signal::{Counter, Distribution, Gauge, Merge, Ranks, Source, Spread, Value, Version};

/// A gauge, of the values that it can have.
pub(in crate::backend) fn gauge(instance: &Instance<'_, '_>, row: &Row<Gauge>) -> Option<Value> {
    let merge = row.to.merge();
    let found = read(instance, row.from, row.combine, add_by_name, |native| {
        Some(of_gauge(native, (merge, most(instance, row.to, native)), &instance.spec().labels, instance.samples(native.name)))
    })?;
    let value = merged(merge, found.data.iter().map(|(_, value)| *value))?;
    Some(Value { value, ranks: found.data, source: found.source, absent_is_zero: false })
}

/// A counter; where it is absent because nothing happened yet, zero.
pub(in crate::backend) fn counter(instance: &Instance<'_, '_>, row: &Row<Counter>, since: Option<Version>) -> Option<Value> {
    let found = read(instance, row.from, row.combine, add_by_name, |native| {
        Some(of_counter(native, &instance.spec().labels, instance.samples(native.name)))
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
        let mut admitted = all_admit(native.select);
        let read = first_of_each(all.filter(|series| admitted(&series.sample)), &instance.spec().labels);
        let mut lines = Spans::default();
        read.iter().for_each(|series| series.data.add_lines(&mut lines));
        let sum = sum_of(read.iter().map(|series| series.data))?.with_infinity();
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
        let found = (next..known).chain(0..next).find(|at| ranks.get(*at).is_some_and(|(name, _)| *name == rank));
        next = found.map_or(next, |found| found + 1);
        match found.and_then(|found| ranks.get_mut(found)) {
            Some((_, known)) => *known += data,
            None => ranks.push((rank, data)),
        }
    }
}

/// A gauge under one spelling, by rank, and its lines. Of several processes the largest value is that of the rank.
pub(super) fn of_gauge(native: &Native, (merge, most): (Merge, f64), labels: &Labels, samples: Samples<'_, '_>) -> (Ranks, Spans) {
    let mut chosen: Vec<Series<'_, f64>> = numbers(native, samples).collect();
    totals(&mut chosen, labels.total);
    chosen.retain(|series| series.data >= 0.0 && series.data <= most);
    let replicas = first_replicas(chosen.into_iter(), labels);
    (by_rank(&replicas, f64::max, |values| merged(merge, values)), lines_of(&replicas))
}

/// A counter under one spelling, by rank, and its lines. Processes count apart.
pub(super) fn of_counter(native: &Native, labels: &Labels, samples: Samples<'_, '_>) -> (Ranks, Spans) {
    let replicas = first_replicas(numbers(native, samples), labels);
    (by_rank(&replicas, |a, b| a + b, |values| merged(Merge::Sum, values)), lines_of(&replicas))
}

/// The numbers of a spelling, in the vocabulary's unit.
fn numbers<'n, 'a>(native: &'n Native, samples: Samples<'n, 'a>) -> impl Iterator<Item = Series<'a, f64>> + use<'n, 'a> {
    let mut admitted = all_admit(native.select);
    let all = samples.map(Series::of).filter(move |series| series.data.is_finite() && admitted(&series.sample));
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

/// Where a label has an empty value, that series is the total of the others.
fn totals<T>(series: &mut Vec<Series<'_, T>>, label: Option<&str>) {
    if let Some(label) = label
        && series.iter().any(|series| series.label(label) == Some(""))
    {
        series.retain(|series| series.label(label) == Some(""));
    }
}

/// Several values of one gauge or counter as one.
fn merged(merge: Merge, values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = values.len();
    let joined = values.reduce(if merge == Merge::Max { f64::max } else { |a, b| a + b })?;
    Some(if merge == Merge::Mean { joined / count as f64 } else { joined })
}
