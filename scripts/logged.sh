#!/usr/bin/env bash
# logged.sh NAME COMMAND...: run tests, and keep what they print for scripts/skipped.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

log="$TARGET/test-logs/$1.txt"
shift
mkdir -p "${log%/*}"
"$@" 2>&1 | tee "$log"
