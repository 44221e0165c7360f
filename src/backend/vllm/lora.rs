//! Adapters of the newest `lora_requests_info` series.

use crate::backend::native::Instance;
use crate::signal::{ConfigValue, Gauge, Snapshot, Source, Value};

const INFO: &str = "lora_requests_info";

/// The value of the series is the Unix time of its last update, and old label sets stay exposed: only the newest one speaks of now.
/// The V0 engine exposes it without LoRA too, with `max_lora="0"`.
pub(super) fn read(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    let newest = instance.numbers(INFO).filter(|series| series.data.is_finite()).max_by(|a, b| a.data.total_cmp(&b.data));
    let Some(newest) = newest.filter(|series| series.label("max_lora") != Some("0")) else {
        return;
    };
    let source = Source::new(instance.full_name(INFO), [newest.sample.line()].into());
    for (gauge, label) in [(Gauge::LoraRunning, "running_lora_adapters"), (Gauge::LoraWaiting, "waiting_lora_adapters")] {
        let Some(list) = newest.label(label) else {
            continue;
        };
        let adapters = list.split(',').filter(|adapter| !adapter.trim().is_empty()).count() as f64;
        let value = Value::of_one(adapters, source.clone());
        snapshot.gauges.insert(gauge, value);
    }
    if let Some(slots) = newest.label("max_lora").and_then(|text| text.parse().ok()) {
        snapshot.config.max_loras = Some(ConfigValue { value: slots, inferred: false, source });
    }
}
