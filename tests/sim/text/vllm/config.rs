//! The labels of `vllm:cache_config_info`, as each release prints its cache configuration.

use super::super::page::Labels;
use super::*;

impl Vllm<'_> {
    pub(super) fn cache_config(&self, rank: usize) -> Labels<'static> {
        let server = &self.setup.server;
        let version = self.version;
        let v0 = version.flavour == Flavour::V0;
        let from = |minor| !v0 && version.since(minor, 0);
        let blocks = server.kv_tokens / server.block;
        let mut labels: Labels = Vec::new();
        let mut put = |key: &'static str, value: &str| labels.push((key, value.to_string()));
        // With several data-parallel engines every series shows the sum of their blocks.
        let all_blocks = if v0 { blocks } else { blocks * self.engines.len() as u32 };
        put("block_size", &server.block.to_string());
        put("cache_dtype", "auto");
        let caching = match (v0, server.prefix_caching) {
            (true, _) if version.minor >= 8 => "None",
            (_, true) => "True",
            (_, false) => "False",
        };
        put("enable_prefix_caching", caching);
        put("gpu_memory_utilization", &format!("{}", server.gpu_memory_utilization));
        put("num_gpu_blocks", &all_blocks.to_string());
        put("num_gpu_blocks_override", "None");
        put("sliding_window", "None");
        put("num_cpu_blocks", if v0 { "2048" } else { "None" });
        if v0 && version.minor < 8 {
            for (key, value) in [("cpu_offload_gb", "0"), ("is_attention_free", "False"), ("swap_space_bytes", "4294967296")] {
                put(key, value);
            }
            return labels;
        }
        put("is_attention_free", "False");
        if !version.since(28, 0) {
            put("calculate_kv_scales", "False");
        }
        if v0 {
            for (key, value) in [("cpu_kvcache_space_bytes", "None"), ("swap_space_bytes", "4294967296")] {
                put(key, value);
            }
        }
        if !version.since(18, 0) {
            put("cpu_offload_gb", "0");
            put("swap_space", "4");
        }
        put("prefix_caching_hash_algo", if version.since(11, 0) { "sha256" } else { "builtin" });
        if from(11) {
            put("engine", &rank.to_string());
            put("kv_cache_memory_bytes", "None");
            put("kv_sharing_fast_prefill", "False");
            put("mamba_cache_dtype", "auto");
            put("mamba_page_size_padded", "None");
            put("mamba_ssm_cache_dtype", "auto");
            if !version.since(20, 0) {
                put("cpu_kvcache_space_bytes", "None");
            }
        }
        if from(16) {
            for (key, value) in [
                ("kv_offloading_backend", "native"),
                ("kv_offloading_size", "None"),
                ("mamba_block_size", "None"),
                ("mamba_cache_mode", "none"),
            ] {
                put(key, value);
            }
        }
        if from(20) {
            for (key, value) in [
                ("_block_size_resolved", "True"),
                ("hash_block_size", "None"),
                ("kv_cache_dtype_skip_layers", "[]"),
                ("user_specified_block_size", "False"),
            ] {
                put(key, value);
            }
            if !version.since(27, 0) {
                put("user_specified_mamba_block_size", "False");
            }
        }
        if from(24) {
            put("kv_cache_size_tokens", &(blocks * server.block).to_string());
            let concurrency = super::super::number::python(f64::from(blocks * server.block) / f64::from(server.max_model_len));
            put("kv_cache_max_concurrency", &concurrency);
            put("skip_page_size_padded", "None");
        }
        if from(32) {
            for (key, value) in [
                ("cache_hit_alignment_tokens", "None"),
                ("effective_attention_block_size", "16"),
                ("enable_mamba_shared_prefix_checkpoint", "False"),
                ("kv_cache_layout", "None"),
                ("prefix_cache_retention_interval", "0"),
                ("prefix_match_unit", "None"),
                ("replayssm_buffer_len", "16"),
                ("swa_bounded_replay", "True"),
                ("use_kda_recoverssm", "False"),
                ("use_replayssm", "False"),
            ] {
                put(key, value);
            }
        }
        if from(33) {
            put("simple_cpu_offload_num_blocks", "None");
        }
        labels
    }
}
