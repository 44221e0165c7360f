//! What a rule would need, and how to get it.

use std::ops::Deref;

use crate::signal::{BackendId, Counter, Distribution, Gauge, OutOfRange};

/// An input that is not there. Boxed, for every question of a rule may be answered with it, and hardly any is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing(Box<Lack>);

impl Deref for Missing {
    type Target = Lack;

    fn deref(&self) -> &Lack {
        &self.0
    }
}

/// What is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lack {
    /// What is missing, a noun phrase.
    pub what: String,
    /// How to switch it on, a sentence.
    pub how_to_enable: String,
    /// It belongs to something that this server does not do, as far as can be seen; to get it would explain nothing.
    pub of_a_feature: bool,
}

impl Missing {
    pub fn new(what: impl Into<String>, how: impl Into<String>) -> Self {
        Missing(Box::new(Lack { what: what.into(), how_to_enable: how.into(), of_a_feature: false }))
    }

    /// What only a server with adapters, a connector, drafts and the like exports.
    pub fn feature(what: impl Into<String>, how: impl Into<String>) -> Self {
        Missing(Box::new(Lack { what: what.into(), how_to_enable: how.into(), of_a_feature: true }))
    }

    /// The rule compares two snapshots and has one.
    #[must_use]
    pub fn second_snapshot() -> Self {
        Missing::new("a second snapshot", "Add another dump of the same server, taken 30 to 60 s after this one.")
    }

    /// Nothing tells when the snapshot was taken.
    #[must_use]
    pub fn time_of_dump() -> Self {
        Missing::new(
            "the time of the dump",
            "Give the time at which it was taken: with the start time it tells the age of the process and rates since start.",
        )
    }

    /// The two snapshots carry no times.
    #[must_use]
    pub fn times() -> Self {
        Missing::new("the times of the two snapshots", "Give the time of each dump, for example the seconds between them.")
    }

    /// The rule needs a longer history than a window.
    #[must_use]
    pub fn more_snapshots(n: u32) -> Self {
        Missing::new(format!("{n} more snapshots"), "Take one dump every 5 to 10 s and add them all.")
    }

    /// Too few observations.
    #[must_use]
    pub fn samples(what: &str, have: f64, need: f64) -> Self {
        Missing::new(
            format!("enough {what}: {have:.0} of {need:.0}"),
            "Take the second dump later, so that more requests finish in between.",
        )
    }

    #[must_use]
    pub fn gauge(backend: BackendId, gauge: Gauge) -> Self {
        let how = match (backend, gauge) {
            (BackendId::Vllm, Gauge::WaitingCapacity | Gauge::WaitingDeferred) => "vLLM 0.20 or later exports it.",
            (BackendId::Tgi, Gauge::KvUsage) => "TGI exports no KV usage; the token budget of its batch is in its start-up log only.",
            (BackendId::Sglang, Gauge::SpecAcceptLength) => {
                "SGLang reports it above zero while speculative decoding is on; without it there is nothing to judge."
            }
            (BackendId::Sglang, Gauge::AvailableGpuMemory) => "SGLang 0.5.12 or later exports it.",
            (BackendId::Sglang, Gauge::FullPoolUsage | Gauge::SwaPoolUsage | Gauge::MambaPoolUsage) => {
                "SGLang 0.5.10 or later exports it for models with several KV pools."
            }
            _ => general(backend),
        };
        Missing::new(gauge.words(), how)
    }

    /// The gauge is there, and says what cannot be.
    #[must_use]
    pub fn out_of_range(odd: &OutOfRange) -> Self {
        let what = odd.gauge.words();
        Missing::new(what, format!("Its value on line {} is out of range ({}); find out what writes it.", odd.line, odd.value))
    }

    #[must_use]
    pub fn counter(backend: BackendId, counter: Counter) -> Self {
        let how = match (backend, counter) {
            (BackendId::Sglang, Counter::LiveOutputTokens | Counter::PromptTokensComputed | Counter::Preemptions) => {
                "SGLang 0.5.7 or later counts it."
            }
            (BackendId::Sglang, Counter::Steps | Counter::DecodeGraphPasses | Counter::DecodeEagerPasses) => {
                "SGLang 0.5.7 or later counts its forward passes."
            }
            (BackendId::Sglang, Counter::EvictedTokens) => "SGLang 0.5.6 or later counts it.",
            (BackendId::Sglang, Counter::Aborted | Counter::KvTransferFailures) => "SGLang 0.5.3 or later counts it.",
            (BackendId::Sglang, Counter::IdleSeconds | Counter::HostStageSeconds) => "SGLang 0.5.20 or later times its scheduler.",
            (BackendId::Tgi, Counter::Preemptions) => "TGI never preempts: it reserves memory for the whole request.",
            _ => general(backend),
        };
        Missing::new(counter.words(), how)
    }

    #[must_use]
    pub fn distribution(backend: BackendId, distribution: Distribution) -> Self {
        let how = match (backend, distribution) {
            (BackendId::Tgi, Distribution::Ttft) => "TGI exports no time to first token; only bounds from its phases can be given.",
            (BackendId::Tgi, Distribution::Itl) => "TGI exports no inter-token latency; its decode step time stands in for it.",
            (BackendId::Sglang, Distribution::QueueTime) => "SGLang 0.5.3 or later exports it.",
            (BackendId::Sglang, Distribution::PrefillTime) => "SGLang 0.5.3 or later exports it as a stage of the request.",
            (BackendId::Sglang, Distribution::PromptLength) => {
                "SGLang 0.5.12 or later exports it; earlier ones with --collect-tokens-histogram."
            }
            _ => general(backend),
        };
        Missing::new(distribution.words(), how)
    }
}

fn general(backend: BackendId) -> &'static str {
    match backend {
        BackendId::Vllm => {
            "Copy the whole /metrics page of the engine itself, not of a router, and start vLLM without --disable-log-stats. Some families exist in newer releases only."
        }
        BackendId::Sglang => {
            "Copy the whole /metrics page of the engine itself and start SGLang with --enable-metrics. Some families exist in newer releases only."
        }
        BackendId::Tgi => "Copy the whole /metrics page of TGI. A family appears there after its first event.",
    }
}
