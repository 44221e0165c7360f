#!/usr/bin/env bash
# prometheus_client: the "live" modes of a gauge count workers that are dead, and a restart is no counter reset.
#
# With:  prometheus-client 0.26.0, multiprocess mode with a folder that outlives the workers (a mounted volume).
# Guess: livesum, livemax and liveall leave out processes that no longer run.
# Seen:  "live" never looks whether a process lives: a worker ended by SIGKILL with 8 requests running stays in livesum, livemax
#        and liveall until somebody calls mark_process_dead with its pid. Its counters stay in the sum, so a restart shows
#        neither as a fall nor in a start time (there is no process_start_time_seconds in this mode).
# So:    an idle server that reads 8 running requests forever, with counters at rest, looks exactly like a hung one.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install -q --disable-pip-version-check prometheus-client==0.26.0
cat > "$t/worker.py" <<'PY'
import os, signal, sys
from prometheus_client import Counter, Gauge

running, tokens, ends = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
for mode in ["livesum", "liveall", "livemax", "livemostrecent"]:
    gauge = Gauge(f"running_{mode}", "Requests running.", multiprocess_mode=mode)
    gauge.set(running)
Counter("tokens", "Tokens.").inc(tokens)
if ends == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
PY
cat > "$t/scrape.py" <<'PY'
import re
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

registry = CollectorRegistry()
MultiProcessCollector(registry)
lines = re.sub('pid="[0-9]+"', 'pid="..."', generate_latest(registry).decode()).splitlines()
print("\n".join(sorted(line for line in lines if line[0] != "#")))
PY
export PROMETHEUS_MULTIPROC_DIR="$t/shared"
mkdir "$t/shared"
{
  "$t/venv/bin/python" "$t/worker.py" 8 500 killed 2> /dev/null || echo "first worker: killed with 8 running"
  "$t/venv/bin/python" "$t/worker.py" 0 20 ends && echo "second worker: idle"
  "$t/venv/bin/python" "$t/scrape.py"
} > "$t/seen" 2> "$t/noise"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: what a killed worker leaves behind"; exit 1; }
first worker: killed with 8 running
second worker: idle
running_liveall{pid="..."} 0.0
running_liveall{pid="..."} 8.0
running_livemax 8.0
running_livemostrecent 0.0
running_livesum 8.0
tokens_total 520.0
SEEN
cat "$t/seen"
