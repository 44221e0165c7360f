#!/usr/bin/env bash
# metrics-exporter-prometheus: the quantiles of a summary come from the last 64 observations at most.
#
# With:  metrics-exporter-prometheus 0.18.3 with metrics 0.24 (TGI has 0.15; 0.15.3 gave the same numbers).
# Guess: every value recorded in the last minute counts for the quantiles, as it does for _sum and _count.
# Seen:  values wait in blocks of 64 until the text is rendered, and only the block begun last reaches the
#        quantiles. Of 1, 2, ... 65 the *smallest* quantile is 65; of 1 ... 1000 it is 961. _sum and _count are right.
# So:    quantile="0" and "0.5" of tgi_request_skipped_tokens say nothing about the interval between two scrapes,
#        the busier the server the less. Use _sum / _count, or give the metric buckets.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
mkdir "$t/src"
cat > "$t/Cargo.toml" <<'TOML'
[package]
name = "summary"
version = "0.0.0"
edition = "2021"
[dependencies]
metrics = "=0.24.6"
metrics-exporter-prometheus = { version = "=0.18.3", default-features = false }
TOML
cat > "$t/src/main.rs" <<'RUST'
use metrics_exporter_prometheus::PrometheusBuilder;

fn main() {
    for last in [64, 65, 128, 1000] {
        let recorder = PrometheusBuilder::new().build_recorder();
        let text = recorder.handle();
        metrics::with_local_recorder(&recorder, || (1..=last).for_each(|v| metrics::histogram!("v").record(f64::from(v))));
        let text = text.render();
        let read = |line: &str| text.lines().find_map(|l| l.strip_prefix(line)).unwrap_or("?").trim().to_owned();
        println!(
            "1..{last}: count {}, sum {}, quantile 0 is {}, quantile 1 is {}",
            read("v_count"), read("v_sum"), read("v{quantile=\"0\"}"), read("v{quantile=\"1\"}"),
        );
    }
}
RUST
CARGO_TARGET_DIR="$t/target" nice cargo run --quiet --manifest-path "$t/Cargo.toml" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: which values a summary covers"; exit 1; }
1..64: count 64, sum 2080, quantile 0 is 1, quantile 1 is 64
1..65: count 65, sum 2145, quantile 0 is 65, quantile 1 is 65
1..128: count 128, sum 8256, quantile 0 is 65, quantile 1 is 128
1..1000: count 1000, sum 500500, quantile 0 is 961, quantile 1 is 1000
SEEN
cat "$t/seen"
