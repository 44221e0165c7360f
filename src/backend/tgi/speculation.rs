//! Tokens beyond the first of a step: a histogram up to 2.2, a summary since.

use crate::backend::native::{Instance, Row, counter, native};
use crate::signal::{ConfigValue, Counter, Snapshot, Source};

const SKIPPED: &str = "request_skipped_tokens";

static ROWS: &[Row<Counter>] = &[
    Row::alias(Counter::SpecAcceptedTokens, &[native("request_skipped_tokens_sum")]),
    Row::alias(Counter::SpecVerifyCalls, &[native("request_skipped_tokens_count")]),
];

/// The sum and the count mean the same in both types. They speak of speculation only once a token was skipped: without it, the
/// count is the number of tokens.
pub(super) fn read(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    let skipped: f64 = instance.numbers("request_skipped_tokens_sum").map(|series| series.data).sum();
    if skipped > 0.0 {
        for row in ROWS {
            if let Some(value) = counter(instance, row, None) {
                snapshot.counters.insert(row.to, value);
            }
        }
    }
    // The bounds of the histogram run from 0 to `--speculate`.
    let series = instance.histograms(SKIPPED).first();
    let last = series.and_then(|series| series.histogram().buckets.into_iter().rfind(|bucket| bucket.upper.is_finite()));
    if let (Some(series), Some(last)) = (series, last.filter(|last| last.upper > 0.0)) {
        let source = Source::new(instance.full_name(SKIPPED), series.lines());
        snapshot.config.speculative_tokens = Some(ConfigValue { value: last.upper, inferred: true, source });
    }
}
