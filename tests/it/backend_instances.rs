//! Which series belong to which server.

use crate::support::snapshots::{count, gauge, one, read};
use servescope::signal::{Counter, Gauge};

#[test]
fn scraper_labels_tell_servers_apart() {
    for label in ["instance", "pod", "namespace", "ReplicaId", "worker_addr", "server", "exported_instance"] {
        let text = format!(
            "vllm:num_requests_running{{model_name=\"m\",{label}=\"a\"}} 1\nvllm:num_requests_running{{model_name=\"m\",{label}=\"b\"}} 2\n"
        );
        let servers = read(&text);
        assert_eq!(servers.len(), 2, "{label}");
        assert_eq!(servers[0].key.labels, [(label.to_owned(), "b".to_owned())]);
    }
}

#[test]
fn own_labels_never_do() {
    let snapshot = one("\
vllm:request_success_total{model_name=\"m\",finished_reason=\"stop\",engine=\"0\"} 1
vllm:request_success_total{model_name=\"m\",finished_reason=\"length\",engine=\"1\"} 2
");
    assert_eq!(count(&snapshot, Counter::Finished), Some(3.0));
}

#[test]
fn an_unknown_label_does_when_every_series_has_it_and_it_differs() {
    let servers =
        read("vllm:num_requests_running{model_name=\"m\",shard=\"a\"} 1\nvllm:num_requests_waiting{model_name=\"m\",shard=\"b\"} 2\n");
    assert_eq!(servers.len(), 2);
    let partly = one(
        "vllm:num_requests_running{model_name=\"m\",shard=\"a\"} 1\nvllm:num_requests_running{model_name=\"m\",shard=\"b\"} 1\nvllm:num_requests_waiting{model_name=\"m\"} 2\n",
    );
    assert_eq!(gauge(&partly, Gauge::Running), Some(2.0));
}

#[test]
fn a_series_with_fewer_labels_belongs_to_the_only_server_that_fits() {
    let snapshot = one("\
vllm:num_requests_running{model_name=\"m\",pod=\"a\"} 1
vllm:cache_config_info{block_size=\"16\",num_gpu_blocks=\"10\"} 1
http_requests_total{handler=\"/v1/completions\",method=\"POST\",status=\"2xx\"} 7
");
    assert_eq!(count(&snapshot, Counter::Http2xx), Some(7.0));
    assert_eq!(snapshot.config.kv_capacity_tokens.as_ref().unwrap().value, 160.0);
}

#[test]
fn a_series_that_fits_several_servers_belongs_to_none() {
    let servers = read(
        "\
vllm:num_requests_running{model_name=\"m\",pod=\"a\"} 1
vllm:num_requests_running{model_name=\"m\",pod=\"b\"} 1
http_requests_total{handler=\"/v1/completions\",method=\"POST\",status=\"2xx\"} 7
",
    );
    assert!(servers.iter().all(|server| count(server, Counter::Http2xx).is_none()));
}

#[test]
fn sample_timestamps_give_the_time_of_the_scrape() {
    let snapshot =
        one("vllm:num_requests_running{model_name=\"m\"} 1 1700000000500\nvllm:num_requests_waiting{model_name=\"m\"} 1 1700000000000\n");
    assert_eq!(snapshot.at, Some(1_700_000_000.5));
    assert_eq!(one("vllm:num_requests_running{model_name=\"m\"} 1\n").at, None);
}

#[test]
fn uptime_follows_from_start_and_scrape() {
    let snapshot =
        one("vllm:num_requests_running{model_name=\"m\"} 1 1700000060000\nprocess_start_time_seconds 1700000000 1700000060000\n");
    assert_eq!(snapshot.uptime_seconds(), Some(60.0));
}

#[test]
fn the_order_of_servers_does_not_depend_on_the_order_of_lines() {
    let lines = [
        "vllm:generation_tokens_total{model_name=\"m\",pod=\"a\"} 5",
        "vllm:generation_tokens_total{model_name=\"m\",pod=\"b\"} 5",
        "vllm:generation_tokens_total{model_name=\"m\",pod=\"c\"} 9",
    ];
    let names = |order: &[usize]| -> Vec<String> {
        let text: String = order.iter().map(|index| format!("{}\n", lines[*index])).collect();
        read(&text).iter().map(|server| server.key.labels[0].1.clone()).collect()
    };
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        assert_eq!(names(&order), ["c", "a", "b"]);
    }
}
