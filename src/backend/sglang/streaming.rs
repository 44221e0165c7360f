//! Whose first token it was. The first output of a non-streaming request leaves the scheduler at its 50th token or at its end.

use crate::backend::native::{Instance, Row, Select, counter, distribution, native};
use crate::signal::{Caveat, Counter, Distribution, Snapshot};

const TTFT: &str = "time_to_first_token_seconds";
const TTFT_COUNT: &str = "time_to_first_token_seconds_count";
const STREAMING: &[Select] = &[Select::Is("is_streaming", "true")];

static STREAMED: &[Row<Distribution>] = &[
    Row::alias(Distribution::Ttft, &[native(TTFT).with(STREAMING)]),
    Row::alias(Distribution::Itl, &[native("inter_token_latency_seconds").with(STREAMING)]),
    Row::alias(Distribution::Tpot, &[native("request_time_per_output_token_seconds").with(STREAMING)]),
];

static COUNTS: &[Row<Counter>] = &[
    Row::alias(Counter::TtftStreaming, &[native(TTFT_COUNT).with(STREAMING)]),
    Row::alias(Counter::TtftNonStreaming, &[native(TTFT_COUNT).with(&[Select::Is("is_streaming", "false")])]),
];

/// Where the label is there (0.5.17 on), first-token distributions are those of streaming requests.
pub(super) fn read(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    for row in STREAMED {
        let family = row.from.first().map_or("", |native| native.name);
        if !instance.has_label(family, "is_streaming") {
            continue;
        }
        match distribution(instance, row) {
            Some(spread) => snapshot.distributions.insert(row.to, spread),
            None => snapshot.distributions.remove(&row.to),
        };
    }
    let is_labelled = [TTFT, TTFT_COUNT].iter().any(|name| instance.has_label(name, "is_streaming"));
    if !is_labelled {
        if snapshot.distributions.contains_key(&Distribution::Ttft) {
            snapshot.caveats.push(Caveat::TtftMayMixNonStreaming);
        }
        return;
    }
    for row in COUNTS {
        if let Some(value) = counter(instance, row, snapshot.version.from) {
            snapshot.counters.insert(row.to, value);
        }
    }
    if snapshot.counters.get(&Counter::TtftNonStreaming).is_some_and(|count| count.value > 0.0) {
        snapshot.caveats.push(Caveat::NonStreamingLeftOut);
    }
}
