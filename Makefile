# One command per task. Each does the set-up it needs, once; `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help serve test check dist bench oracle accuracy shots core wasm wasm-core e2e

PORT ?= 8080
PUBLIC_URL ?= /

help:
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 16

serve: ## build the page and serve it on http://127.0.0.1:$(PORT)/
	@scripts/dist.sh dist /
	@node scripts/serve.mjs dist / $(PORT)

dist: ## build the page into dist/ (PUBLIC_URL=/sub/path/ for a sub-path)
	@scripts/dist.sh dist $(PUBLIC_URL)

check: core wasm ## format, clippy (native core and wasm32), core tests

core:
	@scripts/setup.sh rust
	@scripts/step.sh "format" cargo fmt --check
	@scripts/step.sh "clippy, native core" cargo clippy --no-default-features --all-targets -- -D warnings
	@scripts/step.sh "core tests" cargo test --no-default-features

wasm:
	@scripts/setup.sh rust
	@scripts/step.sh "clippy, wasm32" cargo clippy --target wasm32-unknown-unknown -- -D warnings

test: core wasm ## everything that CI runs
