//! Series to ranks: one replica of each series, then one value per data-parallel rank.

use smol_str::SmolStr;

use super::Series;
use crate::backend::spec::Labels;
use crate::metrics::Pick;
use crate::signal::Ranks;
use crate::sorted::{sort, sort_by};

/// A series with the rank, process and replica that it is of.
pub(super) struct Replica<'a, T> {
    pub series: Series<'a, T>,
    pub rank: (u64, &'a str),
    order: Vec<(u64, &'a str)>,
    /// Set where there are several series of one rank.
    pub rest: Vec<&'a str>,
}

/// Of series that differ in process and replica only, those of the first replica; by rank, then by the other labels.
pub(super) fn first_replicas<'a, T>(series: impl Iterator<Item = Series<'a, T>>, labels: &Labels) -> Vec<Replica<'a, T>> {
    let mut pick = Pick::new(labels.rank.into_iter().chain(labels.replicas.iter().copied()).collect());
    let ranked = usize::from(labels.rank.is_some());
    let mut replicas: Vec<Replica<'a, T>> = Vec::with_capacity(series.size_hint().1.unwrap_or(0));
    for series in series {
        pick.go(&series.sample);
        let (rank, order) = pick.values.split_at(ranked.min(pick.values.len()));
        let rank = numeric(rank.first().copied().flatten());
        replicas.push(Replica { rank, order: order.iter().map(|value| numeric(*value)).collect(), rest: Vec::new(), series });
    }
    sort_by(&mut replicas, |a, b| a.rank.cmp(&b.rank));
    for same in replicas.chunk_by_mut(|a, b| a.rank == b.rank).filter(|same| same.len() > 1) {
        set_rest(same, labels);
        sort_by(same, |a, b| a.rest.cmp(&b.rest));
    }
    if !labels.replicas.is_empty() {
        let of_one_series = replicas.chunk_by(|a, b| a.rank == b.rank && a.rest == b.rest);
        let is_first = |same: &[Replica<'a, T>]| {
            let first = same.iter().map(|replica| &replica.order).min();
            same.iter().map(|replica| Some(&replica.order) == first).collect::<Vec<bool>>()
        };
        let mut first = of_one_series.flat_map(is_first).collect::<Vec<bool>>().into_iter();
        replicas.retain(|_| first.next() == Some(true));
    }
    replicas
}

/// The same where ranks are of no interest.
pub(super) fn first_of_each<'a, T>(series: impl Iterator<Item = Series<'a, T>>, labels: &Labels) -> Vec<Series<'a, T>> {
    if labels.replicas.is_empty() {
        return series.collect();
    }
    first_replicas(series, labels).into_iter().map(|replica| replica.series).collect()
}

/// Numbers by rank, in rank order. `twins` joins series that differ in the process id only, `within` those of one rank.
pub(super) fn by_rank(
    replicas: &[Replica<'_, f64>],
    twins: fn(f64, f64) -> f64,
    within: impl Fn(std::vec::IntoIter<f64>) -> Option<f64>,
) -> Ranks {
    let value = |rank: &[Replica<'_, f64>]| {
        if let [only] = rank {
            return Some(only.series.data);
        }
        let series = rank.chunk_by(|a, b| a.rest == b.rest);
        let values: Vec<f64> = series.filter_map(|same| same.iter().map(|replica| replica.series.data).reduce(twins)).collect();
        within(values.into_iter())
    };
    let ranks = replicas.chunk_by(|a, b| a.rank == b.rank);
    ranks.filter_map(|rank| Some((SmolStr::new(rank.first()?.rank.1), value(rank)?))).collect()
}

/// Orders rank labels as numbers, whatever else stands there last.
fn numeric(text: Option<&str>) -> (u64, &str) {
    let text = text.unwrap_or("");
    (text.parse().unwrap_or(u64::MAX), text)
}

/// Notes the labels that neither processes nor replicas differ in: keys and values by key, or only the values that vary when all have the
/// same keys. Buckets of one histogram differ in `le`, which is no label of it.
fn set_rest<T>(replicas: &mut [Replica<'_, T>], labels: &Labels) {
    let Some(first) = replicas.first().map(|replica| replica.series.sample) else { return };
    let is_bucket = first.name().ends_with("_bucket");
    let counts = |key: &str| key != "pid" && !labels.replicas.contains(&key) && !(is_bucket && key == "le");
    if replicas.iter().all(|replica| replica.series.sample.shape() == first.shape()) {
        let mut keys: Vec<(&str, usize)> = first.labels().enumerate().map(|(place, (key, _))| (key, place)).collect();
        keys.retain(|(key, place)| {
            counts(key) && replicas.iter().any(|replica| replica.series.sample.value_at(*place) != first.value_at(*place))
        });
        sort(&mut keys);
        for replica in replicas {
            replica.rest = keys.iter().filter_map(|(_, place)| replica.series.sample.value_at(*place)).collect();
        }
        return;
    }
    for replica in replicas {
        let mut rest: Vec<(&str, &str)> = replica.series.sample.labels().filter(|(key, _)| counts(key)).collect();
        sort(&mut rest);
        replica.rest = rest.into_iter().flat_map(|(key, value)| [key, value]).collect();
    }
}
