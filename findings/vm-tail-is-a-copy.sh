#!/usr/bin/env bash
# VictoriaMetrics: the newest 30 s of query_range are one old value repeated under fresh timestamps.
#
# With:  victoria-metrics 1.79.5 (Debian 12), a counter with a sample each second, imported at once.
# Guess: the newest points are the newest samples, or they are missing until they are there.
# Seen:  every point younger than 30 s has the value of 30 s ago; an instant query gives that value too, stamped now. A raw
#        selector in the same second has the newest sample, so the data is there.
# So:    the rate over the tail falls to 0: on any dashboard the engine seems to hang *now*, at every look. End ranges
#        35 s ago, or read the tail by x[1m].
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
(cd "$t" && apt-get download -qq victoria-metrics=1.79.5+ds1-2+b5 2>/dev/null && dpkg -x victoria-metrics_*.deb .)
cat > "$t/run.py" <<'PY'
import json, pathlib, socket, subprocess, sys, time, urllib.parse, urllib.request

t = pathlib.Path(sys.argv[1])
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    address = "http://127.0.0.1:%d" % s.getsockname()[1]
server = subprocess.Popen([t / "usr/bin/victoria-metrics", f"-storageDataPath={t}/data", f"-httpListenAddr={address[7:]}"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

def ask(path, **query):
    return json.load(urllib.request.urlopen(f"{address}/api/v1/{path}?" + urllib.parse.urlencode(query)))["data"]["result"]

try:
    for _ in range(120):
        try:
            urllib.request.urlopen(address + "/health"); break
        except OSError: time.sleep(0.5)
    first = int(time.time()) - 120
    text = "".join(f"tokens_total {at - first} {at}000\n" for at in range(first, first + 121))  # its value is its own time
    urllib.request.urlopen(address + "/api/v1/import/prometheus", text.encode())
    while not ask("query", query="tokens_total[2m]"): time.sleep(0.2)
    now = time.time()
    points = [(now - at, now - first - float(value)) for at, value in
              ask("query_range", query="tokens_total", start=now - 90, end=now, step=5)[0]["values"]]
    young = [lag for age, lag in points if age < 29]
    old = [lag - age for age, lag in points if age > 32]
    print("points older than 32 s: all within 2 s of their time:", all(abs(x) < 2 for x in old), "of", len(old))
    print("points younger than 29 s:", len(young), "with", len({round(x) for x in young}), "value, about 30 s old:", all(28 < x < 36 for x in young))
    print("instant query about 30 s old:", 28 < now - first - float(ask("query", query="tokens_total")[0]["value"][1]) < 36)
    print("raw selector: newest sample", ask("query", query="tokens_total[1m]")[0]["values"][-1][1], "of 120")
finally:
    server.terminate()
    server.wait()
PY
python3 "$t/run.py" "$t" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: the newest points"; exit 1; }
points older than 32 s: all within 2 s of their time: True of 12
points younger than 29 s: 6 with 1 value, about 30 s old: True
instant query about 30 s old: True
raw selector: newest sample 120 of 120
SEEN
cat "$t/seen"
