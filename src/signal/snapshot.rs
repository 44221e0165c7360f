//! One instance at one moment, in the neutral vocabulary.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use smol_str::SmolStr;

use super::{AdapterSet, Counter, Distribution, Gauge, Shared};
use crate::metrics::{Histogram, SourceLines};
use crate::sorted::Table;

/// The server software.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendId {
    Vllm,
    Sglang,
    Tgi,
}

impl BackendId {
    /// Identifier as in requests and reports.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            BackendId::Vllm => "vllm",
            BackendId::Sglang => "sglang",
            BackendId::Tgi => "tgi",
        }
    }

    /// The name as its makers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BackendId::Vllm => "vLLM",
            BackendId::Sglang => "SGLang",
            BackendId::Tgi => "TGI",
        }
    }
}

/// A release, `major.minor.patch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Version(pub u16, pub u16, pub u16);

impl Version {
    /// The last patch of a minor release, whatever its number; printed as `x`.
    pub const LAST_PATCH: u16 = u16::MAX;
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.2 == Self::LAST_PATCH {
            return write!(f, "{}.{}.x", self.0, self.1);
        }
        if self.2 == 0 { write!(f, "{}.{}", self.0, self.1) } else { write!(f, "{}.{}.{}", self.0, self.1, self.2) }
    }
}

/// What the families, labels and buckets say about the release. No backend exports its version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionRange {
    /// First release that fits, inclusive.
    pub from: Option<Version>,
    /// Last release that fits, inclusive; `None` is open.
    pub to: Option<Version>,
    /// One short reason per bound, with the family or label that decided it.
    pub why: Vec<String>,
}

impl VersionRange {
    /// True when every release of the range lies in `[from, to]` (an open side of `self` counts as unknown, hence not inside a bound).
    #[must_use]
    pub fn within(&self, from: Option<Version>, to: Option<Version>) -> bool {
        let lower = from.is_none_or(|bound| self.from.is_some_and(|own| own >= bound));
        let upper = to.is_none_or(|bound| self.to.is_some_and(|own| own <= bound));
        lower && upper
    }

    /// True when some release of the range may lie in `[from, to]`.
    #[must_use]
    pub fn may_be_within(&self, from: Option<Version>, to: Option<Version>) -> bool {
        let lower = from.is_none_or(|bound| self.to.is_none_or(|own| own >= bound));
        let upper = to.is_none_or(|bound| self.from.is_none_or(|own| own <= bound));
        lower && upper
    }
}

/// Where a number was read. Shared, for a number goes through many hands, and each of them would copy the texts and free them again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source(Arc<Citation>);

impl Source {
    #[must_use]
    pub fn new(metric: String, lines: SourceLines) -> Self {
        Source(Arc::new(Citation { metric, lines }))
    }
}

impl Deref for Source {
    type Target = Citation;

    fn deref(&self) -> &Citation {
        &self.0
    }
}

/// What a source says.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Citation {
    /// Native name with the selecting labels, e.g. `vllm:request_success_total{finished_reason="stop"}`.
    pub metric: String,
    /// Empty when the value follows from an absent family (see [`Value::absent_is_zero`]).
    pub lines: SourceLines,
}

/// A value for each data-parallel rank, in their numeric order.
pub type Ranks = Vec<(SmolStr, f64)>;

/// A gauge or counter, merged over ranks, with each rank kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    pub value: f64,
    /// One entry with an empty name when the server has no rank label.
    pub ranks: Ranks,
    pub source: Source,
    /// The family does not exist before its first event, so its absence means zero (SGLang and TGI failure counters).
    pub absent_is_zero: bool,
}

impl Value {
    /// Of a server without ranks.
    #[must_use]
    pub fn of_one(value: f64, source: Source) -> Self {
        Value { value, ranks: vec![(SmolStr::default(), value)], source, absent_is_zero: false }
    }
}

/// A distribution, merged over ranks.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    pub histogram: Histogram,
    pub source: Source,
}

/// Which server of a text this is: several models or instances may be in one text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct InstanceKey {
    pub model: Option<String>,
    /// Labels added by scrapers and proxies that tell instances apart (`instance`, `pod`, `worker_addr`, …), sorted.
    pub labels: Vec<(String, String)>,
}

