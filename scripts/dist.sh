#!/usr/bin/env bash
# dist.sh FOLDER PUBLIC_URL: the release build of the page for one place under a host, then the gates and the size report.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

folder=$1
public_url=/${2#/}
public_url=${public_url%/}/

scripts/setup.sh rust bindgen trunk npm

# Everything that the build reads. Where it is what it was at the last build of this folder, the folder is left as it is.
inputs() {
  echo "$public_url $(rustc --version) $TRUNK_VERSION ${RUSTFLAGS:-}"
  find src style assets index.html Trunk.toml .cargo/config.toml Cargo.toml Cargo.lock package-lock.json scripts/csp.mjs -type f -print0 | sort -z | xargs -0 sha256sum
}
stamp="$TARGET/dist-stamps/$(printf %s "$folder" | tr -c 'A-Za-z0-9' '-')"
now=$(inputs | sha256sum)

if [ -e "$folder/index.html" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then
  echo "-- release build: $folder is up to date"
else
  rm -f "$stamp"
  # Trunk runs cargo without the network, so that the packages have to be there before.
  scripts/step.sh "fetch crates" cargo fetch --locked --target wasm32-unknown-unknown
  # Trunk reads NO_COLOR=1 as a wrong value of its own option.
  scripts/step.sh "release build for $public_url into $folder" \
    env -u NO_COLOR trunk build --release --public-url "$public_url" --dist "$folder"
  mkdir -p "${stamp%/*}"
  printf '%s\n' "$now" > "$stamp"
fi
node scripts/gate.mjs "$folder"
node scripts/size.mjs "$folder"
