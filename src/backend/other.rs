//! Software that is recognised, and not supported.

use super::Detection;
use super::detect::Names;
use crate::metrics::Scrape;
use crate::signal::BackendId;

/// A name prefix, or a whole name, that gives a program away.
struct Program {
    signs: &'static [&'static str],
    name: &'static str,
    advice: &'static str,
}

const ENGINE: &str = "Take the text from the inference engine's own `/metrics`.";

/// The specific ones first: every exporter written in Go or Python also carries its runtime's families.
static PROGRAMS: &[Program] = &[
    Program { signs: &["nv_trt_llm_"], name: "TensorRT-LLM behind Triton Inference Server", advice: "It is not supported." },
    Program { signs: &["trtllm_", "trtllm:", "pytrtllm:"], name: "TensorRT-LLM", advice: "It is not supported." },
    Program {
        signs: &["e2e_request_latency_seconds", "time_to_first_token_seconds", "time_per_output_token_seconds"],
        name: "TensorRT-LLM, which writes these names without a prefix",
        advice: "It is not supported. If another server wrote them and something cut off its prefix, take the text from that server itself.",
    },
    Program {
        signs: &["nv_inference_", "nv_gpu_", "nv_cpu_", "nv_energy_", "nv_model_", "nv_pinned_", "nv_cache_"],
        name: "Triton Inference Server",
        advice: "Only the `vllm:` families that its vLLM backend adds can be read.",
    },
    Program { signs: &["llamacpp:", "llamacpp_"], name: "llama.cpp server", advice: "It is not supported." },
    Program { signs: &["dynamo_"], name: "NVIDIA Dynamo", advice: ENGINE },
    Program {
        signs: &["sgl_router_", "smg_"],
        name: "SGLang router",
        advice: "Take the text from a worker, or from the router's `/engine_metrics`.",
    },
    Program { signs: &["lmcache:", "lmcache_"], name: "LMCache", advice: ENGINE },
    Program {
        signs: &["inference_pool_", "inference_model_", "inference_objective_", "inference_extension_", "llm_d_"],
        name: "inference gateway (endpoint picker)",
        advice: ENGINE,
    },
    Program {
        signs: &["vllm_omni:", "vllm_omni_"],
        name: "vLLM-Omni’s pipeline",
        advice: "Its stages write `vllm:` families on the same page when the server runs with `--log-stats`.",
    },
    Program { signs: &["atom:", "atom_num_requests_"], name: "ATOM of ROCm", advice: "It is not supported." },
    Program { signs: &["kvcache_index_", "kvcache_kvevents_", "kvcache_tokenization_"], name: "llm-d KV-cache indexer", advice: ENGINE },
    Program { signs: &["wva_"], name: "llm-d workload-variant autoscaler", advice: ENGINE },
    Program { signs: &["kthena_"], name: "kthena router", advice: ENGINE },
    Program {
        signs: &["request_preprocess_seconds", "request_predict_seconds", "request_postprocess_seconds", "request_explain_seconds"],
        name: "KServe model server",
        advice: ENGINE,
    },
    Program {
        signs: &["gen_ai_server_", "gen_ai_client_", "gen_ai.server.", "gen_ai.client."],
        name: "Envoy AI Gateway, or another gateway with OpenTelemetry’s GenAI names",
        advice: ENGINE,
    },
    Program { signs: &["jetstream_"], name: "JetStream", advice: "It is not supported." },
    Program { signs: &["vllm_router_"], name: "vLLM router", advice: ENGINE },
    Program { signs: &["ollama_"], name: "exporter of Ollama", advice: "Ollama is not supported." },
    Program {
        signs: &["queue_requests_per_second", "queue_average_concurrent_requests", "revision_app_request_"],
        name: "Knative queue proxy",
        advice: ENGINE,
    },
    Program { signs: &["litellm_"], name: "LiteLLM proxy", advice: ENGINE },
    Program { signs: &["aibrix_", "aibrix:"], name: "AIBrix gateway", advice: ENGINE },
    Program { signs: &["envoy_"], name: "Envoy proxy", advice: ENGINE },
    Program { signs: &["te_"], name: "text-embeddings-inference", advice: "It serves embeddings and is not supported." },
    Program { signs: &["lmdeploy:", "lmdeploy_"], name: "LMDeploy", advice: "It is not supported." },
    Program {
        signs: &["DCGM_FI_"],
        name: "NVIDIA DCGM exporter",
        advice: "It describes GPUs, not requests. Take the inference server's `/metrics`.",
    },
    Program {
        signs: &["nvidia_smi_"],
        name: "nvidia_smi exporter",
        advice: "It describes GPUs, not requests. Take the inference server's `/metrics`.",
    },
    Program { signs: &["kuberay_"], name: "KubeRay operator", advice: "Take the text from the node that runs the replica." },
    Program { signs: &["controller_runtime_"], name: "Kubernetes operator", advice: "Take the inference server's `/metrics`." },
    Program { signs: &["node_"], name: "node_exporter", advice: "It describes the host. Take the inference server's `/metrics`." },
    Program { signs: &["container_"], name: "cAdvisor", advice: "It describes containers. Take the inference server's `/metrics`." },
    Program { signs: &["kube_", "kubelet_", "apiserver_"], name: "Kubernetes", advice: "Take the inference server's `/metrics`." },
    Program {
        signs: &["prometheus_", "promhttp_"],
        name: "Prometheus or one of its exporters",
        advice: "Take the `/metrics` of the server that it scrapes.",
    },
    Program { signs: &["ray_"], name: "Ray", advice: "No `ray_vllm_` family is there. Take the text from the node that runs the replica." },
    Program {
        signs: &["http_request_duration_seconds", "http_requests"],
        name: "HTTP server without engine metrics",
        advice: "If it is vLLM, start it without `--disable-log-stats`; if it is SGLang, start it with `--enable-metrics`.",
    },
    Program { signs: &["go_"], name: "Go program", advice: "Take the inference server's `/metrics`." },
    Program {
        signs: &["python_info", "python_gc_", "process_"],
        name: "process without engine metrics",
        advice: "If it is vLLM, start it without `--disable-log-stats`; if it is SGLang, start it with `--enable-metrics`.",
    },
];

