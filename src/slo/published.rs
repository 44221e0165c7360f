//! Targets that others published. Numbers as read in November 2026 at the named commits.

use super::Preset;
use super::presets::targets;

/// Part of a model's name, and the presets whose numbers were set for it.
pub(super) const BENCHMARKED: [(&str, &[&str]); 6] = [
    ("llama-2-70b", &["mlperf-server-llama-2-70b", "mlperf-interactive-llama-2-70b"]),
    ("mixtral-8x7b", &["mlperf-server-mixtral-8x7b"]),
    ("llama-3.1-405b", &["mlperf-server-llama-3.1-405b", "mlperf-interactive-llama-3.1-405b"]),
    ("llama-3.1-8b", &["mlperf-server-llama-3.1-8b", "mlperf-interactive-llama-3.1-8b"]),
    ("deepseek-r1", &["mlperf-server-deepseek-r1", "mlperf-interactive-deepseek-r1"]),
    ("gpt-oss-120b", &["mlperf-server-gpt-oss-120b", "mlperf-interactive-gpt-oss-120b"]),
];

pub(super) fn presets(is_wanted: &dyn Fn(&str) -> bool) -> Vec<Preset> {
    let all = PROJECTS.iter().chain(&GUIDELLM).chain(&MLPERF).chain(&DISTSERVE).chain(&OTHERS);
    all.filter(|entry| is_wanted(entry.id)).map(Entry::preset).collect()
}

struct Entry {
    id: &'static str,
    name: &'static str,
    publisher: &'static (&'static str, &'static str),
    targets: &'static [(&'static str, &'static str, f64)],
}

impl Entry {
    fn preset(&self) -> Preset {
        Preset { id: self.id, name: self.name, source: self.publisher.0, url: self.publisher.1, targets: targets(self.targets) }
    }
}

const VLLM: (&str, &str) = (
    "vLLM's Grafana dashboards, default SLO, read November 2026",
    "https://github.com/vllm-project/vllm/tree/main/examples/observability/dashboards/grafana",
);
const LLM_D: (&str, &str) = (
    "llm-d alerting rules, commit bdd5e5b, read November 2026",
    "https://github.com/llm-d/llm-d/blob/bdd5e5b/docs/monitoring/prometheus-alerting-rules.yaml",
);
const DYNAMO: (&str, &str) = (
    "NVIDIA Dynamo planner defaults, no percentile stated (P95 taken), read November 2026",
    "https://github.com/ai-dynamo/dynamo/blob/main/components/src/dynamo/planner/config/defaults.py",
);
const GUIDE: (&str, &str) = (
    "GuideLLM service level objectives guide, commit ee7a774, read November 2026",
    "https://github.com/vllm-project/guidellm/blob/ee7a774/docs/guides/service_level_objectives.md",
);
const POLICIES: (&str, &str) = (
    "MLCommons inference policies, commit ac93e89, read November 2026",
    "https://github.com/mlcommons/inference_policies/blob/ac93e89/inference_rules.adoc",
);
const ARTIFACT: (&str, &str) = (
    "DistServe artifact script, commit 82831f1, read November 2026",
    "https://github.com/LLMServe/DistServe/blob/82831f1/evaluation/ae-scripts/e2e/_plot.py",
);
const OPTIINFRA: (&str, &str) = (
    "OptiInfra performance agent, commit 219e936, read November 2026",
    "https://github.com/archokshi/optiinfra/tree/219e936/services/performance-agent",
);
const NOBODY: (&str, &str) = ("Your own targets", "");

const PROJECTS: [Entry; 3] = [
    Entry { id: "vllm-upstream", name: "vLLM upstream", publisher: &VLLM, targets: &[("ttft.p99", "<=", 1.0), ("tpot.p99", "<=", 0.1)] },
    Entry {
        id: "llm-d",
        name: "llm-d",
        publisher: &LLM_D,
        targets: &[("ttft.p95", "<=", 3.0), ("e2e.p99", "<=", 5.0), ("availability", ">=", 0.999)],
    },
    Entry { id: "dynamo", name: "Dynamo planner", publisher: &DYNAMO, targets: &[("ttft.p95", "<=", 0.5), ("itl.p95", "<=", 0.05)] },
];

