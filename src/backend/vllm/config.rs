//! Settings in the labels of `cache_config_info`, and those that follow from other families.

use crate::backend::native::{Instance, Series};
use crate::metrics::Spans;
use crate::signal::{Config, ConfigValue, Source};

const INFO: &str = "cache_config_info";

pub(super) fn read(instance: &Instance<'_, '_>) -> Config {
    let info = Info { instance, series: engines(instance) };
    let tokens = info.total("kv_cache_size_tokens");
    let concurrency = info.total("kv_cache_max_concurrency");
    let longest = tokens.as_ref().zip(concurrency.as_ref()).and_then(|(tokens, concurrency)| {
        (concurrency.value > 0.0).then(|| ConfigValue {
            value: (tokens.value / concurrency.value).round(),
            inferred: true,
            source: tokens.source.clone(),
        })
    });
    Config {
        kv_capacity_tokens: tokens.or_else(|| blocks_as_tokens(&info)),
        kv_max_concurrency: concurrency,
        max_model_len: longest,
        gpu_memory_utilization: info.number("gpu_memory_utilization"),
        kv_cache_memory_bytes: info.number("kv_cache_memory_bytes"),
        kv_cache_dtype: info.text("cache_dtype"),
        prefix_caching: info.flag("enable_prefix_caching"),
        num_gpu_blocks_override: info.number("num_gpu_blocks_override"),
        block_size: info.number("block_size"),
        speculative_tokens: speculative_tokens(instance),
        data_parallel_ranks: data_parallel_ranks(instance),
        host_tier: host_tier(&info),
        mfu_metrics: mfu_metrics(instance),
        prefix_match_unit: info.number("prefix_match_unit").or_else(|| info.number("cache_hit_alignment_tokens")),
        prefix_hash: info.text("prefix_caching_hash_algo"),
        hybrid_cache: hybrid_cache(&info),
        cpu_offload_gb: info.number("cpu_offload_gb").filter(|value| value.value > 0.0),
        sliding_window: info.number("sliding_window"),
        ..Config::default()
    }
}

/// The block count is the sum over all data-parallel engines, repeated on each engine's series. The product is wrong for
/// hybrid models and for decode context parallelism.
fn blocks_as_tokens(info: &Info<'_, '_, '_>) -> Option<ConfigValue<f64>> {
    let blocks = info.number("num_gpu_blocks")?;
    let size = info.number("block_size")?;
    Some(ConfigValue { value: blocks.value * size.value, inferred: true, source: blocks.source })
}

/// Mamba blocks and sliding windows are set for models that have them.
fn hybrid_cache(info: &Info<'_, '_, '_>) -> Option<ConfigValue<bool>> {
    let set = info.number("mamba_block_size").or_else(|| info.number("sliding_window"))?;
    Some(ConfigValue { value: set.value > 0.0, inferred: true, source: set.source })
}

/// The size of the tier, or families that only a tier has.
fn host_tier(info: &Info<'_, '_, '_>) -> Option<ConfigValue<bool>> {
    if let Some(size) = info.number("kv_offloading_size") {
        return Some(ConfigValue { value: size.value > 0.0, inferred: false, source: size.source });
    }
    let families = [
        "kv_offload_cpu_cache_usage_perc",
        "kv_offload_store_bytes_total",
        "kv_offload_total_bytes_total",
        "simple_kv_offload_used_blocks",
    ];
    let family = families.iter().find(|family| info.instance.has(family))?;
    Some(inferred(info.instance, family, true))
}

/// One acceptance counter for each position of a draft.
fn speculative_tokens(instance: &Instance<'_, '_>) -> Option<ConfigValue<f64>> {
    let family = "spec_decode_num_accepted_tokens_per_pos_total";
    let positions = instance.label_values(family, "position").len();
    (positions > 0).then(|| inferred(instance, family, positions as f64))
}

fn data_parallel_ranks(instance: &Instance<'_, '_>) -> Option<ConfigValue<f64>> {
    // Of several API servers' gauges a rank is missing until its first step.
    let families = ["prompt_tokens_total", "num_requests_running"];
    let (family, ranks) =
        families.iter().map(|family| (family, instance.label_values(family, "engine").len())).max_by_key(|found| found.1)?;
    (ranks > 0).then(|| inferred(instance, family, ranks as f64))
}

/// The counter is always there and stays zero unless `--enable-mfu-metrics` is given, so zero after work means off.
fn mfu_metrics(instance: &Instance<'_, '_>) -> Option<ConfigValue<bool>> {
    let family = "estimated_flops_per_gpu_total";
    let flops: f64 = instance.numbers(family).map(|series| series.data).sum();
    let tokens: f64 = instance.numbers("generation_tokens_total").map(|series| series.data).sum();
    let known = instance.has(family) && (flops > 0.0 || tokens > 0.0);
    known.then(|| ConfigValue { value: flops > 0.0, inferred: true, source: source(instance, family) })
}

fn inferred<T>(instance: &Instance<'_, '_>, family: &str, value: T) -> ConfigValue<T> {
    ConfigValue { value, inferred: true, source: source(instance, family) }
}

fn source(instance: &Instance<'_, '_>, family: &str) -> Source {
    Source::new(instance.full_name(family), instance.lines(&[family]))
}

/// The info series, one per engine.
struct Info<'s, 'i, 'a> {
    instance: &'s Instance<'i, 'a>,
    series: Vec<Series<'a, f64>>,
}

fn engines<'a>(instance: &Instance<'_, 'a>) -> Vec<Series<'a, f64>> {
    let mut seen = Vec::new();
    let mut engines = Vec::new();
    for series in instance.numbers(INFO) {
        let engine = series.label("engine").unwrap_or("");
        if !seen.contains(&engine) {
            seen.push(engine);
            engines.push(series);
        }
    }
    engines
}

/// Values are Python's: `None` is no setting.
impl Info<'_, '_, '_> {
    fn text(&self, label: &str) -> Option<ConfigValue<String>> {
        let series = self.series.iter().find(|series| series.label(label).is_some_and(|value| value != "None" && !value.is_empty()))?;
        let value = series.label(label)?.to_owned();
        Some(ConfigValue { value, inferred: false, source: self.source(label, &Spans::of(series.sample.line())) })
    }

    fn number(&self, label: &str) -> Option<ConfigValue<f64>> {
        let text = self.text(label)?;
        let value: f64 = text.value.parse().ok().filter(|value: &f64| value.is_finite())?;
        Some(ConfigValue { value, inferred: false, source: text.source })
    }

    fn flag(&self, label: &str) -> Option<ConfigValue<bool>> {
        let text = self.text(label)?;
        let value = match text.value.as_str() {
            "True" | "true" | "1" => true,
            "False" | "false" | "0" => false,
            _ => return None,
        };
        Some(ConfigValue { value, inferred: false, source: text.source })
    }

    /// A label that each engine states for itself, added up.
    fn total(&self, label: &str) -> Option<ConfigValue<f64>> {
        let values: Vec<f64> = self
            .series
            .iter()
            .filter_map(|series| series.label(label)?.parse().ok())
            .filter(|value: &f64| value.is_finite() && *value > 0.0)
            .collect();
        let mut lines = Spans::default();
        self.series.iter().for_each(|series| lines.add(series.sample.line()));
        (!values.is_empty()).then(|| ConfigValue { value: values.iter().sum(), inferred: false, source: self.source(label, &lines) })
    }

    fn source(&self, label: &str, lines: &Spans) -> Source {
        Source::new(format!("{}{{{label}}}", self.instance.full_name(INFO)), lines.lines())
    }
}
