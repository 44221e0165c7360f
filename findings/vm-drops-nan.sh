#!/usr/bin/env bash
# VictoriaMetrics: a gauge that is NaN is not stored at all; Prometheus stores it like any number.
#
# With:  victoria-metrics 1.79.5 and Prometheus 2.42 (both Debian 12), scraping the same text.
# Guess: NaN is a value of the text format, so both answer "NaN".
# Seen:  Prometheus answers "NaN"; for VictoriaMetrics the series does not exist, though the scrape counted it. Where
#        VictoriaMetrics does show NaN, in raw samples, it means the opposite: the series ended there.
# So:    gauges of SGLang are NaN while it is idle (fwd_occupancy). absent() alerts fire there on VictoriaMetrics and not on
#        Prometheus, and code that reads "NaN = idle" or "NaN = gone" is right for one of the two.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
(cd "$t" && apt-get download -qq prometheus=2.42.0+ds-5+deb12u1 victoria-metrics=1.79.5+ds1-2+b5 2>/dev/null && for deb in *.deb; do dpkg -x "$deb" .; done)
cat > "$t/run.py" <<'PY'
import http.server, json, pathlib, socket, subprocess, sys, threading, time, urllib.parse, urllib.request

t = pathlib.Path(sys.argv[1])
text = [b"# TYPE occupancy gauge\noccupancy NaN\n# TYPE running gauge\nrunning 0\n"]

class Target(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text[0])
    def log_message(self, *_): pass

def free():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % s.getsockname()[1]

def ask(address, query):
    answer = urllib.request.urlopen(f"http://{address}/api/v1/query?" + urllib.parse.urlencode({"query": query}))
    return json.load(answer)["data"]["result"]

target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
threading.Thread(target=target.serve_forever, daemon=True).start()
(t / "p.yml").write_text(f"global: {{scrape_interval: 1s}}\nscrape_configs:\n- {{job_name: engine, static_configs: [{{targets: ['127.0.0.1:{target.server_port}']}}]}}")
p, v = free(), free()
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
servers = [subprocess.Popen([t / "usr/bin/prometheus", f"--config.file={t}/p.yml", f"--storage.tsdb.path={t}/p", f"--web.listen-address={p}"], **quiet),
           subprocess.Popen([t / "usr/bin/victoria-metrics", f"-promscrape.config={t}/p.yml", f"-storageDataPath={t}/v", f"-httpListenAddr={v}",
                             "-search.latencyOffset=1ms"], **quiet)]
try:
    for _ in range(120):
        time.sleep(0.5)
        try:
            if ask(p, "running") and ask(v, "running"): break
        except OSError: pass
    time.sleep(5)
    for name, address in ("Prometheus", p), ("VictoriaMetrics", v):
        print(name, {q: [s["value"][1] for s in ask(address, q)] for q in ["scrape_samples_scraped", "running", "occupancy", "absent(occupancy)"]})
    text[0] = b"# TYPE occupancy gauge\noccupancy NaN\n"
    time.sleep(5)
    for name, address in ("Prometheus", p), ("VictoriaMetrics", v):
        print(name, "raw samples of running, after it left the text, have NaN:", any(n == "NaN" for s in ask(address, "running[1m]") for _, n in s["values"]))
finally:
    for server in servers: server.terminate(); server.wait()
PY
python3 "$t/run.py" "$t" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: what becomes of NaN"; exit 1; }
Prometheus {'scrape_samples_scraped': ['2'], 'running': ['0'], 'occupancy': ['NaN'], 'absent(occupancy)': []}
VictoriaMetrics {'scrape_samples_scraped': ['2'], 'running': ['0'], 'occupancy': [], 'absent(occupancy)': ['1']}
Prometheus raw samples of running, after it left the text, have NaN: False
VictoriaMetrics raw samples of running, after it left the text, have NaN: True
SEEN
cat "$t/seen"
