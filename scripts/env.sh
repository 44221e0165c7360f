# Sourced by the scripts: the pinned versions, where the tools are, and how to find one.
# Raise a version here and nowhere else; wasm-bindgen must equal the version in Cargo.toml.
WASM_BINDGEN_VERSION=0.2.130
TRUNK_VERSION=0.21.14 # 0.22 wants a newer rustc than stable 1.95
PROMETHEUS_CLIENT_VERSION=0.26.0

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/servescope
TARGET=${CARGO_TARGET_DIR:-target}

# The version of a tool, or nothing when it is not there: "trunk 0.21.14" -> "0.21.14".
tool_version() {
  { "$1" --version 2>/dev/null || true; } | sed -n '1s/^[^0-9]*\([0-9][0-9.]*\).*/\1/p'
}

chromium_path() {
  if [ -n "${CHROMIUM:-}" ]; then
    command -v "$CHROMIUM"
    return
  fi
  command -v /usr/bin/chromium || command -v chromium || command -v google-chrome || command -v google-chrome-stable || command -v chromium-browser
}

# What is on PATH already wins when it has the right version; the cache comes first when it does not.
[ "$(tool_version wasm-bindgen)" = "$WASM_BINDGEN_VERSION" ] || PATH="$CACHE/wasm-bindgen-$WASM_BINDGEN_VERSION/bin:$PATH"
[ "$(tool_version trunk)" = "$TRUNK_VERSION" ] || PATH="$CACHE/trunk-$TRUNK_VERSION/bin:$PATH"
PATH="$PWD/node_modules/.bin:$PATH" # wasm-opt; Debian's own is too old and makes bundles that die at start
export PATH CACHE TARGET
