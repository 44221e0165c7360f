#!/usr/bin/env bash
# skipped.sh: how many tests of the last run were skipped, and why. What is not here has been tested.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

# cargo: "test NAME ... ignored, REASON"; node: "ok 3 - NAME # SKIP REASON", or "﹣ NAME (1 ms) # REASON".
reasons() {
  sed -n -e 's/^test .* \.\.\. ignored\(, \)\{0,1\}//p' -e 's/^ *ok .* # SKIP *//p' -e 's/^ *﹣ .* # \(SKIP\)\{0,1\} *//p' "$TARGET"/test-logs/*.txt | sort
}

count=$(reasons | wc -l)
echo "-- skipped tests: $count"
reasons | uniq -c | sed 's/^ *\([0-9]*\) \(.*\)/   \1: \2/; s/: $/: no reason given/'
