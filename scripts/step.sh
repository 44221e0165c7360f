#!/usr/bin/env bash
# step.sh LABEL COMMAND...: run one step, say what runs and how long it took, and never stay silent for long.
set -euo pipefail

label=$1
shift
begin=$SECONDS

# A line every 20 s, for commands that print nothing of their own. The sleep is a child that dies with the loop,
# so that nobody who reads our output waits for it; the loop ends with us, however we end.
heartbeat() {
  local nap
  trap 'kill "$nap" 2>/dev/null; exit 0' TERM
  while true; do
    sleep 20 &
    nap=$!
    wait "$nap"
    kill -0 $$ 2>/dev/null || exit 0
    echo "   ... $label, $((SECONDS - begin)) s"
  done
}

echo "-- $label"
heartbeat &
beat=$!
trap 'kill "$beat" 2>/dev/null || true' EXIT
code=0
"$@" || code=$?

if [ "$code" -ne 0 ]; then
  echo "-- $label: failed after $((SECONDS - begin)) s" >&2
  exit "$code"
fi
echo "-- $label: done in $((SECONDS - begin)) s"
