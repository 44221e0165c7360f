#!/usr/bin/env bash
# Chromium: DecompressionStream gives the first member of a joined gzip file and then an error; Node's gives all of them.
#
# With:  Debian's Chromium (seen with 156) and node (seen with 20.20).
# Guess: a file made by "cat a.gz b.gz" is valid gzip, so the browser reads it like gunzip, or like the same class in node.
# Seen:  gunzip and node give both scrapes; Chromium hands out the bytes of the first and throws "Junk found after end of
#        compressed data." A reader that keeps what came before the error shows half a file as a whole one.
# So:    rotated and appended dumps (one gzip member for each scrape) are such files. Split the members before unpacking.
set -euo pipefail
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || { echo "needs chromium: apt-get install chromium"; exit 1; }
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
echo "running 8" | gzip -n > "$t/dumps.gz"
echo "running 3" | gzip -n >> "$t/dumps.gz"
cat > "$t/read.js" <<'JS'
async function read(bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  let text = "";
  try {
    for (let part; !(part = await reader.read()).done; ) text += new TextDecoder().decode(part.value);
    return JSON.stringify(text);
  } catch (error) {
    return JSON.stringify(text) + " then " + error;
  }
}
JS
packed=$(base64 -w0 < "$t/dumps.gz")
cat > "$t/page.html" <<HTML
<!doctype html><pre id="out">nothing yet</pre><script>$(cat "$t/read.js")
read(Uint8Array.from(atob("$packed"), c => c.charCodeAt(0))).then(text => { document.getElementById("out").textContent = text; });</script>
HTML
{
  printf 'gunzip: '; gunzip < "$t/dumps.gz" | paste -sd ,
  printf 'node: '; node -e "$(cat "$t/read.js") read(Buffer.from('$packed', 'base64')).then(text => console.log(text));"
  printf 'Chromium: '
  timeout 90 "$chromium" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync \
    --user-data-dir="$t/profile" --virtual-time-budget=5000 --dump-dom "file://$t/page.html" 2> /dev/null |
    sed -n 's/.*<pre id="out">\(.*\)<\/pre>.*/\1/p'
} > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: what is read of two gzip members"; "$chromium" --version; node --version; exit 1; }
gunzip: running 8,running 3
node: "running 8\nrunning 3\n"
Chromium: "running 8\n" then TypeError: Junk found after end of compressed data.
SEEN
cat "$t/seen"