const GUIDELLM: [Entry; 6] = [
    Entry { id: "guidellm-chat", name: "Chat (GuideLLM)", publisher: &GUIDE, targets: &[("ttft.p99", "<=", 0.2), ("itl.p99", "<=", 0.05)] },
    Entry {
        id: "guidellm-rag",
        name: "RAG (GuideLLM)",
        publisher: &GUIDE,
        targets: &[("e2e.p99", "<=", 3.0), ("ttft.p99", "<=", 0.3), ("itl.p99", "<=", 0.1)],
    },
    Entry { id: "guidellm-code-completion", name: "Code completion (GuideLLM)", publisher: &GUIDE, targets: &[("e2e.p99", "<=", 2.0)] },
    Entry {
        id: "guidellm-code-generation",
        name: "Code generation (GuideLLM)",
        publisher: &GUIDE,
        targets: &[("ttft.p99", "<=", 0.5), ("itl.p99", "<=", 0.15)],
    },
    Entry { id: "guidellm-agentic", name: "Agentic (GuideLLM)", publisher: &GUIDE, targets: &[("e2e.p99", "<=", 5.0)] },
    Entry {
        id: "guidellm-content",
        name: "Content generation (GuideLLM)",
        publisher: &GUIDE,
        targets: &[("ttft.p99", "<=", 0.6), ("itl.p99", "<=", 0.2)],
    },
];

const MLPERF: [Entry; 11] = [
    Entry {
        id: "mlperf-server-llama-2-70b",
        name: "MLPerf server, Llama 2 70B",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 2.0), ("tpot.p99", "<=", 0.2)],
    },
    Entry {
        id: "mlperf-server-mixtral-8x7b",
        name: "MLPerf server, Mixtral 8x7B",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 2.0), ("tpot.p99", "<=", 0.2)],
    },
    Entry {
        id: "mlperf-server-llama-3.1-405b",
        name: "MLPerf server, Llama 3.1 405B",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 6.0), ("tpot.p99", "<=", 0.175)],
    },
    Entry {
        id: "mlperf-server-llama-3.1-8b",
        name: "MLPerf server, Llama 3.1 8B",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 2.0), ("tpot.p99", "<=", 0.1)],
    },
    Entry {
        id: "mlperf-server-deepseek-r1",
        name: "MLPerf server, DeepSeek-R1",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 2.0), ("tpot.p99", "<=", 0.08)],
    },
    Entry {
        id: "mlperf-server-gpt-oss-120b",
        name: "MLPerf server, GPT-OSS-120B",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 3.0), ("tpot.p99", "<=", 0.08)],
    },
    Entry {
        id: "mlperf-interactive-llama-2-70b",
        name: "MLPerf interactive, Llama 2 70B",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 0.45), ("tpot.p99", "<=", 0.04)],
    },
    Entry {
        id: "mlperf-interactive-llama-3.1-405b",
        name: "MLPerf interactive, Llama 3.1 405B",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 4.5), ("tpot.p99", "<=", 0.08)],
    },
    Entry {
        id: "mlperf-interactive-llama-3.1-8b",
        name: "MLPerf interactive, Llama 3.1 8B",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 0.5), ("tpot.p99", "<=", 0.03)],
    },
    Entry {
        id: "mlperf-interactive-deepseek-r1",
        name: "MLPerf interactive, DeepSeek-R1",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 1.5), ("tpot.p99", "<=", 0.015)],
    },
    Entry {
        id: "mlperf-interactive-gpt-oss-120b",
        name: "MLPerf interactive, GPT-OSS-120B",
        publisher: &POLICIES,
        targets: &[("ttft.p99", "<=", 2.0), ("tpot.p99", "<=", 0.02)],
    },
];

/// An attainment of 90 % is a P90 target.
const DISTSERVE: [Entry; 3] = [
    Entry {
        id: "distserve-chat-13b",
        name: "Chat, 13B (DistServe)",
        publisher: &ARTIFACT,
        targets: &[("ttft.p90", "<=", 0.25), ("tpot.p90", "<=", 0.1)],
    },
    Entry {
        id: "distserve-chat-66b",
        name: "Chat, 66B (DistServe)",
        publisher: &ARTIFACT,
        targets: &[("ttft.p90", "<=", 0.4), ("tpot.p90", "<=", 0.1)],
    },
    Entry {
        id: "distserve-chat-175b",
        name: "Chat, 175B (DistServe)",
        publisher: &ARTIFACT,
        targets: &[("ttft.p90", "<=", 4.0), ("tpot.p90", "<=", 0.2)],
    },
];

const OTHERS: [Entry; 2] = [
    Entry {
        id: "legacy-strict",
        name: "Legacy (strict)",
        publisher: &OPTIINFRA,
        targets: &[
            ("request_metrics.time_to_first_token_seconds", "<=", 0.1),
            ("request_metrics.time_per_output_token_seconds", "<=", 0.05),
        ],
    },
    Entry { id: "custom", name: "Custom", publisher: &NOBODY, targets: &[] },
];
