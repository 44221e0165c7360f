//! Settings that SGLang's gauges and labels reveal. The rest is in `GET /server_info` only.

use crate::backend::native::Instance;
use crate::metrics::Spans;
use crate::signal::{Config, ConfigValue, Merge, Source};

pub(super) fn read(instance: &Instance<'_, '_>) -> Config {
    let reader = Reader { instance };
    Config {
        kv_capacity_tokens: reader.gauge("max_total_num_tokens", Merge::Sum),
        max_model_len: reader.gauge("context_len", Merge::Max),
        block_size: reader.gauge("page_size", Merge::Max).or_else(|| reader.info("page_size")),
        speculative_tokens: reader.positive("spec_num_draft_tokens"),
        speculative_steps: reader.positive("spec_num_steps"),
        max_loras: reader.positive("lora_pool_slots_total"),
        data_parallel_ranks: reader.distinct(&["num_running_reqs", "gen_throughput", "token_usage"], "dp_rank"),
        tensor_parallel_ranks: reader
            .distinct(&["queue_time_seconds_count", "per_stage_req_latency_seconds_count", "cuda_graph_passes_total"], "tp_rank"),
        pipeline_parallel_ranks: reader.distinct(&["queue_time_seconds_count", "num_running_reqs"], "pp_rank"),
        prefix_caching: reader.prefix_caching(),
        engine_type: reader.engine_type(),
        host_tier: reader.host_tier(),
        host_capacity_tokens: reader.gauge("hicache_host_total_tokens", Merge::Sum),
        prefix_cache_type: reader.cache_type(),
        priority_scheduling: reader.priority(),
        dp_attention: reader.dp_attention(),
        weight_memory_gb: reader.gauge("weight_memory_usage_gb", Merge::Max),
        kv_memory_gb: reader.gauge("kv_cache_memory_usage_gb", Merge::Max),
        graph_memory_gb: reader.gauge("graph_memory_usage_gb", Merge::Max),
        mfu_metrics: reader.mfu_metrics(),
        ..Config::default()
    }
}

struct Reader<'s, 'i, 'a> {
    instance: &'s Instance<'i, 'a>,
}

impl Reader<'_, '_, '_> {
    /// One value per data-parallel rank (the first replica of each), merged.
    fn gauge(&self, name: &str, merge: Merge) -> Option<ConfigValue<f64>> {
        let series = self.instance.numbers(name);
        let mut ranks: Vec<&str> = Vec::new();
        let mut values = Vec::new();
        for one in series.filter(|series| series.data.is_finite() && series.data >= 0.0) {
            let rank = one.label("dp_rank").unwrap_or("");
            if merge != Merge::Sum || !ranks.contains(&rank) {
                ranks.push(rank);
                values.push(one.data);
            }
        }
        let value = match merge {
            Merge::Sum => values.iter().sum(),
            Merge::Max | Merge::Mean => values.iter().copied().reduce(f64::max)?,
        };
        (!values.is_empty()).then(|| ConfigValue { value, inferred: false, source: self.source(name) })
    }

    /// Zero means that the feature is off.
    fn positive(&self, name: &str) -> Option<ConfigValue<f64>> {
        self.gauge(name, Merge::Max).filter(|value| value.value > 0.0)
    }

    /// A label of `cache_config_info` (0.5.9 and 0.5.10).
    fn info(&self, label: &str) -> Option<ConfigValue<f64>> {
        let value = self.instance.label_values("cache_config_info", label).first()?.parse().ok()?;
        Some(ConfigValue { value, inferred: false, source: self.source("cache_config_info") })
    }

    /// Number of values of a label in the first of the families that has it.
    fn distinct(&self, families: &[&str], label: &str) -> Option<ConfigValue<f64>> {
        families.iter().find_map(|family| {
            let values = self.instance.label_values(family, label);
            let count = values.iter().filter(|value| !value.is_empty()).count();
            (count > 0).then(|| ConfigValue { value: count as f64, inferred: true, source: self.source(family) })
        })
    }

    fn engine_type(&self) -> Option<ConfigValue<String>> {
        let family = "num_running_reqs";
        let value = (*self.instance.label_values(family, "engine_type").first()?).to_owned();
        Some(ConfigValue { value, inferred: false, source: self.source(family) })
    }

    /// `--disable-radix-cache` leaves a chunk cache, which matches nothing.
    fn prefix_caching(&self) -> Option<ConfigValue<bool>> {
        let class = self.cache_type()?;
        let value = if class.value.contains("Radix") {
            true
        } else if class.value.starts_with("Chunk") {
            false
        } else {
            return None;
        };
        Some(ConfigValue { value, inferred: true, source: class.source })
    }

    fn cache_type(&self) -> Option<ConfigValue<String>> {
        let family = "evicted_tokens_total";
        let value = (*self.instance.label_values(family, "cache_type").first()?).to_owned();
        Some(ConfigValue { value, inferred: false, source: self.source(family) })
    }

    /// The host tier shows as a pool, as a source of hits, or as the class of the cache.
    fn host_tier(&self) -> Option<ConfigValue<bool>> {
        let on = |family: &str| ConfigValue { value: true, inferred: true, source: self.source(family) };
        if self.gauge("hicache_host_total_tokens", Merge::Sum).is_some_and(|pool| pool.value > 0.0) {
            return Some(on("hicache_host_total_tokens"));
        }
        let has = |family: &str, label: &str, starts: &str| {
            self.instance.label_values(family, label).iter().any(|value| value.starts_with(starts))
        };
        if has("cached_tokens_total", "cache_source", "host") || has("cached_tokens_total", "cache_source", "storage") {
            return Some(on("cached_tokens_total"));
        }
        has("evicted_tokens_total", "cache_type", "HiRadix").then(|| on("evicted_tokens_total"))
    }

    fn priority(&self) -> Option<ConfigValue<bool>> {
        let family = "num_running_reqs";
        let is_on = self.instance.has_label(family, "priority");
        is_on.then(|| ConfigValue { value: true, inferred: true, source: self.source(family) })
    }

    /// Every data-parallel rank is its own tensor rank.
    fn dp_attention(&self) -> Option<ConfigValue<bool>> {
        let family = "num_running_reqs";
        let family = if self.instance.has(family) { family } else { "gen_throughput" };
        let series = self.instance.numbers(family);
        let is_ranked =
            series.clone().nth(1).is_some() && series.clone().all(|series| series.label("dp_rank").is_some_and(|rank| !rank.is_empty()));
        let is_equal = is_ranked && series.clone().all(|series| series.label("dp_rank") == series.label("tp_rank"));
        is_equal.then(|| ConfigValue { value: true, inferred: true, source: self.source(family) })
    }

    /// These families are only there with `--enable-mfu-metrics`.
    fn mfu_metrics(&self) -> Option<ConfigValue<bool>> {
        let family = "estimated_flops_per_gpu_total";
        self.instance.has(family).then(|| ConfigValue { value: true, inferred: true, source: self.source(family) })
    }

    fn source(&self, family: &str) -> Source {
        let mut lines = Spans::default();
        self.instance.numbers(family).for_each(|series| lines.add(series.sample.line()));
        self.instance.histograms(family).iter().for_each(|series| series.add_lines(&mut lines));
        Source::new(self.instance.full_name(family), lines.lines())
    }
}
