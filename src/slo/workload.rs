//! Presets by workload, and which one a server's traffic looks like.
//!
//! The numbers are this project's choices. They sit between the limits that MLPerf, GuideLLM, Dynamo and DistServe published for the same
//! kind of use; each preset names its anchors.

use super::presets::{suggest_for_model, targets};
use super::{Preset, preset};
use crate::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Observation};

struct Workload {
    id: &'static str,
    name: &'static str,
    source: &'static str,
    targets: &'static [(&'static str, &'static str, f64)],
}

const WORKLOADS: [Workload; 6] = [
    Workload {
        id: "interactive-chat",
        name: "Interactive chat",
        source: "servescope, 2026: between MLPerf interactive (P99 450–500 ms, 30–40 ms) and MLPerf server (2 s, 100–200 ms); Dynamo 500/50 ms",
        targets: &[
            ("ttft.p50", "<=", 0.3),
            ("ttft.p95", "<=", 1.0),
            ("ttft.p99", "<=", 2.0),
            ("itl.p50", "<=", 0.03),
            ("itl.p95", "<=", 0.05),
            ("availability", ">=", 0.999),
        ],
    },
    Workload {
        id: "code-completion",
        name: "Code completion",
        source: "servescope, 2026: DistServe HumanEval 125 ms and 200 ms; GuideLLM completion 2 s end to end at P99",
        targets: &[
            ("ttft.p50", "<=", 0.1),
            ("ttft.p95", "<=", 0.25),
            ("ttft.p99", "<=", 0.5),
            ("itl.p50", "<=", 0.015),
            ("itl.p95", "<=", 0.04),
            ("e2e.p95", "<=", 1.0),
            ("e2e.p99", "<=", 2.0),
            ("availability", ">=", 0.999),
        ],
    },
    Workload {
        id: "rag-summarization",
        name: "RAG and summarization",
        source: "servescope, 2026: MLPerf Llama 3.1 405B 6 s and 175 ms; DistServe LongBench 15 s and 150 ms; GuideLLM RAG 300 ms and 100 ms",
        targets: &[
            ("ttft.p50", "<=", 1.0),
            ("ttft.p95", "<=", 3.0),
            ("ttft.p99", "<=", 6.0),
            ("itl.p50", "<=", 0.05),
            ("itl.p95", "<=", 0.1),
            ("e2e.p95", "<=", 20.0),
            ("availability", ">=", 0.995),
        ],
    },
    Workload {
        id: "reasoning-agentic",
        name: "Reasoning and agents",
        source: "servescope, 2026: MLPerf DeepSeek-R1 2 s and 80 ms, interactive 1.5 s and 15 ms; GPT-OSS-120B 3 s and 80 ms",
        targets: &[
            ("ttft.p50", "<=", 0.5),
            ("ttft.p95", "<=", 2.0),
            ("ttft.p99", "<=", 3.0),
            ("itl.p50", "<=", 0.02),
            ("itl.p95", "<=", 0.08),
            ("availability", ">=", 0.995),
        ],
    },
    Workload {
        id: "batch-offline",
        name: "Offline batch",
        source: "servescope, 2026: SGLang's tuning guide calls 100–2,000 queued requests healthy offline, so latency has no target",
        targets: &[("availability", ">=", 0.99)],
    },
    Workload {
        id: "embeddings-scores",
        name: "Embeddings and scores",
        source: "servescope, 2026: no tokens come out, and how fast is fast depends on the caller; set a target on e2e",
        targets: &[("availability", ">=", 0.999)],
    },
];

pub(super) fn presets(is_wanted: &dyn Fn(&str) -> bool) -> Vec<Preset> {
    WORKLOADS
        .iter()
        .filter(|workload| is_wanted(workload.id))
        .map(|workload| Preset {
            id: workload.id,
            name: workload.name,
            source: workload.source,
            url: "",
            targets: targets(workload.targets),
        })
        .collect()
}

/// A preset that was chosen because the user chose none.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumed {
    pub preset: Preset,
    /// What in the traffic suggested it, one sentence to print beside the targets.
    pub reason: String,
    /// Presets whose numbers were published for the served model.
    pub for_model: Vec<&'static str>,
}

/// Requests below which lengths say nothing of the workload.
const ENOUGH: f64 = 30.0;

/// A mean below this is that of answers of one token.
const ONE_TOKEN: f64 = 1.5;

