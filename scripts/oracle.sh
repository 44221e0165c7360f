#!/usr/bin/env bash
# oracle.sh [FILE...]: read real dumps with this project's reader and with Python's prometheus_client, and compare every sample.
# Without arguments: every REAL dump of the corpus (../shared, or SERVESCOPE_CORPUS) and every snapshot of its recorded runs.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

scripts/setup.sh rust python
scripts/step.sh "reader" cargo build --release --locked --no-default-features --example analyze
exec "$CACHE/prometheus-client-$PROMETHEUS_CLIENT_VERSION/bin/python" tests/oracle/compare.py \
  "$TARGET/release/examples/analyze" "${SERVESCOPE_CORPUS:-../shared}" "$@"
