//! Prefix cache look-ups and hits, which must come from one pair of families.

use crate::backend::native::{Absent, Instance, Row, Select, counter, native};
use crate::metrics::Histogram;
use crate::signal::{Counter, Gauge, Snapshot, Source, Value, Version};

const PREFILL: &str = "prefill_effective_tokens_total";

/// Live, and seeded with zero at start.
static LIVE: &[Row<Counter>] = &[
    Row::alias(Counter::PrefixQueries, &[native(PREFILL)]),
    Row::alias(Counter::PrefixHits, &[native(PREFILL).with(&[Select::OneOf("mode", &["device_hit", "host_hit", "storage_hit"])])]),
    Row::alias(Counter::HostHits, &[native(PREFILL).with(&[Select::Is("mode", "host_hit")])]),
    Row::alias(Counter::StorageHits, &[native(PREFILL).with(&[Select::Is("mode", "storage_hit")])]),
];

/// Counted at finish. The hits carry their source and are added up; they do not exist before the first hit.
static AT_FINISH: &[Row<Counter>] = &[
    Row::alias(Counter::PrefixQueries, &[native("prompt_tokens_total")]),
    Row::alias(Counter::PrefixHits, &[native("cached_tokens_total")]).absent(Absent::ZeroSince(Version(0, 4, 4))),
    Row::alias(Counter::HostHits, &[native("cached_tokens_total").with(&[Select::Is("cache_source", "host")])]),
    Row::alias(Counter::StorageHits, &[native("cached_tokens_total").with(&[Select::Starts("cache_source", "storage")])]),
];

pub(super) fn read(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    let live: f64 = instance.numbers(PREFILL).map(|series| series.data).filter(|value| value.is_finite()).sum();
    let rows = if live > 0.0 { LIVE } else { AT_FINISH };
    let found: Vec<(Counter, Value)> =
        rows.iter().filter_map(|row| Some((row.to, counter(instance, row, snapshot.version.from)?))).collect();
    // A share needs both.
    if found.iter().any(|(key, _)| *key == Counter::PrefixHits) {
        snapshot.counters.extend(found);
    }
    expert_balance(instance, snapshot);
}

/// A summary without quantiles: its mean over the lifetime.
fn expert_balance(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    let (sum, count) = ("eplb_balancedness_sum", "eplb_balancedness_count");
    let total = |name: &str| -> Option<f64> {
        let series = instance.numbers(name);
        series.clone().next().map(|_| series.map(|series| series.data).sum())
    };
    let mean = Histogram { buckets: Vec::new(), sum: total(sum), count: total(count), repaired: false }.mean();
    if let Some(value) = mean {
        let source = Source::new(instance.full_name("eplb_balancedness"), instance.lines(&[sum, count]));
        snapshot.gauges.insert(Gauge::EplbBalancedness, Value::of_one(value, source));
    }
}
