//! How busy the servers of a text are.

use super::evaluate::{merged, of_counter, of_gauge};
use super::ranks::{Replica, by_rank};
use super::{Combine, Index, Native};
use crate::backend::spec::Labels;
use crate::metrics::Samples;
use crate::signal::{Counter, Gauge, Merge};

/// Tokens since start and requests now, of each server of the text. All zero where there is nothing to compare.
pub(in crate::backend) fn traffic(index: &Index<'_>) -> Vec<f64> {
    let spec = index.spec();
    let mut busy = vec![0.0; index.len()];
    if busy.len() < 2 {
        return busy;
    }
    for key in [Counter::OutputTokens, Counter::PromptTokens] {
        if let Some(row) = spec.counters.iter().find(|row| row.to == key) {
            add(&mut busy, index, (row.from, row.combine), of_counter);
        }
    }
    for key in [Gauge::Running, Gauge::Waiting] {
        if let Some(row) = spec.gauges.iter().find(|row| row.to == key) {
            add(&mut busy, index, (row.from, row.combine), of_gauge);
        }
    }
    busy
}

fn add<'a>(
    busy: &mut [f64],
    index: &Index<'a>,
    (from, combine): (&[Native], Combine),
    read: fn(&Native, &Labels, Samples<'_, 'a>) -> Vec<Replica<'a, f64>>,
) {
    let mut has_it = vec![false; busy.len()];
    for native in from {
        for (server, samples) in index.samples_of_each(native.name) {
            let (Some(busy), Some(has_it)) = (busy.get_mut(server), has_it.get_mut(server)) else { continue };
            if *has_it && combine == Combine::Alias {
                continue;
            }
            let replicas = read(native, &index.spec().labels, samples);
            *has_it |= !replicas.is_empty();
            let ranks = by_rank(&replicas, f64::max, |values| merged(Merge::Sum, values));
            *busy += ranks.iter().map(|(_, value)| value).sum::<f64>();
        }
    }
}
