//! The scheduler's gauges in the order in which SGLang prints them, each with the releases that have it.

use super::*;

type Value = fn(&Sglang, &Rank) -> f64;

/// Name after the prefix, help, first release, first release without it, value.
pub struct Gauge {
    pub name: &'static str,
    pub help: &'static str,
    pub since: (u32, u32),
    pub until: (u32, u32),
    pub value: Value,
}

const fn gauge(name: &'static str, help: &'static str, since: (u32, u32), until: (u32, u32), value: Value) -> Gauge {
    Gauge { name, help, since, until, value }
}

const END: (u32, u32) = (99, 0);
const ZERO: Value = |_, _| 0.0;

/// Configuration gauges, printed before the live ones since 0.5.17 and after them before.
pub const STATIC: &[Gauge] = &[
    gauge("max_total_num_tokens", "Maximum total number of tokens in the KV cache pool.", (5, 6), END, |s, _| {
        f64::from(s.setup.server.kv_tokens)
    }),
    gauge("engine_startup_time", "The time taken for the engine to start up.", (5, 2), (5, 17), |_, _| 71.2),
    gauge("engine_load_weights_time", "The time taken for the engine to load weights.", (5, 2), (5, 17), |_, _| 22.4),
    gauge("weight_memory_usage_gb", "Memory used by model weights in GB.", (5, 17), END, |_, _| 14.98876953125),
    gauge("kv_cache_memory_usage_gb", "Memory used by the KV cache pools in GB.", (5, 17), END, |s, _| {
        f64::from(s.setup.server.kv_tokens) * 131_072.0 / 1_073_741_824.0
    }),
    gauge("page_size", "KV cache page size in tokens.", (5, 12), END, |s, _| f64::from(s.setup.server.block)),
    gauge("num_pages", "Number of KV cache pages.", (5, 12), END, |s, _| f64::from(s.setup.server.kv_tokens / s.setup.server.block)),
    gauge("context_len", "Maximum context length.", (5, 12), END, |s, _| f64::from(s.setup.server.max_model_len)),
    gauge("startup_available_gpu_memory_gb", "Available GPU memory in GB at startup.", (5, 12), END, |s, _| s.setup.server.startup_free_gb),
];

