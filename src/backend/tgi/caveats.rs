//! What TGI's numbers do not mean.

use crate::backend::native::Instance;
use crate::metrics::SourceLines;
use crate::signal::{Caveat, Counter, Distribution, Gauge, Snapshot, Source, Value};

/// Reserved tokens over the budget, where the budget is exported. Reserved is not used.
pub(super) fn reserved_share(snapshot: &mut Snapshot) {
    let Some(budget) = &snapshot.config.kv_capacity_tokens else {
        return;
    };
    if let Some(reserved) = snapshot.gauges.get(&Gauge::ReservedTokens) {
        let (reserved_of, budget_of) = (&reserved.source, &budget.source);
        let metric = format!("{} / {}", reserved_of.metric, budget_of.metric);
        let source = Source::new(metric, SourceLines::join([&reserved_of.lines, &budget_of.lines]));
        let value = reserved.value / budget.value;
        snapshot.gauges.insert(Gauge::KvUsage, Value::of_one(value, source));
    }
}

pub(super) fn note(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    let count = |counter: Counter| snapshot.counters.get(&counter).map_or(0.0, |value| value.value);
    let open: f64 = [Gauge::Running, Gauge::Waiting].iter().filter_map(|gauge| snapshot.gauges.get(gauge)).map(|value| value.value).sum();
    let failed: f64 =
        [Counter::Aborted, Counter::ServerErrors, Counter::CapacityRejections, Counter::ClientErrors].iter().map(|key| count(*key)).sum();
    let ended = count(Counter::Finished) + failed;
    let observed = |key: Distribution| snapshot.distributions.get(&key).and_then(|spread| spread.histogram.observations()).unwrap_or(0.0);
    let inputs = observed(Distribution::PromptLength);
    let has_batch = ["batch_inference_count", "batch_current_size", "queue_size", "batch_next_size"].iter().any(|name| instance.has(name));
    let found = [
        (Caveat::NoTtft, true),
        (Caveat::OnlySuccessesTimed, snapshot.distributions.contains_key(&Distribution::E2e)),
        (Caveat::TpotIncludesPrefill, snapshot.distributions.contains_key(&Distribution::Tpot)),
        // Requests in the queue were received and have not ended; they are no sign of doubling.
        (Caveat::RequestCountDoubled, ended > 0.0 && count(Counter::RequestsReceived) >= 1.5 * (ended + open)),
        (Caveat::SegmentsCountedAsInputs, count(Counter::Finished) > 0.0 && inputs > ended + open),
        (Caveat::NoBatchMetrics, count(Counter::Finished) > 0.0 && !has_batch),
    ];
    snapshot.caveats.extend(found.into_iter().filter(|(_, holds)| *holds).map(|(caveat, _)| caveat));
}
