# Two commands do everything on a machine that has Python >= 3.11, make and git:
#   make demo [ARGS=--once]      make test
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export HARDHAT_DISABLE_TELEMETRY_PROMPT := true
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-system soak check format bench vectors lock clean

help: ## list what can be asked
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: .venv/.contracts .venv/.web ## install everything this machine needs, into .venv and node_modules

demo: setup ## the main job from end to end; ARGS=--once ends by itself
	@$(BIN)/filiera demo $(ARGS)

test: setup check ## unit, property and local-chain tests
	$(BIN)/npx hardhat test
	$(BIN)/node --test "tests/web/*.test.mjs"
	$(BIN)/python -m pytest -n 2 -m "not system" $(ARGS)

test-system: setup ## real components and faults: geth, Kubo, PostgreSQL, Chromium
	$(BIN)/python -m pytest -m "system and not soak" $(ARGS)

check: setup ## format, lint, types, import boundaries
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/npx tsc --noEmit -p verifier/web
	$(BIN)/npx svelte-check --workspace verifier/web --tsconfig ./tsconfig.pages.json --fail-on-warnings --threshold warning

format: setup ## write the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

soak: setup ## full counts, by hand; the tables go into docs/soak.md
	$(BIN)/python -m pytest -m soak $(ARGS)
	$(BIN)/python -m scripts.mutate_bundle
	$(BIN)/python -m tests.support.faults.soak

bench: setup ## ratios against the usual way, within one run
	$(BIN)/python scripts/bench/ingest.py
	$(BIN)/python scripts/bench/verify.py

vectors: setup ## write tests/vectors, schemas' digests and ABIs again
	$(BIN)/python -m scripts.make_vectors
	$(BIN)/python scripts/pin_schemas.py
	$(BIN)/python scripts/export_abi.py
	$(BIN)/npx vite build --logLevel warn -c verifier/web/vite.desk.config.ts
	cp verifier/web/dist/verify.html verifier/verify.html

lock: setup ## resolve the dependencies anew; hashes only, no address of a registry
	$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header scripts/bootstrap.in -o requirements-bootstrap.lock

clean: ## remove what was built, not the caches of the package clients
	rm -rf .venv node_modules artifacts cache .filiera

# --- set-up, each step once --------------------------------------------------------------------------------
.venv/.python: requirements-bootstrap.lock requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Filiera needs Python 3.11 or later: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "The module venv is missing (on Debian: apt-get install python3-venv)"; exit 1; }
	@echo "Set-up 1/4: Python packages"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install -q --require-hashes -r requirements-dev.lock
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.node: .venv/.python package.json package-lock.json
	@echo "Set-up 2/4: Node packages"
	@$(BIN)/npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.venv/.contracts: .venv/.node hardhat.config.js $(wildcard contracts/*.sol contracts/*/*.sol)
	@echo "Set-up 3/4: contracts"
	@$(BIN)/npx hardhat build --quiet
	@touch $@

# The texts of the pages are those of the vocabularies.
.venv/.web: .venv/.node $(shell find verifier/web -name dist -prune -o -type f -print) $(wildcard protocol/vocabulary/*.json protocol/vocabulary/codes/*.json protocol/schemas/*.json verifier/locales/*.json)
	@echo "Set-up 4/4: the verifier's pages"
	@$(BIN)/npx vite build --logLevel warn -c verifier/web/vite.desk.config.ts
	@$(BIN)/npx vite build --logLevel warn -c verifier/web/vite.page.config.ts
	@$(BIN)/npx vite build --logLevel warn -c verifier/web/vite.element.config.ts
	@$(BIN)/npx vite build --logLevel warn -c verifier/web/vite.inspect.config.ts
	@cp verifier/web/dist/verify.html node/web/dist/verify.html
	@$(BIN)/node verifier/web/pack.mjs node/web/dist
	@touch $@