/// A property of the exposition that limits what may be concluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caveat {
    /// SGLang without `is_streaming`: TTFT mixes in requests whose first output comes at token 50.
    TtftMayMixNonStreaming,
    /// SGLang with `is_streaming`: the non-streaming requests were left out of TTFT and ITL.
    NonStreamingLeftOut,
    /// TGI counts OpenAI routes twice in `tgi_request_count`.
    RequestCountDoubled,
    /// TGI has no TTFT; only bounds can be given.
    NoTtft,
    /// vLLM re-counted prefix cache queries at each scheduling retry (≤ 0.26).
    PrefixQueriesInflated,
    /// No start time in the text: lifetime rates cannot be given.
    NoStartTime,
    /// vLLM V0 records TTFT again after a recompute preemption.
    TtftRecordedAgainAfterPreemption,
    /// `*_usage_perc` above 1: somebody scaled the fraction.
    UsageWasPercent,
    /// Process metrics describe the API server only.
    ProcessIsApiServerOnly,
    /// vLLM V1 up to 0.8.5 counts prefix cache queries and hits in blocks; they were multiplied by the block size when it is known.
    PrefixCountsWereBlocks,
    /// vLLM: KV capacity is blocks × block size, which is wrong for hybrid models and decode context parallelism.
    KvCapacityFromBlocks,
    /// SGLang refreshes its gauges per prefill and per 40 decode steps only.
    GaugesRefreshedPerReport,
    /// SGLang: tokens and requests are counted when a request finishes.
    CountedAtFinish,
    /// TGI: time per output token includes prefill, so it is an upper bound.
    TpotIncludesPrefill,
    /// TGI: latency is recorded for successful requests only.
    OnlySuccessesTimed,
    /// TGI: long outputs are cut into segments, each counted as an input of its own.
    SegmentsCountedAsInputs,
    /// vLLM with several API servers: a step is counted up to once for each of them, so its count and the tokens per step are not those of
    /// the engine; only their sum is.
    SeveralApiServers,
    /// That follows from what the page lacks, which a page of one with lines left out lacks too.
    ApiServersPresumed,
    /// vLLM with several API servers sets a gauge at the first step: one that is declared and has no sample was read as 0.
    GaugesNotSetYet,
    /// The server computes embeddings or scores: no tokens come out, and vLLM's gauges of running requests and of the cache stay at 0.
    Pooling,
    /// TGI on a backend without batch and queue metrics (TensorRT-LLM, llama.cpp).
    NoBatchMetrics,
}

/// A setting read from the text, or inferred from it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigValue<T> {
    pub value: T,
    /// True when it follows from other numbers rather than standing in the text.
    pub inferred: bool,
    pub source: Source,
}

/// Settings that the text reveals.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// KV capacity of the whole instance (all ranks), tokens.
    pub kv_capacity_tokens: Option<ConfigValue<f64>>,
    /// Requests of full length that fit the KV cache at once (vLLM ≥ 0.24), all ranks.
    pub kv_max_concurrency: Option<ConfigValue<f64>>,
    /// Longest sequence, tokens.
    pub max_model_len: Option<ConfigValue<f64>>,
    pub gpu_memory_utilization: Option<ConfigValue<f64>>,
    pub kv_cache_memory_bytes: Option<ConfigValue<f64>>,
    pub kv_cache_dtype: Option<ConfigValue<String>>,
    pub prefix_caching: Option<ConfigValue<bool>>,
    pub num_gpu_blocks_override: Option<ConfigValue<f64>>,
    pub block_size: Option<ConfigValue<f64>>,
    pub speculative_tokens: Option<ConfigValue<f64>>,
    pub max_loras: Option<ConfigValue<f64>>,
    pub data_parallel_ranks: Option<ConfigValue<f64>>,
    pub tensor_parallel_ranks: Option<ConfigValue<f64>>,
    /// TGI: chunked prefill is on (`reason="chunking"` was seen), so waiting flags are ignored.
    pub chunked_prefill: Option<ConfigValue<bool>>,
    /// SGLang disaggregation role: `unified`, `prefill`, `decode`.
    pub engine_type: Option<ConfigValue<String>>,
    pub max_total_tokens: Option<ConfigValue<f64>>,
    pub max_input_tokens: Option<ConfigValue<f64>>,
    /// Host KV tier is on.
    pub host_tier: Option<ConfigValue<bool>>,
    /// Prompts shorter than this never hit the prefix cache, tokens.
    pub prefix_match_unit: Option<ConfigValue<f64>>,
    /// Hash of prefix cache blocks, e.g. `sha256`; it costs CPU time.
    pub prefix_hash: Option<ConfigValue<String>>,
    /// The model mixes attention kinds (Mamba or sliding window), so block arithmetic is off.
    pub hybrid_cache: Option<ConfigValue<bool>>,
    /// Weights kept in CPU memory, GB.
    pub cpu_offload_gb: Option<ConfigValue<f64>>,
    pub sliding_window: Option<ConfigValue<f64>>,
    /// SGLang: speculative steps per verification.
    pub speculative_steps: Option<ConfigValue<f64>>,
    pub priority_scheduling: Option<ConfigValue<bool>>,
    /// SGLang: tensor ranks and data-parallel ranks are the same processes.
    pub dp_attention: Option<ConfigValue<bool>>,
    pub pipeline_parallel_ranks: Option<ConfigValue<f64>>,
    /// GPU memory of one rank, GB.
    pub weight_memory_gb: Option<ConfigValue<f64>>,
    pub kv_memory_gb: Option<ConfigValue<f64>>,
    pub graph_memory_gb: Option<ConfigValue<f64>>,
    /// Capacity of the host KV tier, tokens, all ranks.
    pub host_capacity_tokens: Option<ConfigValue<f64>>,
    /// Class of SGLang's prefix cache, e.g. `RadixCache`, `HiRadixCache`.
    pub prefix_cache_type: Option<ConfigValue<String>>,
    /// Metrics of the MFU family are switched on.
    pub mfu_metrics: Option<ConfigValue<bool>>,
}

