//! Which server wrote a text, with the reason.

use crate::support::snapshots::detect;
use servescope::backend::{self, Detection};
use servescope::exposition;
use servescope::signal::BackendId;

#[track_caller]
fn assert_other(text: &str, name: &str) {
    let Detection::Other { name: found, why } = detect(text) else { panic!("{name}: {:?}", detect(text)) };
    assert_eq!(found, name);
    assert!(why.contains('`') && why.ends_with('.'), "{why}");
}

#[track_caller]
fn supported(text: &str) -> (BackendId, String) {
    match detect(text) {
        Detection::Supported { backend, why } => (backend, why),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_reason_names_the_prefix_and_a_family() {
    let (backend, why) = supported("vllm:num_requests_running{model_name=\"m\"} 1\nvllm:prompt_tokens_total{model_name=\"m\"} 1\n");
    assert_eq!(backend, BackendId::Vllm);
    assert_eq!(why, "2 families of vLLM start with `vllm:`, among them `vllm:num_requests_running`.");
    assert_eq!(supported("sglang_num_queue_reqs 1\n").0, BackendId::Sglang);
    assert_eq!(supported("tgi_queue_size 1\n").0, BackendId::Tgi);
}

#[test]
fn other_servers_are_named() {
    for (text, name) in [
        ("nv_inference_request_success{model=\"m\",version=\"1\"} 1\n", "Triton Inference Server"),
        (
            "nv_trt_llm_request_metrics{model=\"m\",request_type=\"active\"} 1\nnv_gpu_utilization 1\n",
            "TensorRT-LLM behind Triton Inference Server",
        ),
        ("trtllm_request_success_total 4\n", "TensorRT-LLM"),
        ("llamacpp:prompt_tokens_total 5\n", "llama.cpp server"),
        ("dynamo_frontend_requests_total{model=\"m\"} 5\n", "NVIDIA Dynamo"),
        ("lmcache:num_hit_tokens_total 5\n", "LMCache"),
        ("sgl_router_requests_total 5\n", "SGLang router"),
        ("smg_router_requests_total 5\n", "SGLang router"),
        ("vllm_router_requests_total 5\n", "vLLM router"),
        ("queue_requests_per_second{destination_pod=\"falcon-0\"} 5\n", "Knative queue proxy"),
        ("kuberay_cluster_info{name=\"falcon\"} 1\ncontroller_runtime_reconcile_total 5\n", "KubeRay operator"),
        ("nvidia_smi_utilization_gpu_ratio 0.9\n", "nvidia_smi exporter"),
        ("ollama_requests_total 5\n", "exporter of Ollama"),
        ("node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 5\n", "node_exporter"),
        ("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 99\n", "NVIDIA DCGM exporter"),
        ("prometheus_tsdb_head_series 5\ngo_goroutines 3\n", "Prometheus or one of its exporters"),
        ("go_goroutines 3\n", "Go program"),
        ("python_info{version=\"3.12\"} 1\nprocess_start_time_seconds 5\n", "process without engine metrics"),
        (
            "http_requests_total{handler=\"/v1/models\",method=\"GET\",status=\"2xx\"} 5\npython_info 1\n",
            "HTTP server without engine metrics",
        ),
    ] {
        assert_other(text, name);
    }
}

#[test]
fn other_servers_and_gateways_are_named_with_what_to_give_instead() {
    for (text, name, advice) in [
        ("atom:num_requests_running{model_name=\"m\"} 6\natom:kv_cache_usage_perc{model_name=\"m\"} 0.3\n", "ATOM", "not supported"),
        ("vllm_omni:num_requests_running{model_name=\"m\"} 6\n", "vLLM-Omni", "--log-stats"),
        (
            "request_predict_seconds_count{model_name=\"m\"} 7\nrequest_predict_seconds_sum{model_name=\"m\"} 9\n",
            "KServe",
            "inference engine",
        ),
        ("gen_ai_server_time_to_first_token_seconds_count{gen_ai_request_model=\"m\"} 7\n", "Envoy AI Gateway", "inference engine"),
        ("gen_ai_client_token_usage_token_sum{gen_ai_token_type=\"input\"} 7\n", "Envoy AI Gateway", "inference engine"),
        ("kthena_router_active_downstream_requests{model=\"m\"} 3\ngo_goroutines 12\n", "kthena", "inference engine"),
        ("kvcache_index_lookup_hits_total 4\n", "KV-cache indexer", "inference engine"),
        ("wva_desired_replicas{variant_name=\"v\"} 2\ncontroller_runtime_active_workers 1\n", "autoscaler", "inference engine"),
    ] {
        match detect(text) {
            Detection::Other { name: found, why } => assert!(found.contains(name) && why.contains(advice), "{text}: {found}: {why}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    let (backend, why) = supported("vllm_omni:num_requests_running 2\nvllm:num_requests_running{stage=\"0\"} 2\n");
    assert!(backend == BackendId::Vllm && why.contains("vLLM-Omni"), "{why}");
}

#[test]
fn a_router_that_speaks_vllms_names_is_no_engine() {
    let router = "\
vllm:healthy_pods_total{server=\"http://a\"} 1
vllm:num_requests_running{server=\"http://a\"} 3
vllm:current_qps{server=\"http://a\"} 2
";
    assert_other(router, "vLLM production-stack router");
    let (backend, why) = supported(&format!("{router}vllm:prompt_tokens_total{{engine=\"0\",model_name=\"m\"}} 9\n"));
    assert_eq!(backend, BackendId::Vllm);
    assert!(why.contains("router"), "{why}");
}

#[test]
fn a_simulator_of_vllm_says_how_it_was_found_and_can_still_be_read() {
    let text = "vllm:num_requests_running{model_name=\"m\"} 1\nvllm:max_num_generation_tokens_count{model_name=\"m\"} 1\n";
    assert_other(text, "llm-d inference simulator");
    let parsed = exposition::parse(text.as_bytes());
    assert_eq!(backend::read(&parsed.scrapes[0], BackendId::Vllm).len(), 1);
}

#[test]
fn a_supported_backend_among_other_software_is_that_backend() {
    let (backend, why) =
        supported("lmcache:num_hit_tokens_total 5\nnv_inference_count 3\nvllm:num_requests_running{model_name=\"m\"} 1\nnode_load1 3\n");
    assert_eq!(backend, BackendId::Vllm);
    assert!(why.contains("Triton Inference Server (`nv_inference_count`)") && why.contains("LMCache") && !why.contains("node"), "{why}");
}

#[test]
fn the_backend_with_the_most_families_wins() {
    let (backend, _) =
        supported("tgi_queue_size 1\nvllm:num_requests_running{model_name=\"m\"} 1\nvllm:num_requests_waiting{model_name=\"m\"} 1\n");
    assert_eq!(backend, BackendId::Vllm);
}

#[test]
fn declared_families_without_samples_are_recognised_and_read_as_nothing() {
    let text = "# HELP vllm:num_requests_running Running.\n# TYPE vllm:num_requests_running gauge\n";
    let (backend, why) = supported(text);
    assert_eq!(backend, BackendId::Vllm);
    assert!(why.contains("none has a sample"), "{why}");
    let parsed = exposition::parse(text.as_bytes());
    assert!(backend::read(&parsed.scrapes[0], BackendId::Vllm).is_empty());
}

#[test]
fn unknown_text_is_unknown_and_reads_as_nothing() {
    for text in ["", "my_metric 1\n", "vllm:cache_usage_percent 5\n", "not metrics at all\n"] {
        assert_eq!(detect(text), Detection::Unknown, "{text}");
        let parsed = exposition::parse(text.as_bytes());
        for backend in [BackendId::Vllm, BackendId::Sglang, BackendId::Tgi] {
            assert!(backend::read(&parsed.scrapes[0], backend).is_empty(), "{text}");
        }
    }
}

#[test]
fn reading_by_hand_as_another_backend_gives_nothing() {
    let parsed = exposition::parse(b"vllm:num_requests_running{model_name=\"m\"} 1\n");
    assert!(backend::read(&parsed.scrapes[0], BackendId::Tgi).is_empty());
}
