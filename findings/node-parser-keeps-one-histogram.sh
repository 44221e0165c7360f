#!/usr/bin/env bash
# parse-prometheus-text-format: of a histogram with labels only the last label set is left, without labels, sum and count.
#
# With:  parse-prometheus-text-format 1.1.1 (npm), on text as two engines behind one vLLM server write it.
# Guess: one entry for each label set, as the package gives for gauges and counters of the same text.
# Seen:  a gauge gives two entries with their labels; the histogram gives one, whose buckets are those of the last engine, and
#        nothing says that the other is missing.
# So:    P99 on a dashboard made with it is that of one engine (or model, or adapter), and a sum over engines is too small.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
npm install --prefix "$t" --silent --no-audit --no-fund parse-prometheus-text-format@1.1.1 > /dev/null
cat > "$t/read.cjs" <<'JS'
const parse = require("parse-prometheus-text-format");
const read = parse.default ?? parse;
const engine = (n, fast, all) => `ttft_bucket{engine="${n}",le="0.1"} ${fast}
ttft_bucket{engine="${n}",le="+Inf"} ${all}
ttft_sum{engine="${n}"} ${all / 4}
ttft_count{engine="${n}"} ${all}
`;
const text = `# TYPE running gauge
running{engine="0"} 8
running{engine="1"} 3
# TYPE ttft histogram
${engine(0, 900, 1000)}${engine(1, 1, 40)}`;
for (const family of read(text)) console.log(family.name, JSON.stringify(family.metrics));
JS
node "$t/read.cjs" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: what is left of two histograms"; exit 1; }
running [{"value":"8","labels":{"engine":"0"}},{"value":"3","labels":{"engine":"1"}}]
ttft [{"buckets":{"0.1":"1","+Inf":"40"}}]
SEEN
cat "$t/seen"
