//! Facts of the recorded series: what moves, what stays, and what the recording's client knew.

use crate::support::corpus;
use crate::support::snapshots::{assert_close, assert_numbers, close, count, dump, file, gauge, observations, recorded};
use servescope::signal::{BackendId, Caveat, Counter, Distribution, Gauge, Snapshot};

/// All scrapes of a recording, in its order.
fn series(folder: &str) -> Vec<Snapshot> {
    let root = corpus();
    let mut names: Vec<String> = std::fs::read_dir(root.join("series").join(folder))
        .expect("a recording")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".prom"))
        .collect();
    names.sort();
    // A fresh TGI answers with an empty body.
    names.iter().map(|name| format!("series/{folder}/{name}")).filter(|path| !file(path).is_empty()).map(|path| dump(&path)).collect()
}

const RECORDINGS: &[(&str, BackendId, usize)] = &[
    ("vllm-0.32.0/b_light", BackendId::Vllm, 10),
    ("vllm-0.32.0/c_queue_max_num_seqs", BackendId::Vllm, 20),
    ("vllm-0.32.0/d_kv_exhaustion_preempt", BackendId::Vllm, 22),
    ("vllm-0.32.0/f_prefix_effective", BackendId::Vllm, 9),
    ("vllm-0.32.0/i_ramp", BackendId::Vllm, 24),
    ("vllm-0.8.5-v0/c_queue_max_num_seqs", BackendId::Vllm, 12),
    ("sglang-0.5.23/b_light", BackendId::Sglang, 8),
    ("sglang-0.5.23/c_queue_max_running", BackendId::Sglang, 8),
    ("sglang-0.5.23/f_cache_effective", BackendId::Sglang, 7),
    ("tgi-harness/healthy", BackendId::Tgi, 3),
    ("tgi-harness/queue", BackendId::Tgi, 3),
];

#[needs::corpus]
#[test]
fn counters_never_fall_and_the_server_stays_the_same() {
    for (folder, backend, least) in RECORDINGS {
        let snapshots = series(folder);
        assert!(snapshots.len() >= *least, "{folder}: {} scrapes", snapshots.len());
        for pair in snapshots.windows(2) {
            assert_eq!((pair[1].backend, &pair[1].key), (*backend, &pair[0].key), "{folder}");
            assert_eq!(pair[1].started_at.as_ref().map(|start| start.0), pair[0].started_at.as_ref().map(|start| start.0), "{folder}");
            for (key, before) in &pair[0].counters {
                let after = pair[1].counters.get(key).map(|value| value.value);
                assert!(after.is_some_and(|after| after >= before.value), "{folder}: {key:?} from {} to {after:?}", before.value);
            }
        }
    }
}

