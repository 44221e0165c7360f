#!/usr/bin/env bash
# PromQL: one latency of -1 ms (two clocks) makes the mean of the window 5,000 times too high.
#
# With:  prometheus-client 0.26.0 as server, promtool 2.42 (Debian 12) as query engine.
# Guess: rate(_sum) / rate(_count) is off by a millisecond's worth.
# Seen:  _sum falls by 0.001, rate() takes any fall for a restart and adds the whole sum since start again: with 1,000 s in
#        _sum and a few more requests of 50 ms the mean is 200 s instead of 0.04 s. No reset is seen in _count.
# So:    engines that subtract times of two processes do observe small negative values. A spike of the mean without one of
#        the quantiles is this. Take restarts from _count or the start time, never from _sum.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install -q --disable-pip-version-check prometheus-client==0.26.0
(cd "$t" && apt-get download -qq prometheus=2.42.0+ds-5+deb12u1 2>/dev/null && dpkg -x prometheus_*.deb .)
cat > "$t/serve.py" <<'PY'
import re
from prometheus_client import CollectorRegistry, Histogram, generate_latest

registry = CollectorRegistry()
queue = Histogram("queue_seconds", "Time in queue.", buckets=[0.1, 1], registry=registry)
sums, counts = [], []
for observed in [[0.5] * 2000, [0.05], [0.05], [0.05], [-0.001], [0.05], [0.05]]:
    for seconds in observed:
        queue.observe(seconds)
    text = generate_latest(registry).decode()
    sums.append(re.search("_sum (.*)", text)[1])
    counts.append(re.search("_count (.*)", text)[1])
print(f"""evaluation_interval: 15s
tests:
- interval: 15s
  input_series:
  - {{series: queue_seconds_sum, values: '{" ".join(sums)}'}}
  - {{series: queue_seconds_count, values: '{" ".join(counts)}'}}
  promql_expr_test:
  - {{expr: 'round(rate(queue_seconds_sum[75s]) / rate(queue_seconds_count[75s]), 0.01)', eval_time: 90s, exp_samples: [{{value: 0.04}}]}}
  - {{expr: 'resets(queue_seconds_sum[75s])', eval_time: 90s, exp_samples: [{{value: 0}}]}}
  - {{expr: 'resets(queue_seconds_count[75s])', eval_time: 90s, exp_samples: [{{value: 0}}]}}""")
PY
"$t/venv/bin/python" "$t/serve.py" > "$t/test.yml"
"$t/usr/bin/promtool" test rules "$t/test.yml" > "$t/out" 2>&1 || true
grep -E '^ +(expr|exp|got):' "$t/out" | sed 's/^ *//' > "$t/seen" || true
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: what a falling _sum does to the mean"; exit 1; }
expr: "round(rate(queue_seconds_sum[75s]) / rate(queue_seconds_count[75s]), 0.01)", time: 1m30s,
exp: {} 4E-02
got: {} 2.0007E+02
expr: "resets(queue_seconds_sum[75s])", time: 1m30s,
exp: {} 0E+00
got: {} 1E+00
SEEN
cat "$t/seen"
