# Needs Python 3.11 to 3.13, make and git; everything else goes into .venv from the lock files.
# Choose an interpreter with `make PYTHON=/path/to/python3.12 demo`.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
UV_VERSION := 0.13.8
# Tests of one file stay in one process: they share what is costly to make.
TEST_PROCESSES ?= auto
SOAK_SECONDS ?= 600

RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed
BENCH := .venv-bench/.installed
PAGE_TOOLS := verifier/page/node_modules/.installed

.PHONY: help demo test test-slow soak check check-page lock protos page bench clean texts vendor screenshots

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## compute a battery pack's footprint on real processes, leave a certificate in out/
	$(BIN)/sealsum demo $(DEMO_ARGS)

test: $(DEV) ## the test suite, without the tests marked slow
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadfile $(TEST_ARGS)

test-slow: $(DEV) ## the tests that kill processes or run for long
	$(BIN)/pytest -m slow --timeout 900 -n $(TEST_PROCESSES) --dist worksteal $(TEST_ARGS)

soak: $(DEV) ## a coordinator on PostgreSQL under load for SOAK_SECONDS; its plot goes to out/soak.svg
	mkdir -p out
	SEALSUM_SOAK_SECONDS=$(SOAK_SECONDS) SEALSUM_SOAK_PICTURE=out/soak.svg $(BIN)/pytest -m soak -s tests/soak

check: $(DEV) ## format, lint, types, imports, generated code, lock files, documents; no tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.check_protos
	$(BIN)/python -m tools.make_page_tables --check
	$(BIN)/python -m tools.check_locks
	$(BIN)/python -m tools.check_docs
	$(BIN)/python -m tools.check_shape
	$(BIN)/python -m tools.check_api
	$(BIN)/python -m tools.texts --check
	$(BIN)/python -m tools.vendor_files --check

texts: $(DEV) ## collect what pages say, compile the Chinese; fails while a text has none
	$(BIN)/python -m tools.texts

vendor: $(DEV) ## copy the pages' third-party files, as tools/vendor/package-lock.json has them; needs npm
	cd tools/vendor && npm ci --ignore-scripts --no-audit --no-fund
	$(BIN)/python -m tools.vendor_files

screenshots: $(DEV) ## make the pictures of docs/screenshots anew, with Chromium
	rm -rf out/screenshots
	SEALSUM_SCREENSHOTS=out/screenshots $(BIN)/pytest -m "slow or not slow" $$(grep -l '\.pictures*(' tests/web/test_*.py)
	cp out/screenshots/*.png docs/screenshots/

protos: $(DEV) ## generate protos/**/*_pb2* from the .proto files
	$(BIN)/python -m tools.generate_protos .

page: $(DEV) $(PAGE_TOOLS) ## bundle the certificate page's script from verifier/page/source (needs nodejs and npm)
	$(BIN)/python -m tools.make_page_tables
	npm --prefix verifier/page run --silent build

check-page: $(PAGE_TOOLS) ## types of the page's sources; the committed script is what they give
	npm --prefix verifier/page run --silent check
	bash tools/check_page.sh

bench: $(DEV) $(BENCH) ## the figures of docs/benchmarks.md; two of the peers run in .venv-bench
	SEALSUM_PEER_PYTHON=.venv-bench/bin/python $(BIN)/python -m benchmarks $(BENCH_ARGS)

lock: .venv-lock/bin/uv ## resolve pyproject.toml into the lock files again
	bash tools/lock.sh

clean: ## remove environments, caches and output
	rm -rf .venv .venv-bench .venv-lock out build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PAGE_TOOLS): verifier/page/package.json verifier/page/package-lock.json
	npm --prefix verifier/page ci --ignore-scripts --no-audit --no-fund --silent
	touch $@

# An environment is made once, and brought up to date when its lock file or pyproject.toml changes.
.venv/bin/python:
	bash tools/make_venv.sh .venv "$(PYTHON)"

.venv-bench/bin/python:
	bash tools/make_venv.sh .venv-bench "$(PYTHON)"

.venv-lock/bin/uv:
	bash tools/make_venv.sh .venv-lock "$(PYTHON)"
	.venv-lock/bin/python -m pip install --quiet uv==$(UV_VERSION)

$(RUNTIME): requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

$(BENCH): requirements-bench.txt | .venv-bench/bin/python
	.venv-bench/bin/python -m pip install --quiet --require-hashes -r requirements-bench.txt
	touch $@