/// Names the program of a text that holds no supported backend.
pub(super) fn recognise(names: &Names<'_>) -> Detection {
    for program in PROGRAMS {
        if let Some((sign, family)) = first(program, names) {
            return Detection::Other {
                name: program.name.to_owned(),
                why: format!("Families that start with `{sign}` were recognised (`{family}`). {}", program.advice),
            };
        }
    }
    Detection::Unknown
}

/// Other inference software in the text of a supported backend; runtimes and hosts are not worth a word.
pub(super) fn beside(names: &Names<'_>, backend: BackendId) -> Vec<String> {
    let others = PROGRAMS.iter().take_while(|program| program.name != "Envoy proxy").filter_map(|program| {
        let (_, family) = first(program, names)?;
        Some(format!("{} (`{family}`)", program.name))
    });
    let routers = (backend == BackendId::Vllm).then(|| has_any(names, ROUTER)).flatten();
    others.chain(routers.map(|family| format!("the vLLM production-stack router (`{family}`)"))).collect()
}

const ROUTER: &[&str] = &["vllm:healthy_pods", "vllm:current_qps", "vllm:num_incoming_requests", "vllm:avg_decoding_length"];
const SIMULATOR: &str = "vllm:max_num_generation_tokens";
/// Families that only an engine has; a router re-exports some of the others under the engine's names.
const ENGINE_ONLY: &[&str] = &[
    "vllm:prompt_tokens",
    "vllm:generation_tokens",
    "vllm:cache_config_info",
    "vllm:iteration_tokens_total",
    "vllm:request_success",
    "vllm:request_prompt_tokens",
];

/// Software that uses a supported backend's names for something else.
pub(super) fn impostor(scrape: &Scrape, names: &Names<'_>) -> Option<Detection> {
    if let Some(family) = has_any(names, ROUTER).filter(|_| has_any(names, ENGINE_ONLY).is_none()) {
        return Some(Detection::Other {
            name: "vLLM production-stack router".to_owned(),
            why: format!("`{family}` is the router's own, and no engine family is there. {ENGINE}"),
        });
    }
    if names.contains(SIMULATOR) && !names.contains("vllm:request_max_num_generation_tokens") {
        return Some(Detection::Other {
            name: "llm-d inference simulator".to_owned(),
            why: format!(
                "`{SIMULATOR}` is a family of the simulator, which vLLM does not have. It imitates vLLM: choose vLLM by hand to read it."
            ),
        });
    }
    let has_vllm = names.starting("vllm:").is_some();
    if !has_vllm && let Some(family) = tgis_adapter(scrape) {
        return Some(Detection::Other {
            name: "IBM TGIS adapter".to_owned(),
            why: format!("`{family}` carries a Python dictionary as its method, which TGI never writes. Take vLLM's own `/metrics`."),
        });
    }
    None
}

/// The adapter writes `method="{'method': 'prefill'}"`.
fn tgis_adapter(scrape: &Scrape) -> Option<&'static str> {
    const FAMILIES: &[&str] = &["tgi_batch_inference_duration", "tgi_batch_inference_count", "tgi_batch_inference_success"];
    FAMILIES.iter().copied().find(|family| {
        let samples = ["_bucket", "_count", "_total", ""].iter().filter_map(|suffix| scrape.named(&format!("{family}{suffix}")).next());
        samples.into_iter().any(|sample| sample.label("method").is_some_and(|method| method.contains("'method'")))
    })
}

fn first<'a>(program: &Program, names: &Names<'a>) -> Option<(&'static str, &'a str)> {
    program.signs.iter().find_map(|sign| Some((*sign, names.starting(sign)?)))
}

fn has_any(names: &Names<'_>, wanted: &[&'static str]) -> Option<&'static str> {
    wanted.iter().copied().find(|name| names.contains(name))
}
