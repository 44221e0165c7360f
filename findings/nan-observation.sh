#!/usr/bin/env bash
# prometheus_client: one observation of NaN makes _sum NaN for good, is in no bucket, and _count does not move.
#
# With:  prometheus-client 0.26.0 (Python; what vLLM and SGLang use).
# Guess: observe(NaN) raises, or is counted in +Inf and _count.
# Seen:  no error; _count and the buckets leave it out, _sum is NaN from then on whatever follows. The text stays valid
#        for the package's own text reader, but its OpenMetrics reader refuses the whole text because of this one line.
# So:    a NaN mean with sane quantiles is not a division by zero but one bad observation, up to weeks ago; only a
#        restart mends it. One 0/0 in an exporter also costs the scrape of every strict reader.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install -q --disable-pip-version-check prometheus-client==0.26.0
cat > "$t/observe.py" <<'PY'
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.openmetrics import exposition, parser
from prometheus_client.parser import text_string_to_metric_families

registry = CollectorRegistry()
itl = Histogram("itl_seconds", "Gap between tokens.", buckets=[0.05, 0.1], registry=registry)
for gap in [0.03, float("nan"), 0.03, 0.03]:
    itl.observe(gap)
text = generate_latest(registry).decode()
print("\n".join(line for line in text.splitlines() if line[0] != "#" and "_created" not in line))
print("text reader:", sum(len(f.samples) for f in text_string_to_metric_families(text)), "samples")
try:
    print("OpenMetrics reader:", list(parser.text_string_to_metric_families(exposition.generate_latest(registry).decode())))
except ValueError as e:
    print("OpenMetrics reader:", e)
PY
"$t/venv/bin/python" "$t/observe.py" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: what one NaN does to a histogram"; exit 1; }
itl_seconds_bucket{le="0.05"} 3.0
itl_seconds_bucket{le="0.1"} 3.0
itl_seconds_bucket{le="+Inf"} 3.0
itl_seconds_count 3.0
itl_seconds_sum NaN
text reader: 6 samples
OpenMetrics reader: Counter-like samples cannot be NaN: itl_seconds_sum NaN
SEEN
cat "$t/seen"
