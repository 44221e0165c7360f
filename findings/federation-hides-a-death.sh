#!/usr/bin/env bash
# Prometheus: a server that died shows its last gauges for five more minutes to whoever reads through federation.
#
# With:  two Prometheus 2.42 (Debian 12), the second reading the first by /federate.
# Guess: the series ends above as it ends below; that is what staleness markers are for.
# Seen:  the first Prometheus drops the series at the first failed scrape. Federation hands on samples with their old times and no
#        marker, so above the gauge stays at 8 while the time of its last sample stands still.
# So:    through a global Prometheus a crashed LLM server reads "8 running, counters at rest" for 5 minutes: a hang, not a death.
#        Look at up of the inner target (federate it!) or at time() - timestamp(x).
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
(cd "$t" && apt-get download -qq prometheus=2.42.0+ds-5+deb12u1 2>/dev/null && dpkg -x prometheus_*.deb .)
cat > "$t/run.py" <<'PY'
import http.server, json, pathlib, socket, subprocess, sys, threading, time, urllib.parse, urllib.request

t = pathlib.Path(sys.argv[1])

class Target(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"# TYPE running gauge\nrunning 8\n")
    def log_message(self, *_): pass

def free():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % s.getsockname()[1]

def prometheus(name, address, job):
    (t / f"{name}.yml").write_text("global: {scrape_interval: 1s}\nscrape_configs:\n- " + job)
    return subprocess.Popen([t / "usr/bin/prometheus", f"--config.file={t}/{name}.yml", f"--storage.tsdb.path={t}/{name}",
                             f"--web.listen-address={address}"], stderr=subprocess.DEVNULL)

def ask(address, query):
    answer = urllib.request.urlopen(f"http://{address}/api/v1/query?" + urllib.parse.urlencode({"query": query}))
    return [series["value"][1] for series in json.load(answer)["data"]["result"]]

def until(true):
    for _ in range(120):
        time.sleep(0.5)
        try:
            if true(): return
        except OSError: pass
    sys.exit("waited a minute in vain")

target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
threading.Thread(target=target.serve_forever, daemon=True).start()
below, above = free(), free()
match = "params: {'match[]': ['{job=\"engine\"}']}"
servers = [prometheus("below", below, f"{{job_name: engine, static_configs: [{{targets: ['127.0.0.1:{target.server_port}']}}]}}"),
           prometheus("above", above, f"{{job_name: all, metrics_path: /federate, honor_labels: true, {match}, static_configs: [{{targets: ['{below}']}}]}}")]
try:
    until(lambda: ask(below, "running") and ask(above, "running"))
    print("alive: below", ask(below, "running"), "above", ask(above, "running"))
    target.shutdown()
    target.server_close()
    until(lambda: ask(below, "running") == [] and ask(above, 'up{job="engine"}') == ["0"])
    time.sleep(10)
    print("dead for 10 s: below", ask(below, "running"), "above", ask(above, "running"), "up above", ask(above, 'up{job="engine"}'))
    print("its last sample above is older than 9 s:", float(ask(above, "time() - timestamp(running)")[0]) > 9)
finally:
    for server in servers: server.terminate(); server.wait()
PY
python3 "$t/run.py" "$t" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: a dead target behind federation"; exit 1; }
alive: below ['8'] above ['8']
dead for 10 s: below [] above ['8'] up above ['0']
its last sample above is older than 9 s: True
SEEN
cat "$t/seen"
