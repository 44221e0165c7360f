//! Series to ranks: one replica of each series, then one value per data-parallel rank.

use super::Series;
use super::series::Data;
use crate::backend::spec::Labels;
use crate::metrics::{Pick, Spans};
use crate::sorted::{sort, sort_by};

/// Data by rank, in rank order, with the lines of what was chosen.
pub(super) struct ByRank<T> {
    pub ranks: Vec<(String, T)>,
    pub lines: Spans,
}

/// `twins` joins series that differ in the process id only, `within` those of one rank.
pub(super) fn ranks<'a, T: Data>(
    series: Vec<Series<'a, T>>,
    labels: &Labels,
    twins: impl Fn(&mut T, &T),
    within: impl Fn(&[T]) -> Option<T>,
) -> ByRank<T> {
    let mut pick = Pick::new(labels.rank.into_iter().chain(labels.replicas.iter().copied()).collect());
    let ranked = usize::from(labels.rank.is_some());
    let mut replicas: Vec<Replica<'a, T>> = Vec::with_capacity(series.len());
    for series in series {
        pick.go(&series.sample);
        let (rank, order) = pick.values.split_at(ranked.min(pick.values.len()));
        let rank = numeric(rank.first().copied().flatten());
        replicas.push(Replica { rank, order: order.iter().map(|value| numeric(*value)).collect(), rest: Vec::new(), series });
    }
    sort_by(&mut replicas, |a, b| a.rank.cmp(&b.rank));
    let mut found = ByRank { ranks: Vec::new(), lines: Spans::default() };
    let mut replicas = replicas.into_iter().peekable();
    while let Some(first) = replicas.next() {
        let rank = first.rank;
        let mut same = vec![first];
        while let Some(next) = replicas.next_if(|next| next.rank == rank) {
            same.push(next);
        }
        let distinct = if same.len() > 1 { distinct(same, labels, &twins) } else { same };
        let lines: Vec<Spans> = distinct.iter().map(|replica| replica.series.lines.clone()).collect();
        let data: Vec<T> = distinct.into_iter().map(|replica| replica.series.data).collect();
        if let Some(data) = one(data, &within) {
            found.ranks.push((rank.1.to_owned(), data));
            lines.iter().for_each(|lines| found.lines.extend(lines));
        }
    }
    found
}

fn one<T>(mut data: Vec<T>, within: impl Fn(&[T]) -> Option<T>) -> Option<T> {
    if data.len() == 1 { data.pop() } else { within(&data) }
}

struct Replica<'a, T> {
    rank: (u64, &'a str),
    order: Vec<(u64, &'a str)>,
    /// Set where there are several series of one rank.
    rest: Vec<&'a str>,
    series: Series<'a, T>,
}

/// Orders rank labels as numbers, whatever else stands there last.
fn numeric(text: Option<&str>) -> (u64, &str) {
    let text = text.unwrap_or("");
    (text.parse().unwrap_or(u64::MAX), text)
}

/// Of series that differ in process and replica only, the first replica; sorted by the other labels.
fn distinct<'a, T: Data>(mut replicas: Vec<Replica<'a, T>>, labels: &Labels, twins: impl Fn(&mut T, &T)) -> Vec<Replica<'a, T>> {
    set_rest(&mut replicas, labels);
    sort_by(&mut replicas, |a, b| a.rest.cmp(&b.rest));
    let mut distinct: Vec<Replica<'a, T>> = Vec::with_capacity(replicas.len());
    for replica in replicas {
        match distinct.last_mut().filter(|known| known.rest == replica.rest) {
            Some(known) if replica.order > known.order => {}
            Some(known) if replica.order == known.order => {
                twins(&mut known.series.data, &replica.series.data);
                known.series.lines.extend(&replica.series.lines);
            }
            Some(known) => *known = replica,
            None => distinct.push(replica),
        }
    }
    distinct
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