pub const LIVE: &[Gauge] = &[
    gauge("num_running_reqs", "The number of running requests.", (0, 0), END, |_, r| f64::from(r.shown.running)),
    gauge("num_queue_reqs", "The number of requests in the waiting queue.", (0, 0), END, |_, r| f64::from(r.shown.waiting)),
    gauge(
        "num_running_reqs_offline_batch",
        "The number of running low-priority offline batch requests(label is 'batch').",
        (5, 2),
        (5, 11),
        ZERO,
    ),
    gauge("num_grammar_queue_reqs", "The number of requests in the grammar waiting queue.", (4, 7), END, |_, r| {
        f64::from(r.shown.grammar_queue)
    }),
    gauge("gen_throughput", "The generation throughput (token/s).", (0, 0), END, |_, r| r.gen_throughput),
    gauge("cache_hit_rate", "The prefix cache hit rate.", (0, 0), END, |_, r| r.cache_hit_rate),
    gauge("decode_sum_seq_lens", "The sum of all sequence lengths in decode.", (5, 7), END, |_, r| f64::from(r.shown.context)),
    gauge("token_usage", "The token usage.", (0, 0), END, |s, r| s.usage(r, true)),
    gauge("full_token_usage", "The token usage for full attention layers.", (5, 10), END, |_, r| r.shown.kv_usage),
    gauge("swa_token_usage", "The token usage for SWA layers.", (5, 2), END, |s, r| s.swa_usage(r)),
    gauge("mamba_usage", "The token usage for Mamba layers.", (5, 5), END, ZERO),
    gauge("num_used_tokens", "The number of used tokens.", (0, 0), END, |_, r| f64::from(r.shown.kv_used)),
    gauge("kv_available_tokens", "Number of free token slots in the KV cache pool.", (5, 12), END, |_, r| {
        f64::from(r.shown.kv_total - r.shown.kv_used - r.shown.kv_evictable)
    }),
    gauge("kv_evictable_tokens", "Number of evictable (radix-cached) token slots in the KV cache pool.", (5, 12), END, |_, r| {
        f64::from(r.shown.kv_evictable)
    }),
    gauge("kv_used_tokens", "Number of actively used token slots in the KV cache pool.", (5, 12), END, |_, r| f64::from(r.shown.kv_used)),
    gauge("swa_available_tokens", "Number of free token slots in the SWA pool (hybrid-SWA only).", (5, 12), END, |s, r| {
        f64::from(s.setup.server.swa_pool_tokens.map_or(0, |pool| pool - r.shown.swa_used))
    }),
    gauge("swa_evictable_tokens", "Number of evictable (radix-cached) token slots in the SWA pool.", (5, 12), END, ZERO),
    gauge("swa_used_tokens", "Number of actively used token slots in the SWA pool.", (5, 12), END, |_, r| f64::from(r.shown.swa_used)),
    gauge("mamba_available_tokens", "Number of free state slots in the mamba SSM pool (hybrid-SSM only).", (5, 12), END, ZERO),
    gauge("mamba_evictable_tokens", "Number of evictable (radix-cached) state slots in the mamba SSM pool.", (5, 12), END, ZERO),
    gauge("mamba_used_tokens", "Number of actively used state slots in the mamba SSM pool.", (5, 12), END, ZERO),
    gauge(
        "spec_accept_length",
        "Mean acceptance length of speculative decoding (accepted drafts + bonus token per forward).",
        (0, 0),
        END,
        |_, r| {
            if r.verified > 0 { 1.0 + r.accepted as f64 / r.verified as f64 } else { 0.0 }
        },
    ),
    gauge("spec_accept_rate", "Speculative acceptance rate (`accepted drafts / proposed drafts` in batch).", (5, 4), END, |_, r| {
        if r.drafted > 0 { r.accepted as f64 / r.drafted as f64 } else { 0.0 }
    }),
    gauge(
        "spec_cap_length",
        "Mean DSpark confidence-scheduled verify window per verify step, incl the bonus slot (0 when no cap is scheduled).",
        (5, 16),
        END,
        ZERO,
    ),
    gauge(
        "spec_block_accept_length",
        "Mean uncapped full-block accept length per verify step (accept + cap-trimmed drafts; exact only in DSpark cap-accept mode).",
        (5, 16),
        END,
        ZERO,
    ),
    gauge("spec_num_steps", "Currently active speculative_num_steps.", (5, 16), END, |s, _| s.drafts()),
    gauge(
        "spec_num_draft_tokens",
        "Currently active speculative_num_draft_tokens (decouples from steps under topk>1).",
        (5, 16),
        END,
        |s, _| s.drafts(),
    ),
    gauge("num_prefill_prealloc_queue_reqs", "The number of requests in the prefill prealloc queue.", (4, 7), (5, 11), |s, r| {
        s.role_queue(r, Role::Prefill)
    }),
    gauge("num_prefill_bootstrap_queue_reqs", "The number of requests in the prefill bootstrap queue.", (5, 12), END, |s, r| {
        s.role_queue(r, Role::Prefill)
    }),
    gauge("num_prefill_infight_queue_reqs", "The number of requests in the prefill infight queue.", (4, 7), (5, 2), |_, r| {
        f64::from(r.shown.inflight_queue)
    }),
    gauge("num_prefill_inflight_queue_reqs", "The number of requests in the prefill inflight queue.", (5, 2), END, |_, r| {
        f64::from(r.shown.inflight_queue)
    }),
    gauge("num_decode_prealloc_queue_reqs", "The number of requests in the decode prealloc queue.", (4, 7), END, |_, r| {
        f64::from(r.shown.prealloc_queue)
    }),
    gauge("num_decode_transfer_queue_reqs", "The number of requests in the decode transfer queue.", (4, 7), END, |_, r| {
        f64::from(r.shown.transfer_queue)
    }),
    gauge(
        "num_decode_host_receive_queue_reqs",
        "Requests in the decode transfer queue receiving into host memory or waiting for device admission.",
        (5, 23),
        END,
        ZERO,
    ),
    gauge(
        "num_decode_deferred_kv_release_reqs",
        "The number of failed decode requests whose KV allocations are held pending transfer drain acknowledgement or timeout.",
        (5, 23),
        END,
        ZERO,
    ),
    gauge(
        "pending_prealloc_token_usage",
        "The token usage for pending preallocated tokens (not preallocated yet).",
        (5, 4),
        END,
        |s, r| f64::from(r.shown.prealloc_queue) * s.setup.loads[0].prompt.mean / f64::from(r.shown.kv_total),
    ),
    gauge(
        "prealloc_full_token_usage",
        "Share of the full-attention KV pool held by decode requests whose KV transfer is pending (preallocated, not yet running); same capacity basis as sglang:full_token_usage.",
        (5, 23),
        END,
        |_, r| r.shown.prealloc_usage,
    ),
    gauge(
        "prealloc_swa_token_usage",
        "Share of the SWA KV pool held by decode requests whose KV transfer is pending; same capacity basis as sglang:swa_token_usage.",
        (5, 23),
        END,
        ZERO,
    ),
    gauge("utilization", "The utilization.", (5, 2), END, |s, _| if s.setup.server.role == Role::Prefill { -1.0 } else { 0.0 }),
    gauge("max_running_requests_under_SLO", "The maximum number of running requests under SLO.", (5, 2), (5, 16), ZERO),
    gauge("fwd_occupancy", "Forward pass GPU occupancy percentage.", (5, 12), END, |_, _| f64::NAN),
    gauge("new_token_ratio", "The new token ratio.", (5, 6), END, |_, r| r.shown.new_token_ratio),
    gauge("is_cuda_graph", "Whether the batch is using CUDA graph.", (5, 4), END, |_, r| f64::from(u8::from(r.graph))),
    gauge("num_unique_running_routing_keys", "Number of unique routing keys in running batch.", (5, 8), END, ZERO),
    gauge("total_retracted_reqs", "The total number of retracted requests due to kvcache full.", (4, 10), (5, 3), |_, r| {
        r.retracted as f64
    }),
    gauge("lora_pool_slots_used", "Number of LoRA adapter slots in use.", (5, 7), END, |s, r| s.lora(r).0),
    gauge("lora_pool_slots_total", "Total number of LoRA adapter slots.", (5, 7), END, |s, r| s.lora(r).1),
    gauge("lora_pool_utilization", "LoRA pool utilization.", (5, 7), END, |s, r| s.lora(r).0 / s.lora(r).1.max(1.0)),
];

impl Sglang<'_> {
    /// Rounded to two decimals on the page; the larger of the pools.
    fn usage(&self, rank: &Rank, rounded: bool) -> f64 {
        let usage = rank.shown.kv_usage.max(self.swa_usage(rank));
        if rounded { (usage * 100.0).round() / 100.0 } else { usage }
    }

    fn swa_usage(&self, rank: &Rank) -> f64 {
        self.setup.server.swa_pool_tokens.map_or(0.0, |pool| f64::from(rank.shown.swa_used) / f64::from(pool))
    }

    fn drafts(&self) -> f64 {
        self.setup.server.speculation.as_ref().map_or(0.0, |s| f64::from(s.tokens))
    }

    fn role_queue(&self, rank: &Rank, role: Role) -> f64 {
        if self.setup.server.role == role { f64::from(rank.shown.waiting / 2) } else { 0.0 }
    }

    fn lora(&self, rank: &Rank) -> (f64, f64) {
        let slots = self.setup.server.lora_slots.map_or(0.0, f64::from);
        (rank.shown.running_adapters.len() as f64, slots)
    }
}
