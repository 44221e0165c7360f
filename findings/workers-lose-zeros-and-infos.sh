#!/usr/bin/env bash
# prometheus_client: in multiprocess mode a gauge of zero and every Info and Enum disappear without a word.
#
# With:  prometheus-client 0.26.0, one registry, the mode that vLLM uses for most gauges ("mostrecent").
# Guess: the same metrics, merged over processes.
# Seen:  in one process a gauge that nobody has set reads 0.0; in multiprocess mode "mostrecent" keeps HELP and TYPE but no
#        sample until the first set(), while "livesum" reads 0.0. Info and Enum take their values and are nowhere in the
#        text, not even their TYPE. No _created either.
# So:    "no sample" of num_requests_waiting right after a start with several API servers is an idle server, not a broken
#        scrape; and what an exporter says by Info (version, configuration) is lost when it gets a second worker.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install -q --disable-pip-version-check prometheus-client==0.26.0
cat > "$t/export.py" <<'PY'
import os
from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Info, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

own = CollectorRegistry()
Gauge("waiting", "Requests waiting.", registry=own, multiprocess_mode="mostrecent")
Gauge("running", "Requests running.", registry=own, multiprocess_mode="livesum")
Counter("tokens", "Tokens.", registry=own)
Info("build", "Version.", registry=own).info({"version": "1.2"})
Enum("engine_state", "State.", registry=own, states=["starting", "ready"]).state("ready")
registry = own
if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
lines = [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("# HELP") and "_created" not in line]
print("\n".join(sorted(lines)))
PY
{ echo "one process"; "$t/venv/bin/python" "$t/export.py"
  mkdir "$t/shared"; echo; echo "multiprocess"; PROMETHEUS_MULTIPROC_DIR="$t/shared" "$t/venv/bin/python" "$t/export.py"; } > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: what multiprocess mode leaves out"; exit 1; }
one process
# TYPE build_info gauge
# TYPE engine_state gauge
# TYPE running gauge
# TYPE tokens_total counter
# TYPE waiting gauge
build_info{version="1.2"} 1.0
engine_state{engine_state="ready"} 1.0
engine_state{engine_state="starting"} 0.0
running 0.0
tokens_total 0.0
waiting 0.0

multiprocess
# TYPE running gauge
# TYPE tokens_total counter
# TYPE waiting gauge
running 0.0
tokens_total 0.0
SEEN
cat "$t/seen"
