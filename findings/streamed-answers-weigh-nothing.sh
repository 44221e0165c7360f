#!/usr/bin/env bash
# prometheus-fastapi-instrumentator: a streamed answer has a size of 0 bytes, and one that breaks off is a 2xx.
#
# With:  prometheus-fastapi-instrumentator 8.1.0, fastapi 0.165.0, uvicorn 0.38.0, over real HTTP.
# Guess: http_response_size_bytes adds up what was sent; a handler that raises counts as 5xx.
# Seen:  the size is read from Content-Length, which a stream does not have: 1,000 bytes sent, 0 counted. A handler that
#        raises after its first chunk is 2xx, although the client sees the connection break. The duration is of the whole stream.
# So:    on an LLM server nearly all answers are streams. Bytes per answer read as near 0 there, and a share of 5xx
#        does not see answers that fail on the way.
set -euo pipefail
t=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install -q --disable-pip-version-check prometheus-fastapi-instrumentator==8.1.0 fastapi==0.165.0 \
  starlette==1.10.0 prometheus-client==0.26.0 uvicorn==0.38.0
cat > "$t/app.py" <<'PY'
import time
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from prometheus_fastapi_instrumentator import Instrumentator

app = FastAPI()
Instrumentator().instrument(app).expose(app)

def chunks(breaks):
    for i in range(10):
        if breaks and i == 1:
            raise RuntimeError("engine is gone")
        time.sleep(0.1)
        yield b"x" * 100

app.get("/whole")(lambda: Response(b"x" * 1000))
app.get("/stream")(lambda: StreamingResponse(chunks(False)))
app.get("/breaks")(lambda: StreamingResponse(chunks(True)))
PY
cat > "$t/client.py" <<'PY'
import http.client, re, sys, time, urllib.request
url = "http://127.0.0.1:" + sys.argv[1]
def get(path):
    try:
        return f"{len(urllib.request.urlopen(url + path).read())} bytes"
    except http.client.IncompleteRead as e:
        return f"breaks off after {len(e.partial)} bytes"
for _ in range(200):
    try:
        get("/metrics"); break
    except OSError:
        time.sleep(0.1)
for path in ["/whole", "/stream", "/breaks"]:
    print(path, "client:", get(path))
text = urllib.request.urlopen(url + "/metrics").read().decode()
value = lambda line: float(re.search("^" + re.escape(line) + " (.*)$", text, re.M)[1])
for path in ["/whole", "/stream", "/breaks"]:
    print(path, "metrics:", value(f'http_requests_total{{handler="{path}",method="GET",status="2xx"}}'), "of 2xx,",
          value(f'http_response_size_bytes_sum{{handler="{path}"}}'), "bytes,",
          "over 0.9 s" if value(f'http_request_duration_seconds_sum{{handler="{path}",method="GET"}}') > 0.9 else "short")
PY
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$t/venv/bin/uvicorn" --app-dir "$t" --port "$port" --log-level critical app:app & server=$!
"$t/venv/bin/python" "$t/client.py" "$port" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: what is counted of a stream"; exit 1; }
/whole client: 1000 bytes
/stream client: 1000 bytes
/breaks client: breaks off after 100 bytes
/whole metrics: 1.0 of 2xx, 1000.0 bytes, short
/stream metrics: 1.0 of 2xx, 0.0 bytes, over 0.9 s
/breaks metrics: 1.0 of 2xx, 0.0 bytes, short
SEEN
cat "$t/seen"
