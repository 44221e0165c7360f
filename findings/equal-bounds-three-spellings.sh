#!/usr/bin/env bash
# Histogram bounds: three client libraries write the same bound in three ways.
#
# With:  prometheus-client 0.26.0 (Python: vLLM, SGLang), prom-client 15.1.3 (Node: gateways), prometheus-client 0.26.0 (Rust:
#        vLLM's Rust front end).
# Guess: the text format says how a float is written, so le="..." of equal bounds is equal text.
# Seen:  each writes as its language does, and no two agree on all five bounds.
# So:    le is a label like any other for "sum by (le)", joins, recording rules and diffs: behind a gateway, or after a change
#        of the front end, one bound is two series. Key buckets by the number, never by the text.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install -q --disable-pip-version-check prometheus-client==0.26.0
npm install --prefix "$t/npm" --silent --no-audit --no-fund prom-client@15.1.3 > /dev/null
cat > "$t/bounds.py" <<'PY'
from prometheus_client import CollectorRegistry, Histogram, generate_latest
registry = CollectorRegistry()
Histogram("h", "H.", buckets=[1e-5, 1, 1000, 1e6, 2.5e6], registry=registry)
print(generate_latest(registry).decode())
PY
cat > "$t/npm/bounds.cjs" <<'JS'
const { Histogram, register } = require("prom-client");
new Histogram({ name: "h", help: "H.", buckets: [1e-5, 1, 1000, 1e6, 2.5e6] });
register.metrics().then(console.log);
JS
mkdir "$t/src"
cat > "$t/Cargo.toml" <<'TOML'
[package]
name = "bounds"
version = "0.0.0"
edition = "2021"
[dependencies]
prometheus-client = "=0.26.0"
TOML
cat > "$t/src/main.rs" <<'RUST'
use prometheus_client::{encoding::text::encode, metrics::histogram::Histogram, registry::Registry};

fn main() {
    let mut registry = Registry::default();
    registry.register("h", "H", Histogram::new([1e-5, 1.0, 1000.0, 1e6, 2.5e6]));
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    print!("{text}");
}
RUST
bounds() { grep -o 'le="[^"]*"' | paste -sd ' '; }
{
  printf 'Python '; "$t/venv/bin/python" "$t/bounds.py" | bounds
  printf 'Node   '; node "$t/npm/bounds.cjs" | bounds
  printf 'Rust   '; CARGO_TARGET_DIR="$t/target" nice cargo run --quiet --manifest-path "$t/Cargo.toml" | bounds
} > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: how bounds are spelled"; exit 1; }
Python le="1e-05" le="1.0" le="1000.0" le="1e+06" le="2.5e+06" le="+Inf"
Node   le="0.00001" le="1" le="1000" le="1000000" le="2500000" le="+Inf"
Rust   le="0.00001" le="1.0" le="1000.0" le="1000000.0" le="2500000.0" le="+Inf"
SEEN
cat "$t/seen"
