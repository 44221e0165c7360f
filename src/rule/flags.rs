//! Flags that may be recommended, with the releases that have them.

use super::Action;
use crate::signal::{BackendId, Version, VersionRange};

/// One flag of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlagInfo {
    pub backend: BackendId,
    /// As the newest release spells it.
    pub flag: &'static str,
    /// First release that has it; `None` when every supported one does.
    pub from: Option<Version>,
    /// Last release that has it; `None` when it still exists.
    pub to: Option<Version>,
    /// Spellings of older releases, with their last one.
    pub aliases: &'static [(&'static str, Version)],
    /// Default or price worth knowing.
    pub note: &'static str,
}

const fn flag(backend: BackendId, flag: &'static str, from: Option<Version>, note: &'static str) -> FlagInfo {
    FlagInfo { backend, flag, from, to: None, aliases: &[], note }
}

use BackendId::{Sglang, Tgi, Vllm};

/// From the servers' own argument definitions: vLLM 0.3.3–0.33, SGLang 0.3–0.5.23, TGI 1–3.3.7.
pub const FLAGS: &[FlagInfo] = &[
    flag(Vllm, "--max-num-seqs", None, "default 1024 on GPUs with 70 GiB or more, else 256; per data-parallel rank"),
    flag(Vllm, "--max-num-active-seqs", Some(Version(0, 31, 0)), "admission cap below --max-num-seqs"),
    flag(Vllm, "--max-num-batched-tokens", None, "default 2048, 8192 from 70 GiB, 16384 from 160 GiB"),
    flag(Vllm, "--gpu-memory-utilization", None, "default 0.92 since 0.20, 0.9 before; ignored when the KV size is fixed"),
    flag(Vllm, "--kv-cache-memory-bytes", Some(Version(0, 10, 2)), "fixes the KV size and overrides --gpu-memory-utilization"),
    flag(Vllm, "--num-gpu-blocks-override", None, "fixes the number of KV blocks"),
    flag(Vllm, "--kv-cache-dtype", None, "fp8 holds about twice the tokens"),
    flag(Vllm, "--max-model-len", None, "caps the longest sequence"),
    flag(Vllm, "--tensor-parallel-size", None, "more KV memory per GPU, at the price of synchronisation"),
    flag(Vllm, "--data-parallel-size", None, "more replicas behind one endpoint"),
    flag(Vllm, "--watermark", Some(Version(0, 24, 0)), "share of KV blocks kept free at admission, default 0"),
    flag(Vllm, "--max-num-queued-reqs", Some(Version(0, 29, 0)), "refuses with 503 beyond it; default unbounded"),
    flag(Vllm, "--max-num-queued-tokens", Some(Version(0, 29, 0)), "refuses with 503 beyond it; default unbounded"),
    flag(Vllm, "--long-prefill-token-threshold", Some(Version(0, 7, 3)), "0 is off"),
    flag(Vllm, "--api-server-count", Some(Version(0, 9, 0)), "process metrics vanish above 1"),
    flag(Vllm, "--kv-offloading-size", Some(Version(0, 11, 1)), "KV tier in host memory, GiB"),
    flag(Vllm, "--enable-prefix-caching", None, "on by default in V1"),
    flag(Sglang, "--max-running-requests", None, "derived from memory unless set"),
    flag(Sglang, "--max-queued-requests", None, "refuses with 503 beyond it; default unbounded"),
    flag(Sglang, "--mem-fraction-static", None, "weights and KV cache as a share of GPU memory"),
    flag(Sglang, "--kv-cache-dtype", None, "fp8 holds about twice the tokens"),
    flag(Sglang, "--schedule-conservativeness", None, "default 1.0; lower admits more"),
    flag(Sglang, "--chunked-prefill-size", None, "smaller is smoother, larger is faster to the first token"),
    flag(Sglang, "--max-prefill-tokens", None, "default 16384"),
    flag(Sglang, "--tokenizer-worker-num", None, "processes that tokenise"),
    flag(Sglang, "--stream-interval", None, "tokens per streamed chunk, default 1"),
    flag(Sglang, "--swa-full-tokens-ratio", None, "share of the sliding-window pool"),
    flag(Sglang, "--mamba-full-memory-ratio", None, "share of the Mamba pool"),
    flag(Tgi, "--max-batch-prefill-tokens", None, "prefill budget of a batch"),
    flag(Tgi, "--max-total-tokens", None, "tokens that one request may reserve"),
    flag(Tgi, "--max-input-tokens", None, "longest prompt"),
    flag(Tgi, "--max-concurrent-requests", None, "default 128; refuses with 429 beyond it"),
    flag(Tgi, "--max-batch-size", None, "only for hardware without unpadded inference"),
    flag(Tgi, "--validation-workers", None, "default 2"),
    flag(Tgi, "--kv-cache-dtype", None, "fp8 holds about twice the tokens; CUDA only"),
    flag(Tgi, "--waiting-served-ratio", None, "ignored with chunked prefill"),
    flag(Tgi, "--max-waiting-tokens", None, "ignored with chunked prefill"),
    flag(Tgi, "--num-shard", None, "tensor parallel"),
];

/// The flag, when some release of the range may have it and none of the range is known to have lost it.
#[must_use]
pub fn available(backend: BackendId, flag: &str, range: &VersionRange) -> Option<&'static FlagInfo> {
    FLAGS.iter().find(|info| {
        info.backend == backend
            && info.flag == flag
            && range.may_be_within(info.from, None)
            && (info.to.is_none() || range.within(None, info.to))
    })
}

/// An action on a flag; nothing when the detected releases lack it.
#[must_use]
pub fn advise(
    backend: BackendId,
    range: &VersionRange,
    flag: &str,
    change: impl Into<String>,
    tradeoff: impl Into<String>,
    verify: impl Into<String>,
) -> Option<Action> {
    let info = available(backend, flag, range)?;
    let spelling = info.aliases.iter().find(|(_, last)| range.to.is_some_and(|to| to <= *last)).map_or(info.flag, |(alias, _)| alias);
    Some(Action {
        flag: spelling.to_owned(),
        change: change.into(),
        tradeoff: tradeoff.into(),
        verify: verify.into(),
        versions: versions(info),
    })
}

fn versions(info: &FlagInfo) -> String {
    match (info.from, info.to) {
        (None, None) => "all releases".to_owned(),
        (Some(from), None) => format!("{from} or later"),
        (None, Some(to)) => format!("up to {to}"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_offered_only_where_the_release_may_have_it() {
        let old = VersionRange { from: None, to: Some(Version(0, 10, 2)), why: Vec::new() };
        let open = VersionRange { from: Some(Version(0, 20, 0)), to: None, why: Vec::new() };
        assert!(available(Vllm, "--watermark", &old).is_none());
        assert!(available(Vllm, "--watermark", &open).is_some());
        assert!(available(Vllm, "--swap-space", &open).is_none());
    }
}
