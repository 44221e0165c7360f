//! Named facts of every dump in the corpus. Numbers were taken from the files by hand or by adding up the lines they name,
//! not by this program.

use crate::support::corpus;
use crate::support::snapshots::{assert_numbers, file, may_be};
use servescope::backend::{self, Detection};
use servescope::exposition;
use servescope::signal::{BackendId, Snapshot, Version};

/// What is known of one dump.
struct Dump {
    file: &'static str,
    backend: BackendId,
    servers: usize,
    /// The release that INDEX.tsv states, where it states one.
    release: Option<Version>,
    numbers: &'static [(&'static str, Option<f64>)],
}

fn vllm(file: &'static str, release: Option<Version>, numbers: &'static [(&'static str, Option<f64>)]) -> Dump {
    Dump { file, backend: BackendId::Vllm, servers: 1, release, numbers }
}

fn sglang(file: &'static str, release: Option<Version>, numbers: &'static [(&'static str, Option<f64>)]) -> Dump {
    Dump { file, backend: BackendId::Sglang, servers: 1, release, numbers }
}

fn tgi(file: &'static str, release: Option<Version>, numbers: &'static [(&'static str, Option<f64>)]) -> Dump {
    Dump { file, backend: BackendId::Tgi, servers: 1, release, numbers }
}

/// The logger code of every vLLM release was fed the same simulated overload.
const SIMULATED: &[(&str, Option<f64>)] = &[
    ("queue.running", Some(256.0)),
    ("queue.waiting", Some(149.0)),
    ("kv_cache.usage", Some(0.997)),
    ("tokens.prompt", Some(120_600.0)),
    ("tokens.output", Some(78_964.0)),
    ("requests.finished", Some(133.0)),
    ("preemptions", Some(9.0)),
    ("engine.steps", Some(400.0)),
    ("prefix_cache.queries", Some(120_600.0)),
    ("prefix_cache.hits", Some(40_200.0)),
    ("ttft.n", Some(134.0)),
    ("ttft.sum", Some(284.927_367_128_475_05)),
    ("e2e.n", Some(133.0)),
];

fn dumps() -> Vec<Dump> {
    let v = |minor, patch| Some(Version(0, minor, patch));
    let mut dumps = vec![
        vllm("vllm/GEN-vllm-0.11.0-from-logger-code.prom", v(11, 0), SIMULATED),
        vllm("vllm/GEN-vllm-0.16.0-from-logger-code.prom", v(16, 0), SIMULATED),
        vllm("vllm/GEN-vllm-0.20.2-from-logger-code.prom", v(20, 2), SIMULATED),
        vllm("vllm/GEN-vllm-0.33.0-from-logger-code.prom", v(33, 0), SIMULATED),
        vllm("vllm/GEN-vllm-0.33.0-python-openmetrics-negotiated.prom", v(33, 0), SIMULATED),
        vllm(
            "vllm/GEN-vllm-0.33.0-specdecode-from-logger-code.prom",
            v(33, 0),
            &[("queue.running", Some(256.0)), ("ttft.sum", Some(272.990_948_582_402_67)), ("requests.finished", Some(133.0))],
        ),
        vllm(
            "vllm/GEN-vllm-0.8.5-from-logger-code.prom",
            v(8, 5),
            &[("queue.running", Some(256.0)), ("kv_cache.usage", Some(0.997)), ("tokens.output", Some(78_964.0)), ("tpot.n", None)],
        ),
        vllm(
            "vllm/GEN-vllm-0.33.0-dp2-from-logger-code.prom",
            v(33, 0),
            &[
                ("queue.running", Some(512.0)),
                ("queue.waiting", Some(298.0)),
                ("kv_cache.usage", Some(0.997)),
                ("tokens.output", Some(157_928.0)),
                ("ttft.n", Some(268.0)),
                ("engine.steps", Some(800.0)),
                ("requests.capacity_rejections", Some(0.0)),
            ],
        ),
        vllm(
            "vllm/GEN-vllm-0.33.0-rust-frontend-openmetrics.prom",
            v(33, 0),
            &[
                ("queue.running", Some(64.0)),
                ("queue.waiting_capacity", Some(12.0)),
                ("kv_cache.usage", Some(0.93125)),
                ("requests.finished_stop", Some(380.0)),
                ("requests.finished_length", Some(20.0)),
                ("ttft.n", Some(400.0)),
                ("engine.awake", None),
            ],
        ),
        vllm(
            "vllm/er0080-vllm-0.25.1-loaded.prom",
            v(25, 1),
            &[
                ("queue.running", Some(64.0)),
                ("queue.waiting", Some(64.0)),
                ("queue.waiting_capacity", Some(64.0)),
                ("queue.waiting_deferred", Some(0.0)),
                ("kv_cache.usage", Some(0.112_238_782_115_315_46)),
                ("requests.finished_length", Some(600.0)),
                ("ttft.n", Some(664.0)),
                ("e2e.n", Some(600.0)),
                ("ttft.mean", Some(88.244_990_825_653_08 / 664.0)),
                ("http.2xx", Some(600.0)),
                ("http.4xx", Some(0.0)),
            ],
        ),
        vllm("vllm/er0080-vllm-0.25.1-idle.prom", v(25, 1), &[("queue.running", Some(0.0)), ("ttft.n", Some(0.0)), ("ttft.mean", None)]),
        vllm(
            "vllm/alint77-glm52-w4-target-metrics-after.prom",
            v(26, 0),
            &[("ttft.mean", Some(94_219.542_932_510_38 / 520.0)), ("engine.steps", Some(49_393.0)), ("prefix_cache.queries", Some(0.0))],
        ),
        vllm(
            "vllm/alint77-glm52-phase3-s4-mtp3-exact-r5-before.prom",
            v(26, 0),
            &[("requests.finished", Some(17.0)), ("tokens.output", Some(4104.0))],
        ),
        vllm(
            "vllm/alint77-glm52-phase3-s4-mtp3-exact-r5-after.prom",
            v(26, 0),
            &[("requests.finished", Some(33.0)), ("tokens.output", Some(8200.0)), ("queue_time.n", Some(33.0))],
        ),
        vllm(
            "vllm/vllmstat-qwen3-30b-tq-specdecode.prom",
            v(19, 0),
            &[
                ("queue.running", Some(1.0)),
                ("queue.waiting", Some(2.0)),
                ("kv_cache.usage", Some(0.001_007_774_258_566_129_8)),
                ("requests.finished", Some(52_043.0)),
                ("prefix_cache.hits", Some(5_819_712.0)),
                ("ttft.n", Some(52_916.0)),
                ("http.4xx", Some(7.0)),
            ],
        ),
        vllm(
            "vllm/EXCERPT-aibrix-runtime-doc-v0.7-qwen2.5-coder.prom",
            v(7, 0),
            &[("tokens.output", Some(955.0)), ("requests.finished", Some(4.0)), ("prefix_cache.reported_hit_rate", None)],
        ),
        vllm(
            "vllm/EXCERPT-triton-vllm_backend-README.prom",
            None,
            &[("tokens.prompt", Some(10.0)), ("tokens.output", Some(16.0)), ("ttft.n", Some(1.0)), ("itl.n", Some(15.0))],
        ),
        vllm(
            "vllm/SYNTH-podwarden-0.25.1-trimmed.prom",
            None,
            &[
                ("queue.running", Some(3.0)),
                ("requests.finished", Some(40_361.0)),
                ("engine.awake", None),
                ("requests.finished_error", None),
            ],
        ),
        vllm(
            "vllm/SYNTH-utrobinmv-full.prom",
            None,
            &[("queue.running", Some(3.0)), ("kv_cache.usage", Some(0.527)), ("tokens.prompt_cached", Some(12_370_000.0))],
        ),
        sglang(
            "sglang/SYNTH_v0.5.16_tp1_saturated.prom",
            v(5, 16),
            &[
                ("queue.running", Some(228.0)),
                ("queue.waiting", Some(417.0)),
                ("kv_cache.usage", Some(0.98)),
                ("requests.finished", Some(1800.0)),
                ("requests.aborted", Some(37.0)),
                ("preemptions", Some(41.0)),
                ("queue_time.n", Some(900.0)),
                ("throughput.reported", Some(2380.5)),
            ],
        ),
        sglang(
            "sglang/SYNTH_v0.5.23_dp2_saturated.prom",
            v(5, 23),
            &[
                ("queue.running", Some(459.0)),
                ("queue.waiting", Some(784.0)),
                ("kv_cache.usage", Some(0.98)),
                ("throughput.reported", Some(4749.75)),
                ("ttft.n", Some(1620.0)),
                ("ttft.non_streaming", Some(180.0)),
                ("e2e.n", Some(1800.0)),
                ("preemptions", Some(82.0)),
                ("preemptions.retracted_tokens", Some(122_200.0)),
                ("prefix_cache.hits", Some(17_280.0)),
            ],
        ),
        sglang(
            "sglang/datadog_v0.5.10.post1_edited_fixture.prom",
            v(5, 10),
            &[("kv_cache.usage", Some(0.25)), ("prefix_cache.hits", Some(1.0)), ("itl.n", Some(31.0)), ("speculation.accept_length", None)],
        ),
        sglang(
            "sglang/docs_2024-11-07_gemma2-9b_v0.3.5dev.prom",
            v(3, 5),
            &[
                ("prefix_cache.reported_hit_rate", Some(0.1061)),
                ("queue_time.mean", Some(24_885.007_263_183_594 / 2104.0)),
                ("e2e.n", Some(2104.0)),
                ("itl.n", Some(422_425.0)),
            ],
        ),
        sglang(
            "sglang/docs_2025-03-03_llama8b_overloaded.prom",
            v(4, 3),
            &[
                ("queue.waiting", Some(2826.0)),
                ("queue.running", Some(162.0)),
                ("kv_cache.usage", Some(0.28)),
                ("ttft.mean", Some(2_351_897.947_411_775_6 / 11_008.0)),
                ("tokens.output", Some(7_557_572.0)),
                ("preemptions", None),
            ],
        ),
        sglang(
            "sglang/docs_2026-06-02_llama8b_spec_appended.prom",
            None,
            &[("queue.waiting", Some(2826.0)), ("e2e.mean", Some(3_116_093.850_019_932 / 11_228.0))],
        ),
        Dump {
            file: "sglang/gateway_aggregated_2workers_underscore.prom",
            backend: BackendId::Sglang,
            servers: 2,
            release: None,
            numbers: &[("queue.waiting", Some(2826.0)), ("ttft.n", Some(11_008.0))],
        },
        sglang("sglang/partial_aibrix-1614_dp8_deepseek-r1.prom", v(5, 4), &[("queue.waiting", Some(0.0)), ("queue.paused", Some(0.0))]),
        sglang("sglang/partial_sglang-13485_v0.5.1_qwen32b.prom", v(5, 1), &[("queue.running", Some(1.0)), ("ttft.n", None)]),
        sglang(
            "sglang/partial_smg-PR813_gateway_underscore_v0.5.9era.prom",
            v(5, 9),
            &[("tokens.prompt_computed", Some(55.0)), ("engine.decode_graph_passes", Some(311.0))],
        ),
        tgi(
            "tgi/datadog_integrations-core_payload_v3.prom",
            Some(Version(3, 3, 5)),
            &[
                ("requests.finished", Some(109.0)),
                ("requests.client_errors", Some(2.0)),
                ("requests.server_errors", Some(0.0)),
                ("e2e.sum", Some(541.214_031_615_999_9)),
                ("queue_time.sum", Some(295.275_961_956)),
                ("tokens.output", Some(3423.0)),
                ("engine.decode_calls", Some(1509.0)),
                ("engine.decode_call_time.mean", Some(90.326_303_666_000_02 / 1509.0)),
                ("ttft.n", None),
                ("kv_cache.usage", None),
            ],
        ),
        tgi(
            "tgi/SYNTH_tgi_v3_overloaded.prom",
            Some(Version(3, 1, 0)),
            &[
                ("queue.running", Some(40.0)),
                ("queue.waiting", Some(88.0)),
                ("requests.capacity_rejections", Some(4210.0)),
                ("requests.aborted", Some(19.0)),
                ("engine.concat_chunking", Some(871.0)),
            ],
        ),
        tgi("tgi/SYNTH_tgi_v3_chatapi_doublecount.prom", Some(Version(3, 1, 0)), &[("requests.received", Some(13_188.0))]),
        tgi(
            "tgi/SYNTH_tgi_v2.0_overloaded_nohelp.prom",
            Some(Version(2, 0, 0)),
            &[
                ("engine.concat_wait_exceeded", Some(657.0)),
                ("engine.concat_backpressure", Some(214.0)),
                ("tokens.output", Some(1_045_817.0)),
            ],
        ),
    ];
    dumps.push(Dump {
        file: "vllm/SYNTH-belonghim-multi-pod.prom",
        backend: BackendId::Vllm,
        servers: 2,
        release: None,
        numbers: &[("queue.running", Some(3.0)), ("kv_cache.usage", Some(0.45)), ("tokens.output", Some(5000.0))],
    });
    dumps.push(Dump {
        file: "vllm/kubeai-vllm-0.5.x-mock-2024-08.prom",
        backend: BackendId::Vllm,
        servers: 2,
        release: v(5, 4),
        numbers: &[("queue.running", Some(3.0)), ("queue.waiting", Some(2.0)), ("tokens.output", Some(2546.0)), ("ttft.n", Some(9.0))],
    });
    for (name, running, waiting, usage, preemptions) in [
        ("scenarios/A-kv-full-preempting.prom", 256.0, 9.0, 0.997, 5231.0),
        ("scenarios/B-slow-ttft-over-life-calm-now.prom", 4.0, 0.0, 0.4, 0.0),
        ("scenarios/C-slow-decode.prom", 30.0, 0.0, 0.4, 0.0),
        ("scenarios/D-idle-fresh.prom", 0.0, 0.0, 0.0, 0.0),
        ("scenarios/E-busy-and-healthy.prom", 256.0, 0.0, 0.7, 0.0),
        ("scenarios/G-old-preemptions-calm-now.prom", 3.0, 0.0, 0.1, 5231.0),
    ] {
        let numbers = vec![
            ("queue.running", Some(running)),
            ("queue.waiting", Some(waiting)),
            ("kv_cache.usage", Some(usage)),
            ("preemptions", Some(preemptions)),
        ];
        dumps.push(Dump { file: name, backend: BackendId::Vllm, servers: 1, release: None, numbers: numbers.leak() });
    }
    dumps
}

fn read(dump: &Dump) -> Vec<Snapshot> {
    let parsed = exposition::parse(&file(&format!("dumps/{}", dump.file)));
    assert_eq!(parsed.scrapes.len(), 1, "{}: one scrape", dump.file);
    let scrape = &parsed.scrapes[0];
    match backend::detect(scrape) {
        Detection::Supported { backend, why } => {
            assert_eq!(backend, dump.backend, "{}", dump.file);
            assert!(why.ends_with('.') && why.contains('`'), "{}: {why}", dump.file);
        }
        other => panic!("{}: {other:?}", dump.file),
    }
    backend::read(scrape, dump.backend)
}

#[needs::corpus]
#[test]
fn every_dump_reads_as_its_files_say() {
    for dump in dumps() {
        let snapshots = read(&dump);
        assert_eq!(snapshots.len(), dump.servers, "{}", dump.file);
        assert_numbers(dump.file, &snapshots[0], dump.numbers);
    }
}

#[needs::corpus]
#[test]
fn the_stated_release_lies_in_the_inferred_range() {
    for dump in dumps() {
        let snapshots = read(&dump);
        if let Some(release) = dump.release {
            let range = &snapshots[0].version;
            assert!(may_be(&snapshots[0], release), "{}: {release} is outside {range:?}", dump.file);
            assert!(range.from.is_some() || range.to.is_some(), "{}: nothing was inferred", dump.file);
            assert!(!range.why.is_empty(), "{}: no reason", dump.file);
        }
    }
}

#[needs::corpus]
#[test]
fn the_list_names_every_dump_of_the_corpus() {
    let folder = corpus();
    let unsupported = ["tgi/empty_before_first_request.prom", "tgi/partial_ibm-vllm-18_tgis_variant.prom"];
    let listed: Vec<&str> = dumps().iter().map(|dump| dump.file).chain(unsupported).collect();
    for server in ["vllm", "sglang", "tgi", "scenarios"] {
        for entry in std::fs::read_dir(folder.join("dumps").join(server)).expect("a folder of dumps") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            let path = format!("{server}/{name}");
            assert!(!name.ends_with(".prom") || listed.contains(&path.as_str()), "{path} has no facts");
        }
    }
}
