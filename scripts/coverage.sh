#!/usr/bin/env bash
# coverage.sh [TEST FILTER]: the line coverage of the core by its own tests, file by file. Needs rustup's component llvm-tools, which it adds.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

scripts/setup.sh rust
tools="$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin"
[ -x "$tools/llvm-cov" ] || rustup component add llvm-tools

# A target folder of its own: everything is compiled with counters in it.
mkdir -p "$TARGET/coverage"
out=$(cd "$TARGET/coverage" && pwd)
rm -rf "$out/raw"
mkdir -p "$out/raw"
export CARGO_TARGET_DIR="$out/build" RUSTFLAGS=-Cinstrument-coverage LLVM_PROFILE_FILE="$out/raw/%p-%m.profraw"
programs=$(cargo test --locked --no-default-features --lib --test it --no-run --message-format json |
  sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
rm -f "$out"/raw/* # what build scripts left
objects=()
for program in $programs; do
  scripts/step.sh "tests of ${program##*/}" "$program" --quiet "$@"
  objects+=(--object "$program")
done
"$tools/llvm-profdata" merge --sparse "$out"/raw/*.profraw -o "$out/all.profdata"
"$tools/llvm-cov" report --instr-profile "$out/all.profdata" "${objects[@]}" --show-region-summary=false --show-branch-summary=false \
  --sources src | sed "s#$PWD/##" | tee "$out/report.txt"
awk '/^TOTAL/ { for (i = 1; i <= NF; i++) if ($i ~ /%$/) last = $i; print "coverage: " last " of the lines of the core" }' "$out/report.txt"
