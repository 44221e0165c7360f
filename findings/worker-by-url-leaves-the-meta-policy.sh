#!/usr/bin/env bash
# Chromium: a worker loaded by URL is not bound by the page's Content-Security-Policy in a <meta>; a worker from a blob is.
#
# With:  Debian's Chromium (seen with 156), a page whose policy says connect-src 'self'.
# Guess: what the page may not fetch, its workers may not fetch either.
# Seen:  page and blob worker are refused another origin; the worker from /worker.js gets through, since it takes its policy from the
#        headers of its own script, and a static host such as GitHub Pages sends none.
# So:    a page that promises "your metrics go nowhere" by a meta policy keeps the promise on the main thread alone, unless its
#        workers start from a blob that imports the script.
set -euo pipefail
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || { echo "needs chromium: apt-get install chromium"; exit 1; }
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
cat > "$t/run.py" <<'PY'
import http.server, subprocess, sys, threading

POLICY = "default-src 'none'; script-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'"
PAGE = f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{POLICY}"><script src="/page.js"></script>'
ASK = "fetch('http://127.0.0.1:%d/elsewhere', {mode: 'no-cors'}).then(() => say('sent'), () => say('refused'));"
PAGE_JS = """
const answers = [];
const hear = who => what => {
  answers.push(who + ': ' + what);
  if (answers.length === 3) fetch('/answers', {method: 'POST', body: answers.sort().join('\\n')});
};
const source = WORKER;
for (const [who, url] of [['worker by URL', '/worker.js'], ['worker from a blob', URL.createObjectURL(new Blob([source]))]])
  new Worker(url).onmessage = e => hear(who)(e.data);
const say = hear('page');
"""
answered, arrived, servers = threading.Event(), [], []

class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ask = ASK % servers[1].server_port
        worker = "const say = text => postMessage(text);" + ask
        kind, body = {"/": ("html", PAGE), "/worker.js": ("javascript", worker),
                      "/page.js": ("javascript", PAGE_JS.replace("WORKER", "`" + worker + "`") + ask)}.get(self.path, ("plain", ""))
        if self.path == "/elsewhere": arrived.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/" + kind)
        self.end_headers()
        self.wfile.write(body.encode())
    def do_POST(self):
        print(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204)
        self.end_headers()
        answered.set()
    def log_message(self, *_): pass

for _ in range(2):
    servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site))
    threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
browser = subprocess.Popen([sys.argv[1], *flags, f"--user-data-dir={sys.argv[2]}/profile", f"http://127.0.0.1:{servers[0].server_port}/"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
answered.wait(90)
browser.terminate()
browser.wait()
print("requests that reached the other origin:", len(arrived))
PY
python3 "$t/run.py" "$chromium" "$t" > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: which worker is bound by the page's policy"; "$chromium" --version; exit 1; }
page: refused
worker by URL: sent
worker from a blob: refused
requests that reached the other origin: 1
SEEN
cat "$t/seen"
