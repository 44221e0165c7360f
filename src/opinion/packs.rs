//! The published thresholds, pack by pack. Numbers are quoted as their authors chose them, whether we agree or not.

use super::{Check, Limit, Measure, Pack};
use crate::signal::BackendId::{self, Sglang, Tgi, Vllm};
use crate::signal::{Counter, Distribution, Gauge};

const V: &[BackendId] = &[Vllm];
const S: &[BackendId] = &[Sglang];
const T: &[BackendId] = &[Tgi];
const VS: &[BackendId] = &[Vllm, Sglang];

const fn check(signal: &'static str, backends: &'static [BackendId], condition: &'static str, measure: Measure) -> Check {
    Check { signal, condition, backends, measure, warning: None, critical: None, while_running: None }
}

impl Check {
    const fn warns(self, limit: Limit) -> Check {
        Check { warning: Some(limit), ..self }
    }

    const fn alarms(self, limit: Limit) -> Check {
        Check { critical: Some(limit), ..self }
    }

    const fn while_running(self, least: f64) -> Check {
        Check { while_running: Some(least), ..self }
    }
}

/// Every pack, the servers' own first.
pub const PACKS: &[Pack] =
    &[VLLM_DASHBOARDS, SGLANG_TUNING, TGI_DASHBOARD, LLM_D_ALERTS, GATEWAY, VLLM_DOCTOR, INFERPILOT, DATADOG, DYNAMO, PROFILE, CLASSIC];

const VLLM_DASHBOARDS: Pack = Pack {
    name: "vLLM dashboards",
    source: "vllm-project/vllm, examples/observability/dashboards/grafana",
    checks: &[
        check("kv_cache.usage", V, "KV usage above 90 % orange, above 98 % red", Measure::Gauge(Gauge::KvUsage))
            .warns(Limit::AtLeast(0.90))
            .alarms(Limit::AtLeast(0.98)),
        check("preemptions", V, "preemptions above 0.001/s orange, above 1/s red", Measure::Rate(Counter::Preemptions))
            .warns(Limit::AtLeast(0.001))
            .alarms(Limit::AtLeast(1.0)),
        check("availability", V, "HTTP 5xx above 0.1 % orange, above 1 % red", Measure::Http5xxShare)
            .warns(Limit::AtLeast(0.001))
            .alarms(Limit::AtLeast(0.01)),
        check("availability", V, "successful requests below 99 % orange, below 95 % red", Measure::SuccessShare)
            .warns(Limit::Below(0.99))
            .alarms(Limit::Below(0.95)),
        check("ttft", V, "TTFT p50 above 1 s orange, above 3 s red", Measure::Quantile(Distribution::Ttft, 0.5))
            .warns(Limit::AtLeast(1.0))
            .alarms(Limit::AtLeast(3.0)),
        check("ttft", V, "TTFT within 1 s: below 99 % of requests orange, below 90 % red", Measure::ShareWithin(Distribution::Ttft, 1.0))
            .warns(Limit::Below(0.99))
            .alarms(Limit::Below(0.90)),
        check(
            "tpot",
            V,
            "time per output token within 100 ms: below 99 % orange, below 90 % red",
            Measure::ShareWithin(Distribution::Tpot, 0.1),
        )
        .warns(Limit::Below(0.99))
        .alarms(Limit::Below(0.90)),
        check("throughput", V, "output per running request below 20 tok/s orange, below 10 tok/s red", Measure::OutputPerRunning)
            .warns(Limit::Below(20.0))
            .alarms(Limit::Below(10.0)),
    ],
};

const SGLANG_TUNING: Pack = Pack {
    name: "SGLang tuning guide (offline batch)",
    source: "sgl-project/sglang, docs/advanced_features/hyperparameter_tuning",
    checks: &[
        check("kv_cache.usage", S, "token usage below 0.9 wastes memory when work waits", Measure::Gauge(Gauge::KvUsage))
            .warns(Limit::Below(0.9))
            .while_running(1.0),
        check("queue.waiting", S, "fewer than 100 queued: the client is too slow", Measure::Gauge(Gauge::Waiting))
            .warns(Limit::Below(100.0))
            .while_running(1.0),
        check("preemptions", S, "about one retraction a minute is fine", Measure::Rate(Counter::Preemptions))
            .warns(Limit::Above(1.0 / 60.0)),
    ],
};

