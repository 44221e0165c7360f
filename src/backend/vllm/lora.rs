//! Adapters, from the label sets of `lora_requests_info`.

use crate::backend::native::{Instance, Series};
use crate::signal::{AdapterSet, Caveat, ConfigValue, Gauge, Snapshot, Source, Value};

const INFO: &str = "lora_requests_info";
/// Stamps are Unix times. Several API servers add theirs up, so that a multiple of about this is so many times (2027, and no other
/// number of servers fits until 2036).
const ABOUT_NOW: f64 = 1.8e9;

/// The value of a series is the Unix time of its last update, and old label sets stay exposed: only the newest one speaks of now. The
/// V0 engine exposes it without LoRA too, with `max_lora="0"`. Several API servers add up their times, so that the largest value is only
/// that of the set which most of them have ever had; each of them names the adapters of its own requests.
pub(super) fn read(instance: &Instance<'_, '_>, snapshot: &mut Snapshot) {
    let several = snapshot.has_caveat(Caveat::SeveralApiServers);
    let served = |series: &Series<'_, f64>| series.data.is_finite() && series.label("max_lora") != Some("0");
    let series: Vec<Series<'_, f64>> = instance.numbers(INFO).filter(served).collect();
    let name = instance.full_name(INFO);
    snapshot.adapters = series
        .iter()
        .filter_map(|series| {
            Some(AdapterSet {
                running: names(series.label("running_lora_adapters")?),
                waiting: names(series.label("waiting_lora_adapters").unwrap_or("")),
                stamp: series.data,
                source: Source::new(name.clone(), [series.sample.line()].into()),
            })
        })
        .collect();
    let time = |set: &AdapterSet| if several { set.stamp / (set.stamp / ABOUT_NOW).round().max(1.0) } else { set.stamp };
    let busy = snapshot.gauges.get(&Gauge::Running).is_some_and(|running| running.value > 0.0);
    let candidates = snapshot.adapters.iter().filter(|set| !(several && busy && set.running.is_empty()));
    let newest = candidates.max_by(|a, b| time(a).total_cmp(&time(b)));
    if let Some(newest) = newest {
        let of_now = if several && !busy { 0 } else { newest.running.len() };
        snapshot.gauges.insert(Gauge::LoraRunning, Value::of_one(of_now as f64, newest.source.clone()));
        // Releases that repeat the running adapters as waiting do not tell who waits.
        if snapshot.adapters.iter().any(|set| set.waiting != set.running) {
            snapshot.gauges.insert(Gauge::LoraWaiting, Value::of_one(newest.waiting.len() as f64, newest.source.clone()));
        }
    }
    let slots = series.iter().find_map(|series| Some((series.label("max_lora")?.parse().ok()?, series)));
    if let Some((slots, series)) = slots {
        let source = Source::new(name, [series.sample.line()].into());
        snapshot.config.max_loras = Some(ConfigValue { value: slots, inferred: false, source });
    }
}

fn names(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|adapter| !adapter.is_empty()).map(str::to_owned).collect()
}
