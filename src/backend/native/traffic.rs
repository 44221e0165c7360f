//! How busy the servers of a text are.

use super::evaluate::{of_counter, of_gauge};
use super::{Combine, Index, Native, Row};
use crate::metrics::{Samples, Spans};
use crate::signal::{Counter, Gauge, Merge, Ranks};

/// Tokens since start and requests now, of each server of the text. All zero where there is nothing to compare.
pub(in crate::backend) fn traffic(index: &Index<'_>) -> Vec<f64> {
    let spec = index.spec();
    let mut busy = vec![0.0; index.len()];
    if busy.len() < 2 {
        return busy;
    }
    for row in [Counter::OutputTokens, Counter::PromptTokens].iter().filter_map(|key| spec.counters.iter().find(|row| row.to == *key)) {
        add(&mut busy, index, row, |native, samples| of_counter(native, &spec.labels, samples));
    }
    for row in [Gauge::Running, Gauge::Waiting].iter().filter_map(|key| spec.gauges.iter().find(|row| row.to == *key)) {
        add(&mut busy, index, row, |native, samples| of_gauge(native, (Merge::Sum, f64::INFINITY), &spec.labels, samples));
    }
    busy
}

fn add<Q>(busy: &mut [f64], index: &Index<'_>, row: &Row<Q>, read: impl Fn(&Native, Samples<'_, '_>) -> (Ranks, Spans)) {
    let mut has_it = vec![false; busy.len()];
    for native in row.from {
        for (server, samples) in index.samples_of_each(native.name) {
            let (Some(busy), Some(has_it)) = (busy.get_mut(server), has_it.get_mut(server)) else { continue };
            if *has_it && row.combine == Combine::Alias {
                continue;
            }
            let (ranks, _) = read(native, samples);
            *has_it |= !ranks.is_empty();
            *busy += ranks.iter().map(|(_, value)| value).sum::<f64>();
        }
    }
}
