#!/usr/bin/env bash
# prometheus-fastapi-instrumentator: an excluded handler is a pattern that may match anywhere in the path.
#
# With:  prometheus-fastapi-instrumentator 8.1.0, fastapi 0.165.0, prometheus-client 0.26.0, and the list that vLLM excludes.
# Guess: "/load" excludes the path /load.
# Seen:  it also excludes /v1/load_lora_adapter and every 404 below /v1/load...; /v1/unload_lora_adapter is counted.
# So:    loading an adapter is in no http_requests_total or http_request_duration_seconds of vLLM, neither its errors
#        nor the seconds it takes. Unloads without loads are no sign of a leak. Anchor own patterns: "^/load$".
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install -q --disable-pip-version-check prometheus-fastapi-instrumentator==8.1.0 fastapi==0.165.0 \
  starlette==1.10.0 prometheus-client==0.26.0 httpx==0.28.1
cat > "$t/server.py" <<'PY'
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_fastapi_instrumentator import Instrumentator

app = FastAPI()
quiet = ["/metrics", "/health", "/load", "/ping", "/version", "/server_info"]
Instrumentator(excluded_handlers=quiet).instrument(app).expose(app)
for path in ["/load", "/v1/load_lora_adapter", "/v1/unload_lora_adapter", "/v1/completions"]:
    app.post(path)(lambda: {})
client = TestClient(app)
for path in ["/load", "/v1/load_lora_adapter", "/v1/unload_lora_adapter", "/v1/completions", "/v1/load_balance"]:
    print(path, client.post(path).status_code)
for line in client.get("/metrics").text.splitlines():
    if line.startswith("http_requests_total"):
        print(line)
PY
"$t/venv/bin/python" -W ignore "$t/server.py" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: which requests are counted"; exit 1; }
/load 200
/v1/load_lora_adapter 200
/v1/unload_lora_adapter 200
/v1/completions 200
/v1/load_balance 404
http_requests_total{handler="/v1/unload_lora_adapter",method="POST",status="2xx"} 1.0
http_requests_total{handler="/v1/completions",method="POST",status="2xx"} 1.0
SEEN
cat "$t/seen"
