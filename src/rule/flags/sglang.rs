//! SGLang: `server_args.py` and `arg_groups/`, read in 0.3.6, 0.4.6, 0.5.3, 0.5.6, 0.5.12, 0.5.16, 0.5.20 and 0.5.23.

use super::{ANY, Bounds, FlagInfo, row, since, until};
use crate::signal::BackendId;

const fn flag(flag: &'static str, bounds: Bounds, default: &'static str, note: &'static str) -> FlagInfo {
    row(BackendId::Sglang, flag, bounds, default, note)
}

#[rustfmt::skip] // one flag a line reads as the table it is
pub const FLAGS: &[FlagInfo] = &[
    // Memory
    flag("--mem-fraction-static", ANY, "automatic by GPU memory", "share of GPU memory for weights and KV; raise in steps of 0.01 while 5–8 GB stay free"),
    flag("--max-total-tokens", ANY, "automatic", "KV pool in tokens; for tests"),
    flag("--kv-cache-dtype", ANY, "auto, the model's", "fp8_e5m2 or fp8_e4m3 hold about twice the tokens; check accuracy"),
    flag("--page-size", since(0, 4, 6), "1 on CUDA in most cases", "tokens per KV page; larger is faster and matches prefixes more coarsely"),
    flag("--quantization", ANY, "the model's", "quantised weights leave more memory for KV and read faster"),
    flag("--swa-full-tokens-ratio", since(0, 5, 3), "automatic", "split between sliding-window and full pools"),
    flag("--mamba-full-memory-ratio", since(0, 5, 6), "automatic", "split between Mamba and full pools"),
    flag("--max-mamba-cache-size", since(0, 5, 3), "automatic", "Mamba states kept"),
    // Scheduler
    flag("--max-running-requests", ANY, "automatic", "requests in the running batch; more raise inter-token latency and KV use"),
    flag("--max-queued-requests", since(0, 5, 3), "none, the queue is unbounded", "answers 503 above this; ignored with disaggregation"),
    flag("--schedule-policy", ANY, "fcfs", "lpm serves the longest matching prefix first"),
    flag("--schedule-conservativeness", ANY, "1.0", "0.3 when requests wait with token usage below 0.9; 1.3 when requests are retracted often"),
    flag("--retraction-policy", since(0, 5, 16), "length", "which request is retracted"),
    flag("--enable-priority-scheduling", since(0, 5, 3), "off", "requests carry a priority"),
    flag("--chunked-prefill-size", ANY, "2048 to 16384 by GPU memory; -1 off", "prompt tokens per step; smaller smooths inter-token latency, costs time to first token"),
    flag("--max-prefill-tokens", ANY, "16384, at least the context length", "prompt tokens per prefill batch"),
    flag("--prefill-max-requests", since(0, 5, 12), "none", "requests per prefill batch"),
    flag("--prefill-decode-interval", since(0, 5, 20), "off", "decode rounds between prefills; protects inter-token latency, costs time to first token"),
    flag("--min-free-slots-delay", since(0, 5, 16), "off", "waits for free slots before a prefill"),
    flag("--enable-prefill-delayer", since(0, 5, 12), "off", "delays prefills so that ranks run them together"),
    flag("--enable-mixed-chunk", ANY, "off", "prompt chunks run inside decode batches; smooths inter-token latency"),
    flag("--disable-overlap-schedule", ANY, "off", "turns off the overlap of scheduling and forward passes; idles the GPU"),
    flag("--num-continuous-decode-steps", ANY, "1", "decode steps per scheduling; throughput up, time to first token up"),
    flag("--stream-interval", ANY, "1", "tokens per streamed chunk; less host work, coarser stream"),
    flag("SGLANG_FORCE_STREAM_INTERVAL", since(0, 5, 12), "50", "tokens between outputs of a request that does not stream; 1 makes its TTFT true, at more host work"),
    flag("SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION", ANY, "4096", "highest max_new_tokens that admission reserves for"),
    // CUDA graphs
    flag("--cuda-graph-max-bs-decode", since(0, 5, 16), "8 to 512 by GPU memory", "largest decode batch with a CUDA graph; costs memory"),
    flag("--cuda-graph-max-bs", until(0, 5, 17), "8 to 512 by GPU memory", "largest batch with a CUDA graph; costs memory"),
    flag("--disable-decode-cuda-graph", since(0, 5, 16), "off", "decode without CUDA graphs; slow"),
    flag("--disable-cuda-graph", ANY, "off", "no CUDA graphs; slow; deprecated from 0.5.16"),
    flag("--cuda-graph-backend-decode", since(0, 5, 16), "by platform", "`disabled` turns decode graphs off"),
    flag("--enable-torch-compile", ANY, "off", "for small models and small batches"),
    // Prefix cache and tiers
    flag("--disable-radix-cache", ANY, "off", "turns prefix reuse off"),
    flag("--radix-eviction-policy", since(0, 5, 3), "lru", "which prefixes leave first"),
    flag("--enable-hierarchical-cache", since(0, 4, 6), "off", "host memory as a second KV tier"),
    flag("--hicache-ratio", since(0, 4, 6), "2.0", "size of the host tier as a multiple of the device pool"),
    flag("--hicache-size", since(0, 4, 6), "0, by ratio", "size of the host tier in GB; overrides the ratio"),
    flag("--hicache-write-policy", since(0, 4, 6), "write_through", "when KV is copied to the host"),
    flag("--hicache-io-backend", since(0, 5, 3), "kernel", "how KV is copied"),
    flag("--hicache-storage-prefetch-policy", since(0, 5, 3), "timeout from 0.5.12, best_effort before", "wait_complete reuses most, best_effort delays least"),
    // Parallelism and disaggregation
    flag("--tp-size", ANY, "1", "splits the model over GPUs: more KV and faster steps, costs synchronisation"),
    flag("--dp-size", ANY, "1", "replicas behind one endpoint"),
    flag("--pp-size", since(0, 5, 3), "1", "splits the layers over GPUs"),
    flag("--ep-size", since(0, 4, 6), "1", "experts spread over GPUs"),
    flag("--enable-dp-attention", since(0, 4, 6), "off", "data-parallel attention for MLA models; deprecated in 0.5.23"),
    flag("--attn-dp-size", since(0, 5, 23), "1", "data-parallel attention ranks"),
    flag("--load-balance-method", ANY, "auto from 0.5.10, round_robin before", "how requests are given to ranks; total_tokens and total_requests from 0.5.12"),
    flag("--enable-eplb", since(0, 5, 3), "off", "moves experts to balance GPUs"),
    flag("--ep-num-redundant-experts", since(0, 5, 3), "0", "copies of busy experts; costs memory"),
    flag("--disaggregation-mode", since(0, 4, 6), "null", "prefill or decode worker"),
    flag("--disaggregation-transfer-backend", since(0, 4, 6), "mooncake", "how KV travels between workers"),
    flag("--disaggregation-ib-device", since(0, 4, 6), "automatic", "network devices for the KV transfer"),
    // Front end, adapters, grammars, speculation
    flag("--tokenizer-worker-num", since(0, 5, 3), "1", "tokeniser processes"),
    flag("--detokenizer-worker-num", since(0, 5, 12), "1", "detokeniser processes"),
    flag("--max-loras-per-batch", ANY, "8", "adapters in one batch; each takes GPU memory"),
    flag("--max-loaded-loras", since(0, 5, 3), "none", "adapters kept in host memory"),
    flag("--lora-eviction-policy", since(0, 5, 6), "lru", "which adapter leaves first"),
    flag("--enable-lora-overlap-loading", since(0, 5, 12), "off", "loads adapters while others run"),
    flag("--grammar-backend", ANY, "xgrammar", "compiler of structured output"),
    flag("--speculative-algorithm", since(0, 4, 6), "off", "useless at high batch"),
    flag("--speculative-num-steps", since(0, 4, 6), "by algorithm", "draft steps"),
    flag("--speculative-eagle-topk", since(0, 4, 6), "by algorithm", "branches per draft step"),
    flag("--speculative-num-draft-tokens", since(0, 4, 6), "by algorithm", "tokens verified at once"),
    // What is measured
    flag("--enable-metrics", ANY, "off", "opens /metrics"),
    flag("--enable-metrics-for-all-schedulers", since(0, 5, 3), "off", "one copy of the gauges per tensor-parallel rank"),
    flag("--enable-mfu-metrics", since(0, 5, 12), "off", "estimated FLOP and bytes per GPU"),
    flag("--decode-log-interval", ANY, "40", "decode steps between refreshes of the gauges"),
    flag("--collect-tokens-histogram", until(0, 5, 17), "off; always on from 0.5.12", "token histograms"),
    flag("--bucket-time-to-first-token", since(0, 5, 3), "built in", "bucket bounds of TTFT; the first built-in one is 0.1 s"),
    flag("SGLANG_ENABLE_METRICS_DEVICE_TIMER", since(0, 5, 12), "off", "measures forward passes on the device"),
    flag("--watchdog-timeout", ANY, "300 s", "a longer forward pass ends the server"),
];
