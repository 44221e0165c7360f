//! Every quantity that servescope knows, once: its path, unit, way to add up over ranks, and words for people.
//!
//! Sources of the meanings: knowledge of the three servers' own collectors (see ARCHITECTURE.md). A quantity that a backend
//! does not export is simply absent from its snapshots.

use crate::metrics::Unit;

/// How the values of several data-parallel ranks become the instance's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    Sum,
    Max,
    Mean,
}

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $variant:ident: $path:literal, $unit:ident, $merge:ident, $words:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item_doc])* $variant,)* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// Stable dotted path, as used in reports.
            #[must_use]
            pub fn path(self) -> &'static str {
                match self { $($name::$variant => $path,)* }
            }

            #[must_use]
            pub fn unit(self) -> Unit {
                match self { $($name::$variant => Unit::$unit,)* }
            }

            /// How ranks of one instance are merged.
            #[must_use]
            pub fn merge(self) -> Merge {
                match self { $($name::$variant => Merge::$merge,)* }
            }

            /// What it is, in a few words for people.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $($name::$variant => $words,)* }
            }
        }
    };
}

vocabulary! {
    /// Values of one instant.
    Gauge {
        Running: "queue.running", Requests, Sum, "requests running";
        Waiting: "queue.waiting", Requests, Sum, "requests waiting";
        WaitingCapacity: "queue.waiting_capacity", Requests, Sum, "waiting for capacity";
        WaitingDeferred: "queue.waiting_deferred", Requests, Sum, "waiting, deferred";
        Swapped: "queue.swapped", Requests, Sum, "requests swapped out";
        /// SGLang: inference requests that the HTTP server has open. Live, unlike its scheduler's gauges.
        HttpOpen: "http.open", Requests, Sum, "HTTP requests open";
        Paused: "queue.paused", Requests, Sum, "requests paused";
        GrammarQueue: "queue.grammar", Requests, Sum, "waiting for a grammar";
        PrefillBootstrapQueue: "queue.prefill_bootstrap", Requests, Sum, "prefill bootstrap queue";
        PrefillInflightQueue: "queue.prefill_inflight", Requests, Sum, "prefill in-flight queue";
        DecodePreallocQueue: "queue.decode_prealloc", Requests, Sum, "decode preallocation queue";
        DecodeTransferQueue: "queue.decode_transfer", Requests, Sum, "decode transfer queue";
        KvFetchToStart: "queue.kv_fetch_to_start", Requests, Sum, "KV fetches not started";
        KvFetchInProgress: "queue.kv_fetch_in_progress", Requests, Sum, "KV fetches in progress";
        KvFetchCompleted: "queue.kv_fetch_completed", Requests, Sum, "KV fetches completed and waiting";
        /// 0–1. For SGLang the maximum over its pools; for TGI the reserved share. Never summed over ranks.
        KvUsage: "kv_cache.usage", Ratio, Max, "KV cache in use";
        /// The host tier: swapped blocks (vLLM V0) or offloaded ones.
        CpuKvUsage: "kv_cache.cpu_usage", Ratio, Max, "CPU KV cache in use";
        FullPoolUsage: "kv_cache.full_pool_usage", Ratio, Max, "full-attention pool in use";
        SwaPoolUsage: "kv_cache.swa_pool_usage", Ratio, Max, "sliding-window pool in use";
        MambaPoolUsage: "kv_cache.mamba_pool_usage", Ratio, Max, "Mamba pool in use";
        PendingPreallocUsage: "kv_cache.pending_prealloc_usage", Ratio, Max, "KV claimed by pending preallocations";
        KvUsedTokens: "kv_cache.used_tokens", Tokens, Sum, "KV tokens in use";
        KvEvictableTokens: "kv_cache.evictable_tokens", Tokens, Sum, "KV tokens that can be evicted";
        KvAvailableTokens: "kv_cache.available_tokens", Tokens, Sum, "KV tokens free";
        /// TGI: tokens reserved by the running batch.
        ReservedTokens: "kv_cache.reserved_tokens", Tokens, Sum, "tokens reserved by the batch";
        NewTokenRatio: "scheduler.new_token_ratio", Ratio, Max, "assumed share of max_new_tokens";
        DecodeSumSeqLens: "scheduler.decode_sum_seq_lens", Tokens, Sum, "context tokens of running requests";
        /// SGLang's own rate over its last report. Shown, never judged.
        GenerationThroughput: "throughput.reported", TokensPerSecond, Sum, "generation throughput, as reported";
        /// The last prefill batch only in current SGLang. Shown, never judged outside the classic profile.
        CacheHitRateGauge: "prefix_cache.reported_hit_rate", Ratio, Mean, "cache hit rate, as reported";
        SpecAcceptRate: "speculation.accept_rate", Ratio, Mean, "draft acceptance, as reported";
        SpecAcceptLength: "speculation.accept_length", Tokens, Mean, "accepted length, as reported";
        /// Gauges of the last transfer up to SGLang 0.5.9; later releases have histograms of the same name.
        KvTransferTimeGauge: "kv_transfer.reported_time", Seconds, Max, "KV transfer time, as reported";
        KvTransferSpeedGauge: "kv_transfer.reported_speed", GigabytesPerSecond, Mean, "KV transfer speed, as reported";
        HostUsedTokens: "host_cache.used_tokens", Tokens, Sum, "host tier tokens in use";
        HostTotalTokens: "host_cache.total_tokens", Tokens, Sum, "host tier tokens";
        LoraPoolUsage: "lora.pool_usage", Ratio, Max, "LoRA slots in use";
        LoraRunning: "lora.running", Adapters, Sum, "adapters running";
        LoraWaiting: "lora.waiting", Adapters, Sum, "adapters waiting";
        /// 1 awake, 0 asleep (vLLM sleep mode).
        Awake: "engine.awake", Flag, Max, "engine awake";
        /// 1 when SGLang's last report was of a pass with a CUDA graph.
        CudaGraph: "engine.cuda_graph", Flag, Max, "CUDA graph in use";
        AvailableGpuMemory: "memory.startup_available", Gigabytes, Mean, "GPU memory free after start";
        EplbBalancedness: "experts.balancedness", Ratio, Mean, "expert balance";
    }
}

