#!/usr/bin/env bash
# Prometheus: a series that stands twice in one scrape is stored with its first value, and nothing counts it as a problem.
#
# With:  Prometheus 2.42 (Debian 12), log level debug.
# Guess: the scrape fails, or the last value wins, and one of the scrape metrics tells.
# Seen:  up is 1, the first value is stored, scrape_samples_scraped and even scrape_samples_post_metric_relabeling count both,
#        no line in the log and no prometheus_target_scrapes_sample_* counter moves.
# So:    a sidecar that joins the texts of two engines without a label shows the first engine alone, and every check of the
#        pipeline is green. Compare the number of lines with count({instance="..."}).
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
(cd "$t" && apt-get download -qq prometheus=2.42.0+ds-5+deb12u1 2>/dev/null && dpkg -x prometheus_*.deb .)
cat > "$t/run.py" <<'PY'
import http.server, json, pathlib, socket, subprocess, sys, threading, time, urllib.parse, urllib.request

t = pathlib.Path(sys.argv[1])
TEXT = b"# TYPE running gauge\nrunning 8\nwaiting 5\nrunning 3\n"

class Target(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(TEXT)
    def log_message(self, *_): pass

target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
threading.Thread(target=target.serve_forever, daemon=True).start()
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    address = "127.0.0.1:%d" % s.getsockname()[1]
(t / "p.yml").write_text(f"""global: {{scrape_interval: 1s}}
scrape_configs:
- {{job_name: engine, static_configs: [{{targets: ['127.0.0.1:{target.server_port}']}}]}}
- {{job_name: self, static_configs: [{{targets: ['{address}']}}]}}""")
server = subprocess.Popen([t / "usr/bin/prometheus", f"--config.file={t}/p.yml", f"--storage.tsdb.path={t}/data",
                           f"--web.listen-address={address}", "--log.level=debug"], stderr=open(t / "log", "w"))

def ask(query):
    answer = urllib.request.urlopen(f"http://{address}/api/v1/query?" + urllib.parse.urlencode({"query": query}))
    return [series["value"][1] for series in json.load(answer)["data"]["result"]]

try:
    for _ in range(120):
        time.sleep(0.5)
        try:
            if ask('running{job="engine"}') and ask("prometheus_target_scrapes_sample_duplicate_timestamp_total"): break
        except OSError: pass
    for query in ["running", "waiting", 'up{job="engine"}', 'scrape_samples_scraped{job="engine"}',
                  'scrape_samples_post_metric_relabeling{job="engine"}', 'sum({__name__=~"prometheus_target_scrapes_sample_.*"})']:
        print(query, ask(query))
    log = (t / "log").read_text().lower()
    print("lines of the log with 'duplicate' or 'error':", sum("duplicate" in l or "level=error" in l or "level=warn" in l for l in log.splitlines()))
finally:
    server.terminate()
    server.wait()
PY
python3 "$t/run.py" "$t" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: a series twice in a scrape"; exit 1; }
running ['8']
waiting ['5']
up{job="engine"} ['1']
scrape_samples_scraped{job="engine"} ['3']
scrape_samples_post_metric_relabeling{job="engine"} ['3']
sum({__name__=~"prometheus_target_scrapes_sample_.*"}) ['0']
lines of the log with 'duplicate' or 'error': 0
SEEN
cat "$t/seen"
