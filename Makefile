# One command per task. Each does the set-up it needs, once; `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help serve dist check test bench oracle accuracy shots coverage audit core page-lint wasm-core e2e-site e2e fuzz

PORT ?= 8080
PUBLIC_URL ?= /
OUT ?= target/shots
TARGET := $(or $(CARGO_TARGET_DIR),target)
SITE := $(TARGET)/e2e-site

help:
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 16

serve: ## build the page and serve it on http://127.0.0.1:8080/ (PORT=)
	@scripts/dist.sh dist /
	@node scripts/serve.mjs dist / $(PORT)

dist: ## build the page into dist/ (PUBLIC_URL=/sub/path/)
	@scripts/dist.sh dist $(PUBLIC_URL)

check: core page-lint ## format, clippy (native core and wasm32), core tests

# The core comes first: it needs nothing but Rust, so that most mistakes show before any tool is built.
test: core page-lint wasm-core e2e ## everything that CI runs; the last lines say what was skipped
	@scripts/skipped.sh

bench: ## speed and memory, native and wasm, against prometheus-parse
	@scripts/bench.sh

oracle: ## every sample of the real dumps against Python's prometheus_client
	@scripts/oracle.sh

fuzz: ## fuzzes the reader and the analysis with cargo-afl (SECONDS_EACH=600)
	@scripts/setup.sh rust
	@scripts/fuzz.sh

accuracy: ## how often the diagnosis is right, on simulated and recorded servers
	@scripts/setup.sh rust
	@scripts/step.sh "accuracy" cargo run --release --no-default-features --example accuracy

shots: e2e-site ## screenshots of the page's states (OUT=folder)
	@scripts/setup.sh npm chromium
	@node tests/e2e/shots.mjs $(OUT)

coverage: ## line coverage of the core by its own tests, in words and in target/coverage/report.txt
	@scripts/coverage.sh

audit: ## licences, sources and known defects of what the project builds on
	@scripts/audit.sh

core:
	@scripts/setup.sh rust
	@rm -rf $(TARGET)/test-logs
	@scripts/step.sh "format" cargo fmt --all --check
	@scripts/step.sh "clippy, native core" cargo clippy --locked --no-default-features --all-targets -- -D warnings
	@scripts/step.sh "core tests" scripts/logged.sh core cargo test --locked --no-default-features

page-lint:
	@scripts/setup.sh rust
	@scripts/step.sh "clippy, page on wasm32" cargo clippy --locked --target wasm32-unknown-unknown --features wasm-api --lib --bins --example wasm_core -- -D warnings

wasm-core:
	@scripts/wasm-core.sh
	@scripts/step.sh "wasm equals native" scripts/logged.sh wasm node --test --test-reporter=spec tests/wasm/*.test.mjs

e2e-site:
	@scripts/dist.sh $(SITE) /servescope/

e2e: e2e-site
	@scripts/setup.sh npm chromium
	@scripts/step.sh "page in the browser" scripts/logged.sh e2e node --test --test-reporter=spec --test-concurrency=1 tests/e2e/*.test.mjs
