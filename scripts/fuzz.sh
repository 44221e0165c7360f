#!/usr/bin/env bash
# Fuzzes the reader (`read`) and the whole analysis (`report`) with cargo-afl, on the stable toolchain, from cut, damaged and mixed dumps.
# SECONDS_EACH bounds each of the two. A crash is a panic, a run above 1 s, or memory above 20 times the input; it is kept in fuzz/out.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
each="${SECONDS_EACH:-600}"
command -v cargo-afl > /dev/null || cargo install cargo-afl --locked --version 0.18.2
export AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
cargo afl build --release --quiet
rm -rf out corpus
mkdir out
cargo run --release --quiet --bin corpus -- corpus ../assets/samples ../tests/recordings "${SERVESCOPE_CORPUS:-../../shared}/dumps"
status=0
for target in read report; do
  nice -n 19 cargo afl fuzz -i corpus -o "out/$target" -V "$each" -t 5000 -- "target/release/$target" > "out-$target.log" 2>&1 || status=1
  stats="out/$target/default/fuzzer_stats"
  number() { sed -n "s/^$1 *: *//p" "$stats"; }
  echo "$target: $(number execs_done) executions, $(number execs_per_sec) a second, $(number corpus_count) inputs, $(number saved_crashes) crashes, $(number saved_hangs) hangs"
  [[ "$(number saved_crashes)" == 0 && "$(number saved_hangs)" == 0 ]] || status=1
done
exit "$status"
