#!/usr/bin/env bash
# promtool check metrics: refuses what vLLM serves, and has nothing against a histogram that cannot be.
#
# With:  promtool 2.42 (Debian 12), text from prometheus-client 0.26.0 (Python).
# Guess: exit code 0 for valid text, another for buckets that fall, a missing +Inf, a count below the buckets, a negative counter.
# Seen:  exit code 3 for a gauge with a colon in its name, which Prometheus scrapes without complaint; 0 for the impossible
#        ones. It looks at names, help texts and types; of numbers it only asks that they are numbers.
# So:    as a gate in CI it fails every exporter with vllm: or sglang: names, and a broken histogram passes. A non-zero code says
#        nothing about whether a text can be read.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install -q --disable-pip-version-check prometheus-client==0.26.0
(cd "$t" && apt-get download -qq prometheus=2.42.0+ds-5+deb12u1 2>/dev/null && dpkg -x prometheus_*.deb .)
check() { # a name, the text on standard input
  local code=0
  "$t/usr/bin/promtool" check metrics > "$t/says" 2>&1 || code=$?
  echo "$1: exit $code" $(cat "$t/says")
}
{
  "$t/venv/bin/python" - <<'PY' | check "gauge of vLLM"
from prometheus_client import CollectorRegistry, Gauge, generate_latest
registry = CollectorRegistry()
Gauge("vllm:num_requests_running", "Requests running.", ["engine"], registry=registry).labels("0").set(8)
print(generate_latest(registry).decode(), end="")
PY
  check "impossible histogram" <<'TEXT'
# HELP ttft_seconds Time to first token.
# TYPE ttft_seconds histogram
ttft_seconds_bucket{le="0.1"} 90
ttft_seconds_bucket{le="1"} 40
ttft_seconds_sum 3
ttft_seconds_count 12
TEXT
  check "negative counter" <<'TEXT'
# HELP requests_total Requests.
# TYPE requests_total counter
requests_total -3
TEXT
} > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: what promtool refuses"; exit 1; }
gauge of vLLM: exit 3 vllm:num_requests_running metric names should not contain ':'
impossible histogram: exit 0
negative counter: exit 0
SEEN
cat "$t/seen"