/// The preset that the traffic looks like: by mean prompt and output lengths, and a standing queue of a server that streams nothing.
#[must_use]
pub fn assume(seen: &Observation) -> Assumed {
    let (id, reason) = look(seen);
    let for_model = seen.last.key.model.as_deref().map_or_else(Vec::new, suggest_for_model);
    // The ids of `look` are those of the tables; a test asks for each.
    let preset = preset(id).unwrap_or(Preset { id: "custom", name: "Custom", source: "", url: "", targets: Vec::new() });
    Assumed { preset, reason, for_model }
}

fn look(seen: &Observation) -> (&'static str, String) {
    if seen.last.has_caveat(Caveat::Pooling) {
        let reason = "No tokens come out: the server computes embeddings or scores, and only availability is judged.".to_owned();
        return ("embeddings-scores", reason);
    }
    let Some(lengths) = Lengths::of(seen) else {
        return unknown(seen);
    };
    let Lengths { prompt, output } = lengths;
    let means = format!("the mean prompt has {prompt:.0} tokens and the mean output {output:.0}");
    if is_standing_batch(seen) {
        return (
            "batch-offline",
            "At both ends of the window 100 or more requests waited and none streamed: an offline batch is assumed.".to_owned(),
        );
    }
    if prompt >= 2000.0 && output < 0.2 * prompt {
        return ("rag-summarization", format!("Long prompts and short answers ({means}): RAG or summarization is assumed."));
    }
    if output >= 1000.0 {
        return ("reasoning-agentic", format!("Long outputs ({means}): reasoning is assumed."));
    }
    if output < ONE_TOKEN {
        let reason =
            format!("Answers of one token, as a prefill worker gives them, tell no workload ({means}): interactive chat is assumed.");
        return ("interactive-chat", reason);
    }
    if output <= 64.0 && prompt >= 200.0 {
        return ("code-completion", format!("Short outputs to sizeable prompts ({means}): code completion is assumed."));
    }
    ("interactive-chat", format!("Nothing unusual in the lengths ({means}): interactive chat is assumed."))
}

/// Nothing tells the workload: too few requests, or none of their lengths.
fn unknown(seen: &Observation) -> (&'static str, String) {
    let why = match finished(seen) {
        Some(served) if served >= ENOUGH => "The text does not tell how long prompts and outputs are",
        Some(_) => "Too few requests were served to tell what the workload is",
        None => "The text does not tell how many requests were served, nor how long they are",
    };
    match seen.last.backend {
        BackendId::Vllm => ("vllm-upstream", format!("{why}, so the published defaults of vLLM's dashboards are assumed.")),
        BackendId::Sglang | BackendId::Tgi => ("interactive-chat", format!("{why}: interactive chat is assumed.")),
    }
}

/// Requests that ended; where they are not counted, those whose time or first token is on record.
fn finished(seen: &Observation) -> Option<f64> {
    let count = seen.count(Counter::Finished).map(|count| count.value);
    count.or_else(|| seen.observations(Distribution::E2e)).or_else(|| seen.observations(Distribution::Ttft))
}

/// Mean tokens per request.
struct Lengths {
    prompt: f64,
    output: f64,
}

impl Lengths {
    fn of(seen: &Observation) -> Option<Lengths> {
        let enough = |distribution| seen.observations(distribution).is_some_and(|n| n >= ENOUGH);
        if enough(Distribution::PromptLength) && enough(Distribution::OutputLength) {
            let mean = |distribution| seen.mean(distribution).map(|mean| mean.value);
            return Some(Lengths { prompt: mean(Distribution::PromptLength)?, output: mean(Distribution::OutputLength)? });
        }
        let count = |counter| seen.count(counter).map(|count| count.value);
        let finished = finished(seen).filter(|finished| *finished >= ENOUGH)?;
        Some(Lengths { prompt: count(Counter::PromptTokens)? / finished, output: count(Counter::OutputTokens)? / finished })
    }
}

/// Only a window can show that a queue stands, and only SGLang tells that nobody streams.
fn is_standing_batch(seen: &Observation) -> bool {
    let queue = seen.gauge_before(Gauge::Waiting).zip(seen.gauge(Gauge::Waiting));
    let stands = queue.is_some_and(|(before, after)| before.value >= 100.0 && after.value >= 100.0);
    let nobody_streams = seen.last.has_caveat(Caveat::NonStreamingLeftOut) && seen.observations(Distribution::Ttft).unwrap_or(0.0) == 0.0;
    stands && nobody_streams
}
