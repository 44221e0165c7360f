//! Series to ranks: one replica of each series, then one value per data-parallel rank.

use std::cmp::Ordering;

use super::Series;
use super::pick::Pick;
use super::series::Data;
use crate::backend::spec::Labels;
use crate::metrics::{Sample, Spans};

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
        replicas.push(Replica { rank, order: order.iter().map(|value| numeric(*value)).collect(), series });
    }
    if !replicas.is_sorted_by(|a, b| a.rank <= b.rank) {
        replicas.sort_by(|a, b| a.rank.cmp(&b.rank));
    }
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
    series: Series<'a, T>,
}

/// Orders rank labels as numbers, whatever else stands there last.
fn numeric(text: Option<&str>) -> (u64, &str) {
    let text = text.unwrap_or("");
    (text.parse().unwrap_or(u64::MAX), text)
}

/// Of series that differ in process and replica only, the first replica; sorted by the other labels.
fn distinct<'a, T: Data>(mut replicas: Vec<Replica<'a, T>>, labels: &Labels, twins: impl Fn(&mut T, &T)) -> Vec<Replica<'a, T>> {
    let mut rest = Rest { labels, shapes: Vec::new() };
    replicas.iter().for_each(|replica| rest.learn(&replica.series.sample));
    replicas.sort_by(|a, b| rest.order(&a.series.sample, &b.series.sample));
    let mut distinct: Vec<Replica<'a, T>> = Vec::with_capacity(replicas.len());
    for replica in replicas {
        match distinct.last_mut().filter(|known| rest.order(&known.series.sample, &replica.series.sample).is_eq()) {
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

/// Compares the labels that neither processes nor replicas differ in. Buckets of one histogram differ in `le`, which is no label of it.
struct Rest<'l> {
    labels: &'l Labels,
    /// Places of those labels, sorted by key, for each shape of sample.
    shapes: Vec<(u32, Vec<usize>)>,
}

impl Rest<'_> {
    fn learn(&mut self, sample: &Sample<'_>) {
        let shape = sample.shape();
        if self.shapes.iter().any(|(known, _)| *known == shape) {
            return;
        }
        let keys: Vec<&str> = sample.labels().map(|(key, _)| key).collect();
        let is_bucket = sample.name().ends_with("_bucket");
        let differs = |key: &str| key == "pid" || self.labels.replicas.contains(&key) || (is_bucket && key == "le");
        let mut places: Vec<usize> = (0..keys.len()).filter(|place| keys.get(*place).is_some_and(|key| !differs(key))).collect();
        places.sort_unstable_by(|a, b| keys.get(*a).cmp(&keys.get(*b)));
        self.shapes.push((shape, places));
    }

    fn order(&self, a: &Sample<'_>, b: &Sample<'_>) -> Ordering {
        let places = |sample: &Sample<'_>| {
            let shape = sample.shape();
            self.shapes.iter().find(|(known, _)| *known == shape).map_or(&[][..], |(_, places)| places)
        };
        if a.shape() == b.shape() {
            let values = |place: &usize| {
                let (a_piece, b_piece) = (a.piece(*place)?, b.piece(*place)?);
                (a_piece != b_piece).then(|| a.text_of(a_piece).cmp(b.text_of(b_piece)))
            };
            return places(a).iter().filter_map(values).find(|order| order.is_ne()).unwrap_or(Ordering::Equal);
        }
        let of_a = places(a).iter().map(|place| a.labels().nth(*place));
        let of_b = places(b).iter().map(|place| b.labels().nth(*place));
        of_a.cmp(of_b)
    }
}
