#!/usr/bin/env bash
# prometheus_client: /metrics?name[]=... wants names of samples, and filters everything away once there are several workers.
#
# With:  prometheus-client 0.26.0, its WSGI app (the ASGI app of vLLM filters by the same code).
# Guess: name[]=ttft_seconds gives that family, however many processes serve it.
# Seen:  the name of a histogram's family gives an empty body with status 200; ttft_seconds_bucket gives its buckets without
#        sum and count; a counter needs its _total. In multiprocess mode every filter gives an empty body.
# So:    a small scrape that works on one server reads as "server without metrics" on the same server with
#        --api-server-count 2. An empty 200 is to be asked again without the filter.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install -q --disable-pip-version-check prometheus-client==0.26.0
cat > "$t/ask.py" <<'PY'
import os
from prometheus_client import CollectorRegistry, Counter, Histogram, make_wsgi_app
from prometheus_client.multiprocess import MultiProcessCollector

own = CollectorRegistry()
Counter("requests", "Requests.", registry=own).inc()
Histogram("ttft_seconds", "Time to first token.", buckets=[1], registry=own).observe(0.5)
registry = own
if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)

def get(query):
    status = []
    body = make_wsgi_app(registry)({"PATH_INFO": "/metrics", "REQUEST_METHOD": "GET", "QUERY_STRING": query}, lambda s, h: status.append(s))
    names = [line.split()[0] for line in b"".join(body).decode().splitlines() if line[0] != "#"]
    return status[0], sorted(n for n in names if "_created" not in n)

for query in ["", "name[]=ttft_seconds", "name[]=ttft_seconds_bucket", "name[]=requests", "name[]=requests_total"]:
    print(f"{query or 'all':26}", *get(query))
PY
{ echo "one process"; "$t/venv/bin/python" "$t/ask.py"
  mkdir "$t/shared"; echo "multiprocess"; PROMETHEUS_MULTIPROC_DIR="$t/shared" "$t/venv/bin/python" "$t/ask.py"; } > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: what name[] selects"; exit 1; }
one process
all                        200 OK ['requests_total', 'ttft_seconds_bucket{le="+Inf"}', 'ttft_seconds_bucket{le="1.0"}', 'ttft_seconds_count', 'ttft_seconds_sum']
name[]=ttft_seconds        200 OK []
name[]=ttft_seconds_bucket 200 OK ['ttft_seconds_bucket{le="+Inf"}', 'ttft_seconds_bucket{le="1.0"}']
name[]=requests            200 OK []
name[]=requests_total      200 OK ['requests_total']
multiprocess
all                        200 OK ['requests_total', 'ttft_seconds_bucket{le="+Inf"}', 'ttft_seconds_bucket{le="1.0"}', 'ttft_seconds_count', 'ttft_seconds_sum']
name[]=ttft_seconds        200 OK []
name[]=ttft_seconds_bucket 200 OK []
name[]=requests            200 OK []
name[]=requests_total      200 OK []
SEEN
cat "$t/seen"