/// What hints at the time of a scrape without telling it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HintedBy {
    /// The file's last change: copying, unpacking or checking out sets it anew.
    File,
    /// The moment of pasting: the text may have lain around before.
    Paste,
}

/// A time near which a text may have been scraped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hint {
    /// Unix seconds.
    pub at: f64,
    pub by: HintedBy,
}

/// Everything known of one instance at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    pub backend: BackendId,
    pub key: InstanceKey,
    pub version: Shared<VersionRange>,
    /// Why this backend was chosen, one sentence.
    pub why_backend: String,
    /// Unix seconds (or seconds on any common clock) of the scrape; from the request, else from the text.
    pub at: Option<f64>,
    /// There when nothing told the time. Where hints of several snapshots fit their counters, `at` holds them too.
    pub hint: Option<Hint>,
    /// Unix seconds of the process (or metrics) start, with its source.
    pub started_at: Option<(f64, Source)>,
    /// Unix seconds of the newest `_created` stamp: the scrape was not taken before it.
    pub newest_stamp: Option<f64>,
    /// Index of the text among those of the request; lines refer to it.
    pub text_index: usize,
    /// Name of that text (file name, URL), when it has one.
    pub text_name: Option<String>,
    pub gauges: Table<Gauge, Value>,
    pub counters: Table<Counter, Value>,
    pub distributions: Table<Distribution, Spread>,
    pub config: Shared<Config>,
    /// Reports of adapters, oldest and newest; empty where none are served.
    pub adapters: Vec<AdapterSet>,
    pub caveats: Vec<Caveat>,
    /// Families that a whole page of this server has and the text does not, or not in full.
    pub lacks: Vec<String>,
    /// Samples that say what cannot be.
    pub out_of_range: Vec<OutOfRange>,
}

/// A sample whose value its gauge cannot have.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfRange {
    pub gauge: Gauge,
    pub metric: String,
    /// Empty when the server has no rank label.
    pub rank: String,
    /// As it stands in the text.
    pub value: f64,
    pub line: u32,
}

impl Snapshot {
    #[must_use]
    pub fn has_caveat(&self, caveat: Caveat) -> bool {
        self.caveats.contains(&caveat)
    }

    /// The time of the scrape, unless it is only hinted at.
    #[must_use]
    pub fn told_at(&self) -> Option<f64> {
        self.at.filter(|_| self.hint.is_none())
    }

    /// Makes it small, to be held beside many others: gives back spare memory, and has what is equal in `before`, an earlier snapshot of the
    /// server, in common with it. Scrapes of one server mostly have their lines in common.
    pub fn hold_beside(&mut self, before: Option<&Snapshot>) {
        if let Some(before) = before {
            self.version.join(&before.version);
            self.config.join(&before.config);
        }
        let share = |own: &mut Source, known: &Source| {
            if own == known {
                own.clone_from(known);
            }
        };
        for (gauge, known) in before.iter().flat_map(|before| before.gauges.iter()) {
            if let Some(value) = self.gauges.get_mut(gauge) {
                share(&mut value.source, &known.source);
            }
        }
        for (counter, known) in before.iter().flat_map(|before| before.counters.iter()) {
            if let Some(value) = self.counters.get_mut(counter) {
                share(&mut value.source, &known.source);
            }
        }
        for (distribution, known) in before.iter().flat_map(|before| before.distributions.iter()) {
            if let Some(spread) = self.distributions.get_mut(distribution) {
                share(&mut spread.source, &known.source);
            }
        }
        self.gauges.values_mut().chain(self.counters.values_mut()).for_each(|value| value.ranks.shrink_to_fit());
        self.distributions.values_mut().for_each(|spread| spread.histogram.buckets.shrink_to_fit());
        self.gauges.shrink_to_fit();
        self.counters.shrink_to_fit();
        self.distributions.shrink_to_fit();
    }

    /// Seconds since process start, when both times are known.
    #[must_use]
    pub fn uptime_seconds(&self) -> Option<f64> {
        let (started, _) = self.started_at.as_ref()?;
        self.told_at().map(|at| at - started).filter(|seconds| *seconds >= 0.0)
    }
}