const TGI_DASHBOARD: Pack = Pack {
    name: "TGI dashboard",
    source: "huggingface/text-generation-inference, assets/tgi_grafana.json",
    checks: &[
        check("ttft", T, "median queue time plus median prefill call above 1000 ms red", Measure::MedianQueuePlusPrefill)
            .alarms(Limit::AtLeast(1.0)),
        check("itl", T, "median forward time of a decode step above 80 ms red", Measure::Quantile(Distribution::DecodeForwardTime, 0.5))
            .alarms(Limit::AtLeast(0.08)),
    ],
};

const LLM_D_ALERTS: Pack = Pack {
    name: "llm-d alerts",
    source: "llm-d/llm-d, docs/monitoring/prometheus-alerting-rules.yaml",
    checks: &[
        check("availability", VS, "errors above 1 % warn, above 5 % critical", Measure::ErrorShare)
            .warns(Limit::Above(0.01))
            .alarms(Limit::Above(0.05)),
        check("ttft", VS, "TTFT p99 above 10 s warn, above 30 s critical", Measure::Quantile(Distribution::Ttft, 0.99))
            .warns(Limit::Above(10.0))
            .alarms(Limit::Above(30.0)),
        check("ttft", VS, "TTFT p95 above 3 s misses the objective", Measure::Quantile(Distribution::Ttft, 0.95)).warns(Limit::Above(3.0)),
        check("e2e", VS, "E2E p99 above 5 s misses the objective, above 10 s warns", Measure::Quantile(Distribution::E2e, 0.99))
            .warns(Limit::Above(5.0)),
        check("preemptions", VS, "preemptions above 1/s", Measure::Rate(Counter::Preemptions)).warns(Limit::Above(1.0)),
        check("kv_cache.usage", VS, "KV usage above 90 % warns, above 95 % critical for decode", Measure::Gauge(Gauge::KvUsage))
            .warns(Limit::Above(0.90))
            .alarms(Limit::Above(0.95)),
        check("queue.waiting", VS, "more than 50 waiting", Measure::Gauge(Gauge::Waiting)).warns(Limit::Above(50.0)),
        check("prefix_cache.hit_rate", VS, "prefix hit rate below 30 %", Measure::PrefixHitRate).warns(Limit::Below(0.30)),
    ],
};

const GATEWAY: Pack = Pack {
    name: "Gateway scheduler and autoscaler",
    source: "kubernetes-sigs/gateway-api-inference-extension and llm-d workload-variant-autoscaler, defaults",
    checks: &[
        check("queue.waiting", VS, "5 or more waiting: replica saturated", Measure::Gauge(Gauge::Waiting)).warns(Limit::AtLeast(5.0)),
        check("kv_cache.usage", VS, "KV usage 80 % or more: replica saturated", Measure::Gauge(Gauge::KvUsage)).warns(Limit::AtLeast(0.80)),
        check("saturation", VS, "larger of waiting/5 and KV usage/0.8 reaches 1", Measure::GatewaySaturation).warns(Limit::AtLeast(1.0)),
    ],
};

const VLLM_DOCTOR: Pack = Pack {
    name: "vllm-doctor 0.6.0",
    source: "aminalaee/vllm-doctor, default configuration",
    checks: &[
        check("queue.waiting", V, "more than 5 waiting", Measure::Gauge(Gauge::Waiting)).warns(Limit::Above(5.0)),
        check("queue_time", V, "queue time p95 of 1 s or more", Measure::Quantile(Distribution::QueueTime, 0.95))
            .warns(Limit::AtLeast(1.0)),
        check("kv_cache.usage", V, "KV usage of 90 % or more", Measure::Gauge(Gauge::KvUsage)).warns(Limit::AtLeast(0.90)),
        check("preemptions", V, "any preemption since start", Measure::Total(Counter::Preemptions)).warns(Limit::Above(0.0)),
        check("ttft", V, "TTFT p95 of 2 s or more", Measure::Quantile(Distribution::Ttft, 0.95)).warns(Limit::AtLeast(2.0)),
        check("tpot", V, "time per output token p95 of 0.2 s or more", Measure::Quantile(Distribution::Tpot, 0.95))
            .warns(Limit::AtLeast(0.2)),
        check("availability", V, "errors of 5 % or more", Measure::ErrorShare).warns(Limit::AtLeast(0.05)),
        check("requests.aborted", V, "aborted requests of 10 % or more", Measure::AbortShare).warns(Limit::AtLeast(0.10)),
        check("prefix_cache.hit_rate", V, "prefix hit rate below 50 %", Measure::PrefixHitRate).warns(Limit::Below(0.50)),
        check("throughput", V, "less than 50 output tok/s while 2 or more run", Measure::Rate(Counter::OutputTokens))
            .warns(Limit::Below(50.0))
            .while_running(2.0),
    ],
};