#[needs::corpus]
#[test]
fn the_last_scrape_of_each_vllm_recording() {
    type Facts = (&'static str, &'static [(&'static str, Option<f64>)]);
    let facts: &[Facts] = &[
        ("b_light/t083", &[("requests.finished", Some(57.0)), ("tokens.output", Some(2269.0)), ("queue.waiting", Some(0.0))]),
        ("c_queue_max_num_seqs/t093", &[("queue.running", Some(4.0)), ("queue.waiting", Some(46.0)), ("ttft.n", Some(362.0))]),
        (
            "d_kv_exhaustion_preempt/t103",
            &[("kv_cache.usage", Some(1.0)), ("preemptions", Some(160.0)), ("preemptions.per_request.sum", Some(123.0))],
        ),
        ("f_prefix_effective/t078", &[("prefix_cache.hits", Some(127_488.0)), ("prefix_cache.queries", Some(132_426.0))]),
        ("i_ramp/t113", &[("queue.running", Some(8.0)), ("queue.waiting", Some(12.0)), ("requests.finished", Some(482.0))]),
    ];
    for (file, numbers) in facts {
        let snapshot = dump(&format!("series/vllm-0.32.0/{file}.prom"));
        assert_numbers(file, &snapshot, numbers);
    }
}

#[test]
fn the_settings_of_the_kv_exhaustion_recording() {
    let snapshot = recorded("vllm-0.32.0/d_kv_exhaustion_preempt/t050.prom");
    let config = &snapshot.config;
    assert_close(config.kv_capacity_tokens.as_ref().map(|value| value.value), 5120.0);
    assert_close(config.num_gpu_blocks_override.as_ref().map(|value| value.value), 40.0);
    assert_close(config.kv_cache_memory_bytes.as_ref().map(|value| value.value), 1_073_741_824.0);
    // 5120 tokens and 5 sequences of full length.
    assert_close(config.max_model_len.as_ref().map(|value| value.value), 1024.0);
    assert_eq!(config.prefix_caching.as_ref().map(|value| value.value), Some(true));
    assert_eq!(config.mfu_metrics.as_ref().map(|value| value.value), Some(false));
}

#[test]
fn the_v0_recording_has_old_names_only() {
    let snapshot = recorded("vllm-0.8.5-v0/c_queue_max_num_seqs/t050.prom");
    assert_numbers(
        "v0",
        &snapshot,
        &[
            ("queue.running", Some(4.0)),
            ("queue.waiting", Some(65.0)),
            ("kv_cache.usage", Some(0.001_831_166_453_030_608_2)),
            ("itl.n", Some(10_197.0)),
            ("tpot.n", None),
            ("prefix_cache.queries", None),
            ("requests.finished_length", Some(174.0)),
            ("requests.finished_stop", Some(0.0)),
            ("requests.finished_error", None),
            ("lora.running", None),
        ],
    );
}

#[test]
fn the_sglang_recordings_as_their_client_saw_them() {
    let light = recorded("sglang-0.5.23/b_light/t068.prom");
    // 60 requests of the client and the server's own warm-up request, which does not stream.
    assert_numbers("b_light", &light, &[("ttft.n", Some(60.0)), ("ttft.non_streaming", Some(1.0)), ("requests.finished", Some(61.0))]);
    let queue = recorded("sglang-0.5.23/c_queue_max_running/t070.prom");
    assert_numbers(
        "c_queue_max_running",
        &queue,
        &[
            ("queue.running", Some(3.0)),
            ("queue.waiting", Some(237.0)),
            // Its client had 241 open: live, where the scheduler's gauges lag.
            ("http.open", Some(247.0)),
            ("tokens.output", Some(12_902.0)),
            ("tokens.output_live", Some(12_852.0)),
            ("engine.decode_eager_passes", Some(3234.0)),
            ("requests.server_errors", Some(0.0)),
            ("requests.capacity_rejections", Some(0.0)),
        ],
    );
    let cached = recorded("sglang-0.5.23/f_cache_effective/t058.prom");
    assert_numbers("f_cache_effective", &cached, &[("prefix_cache.hits", Some(82_944.0)), ("prefix_cache.queries", Some(86_775.0))]);
}

#[needs::corpus]
#[test]
fn the_tgi_recordings_as_their_manifest_says() {
    let manifest = [(30, 129.0, 14.0, 39.0), (50, 284.0, 13.0, 84.0), (70, 420.0, 13.0, 127.0)];
    for (second, queue, batch, done) in manifest {
        let snapshot = dump(&format!("series/tgi-harness/queue/t0{second}.prom"));
        assert_eq!(gauge(&snapshot, Gauge::Waiting), Some(queue), "t={second}");
        assert_eq!(gauge(&snapshot, Gauge::Running), Some(batch), "t={second}");
        assert_eq!(count(&snapshot, Counter::Finished), Some(done), "t={second}");
        // Received and still open is not counted twice.
        assert!(!snapshot.has_caveat(Caveat::RequestCountDoubled), "t={second}");
    }
}

#[needs::corpus]
#[test]
fn tgi_latency_is_validation_plus_queue_plus_inference() {
    for snapshot in series("tgi-harness/queue").iter().chain(&series("tgi-harness/healthy")) {
        let sum = |key: Distribution| snapshot.distributions.get(&key).and_then(|spread| spread.histogram.sum).unwrap_or(0.0);
        let parts = sum(Distribution::ValidationTime) + sum(Distribution::QueueTime) + sum(Distribution::InferenceTime);
        let whole = sum(Distribution::E2e);
        assert!((parts - whole).abs() <= 0.001 * whole.max(1e-9), "{parts} and {whole}");
    }
}

#[needs::corpus]
#[test]
fn a_first_token_is_seen_before_the_request_is_finished() {
    for snapshot in series("vllm-0.32.0/d_kv_exhaustion_preempt") {
        let (first, finished) = (observations(&snapshot, Distribution::Ttft), count(&snapshot, Counter::Finished));
        assert!(first >= finished, "{first:?} and {finished:?}");
        assert!(close(observations(&snapshot, Distribution::E2e).unwrap_or(0.0), finished.unwrap_or(0.0)));
    }
}

#[needs::corpus]
#[test]
fn the_kept_recordings_are_lines_of_the_whole_ones() {
    let mut compared = 0;
    for path in crate::reading_support::files(std::path::Path::new("tests/recordings"), ".prom") {
        let name = path.strip_prefix("tests/recordings").expect("below it").to_string_lossy().into_owned();
        let whole = String::from_utf8(file(&format!("series/{name}"))).expect("a text");
        let mut rest = whole.lines();
        for line in std::fs::read_to_string(&path).expect("a text").lines() {
            assert!(rest.any(|other| other == line), "{name}: {line} is not there, or in another order");
            compared += 1;
        }
    }
    assert!(compared > 5_000, "{compared} lines");
}
