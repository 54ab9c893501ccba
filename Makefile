# The whole project from one file. `make up` and `make test` are all a newcomer needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .cache/uv/bin/uv)
RUN := .venv/bin
# Tests at a time. They wait for processes more than they compute, so two for each core.
JOBS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((cores > 4 ? 8 : 2 * cores)))
# Trust what the system trusts, as pip and curl do: behind a company's proxy uv's own list is not enough.
export UV_SYSTEM_CERTS := true

.PHONY: help up dashboard test check check-dashboard env dev lock secrets voice traces generate lint bench chaos clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 17

up: env ## Install what is missing and start the company (Ctrl-C stops it)
	@UV=$(UV) dashboard/build --if-needed || echo "nexus: going on without it; everything else works" >&2
	@$(RUN)/nexus up

dashboard: env ## Build the web dashboard; brings Node.js itself when there is none
	@UV=$(UV) dashboard/build

test: dev ## Run every test, with real parts and no services needed (JOBS=n at a time)
	@$(RUN)/python -m pytest --numprocesses $(JOBS) --dist worksteal

check: lint check-dashboard test ## Format, lint, types, layers, generated files, the dashboard and tests

# Node.js of this folder first: `make dashboard` brought it because the machine's is too old or missing.
check-dashboard: export PATH := $(CURDIR)/.cache/node/bin:$(PATH)
check-dashboard: dev ## The dashboard's lint, types, unit tests and sizes; says so where there is no Node.js
	@if ! command -v npm > /dev/null; then \
	  echo "nexus: no Node.js here: the dashboard is NOT checked (make dashboard brings one)" >&2; exit 0; fi; \
	if [ ! -d dashboard/frontend/node_modules ]; then UV=$(UV) dashboard/build; \
	else UV=$(UV) dashboard/build --if-needed; fi && cd dashboard/frontend && \
	for step in lint typecheck test sizes; do npm run --silent $$step || exit 1; done

lint: dev ## The fast half of check
	@$(RUN)/ruff format --check . && $(RUN)/ruff check . && $(RUN)/mypy && $(RUN)/lint-imports

env: $(if $(wildcard .venv/.dev),dev,.venv/.locked) ## Build .venv from requirements.lock (brings uv itself)

dev: .venv/.dev ## The same and what tests and linters need, from requirements-dev.lock

.venv/.locked: requirements.lock
.venv/.dev: requirements-dev.lock
.venv/.locked .venv/.dev: pyproject.toml | $(UV)
	@echo "nexus: building .venv from $(filter %.lock,$^) (about a minute on a fresh machine)"
	@test -x $(RUN)/python || $(UV) venv --quiet --python '>=3.12' .venv
	@VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes $(filter %.lock,$^)
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.cache/uv/bin/uv:
	@echo "nexus: fetching uv $(UV_VERSION)"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .cache/uv "uv==$(UV_VERSION)" 2>/dev/null \
	  || { $(PYTHON) -m venv .cache/uv && .cache/uv/bin/python -m pip install --quiet "uv==$(UV_VERSION)"; } \
	  || { echo "nexus: could not install uv; install it by hand (pip install uv) and run make again" >&2; exit 1; }

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.12 --extra install --extra local --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-header pyproject.toml

lock: | $(UV) ## Resolve pyproject.toml into the two locks (hashes, no index hosts)
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --extra dev --constraint requirements.lock -o requirements-dev.lock

secrets: ## Write the secrets that docker-compose.yml wants into deploy/secrets, those that are not there
	@deploy/make-secrets

voice: env ## Install the local transcriber (extra `voice`); the model is a file of yours, see docs/voice.md
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --editable '.[voice]' --no-build-isolation

traces: env ## Install OpenTelemetry (extra `otel`), in the versions that are tested; see docs/observing.md
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --require-hashes --requirement <(awk '/^[a-z]/{keep=/^(opentelemetry|protobuf|googleapis-common-protos)/} keep' requirements-dev.lock)

generate: dev ## Write the generated files: .env.example and db/schema.sql
	@$(RUN)/python -m nexus.cli.generate

bench: dev ## End-to-end latency and throughput, beside the LiteLLM proxy
	@$(RUN)/python -m benchmarks.flow

chaos: dev ## Run the company under 800 faults and check that nothing was lost or doubled (SEED=1 …)
	@$(RUN)/python -m tests.chaos.run --seed $(or $(SEED),1) $(ARGS)

clean: ## Remove the environment and caches; your data in .nexus stays
	@rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
