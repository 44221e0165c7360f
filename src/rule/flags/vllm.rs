//! vLLM: `vllm/engine/arg_utils.py` and `vllm/config/`, read from 0.3.3 to 0.33.0.

use super::{ANY, Bounds, FlagInfo, between, row, since, until};
use crate::signal::BackendId;

const fn flag(flag: &'static str, bounds: Bounds, default: &'static str, note: &'static str) -> FlagInfo {
    row(BackendId::Vllm, flag, bounds, default, note)
}

#[rustfmt::skip] // one flag a line reads as the table it is
pub const FLAGS: &[FlagInfo] = &[
    // Concurrency and the step
    flag("--max-num-seqs", ANY, "1024 on GPUs of 70 GiB or more (not A100), else 256; per rank", "sequences in the batch; more raise inter-token latency and KV use"),
    flag("--max-num-active-seqs", since(0, 31, 0), "none", "admission limit below --max-num-seqs"),
    flag("--max-num-batched-tokens", ANY, "2048; 8192 on GPUs of 70 GiB or more (not A100); 16384 from 160 GiB", "tokens per step; small favours inter-token latency, above 8192 favours throughput"),
    flag("--max-num-scheduled-tokens", since(0, 26, 0), "as --max-num-batched-tokens", "tokens scheduled per step"),
    flag("--long-prefill-token-threshold", since(0, 7, 3), "0, off", "stops long prompts from taking whole steps"),
    flag("--long-prefill-token-threshold-adaptive", since(0, 31, 0), "off", "the same, set by the load"),
    flag("--max-num-partial-prefills", between((0, 7, 3), (0, 26, 0)), "1", "prompts that may be prefilled in part at once"),
    flag("--max-long-partial-prefills", between((0, 7, 3), (0, 26, 0)), "1", "long prompts among them"),
    flag("--prefill-schedule-interval", since(0, 24, 0), "1", "prefills every N steps only; protects inter-token latency, costs time to first token"),
    flag("--enable-chunked-prefill", ANY, "on with the V1 engine where possible", "decodes go first, prompts fill the rest of the step"),
    flag("--scheduling-policy", ANY, "fcfs", "fcfs or priority"),
    flag("--scheduler-reserve-full-isl", since(0, 19, 0), "on", "admits only when the whole prompt fits"),
    flag("--watermark", since(0, 24, 0), "0.0", "share of KV blocks kept free at admission; against preemption storms"),
    flag("--max-num-queued-reqs", since(0, 29, 0), "none, the queue is unbounded", "answers 503 above this"),
    flag("--max-num-queued-tokens", since(0, 29, 0), "none, the queue is unbounded", "answers 503 above this; target TTFT times prefill speed"),
    flag("--async-scheduling", since(0, 10, 0), "on where compatible from 0.14, off before", "removes gaps between GPU steps"),
    flag("--stream-interval", since(0, 11, 1), "1", "tokens per streamed chunk; less host work, coarser stream"),
    flag("--num-scheduler-steps", between((0, 5, 5), (0, 10, 0)), "1", "steps per scheduling of the V0 engine"),
    flag("--scheduler-delay-factor", until(0, 10, 2), "0.0", "no effect with the V1 engine"),
    flag("--preemption-mode", until(0, 10, 2), "recompute", "no effect with the V1 engine"),
    flag("--performance-mode", since(0, 17, 0), "balanced", "interactivity or throughput: one coarse knob"),
    // Memory
    flag("--gpu-memory-utilization", ANY, "0.92 from 0.20, 0.9 before", "more KV blocks; too high runs out of memory; ignored with --kv-cache-memory-bytes"),
    flag("--kv-cache-memory-bytes", since(0, 10, 2), "none", "KV size in bytes; overrides --gpu-memory-utilization"),
    flag("--max-model-len", ANY, "the model's", "longest sequence; shorter allows more concurrency"),
    flag("--block-size", ANY, "16 in most cases", "tokens per KV block"),
    flag("--num-gpu-blocks-override", ANY, "none", "fixes the number of KV blocks; for tests"),
    flag("--kv-cache-dtype", ANY, "auto, the model's", "fp8 holds about twice the tokens; check accuracy"),
    flag("--kv-cache-dtype-skip-layers", since(0, 19, 0), "none", "layers that keep the full precision"),
    flag("--calculate-kv-scales", between((0, 8, 5), (0, 27, 1)), "off", "scales for fp8 KV"),
    flag("--cpu-offload-gb", since(0, 6, 6), "0", "weights in host memory; slow, last resort"),
    flag("--swap-space", until(0, 17, 1), "4 GiB", "no effect with the V1 engine"),
    flag("--kv-offloading-size", since(0, 11, 1), "none", "GiB of host memory as a second KV tier; raises the hit rate"),
    flag("--kv-offloading-backend", since(0, 11, 1), "native", "native or lmcache"),
    flag("--quantization", ANY, "the model's", "quantised weights leave more memory for KV and read faster"),
    // Prefix and multimodal caches
    flag("--enable-prefix-caching", ANY, "on with the V1 engine where supported, off with V0", "reuses KV of equal prompt starts; shortens prefill only"),
    flag("--prefix-caching-hash-algo", since(0, 8, 5), "sha256", "CPU cost of the block hashes"),
    flag("--mm-processor-cache-gb", since(0, 11, 0), "4", "GiB of host memory for processed images and audio"),
    flag("--kv-transfer-config", since(0, 6, 6), "none", "KV connector: disaggregation or an external cache"),
    // Parallelism
    flag("--tensor-parallel-size", ANY, "1", "splits the model over GPUs: more KV and faster steps, costs synchronisation"),
    flag("--pipeline-parallel-size", ANY, "1", "splits the layers over GPUs: more KV, costs latency"),
    flag("--data-parallel-size", since(0, 8, 5), "1", "replicas behind one endpoint; KV per rank"),
    flag("--data-parallel-external-lb", since(0, 16, 0), "off", "one endpoint per rank, balanced outside"),
    flag("--data-parallel-hybrid-lb", since(0, 11, 0), "off", "one endpoint per node, balanced inside"),
    flag("--decode-context-parallel-size", since(0, 10, 2), "1", "splits the KV of a sequence over GPUs"),
    flag("--enable-expert-parallel", since(0, 8, 5), "off", "experts spread over GPUs"),
    flag("--enable-eplb", since(0, 11, 0), "off", "moves experts to balance GPUs"),
    flag("--enable-dbo", since(0, 11, 0), "off", "overlaps communication by two half batches"),
    // Front end
    flag("--api-server-count", since(0, 9, 2), "the data-parallel size from 0.16, 1 before", "more front-end processes; process metrics vanish"),
    flag("--renderer-num-workers", since(0, 33, 0), "1", "threads that render and tokenise prompts"),
    flag("--allowed-origins", ANY, "[] from 0.32, [\"*\"] before", "pages that may read /metrics from a browser"),
    flag("VLLM_USE_FASTOKENS", since(0, 23, 0), "off", "faster tokeniser"),
    flag("VLLM_MEDIA_LOADING_THREAD_COUNT", since(0, 11, 0), "8", "threads that load images and audio"),
    flag("VLLM_USE_RUST_FRONTEND", since(0, 22, 0), "off", "front end in Rust; exports fewer metrics"),
    // Speculation, adapters, kernels
    flag("--speculative-config", since(0, 8, 5), "off", "JSON: method, draft model, num_speculative_tokens; pays at low to medium load"),
    flag("--num-speculative-tokens", between((0, 5, 5), (0, 6, 6)), "none", "drafted tokens per step, before --speculative-config"),
    flag("--spec-tokens", since(0, 22, 0), "none", "drafted tokens per step"),
    flag("--spec-method", since(0, 22, 0), "none", "how tokens are drafted"),
    flag("--enable-lora", ANY, "off", "serves adapters"),
    flag("--max-loras", ANY, "1", "adapters in one batch; each takes GPU memory"),
    flag("--max-cpu-loras", ANY, "as --max-loras", "adapters kept in host memory"),
    flag("--enforce-eager", ANY, "off", "disables CUDA graphs; slow decode"),
    flag("--optimization-level", since(0, 12, 0), "2", "how much is compiled"),
    flag("--compilation-config", since(0, 6, 6), "by the optimisation level", "JSON: compilation and CUDA graphs"),
    flag("--max-cudagraph-capture-size", since(0, 11, 1), "512, 1024 on data-centre Blackwell", "largest batch with a CUDA graph"),
    flag("--cudagraph-capture-sizes", since(0, 11, 1), "up to the largest", "batch sizes with a CUDA graph"),
    flag("--cuda-graph-sizes", between((0, 9, 0), (0, 12, 0)), "up to 512", "batch sizes with a CUDA graph"),
    // What is measured
    flag("--disable-log-stats", ANY, "off", "stops the metrics; they stay frozen or empty"),
    flag("--enable-mfu-metrics", since(0, 14, 0), "off", "estimated FLOP and bytes per GPU"),
    flag("--kv-cache-metrics", since(0, 12, 0), "off", "lifetimes and reuse gaps of sampled KV blocks"),
    flag("--kv-cache-metrics-sample", since(0, 12, 0), "0.01", "share of blocks sampled"),
    flag("--cudagraph-metrics", since(0, 16, 0), "off", "CUDA graph use, in the log"),
    flag("--enable-logging-iteration-details", since(0, 16, 0), "off", "one log line per step"),
    flag("--custom-histogram-buckets", since(0, 32, 0), "built in", "bucket bounds per family"),
    flag("--show-hidden-metrics-for-version", since(0, 8, 0), "none", "brings deprecated metrics back"),
    flag("VLLM_COMPUTE_NANS_IN_LOGITS", since(0, 11, 0), "off", "counts outputs with NaN logits; costs a little time"),
    flag("PROMETHEUS_DISABLE_CREATED_SERIES", since(0, 11, 1), "off", "drops the _created series"),
    flag("VLLM_SERVER_DEV_MODE", since(0, 8, 5), "off", "opens /server_info with the settings"),
];
