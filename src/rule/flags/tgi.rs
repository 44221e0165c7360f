//! TGI: `launcher/src/main.rs` and the launcher's reference page. Frozen: the project is in maintenance mode.
//! The scrape tells v2 from v3 at best, so bounds are given only where a flag or its meaning changed.

use super::{ANY, Bounds, FlagInfo, row, since};
use crate::signal::BackendId;

const fn flag(flag: &'static str, bounds: Bounds, default: &'static str, note: &'static str) -> FlagInfo {
    row(BackendId::Tgi, flag, bounds, default, note)
}

#[rustfmt::skip] // one flag a line reads as the table it is
pub const FLAGS: &[FlagInfo] = &[
    flag("--max-concurrent-requests", ANY, "128", "requests in the server; more are refused at once with 429"),
    flag("--max-total-tokens", ANY, "what fits, at most the model's", "prompt and output of one request; larger batches less"),
    flag("--max-input-tokens", ANY, "one less than --max-total-tokens", "longest prompt; longer ones are refused with 422"),
    flag("--max-input-length", ANY, "one less than --max-total-tokens", "older name of --max-input-tokens, still accepted"),
    flag("--max-batch-prefill-tokens", ANY, "by compute and memory, else 4096", "prompt tokens per prefill call; more take memory and delay running requests"),
    flag("--max-batch-total-tokens", ANY, "measured at warm-up", "ignored for models with Flash Attention"),
    flag("--waiting-served-ratio", ANY, "0.3", "waiting to running ratio that may pause decodes for a prefill; ignored with chunked prefill"),
    flag("--max-waiting-tokens", ANY, "20", "decode steps before waiting requests are let in; ignored with chunked prefill"),
    flag("--max-batch-size", ANY, "none", "only for hardware without unpadded inference"),
    flag("--num-shard", ANY, "all visible GPUs", "splits the model over GPUs: more KV and faster steps"),
    flag("--quantize", ANY, "none", "quantised weights leave more memory for KV"),
    flag("--kv-cache-dtype", ANY, "the model's", "fp8_e4m3fn or fp8_e5m2 hold about twice the tokens; CUDA only"),
    flag("--speculate", ANY, "off", "drafted tokens by Medusa heads or n-grams; the gain depends on the task"),
    flag("--cuda-graphs", ANY, "1,2,4,8,16,32", "batch sizes with a CUDA graph; larger batches run without one; each costs memory"),
    flag("--cuda-memory-fraction", ANY, "1.0", "share of GPU memory that may be used"),
    flag("--validation-workers", ANY, "2", "threads that tokenise and validate"),
    flag("--max-client-batch-size", ANY, "4", "prompts per call"),
    flag("--payload-limit", ANY, "2,000,000 bytes", "largest request body"),
    flag("--max-best-of", ANY, "2", "highest best_of"),
    flag("--max-stop-sequences", ANY, "4", "most stop sequences"),
    flag("--prometheus-port", since(3, 3, 0), "9000", "port of a second exporter"),
    flag("--cors-allow-origin", ANY, "any", "pages that may read the server from a browser"),
    flag("--graceful-termination-timeout", ANY, "90 s", "how long running requests may finish at shutdown"),
    flag("PREFIX_CACHING", ANY, "on with flashinfer and flashdecoding, off elsewhere", "prefix reuse; no metric shows it"),
    flag("ATTENTION", ANY, "flashinfer where the GPU allows, else paged", "paged has no prefix cache and no chunked prefill"),
];
