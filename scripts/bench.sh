#!/usr/bin/env bash
# bench.sh: build both cores, then measure them in one run.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

scripts/wasm-core.sh
scripts/step.sh "bench" cargo bench --locked --no-default-features --bench native --no-run
node benches/bench.mjs
