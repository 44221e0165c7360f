#!/usr/bin/env bash
# wasm-core.sh: compile the core for wasm32 without the page and bind it for node, into target/wasm-core/,
# and its native twin, target/release/examples/analyze.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

scripts/setup.sh rust bindgen npm
scripts/step.sh "core for wasm" cargo build --release --locked --target wasm32-unknown-unknown --no-default-features --features wasm-api --example wasm_core

# As trunk does it for the page, so that tests and benches see what ships.
compiled="$TARGET/wasm32-unknown-unknown/release/examples/wasm_core.wasm"
bound="$TARGET/wasm-core"
if [ ! "$bound/wasm_core_bg.wasm" -nt "$compiled" ]; then
  rm -rf "$bound"
  wasm-bindgen --target nodejs --no-typescript --out-dir "$bound" "$compiled"
  mv "$bound/wasm_core_bg.wasm" "$bound/unoptimised.wasm"
  scripts/step.sh "wasm-opt" wasm-opt -Oz --low-memory-unused --converge -o "$bound/wasm_core_bg.wasm" "$bound/unoptimised.wasm"
fi

scripts/step.sh "core for this machine" cargo build --release --locked --no-default-features --example analyze
