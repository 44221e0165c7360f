#!/usr/bin/env bash
# histogram_quantile without a +Inf bucket: Prometheus says NaN, VictoriaMetrics gives a number that is too low.
#
# With:  promtool 2.42 and victoria-metrics 1.79.5 (both Debian 12).
# Guess: both say NaN, since how many observations lie above the last bound is not known.
# Seen:  VictoriaMetrics takes the last bucket that it has for the total. With 50 below 1 s, 80 below 2 s and 100 in all, the P50 is
#        1 s, and 0.8 s without +Inf; the P90 of 1.73 s lies in a bucket where the true one is not.
# So:    +Inf goes missing by relabelling, by a filter on le, and in cut pastes. A dashboard that is moved to VictoriaMetrics
#        then shows good latencies where it showed none.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
(cd "$t" && apt-get download -qq prometheus=2.42.0+ds-5+deb12u1 victoria-metrics=1.79.5+ds1-2+b5 2>/dev/null && for deb in *.deb; do dpkg -x "$deb" .; done)
cat > "$t/run.py" <<'PY'
import json, pathlib, re, socket, subprocess, sys, time, urllib.parse, urllib.request

t = pathlib.Path(sys.argv[1])
series = {"cut": {"1": 50, "2": 80}, "whole": {"1": 50, "2": 80, "+Inf": 100}}
queries = [f"histogram_quantile({q}, {name}_bucket)" for name in series for q in (0.5, 0.9)]

test = ["tests:", "- interval: 1m", "  input_series:"]
test += [f"  - {{series: '{name}_bucket{{le=\"{le}\"}}', values: '{n}'}}" for name in series for le, n in series[name].items()]
test += ["  promql_expr_test:"] + [f"  - {{expr: '{q}', eval_time: 0s, exp_samples: [{{value: -1}}]}}" for q in queries]
(t / "test.yml").write_text("\n".join(test))
out = subprocess.run([t / "usr/bin/promtool", "test", "rules", t / "test.yml"], capture_output=True, text=True)
prometheus = re.findall(r"got: \{\} (\S+)", out.stdout + out.stderr)

with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    address = "127.0.0.1:%d" % s.getsockname()[1]
server = subprocess.Popen([t / "usr/bin/victoria-metrics", f"-storageDataPath={t}/data", f"-httpListenAddr={address}"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://{address}/health"); break
        except OSError: time.sleep(0.5)
    at = int(time.time()) - 120
    text = "".join(f'{name}_bucket{{le="{le}"}} {n} {at}000\n' for name in series for le, n in series[name].items())
    urllib.request.urlopen(f"http://{address}/api/v1/import/prometheus", text.encode())
    for _ in range(60):
        time.sleep(0.5)
        answers = [json.load(urllib.request.urlopen(f"http://{address}/api/v1/query?" + urllib.parse.urlencode(
            {"query": q, "time": at + 30}))) for q in queries]
        if all(a["data"]["result"] for a in answers): break
    for query, p, v in zip(queries, prometheus, answers):
        print(query, "Prometheus", float(p), "VictoriaMetrics", round(float(v["data"]["result"][0]["value"][1]), 3))
finally:
    server.terminate()
    server.wait()
PY
python3 "$t/run.py" "$t" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: quantiles without +Inf"; exit 1; }
histogram_quantile(0.5, cut_bucket) Prometheus nan VictoriaMetrics 0.8
histogram_quantile(0.9, cut_bucket) Prometheus nan VictoriaMetrics 1.733
histogram_quantile(0.5, whole_bucket) Prometheus 1.0 VictoriaMetrics 1.0
histogram_quantile(0.9, whole_bucket) Prometheus 2.0 VictoriaMetrics 2.0
SEEN
cat "$t/seen"
