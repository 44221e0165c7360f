//! Settings that TGI's bounds and labels reveal. The rest is in `GET /info` and the start-up log.

use crate::backend::native::Instance;
use crate::exposition::number;
use crate::signal::{Config, ConfigValue, Source};

pub(super) fn read(instance: &Instance<'_, '_>) -> Config {
    let total = last_bound(instance, "request_generated_tokens").or_else(|| last_bound(instance, "request_max_new_tokens"));
    Config {
        kv_capacity_tokens: gauge(instance, "batch_max_total_tokens"),
        max_model_len: total.clone(),
        max_total_tokens: total,
        max_input_tokens: last_bound(instance, "request_input_length"),
        chunked_prefill: chunked_prefill(instance),
        ..Config::default()
    }
}

/// The 100 linear bounds of a token histogram end at its limit, give or take float noise (`511.00000000000006`).
fn last_bound(instance: &Instance<'_, '_>, family: &str) -> Option<ConfigValue<f64>> {
    let series = instance.histograms(family).first()?;
    let last = series.histogram().buckets.into_iter().rfind(|bucket| bucket.upper.is_finite())?;
    let metric = format!("{}_bucket", instance.full_name(family));
    let is_last = |le: &str| number(le) == Some(last.upper);
    let lines = instance.scrape().named(&metric).filter(|sample| sample.label("le").is_some_and(is_last)).map(|sample| sample.line());
    let own = series.lines();
    let lines = lines.filter(|line| own.contains(*line)).collect();
    let source = Source::new(metric, lines);
    Some(ConfigValue { value: last.upper.round(), inferred: true, source })
}

/// The denominator of the reserved share. Most releases set it before the recorder exists and lose it.
fn gauge(instance: &Instance<'_, '_>, family: &str) -> Option<ConfigValue<f64>> {
    let series = instance.numbers(family).find(|series| series.data > 0.0 && series.data.is_finite())?;
    let source = Source::new(instance.full_name(family), [series.sample.line()].into());
    Some(ConfigValue { value: series.data, inferred: false, source })
}

/// Merges for chunking happen only with it, merges for back-pressure or waiting only without.
fn chunked_prefill(instance: &Instance<'_, '_>) -> Option<ConfigValue<bool>> {
    let family = "batch_concat";
    let reasons = instance.label_values(family, "reason");
    let value = match reasons.as_slice() {
        [] => return None,
        reasons if reasons.contains(&"chunking") => true,
        reasons if reasons.contains(&"backpressure") || reasons.contains(&"wait_exceeded") => false,
        _ => return None,
    };
    Some(ConfigValue { value, inferred: true, source: Source::new(instance.full_name(family), instance.lines(&[family])) })
}