vocabulary! {
    /// Cumulative counts since process start. All merge by sum over ranks (never over tensor-parallel ranks).
    Counter {
        PromptTokens: "tokens.prompt", Tokens, Sum, "prompt tokens";
        OutputTokens: "tokens.output", Tokens, Sum, "output tokens";
        /// Counted while running, not at finish.
        LiveOutputTokens: "tokens.output_live", Tokens, Sum, "output tokens, live";
        PromptTokensComputed: "tokens.prompt_computed", Tokens, Sum, "prompt tokens computed";
        PromptTokensCached: "tokens.prompt_cached", Tokens, Sum, "prompt tokens from cache";
        PromptTokensExternal: "tokens.prompt_external", Tokens, Sum, "prompt tokens from external KV";
        /// SGLang: TTFT observations of streaming requests, which TTFT is read from.
        TtftStreaming: "ttft.streaming", Requests, Sum, "first tokens of streaming requests";
        /// SGLang: TTFT observations of non-streaming requests, which were left out of TTFT.
        TtftNonStreaming: "ttft.non_streaming", Requests, Sum, "first tokens of non-streaming requests";
        PrefixQueries: "prefix_cache.queries", Tokens, Sum, "tokens looked up in the prefix cache";
        PrefixHits: "prefix_cache.hits", Tokens, Sum, "tokens found in the prefix cache";
        HostHits: "prefix_cache.host_hits", Tokens, Sum, "tokens found in host memory";
        StorageHits: "prefix_cache.storage_hits", Tokens, Sum, "tokens found in storage";
        ExternalQueries: "prefix_cache.external_queries", Tokens, Sum, "tokens looked up externally";
        ExternalHits: "prefix_cache.external_hits", Tokens, Sum, "tokens found externally";
        EvictedTokens: "prefix_cache.evicted_tokens", Tokens, Sum, "tokens evicted";
        LoadBackTokens: "prefix_cache.load_back_tokens", Tokens, Sum, "tokens loaded back from a tier";
        MultimodalQueries: "multimodal_cache.queries", Times, Sum, "multimodal cache look-ups";
        MultimodalHits: "multimodal_cache.hits", Times, Sum, "multimodal cache hits";
        Preemptions: "preemptions", Times, Sum, "preemptions";
        RetractedTokens: "preemptions.retracted_tokens", Tokens, Sum, "tokens retracted";
        /// Requests that ended in any way the server counts as done.
        Finished: "requests.finished", Requests, Sum, "requests finished";
        FinishedStop: "requests.finished_stop", Requests, Sum, "finished: stop";
        FinishedLength: "requests.finished_length", Requests, Sum, "finished: length";
        FinishedAbort: "requests.finished_abort", Requests, Sum, "finished: abort";
        FinishedError: "requests.finished_error", Requests, Sum, "finished: error";
        FinishedRepetition: "requests.finished_repetition", Requests, Sum, "finished: repetition";
        /// TGI's `tgi_request_count`, which counts OpenAI routes twice. Kept to recognise that, never a denominator.
        RequestsReceived: "requests.received", Requests, Sum, "requests received, as reported";
        Aborted: "requests.aborted", Requests, Sum, "requests aborted";
        /// Failures of the server's own making (TGI `generation`, `incomplete`; SGLang HTTP 5xx without 503).
        ServerErrors: "requests.server_errors", Requests, Sum, "server errors";
        /// Refused for capacity: vLLM admission rejections, SGLang 503, TGI `overloaded`.
        CapacityRejections: "requests.capacity_rejections", Requests, Sum, "requests refused for capacity";
        ClientErrors: "requests.client_errors", Requests, Sum, "client errors";
        Http2xx: "http.2xx", Requests, Sum, "HTTP 2xx";
        Http4xx: "http.4xx", Requests, Sum, "HTTP 4xx";
        Http5xx: "http.5xx", Requests, Sum, "HTTP 5xx";
        Corrupted: "requests.corrupted", Requests, Sum, "corrupted outputs";
        KvTransferFailures: "kv_transfer.failures", Requests, Sum, "KV transfer failures";
        SpecDrafts: "speculation.drafts", Times, Sum, "drafts";
        SpecDraftTokens: "speculation.draft_tokens", Tokens, Sum, "draft tokens";
        SpecAcceptedTokens: "speculation.accepted_tokens", Tokens, Sum, "accepted draft tokens";
        SpecVerifyCalls: "speculation.verify_calls", Times, Sum, "verify calls";
        Steps: "engine.steps", Times, Sum, "engine steps";
        DecodeGraphPasses: "engine.decode_graph_passes", Times, Sum, "decode passes with a CUDA graph";
        DecodeEagerPasses: "engine.decode_eager_passes", Times, Sum, "decode passes without a CUDA graph";
        ForwardSeconds: "engine.forward_seconds", Seconds, Sum, "time in forward passes";
        IdleSeconds: "engine.idle_seconds", Seconds, Sum, "scheduler idle time";
        HostStageSeconds: "engine.host_stage_seconds", Seconds, Sum, "scheduler stages not overlapped by a forward pass";
        CpuSeconds: "process.cpu_seconds", Seconds, Sum, "CPU time of the API server";
        SchedulerCpuSeconds: "engine.scheduler_cpu_seconds", Seconds, Sum, "CPU time of the scheduler";
        DetokenizerCpuSeconds: "process.detokenizer_cpu_seconds", Seconds, Sum, "CPU time of the detokenizer";
        GrammarRequests: "grammar.requests", Requests, Sum, "requests with a grammar";
        GrammarCacheHits: "grammar.cache_hits", Requests, Sum, "grammar cache hits";
        GrammarTimeouts: "grammar.timeouts", Requests, Sum, "grammar timeouts";
        DpScheduledTokens: "ranks.scheduled_tokens", Tokens, Sum, "tokens scheduled over DP ranks";
        DpImbalanceTokens: "ranks.imbalance_tokens", Tokens, Sum, "tokens padded for imbalance";
        PrefillCalls: "engine.prefill_calls", Times, Sum, "prefill calls";
        DecodeCalls: "engine.decode_calls", Times, Sum, "decode calls";
        BatchFailures: "engine.batch_failures", Times, Sum, "failed batch calls";
        ConcatChunking: "engine.concat_chunking", Times, Sum, "batch merges: chunking";
        ConcatBackpressure: "engine.concat_backpressure", Times, Sum, "batch merges: back-pressure";
        ConcatWaitExceeded: "engine.concat_wait_exceeded", Times, Sum, "batch merges: wait exceeded";
        EstimatedFlops: "engine.estimated_flops", Flop, Sum, "estimated FLOP per GPU";
    }
}

