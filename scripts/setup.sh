#!/usr/bin/env bash
# setup.sh WHAT...: bring what a task needs onto this machine; says nothing and does nothing when it is there.
#   rust       cargo, rustfmt, clippy and the wasm32 target
#   bindgen    wasm-bindgen, the same version as the crate
#   trunk      trunk
#   npm        node_modules as package-lock.json has it (wasm-opt, the browser driver, axe)
#   chromium   a browser for the end-to-end tests
#   python     prometheus_client, for `make oracle`
# Tools go into ${XDG_CACHE_HOME:-~/.cache}/servescope/<tool>-<version>/, so that every clone on a machine shares them.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

say() { echo "-- set-up: $*"; }
stop() { echo "set-up: $*" >&2; exit 1; }

setup_rust() {
  command -v rustup >/dev/null || stop "rustup is missing. Install it from rustup.rs or with 'apt install rustup', then run this again."
  if ! cargo --version >/dev/null 2>&1; then
    say "Rust stable"
    rustup toolchain install stable --profile minimal
    rustup default stable
  fi
  cargo fmt --version >/dev/null 2>&1 || { say "rustfmt"; rustup component add rustfmt; }
  cargo clippy --version >/dev/null 2>&1 || { say "clippy"; rustup component add clippy; }
  if [ ! -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; then
    say "the wasm32-unknown-unknown target"
    rustup target add wasm32-unknown-unknown
  fi
}

# Compiled from the package registry, whose index holds the checksum of each package, because that works wherever cargo
# works. Release archives would be quicker, but nobody here can vouch for a hash of one. Whoever has the right version
# on PATH (from a distribution, or from `cargo binstall`) skips the compilation.
# Each tool works for seconds a build, so that optimising it costs more than it ever saves: without, wasm-bindgen needs 0.8 s instead of
# 0.1 s for the analysis, and writes the same bytes. Their features are for downloads and updates, which scripts/setup.sh does instead.
compile() {
  local crate=$1 version=$2 command=$3 root=$4
  shift 4
  mkdir -p "$CACHE"
  exec 9>"$CACHE/$command.lock"
  flock -n 9 || { say "waiting for another set-up that compiles $crate"; flock 9; }
  if [ "$(tool_version "$root/bin/$command")" = "$version" ]; then return; fi
  # The build folder survives an interruption, so that the next run goes on where this one stopped.
  scripts/step.sh "set-up: compile $crate $version, once for this machine" \
    env -u RUSTFLAGS CARGO_TARGET_DIR="$CACHE/build/$command-$version" \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install "$crate" --version "$version" --root "$root" --force --bin "$command" --no-default-features "$@"
  rm -rf "$CACHE/build/$command-$version"
  exec 9>&-
}

setup_bindgen() {
  setup_rust
  [ "$(tool_version wasm-bindgen)" = "$WASM_BINDGEN_VERSION" ] && return
  # Without --locked: the lock file of this release names a version of webpki-roots that not every registry mirror serves.
  compile wasm-bindgen-cli "$WASM_BINDGEN_VERSION" wasm-bindgen "$CACHE/wasm-bindgen-$WASM_BINDGEN_VERSION"
}

setup_trunk() {
  setup_rust
  [ "$(tool_version trunk)" = "$TRUNK_VERSION" ] && return
  compile trunk "$TRUNK_VERSION" trunk "$CACHE/trunk-$TRUNK_VERSION" --locked
}

setup_npm() {
  command -v node >/dev/null && command -v npm >/dev/null || stop "node and npm are missing. Install Node.js 20.10 or newer, for example with 'apt install nodejs npm'."
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 10) ? 0 : 1)' ||
    stop "Node.js $(node --version) is too old: 20.10 or newer is needed."
  cmp -s package-lock.json node_modules/.servescope-lock && return
  scripts/step.sh "set-up: npm packages" npm ci --no-fund --no-audit --loglevel=error
  cp package-lock.json node_modules/.servescope-lock
}

setup_chromium() {
  chromium_path >/dev/null && return
  [ -z "${CHROMIUM:-}" ] || stop "CHROMIUM=$CHROMIUM is not a program that can be run."
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    scripts/step.sh "set-up: chromium by apt" bash -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core'
    chromium_path >/dev/null && return
  fi
  stop "no Chromium. Install the package 'chromium' (or Google Chrome), or say CHROMIUM=/path/to/chromium."
}

setup_python() {
  local venv="$CACHE/prometheus-client-$PROMETHEUS_CLIENT_VERSION"
  [ -e "$venv/ready" ] && return
  command -v python3 >/dev/null || stop "python3 is missing; only 'make oracle' needs it."
  say "prometheus_client $PROMETHEUS_CLIENT_VERSION in a virtual environment"
  rm -rf "$venv"
  python3 -m venv "$venv" || stop "python3 cannot make a virtual environment. Install the package 'python3-venv'."
  "$venv/bin/pip" install --quiet --disable-pip-version-check "prometheus_client==$PROMETHEUS_CLIENT_VERSION"
  touch "$venv/ready"
}

for what in "$@"; do
  "setup_$what"
done