const INFERPILOT: Pack = Pack {
    name: "InferPilot 0.1.0",
    source: "poojithdevan4D/InferPilot, defaults",
    checks: &[
        check("kv_cache.usage", V, "KV usage of 95 % or more is full", Measure::Gauge(Gauge::KvUsage)).warns(Limit::AtLeast(0.95)),
        check("preemptions", V, "any preemption between two snapshots", Measure::Increase(Counter::Preemptions)).alarms(Limit::Above(0.0)),
    ],
};

const DATADOG: Pack = Pack {
    name: "Datadog monitors",
    source: "DataDog/integrations-core, vllm and hugging_face_tgi monitors",
    checks: &[
        check("e2e", V, "mean E2E above 0.3 s critical", Measure::Mean(Distribution::E2e)).alarms(Limit::Above(0.3)),
        check("queue.waiting", T, "queue above 30 warns, above 50 critical", Measure::Gauge(Gauge::Waiting))
            .warns(Limit::Above(30.0))
            .alarms(Limit::Above(50.0)),
        check("e2e", T, "mean E2E above 5 s warns, above 10 s critical", Measure::Mean(Distribution::E2e))
            .warns(Limit::Above(5.0))
            .alarms(Limit::Above(10.0)),
        check("tpot", T, "mean time per token above 0.1 s warns, above 0.2 s critical", Measure::Mean(Distribution::Tpot))
            .warns(Limit::Above(0.1))
            .alarms(Limit::Above(0.2)),
    ],
};

const DYNAMO: Pack = Pack {
    name: "Dynamo planner targets",
    source: "ai-dynamo/dynamo, components/src/dynamo/planner defaults",
    checks: &[
        check("ttft", VS, "TTFT above 500 ms", Measure::Mean(Distribution::Ttft)).warns(Limit::Above(0.5)),
        check("itl", VS, "inter-token latency above 50 ms", Measure::Mean(Distribution::Itl)).warns(Limit::Above(0.05)),
    ],
};

const PROFILE: Pack = Pack {
    name: "profile 0.1.0",
    source: "jungledesh/profile, rules of the first release",
    checks: &[
        check("kv_cache.usage", V, "KV usage of 85 % or more", Measure::Gauge(Gauge::KvUsage)).warns(Limit::AtLeast(0.85)),
        check("prefix_cache.hit_rate", V, "prefix hit rate below 35 %", Measure::PrefixHitRate).warns(Limit::Below(0.35)),
    ],
};

const CLASSIC: Pack = Pack {
    name: "Classic thresholds",
    source: "archokshi/optiinfra, performance agent defaults",
    checks: &[
        check("ttft", VS, "TTFT above 100 ms", Measure::Mean(Distribution::Ttft)).warns(Limit::Above(0.1)),
        check("tpot", &[Vllm, Sglang, Tgi], "time per output token above 50 ms", Measure::Mean(Distribution::Tpot))
            .warns(Limit::Above(0.05)),
        check("queue.waiting", &[Vllm, Sglang, Tgi], "more than 10 waiting", Measure::Gauge(Gauge::Waiting)).warns(Limit::Above(10.0)),
        check("kv_cache.usage", V, "KV usage above 85 %", Measure::Gauge(Gauge::KvUsage)).warns(Limit::Above(0.85)),
        check("prefix_cache.reported_hit_rate", S, "reported cache hit rate below 70 %", Measure::Gauge(Gauge::CacheHitRateGauge))
            .warns(Limit::Below(0.7)),
        check("throughput.reported", S, "reported throughput below 100 tok/s", Measure::Gauge(Gauge::GenerationThroughput))
            .warns(Limit::Below(100.0)),
        check("queue.running", T, "fewer than 4 requests in the batch", Measure::Gauge(Gauge::Running)).warns(Limit::Below(4.0)),
    ],
};