vocabulary! {
    /// Histograms since process start.
    Distribution {
        Ttft: "ttft", Seconds, Sum, "time to first token";
        /// Gaps between engine outputs (per step under speculation).
        Itl: "itl", Seconds, Sum, "inter-token latency";
        /// Per request: decode time over output tokens less one. TGI: inference over tokens, prefill included.
        Tpot: "tpot", Seconds, Sum, "time per output token";
        E2e: "e2e", Seconds, Sum, "end-to-end latency";
        QueueTime: "queue_time", Seconds, Sum, "time in queue";
        PrefillTime: "prefill_time", Seconds, Sum, "prefill time";
        DecodeTime: "decode_time", Seconds, Sum, "decode time";
        InferenceTime: "inference_time", Seconds, Sum, "inference time";
        /// TGI: tokenisation and validation before the queue.
        ValidationTime: "validation_time", Seconds, Sum, "validation time";
        PromptLength: "prompt_length", Tokens, Sum, "prompt tokens per request";
        UncachedPromptLength: "prompt_length.uncached", Tokens, Sum, "uncached prompt tokens per request";
        OutputLength: "output_length", Tokens, Sum, "output tokens per request";
        MaxNewTokens: "max_new_tokens", Tokens, Sum, "max_new_tokens per request";
        /// vLLM: the parameter n, once for each request of a client, while every answer is a request of the engine.
        AnswersPerRequest: "requests.answers", Times, Sum, "answers per request";
        /// Tokens per engine step. A histogram despite vLLM's `_total`.
        StepTokens: "engine.step_tokens", Tokens, Sum, "tokens per engine step";
        RequestPreemptions: "preemptions.per_request", Times, Sum, "preemptions per request";
        /// TGI: whole prefill call of a batch.
        PrefillCallTime: "engine.prefill_call_time", Seconds, Sum, "prefill call time";
        /// TGI: whole decode call of a batch, which is its step time.
        DecodeCallTime: "engine.decode_call_time", Seconds, Sum, "decode step time";
        DecodeForwardTime: "engine.decode_forward_time", Seconds, Sum, "GPU forward time of a decode step";
        PrefillForwardTime: "engine.prefill_forward_time", Seconds, Sum, "GPU forward time of a prefill call";
        /// TGI: sampling and detokenisation of a decode step (its `tgi_batch_decode_duration`, which is not the decode phase).
        DetokenizeTime: "engine.detokenize_time", Seconds, Sum, "sampling and detokenisation of a decode step";
        FilterTime: "engine.filter_time", Seconds, Sum, "sending and filtering of a decode step";
        ConcatTime: "engine.concat_time", Seconds, Sum, "merging of two batches";
        AdmittedBatch: "engine.admitted_batch", Requests, Sum, "requests per admitted batch";
        /// SGLang: one observation for each non-final prefill chunk.
        PrefillChunkTime: "prefill_time.chunk", Seconds, Sum, "prefill chunk time";
        GrammarCompileTime: "grammar.compile_time", Seconds, Sum, "grammar compile time";
        /// Seconds here whatever the native unit (SGLang: milliseconds).
        KvTransferTime: "kv_transfer.time", Seconds, Sum, "KV transfer time";
        KvTransferSpeed: "kv_transfer.speed", GigabytesPerSecond, Sum, "KV transfer speed";
        LoadBackTime: "prefix_cache.load_back_time", Seconds, Sum, "load-back time";
        EvictionTime: "prefix_cache.eviction_time", Seconds, Sum, "eviction time";
        KvBlockLifetime: "prefix_cache.block_lifetime", Seconds, Sum, "KV block lifetime";
        KvReuseGap: "prefix_cache.reuse_gap", Seconds, Sum, "KV block reuse gap";
        DpImbalanceRatio: "ranks.imbalance_ratio", Multiple, Sum, "token imbalance over DP ranks";
    }
}
