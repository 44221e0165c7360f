#!/usr/bin/env bash
# prometheus-parse: every metric with a colon in its name is dropped, and the result is Ok.
#
# With:  prometheus-parse 0.2.5 (Rust).
# Guess: a name of the text format's grammar is read, or the text is refused with an error.
# Seen:  no vllm: line is in the samples and no error is given; nor is a line with a "}" inside a label value. A text of vLLM
#        alone gives Ok with no sample at all.
# So:    "parsed, nothing found" is not "server without metrics". Whoever takes this crate for vLLM or SGLang has to count lines.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
mkdir "$t/src"
cat > "$t/Cargo.toml" <<'TOML'
[package]
name = "read"
version = "0.0.0"
edition = "2021"
[dependencies]
prometheus-parse = "=0.2.5"
TOML
cat > "$t/src/main.rs" <<'RUST'
const TEXT: &str = r#"# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0"} 8
http_requests_total{handler="/v1/{model}",status="2xx"} 84
http_requests_total{handler="/v1/models",status="2xx"} 5
"#;

fn main() {
    let lines = || TEXT.lines().map(|line| Ok(line.to_owned()));
    for (what, take) in [("the two vllm: lines", 2), ("all four lines", 4)] {
        match prometheus_parse::Scrape::parse(lines().take(take)) {
            Ok(scrape) => {
                println!("{what}: Ok, {} samples", scrape.samples.len());
                scrape.samples.iter().for_each(|s| println!("  {} {:?} {:?}", s.metric, s.labels.get("handler"), s.value));
            }
            Err(e) => println!("{what}: {e}"),
        }
    }
}
RUST
CARGO_TARGET_DIR="$t/target" nice cargo run --quiet --manifest-path "$t/Cargo.toml" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: which lines are read"; exit 1; }
the two vllm: lines: Ok, 0 samples
all four lines: Ok, 1 samples
  http_requests_total Some("/v1/models") Untyped(5.0)
SEEN
cat "$t/seen"
