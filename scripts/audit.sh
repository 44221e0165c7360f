#!/usr/bin/env bash
# audit.sh: licences, sources and known defects of what the project builds on. Fails for a finding; data that cannot be had is named.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

command -v cargo-deny >/dev/null || { echo "audit: cargo-deny is missing: cargo install --locked cargo-deny" >&2; exit 1; }
scripts/step.sh "licences and sources of the crates" cargo deny --locked check licenses bans sources

unchecked=()
# The data of both lies with others: the advisory database is a repository of its own, npm's is asked by the registry.
if cargo deny --locked fetch db; then
  scripts/step.sh "advisories for the crates" cargo deny --locked check --disable-fetch advisories
else
  unchecked+=("advisories for the crates: the database could not be fetched")
fi
report=$(npm audit --package-lock-only --json 2>/dev/null || true)
if grep -q '"vulnerabilities"' <<<"$report"; then
  scripts/step.sh "advisories for the npm packages" npm audit --package-lock-only
else
  unchecked+=("advisories for the npm packages: the registry does not answer an audit")
fi
for what in "${unchecked[@]}"; do echo "-- audit: not checked: $what"; done
# Where the data must be there, as in the workflow, its absence is a failure.
[ "${#unchecked[@]}" -eq 0 ] || [ -z "${AUDIT_COMPLETE:-}" ]
