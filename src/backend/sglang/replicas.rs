//! Radix cache counters carry no rank: the registry adds them up over processes, so each tensor rank counts again.

use crate::backend::native::Instance;
use crate::metrics::{Bucket, Histogram};
use crate::signal::{Counter, Distribution, Snapshot};
use crate::sorted::sort;

/// Families that every tensor rank writes.
const EVERY_RANK: &[&str] =
    &["queue_time_seconds", "per_stage_req_latency_seconds", "cuda_graph_passes_total", "num_retracted_requests_total"];

pub(super) fn divide(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    let copies = copies(instance);
    if copies < 2.0 {
        return;
    }
    for counter in [Counter::EvictedTokens, Counter::LoadBackTokens] {
        if let Some(value) = snapshot.counters.get_mut(&counter) {
            value.value /= copies;
            value.ranks.iter_mut().for_each(|(_, rank)| *rank /= copies);
        }
    }
    for distribution in [Distribution::LoadBackTime, Distribution::EvictionTime] {
        if let Some(spread) = snapshot.distributions.get_mut(&distribution) {
            spread.histogram = fewer(&spread.histogram, copies);
        }
    }
}

/// Processes of one data-parallel rank.
fn copies(instance: &Instance<'_, '_>) -> f64 {
    let mut processes: Vec<(&str, &str, &str)> = Vec::new();
    for family in EVERY_RANK {
        let histograms = instance.histograms(family).iter().map(|series| series.sample);
        for sample in instance.samples(family).chain(histograms) {
            let find = |key: &str| sample.label(key).unwrap_or("");
            processes.push((find("dp_rank"), find("pp_rank"), find("tp_rank")));
        }
    }
    sort(&mut processes);
    processes.dedup();
    let ranks = processes.chunk_by(|a, b| a.0 == b.0);
    ranks.map(<[_]>::len).max().unwrap_or(1) as f64
}

fn fewer(histogram: &Histogram, copies: f64) -> Histogram {
    let buckets = histogram.buckets.iter().map(|bucket| Bucket { cumulative: bucket.cumulative / copies, ..*bucket }).collect();
    Histogram {
        buckets,
        sum: histogram.sum.map(|sum| sum / copies),
        count: histogram.count.map(|count| count / copies),
        repaired: histogram.repaired,
    }
}
