# Earshot. `make demo` shows it, `make test` tries it, `make check` reads it.

PYTHON ?= python3
BIN := .venv/bin
# Commands that look at the project, without a deployment's environment.
DEV := DEBUG=1 SECRET_KEY=not-a-secret TELNYX_API_KEY=none TELNYX_CONNECTION_ID=none TELNYX_CALLER_ID=+14155550100

.PHONY: demo install install-dev test test-fast test-slow test-faults coverage check bench test-scaled lock messages

demo: install
	$(BIN)/python manage.py demo $(if $(RESET),--reset) $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(RATE),--rate $(RATE)) \
		$(if $(PORT),--port $(PORT)) $(if $(PROVIDER_PORT),--provider-port $(PROVIDER_PORT)) $(ARGS)

install: .venv/.base

install-dev: .venv/.dev

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Earshot needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv

.venv/.base: requirements/base.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	touch $@

.venv/.dev: requirements/dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

test: install-dev
	$(BIN)/python -m pytest -n auto -m "not faults and not slow" $(ARGS)

# What make test leaves out: the tables of very many cells, and the random worlds.
test-slow: install-dev
	$(BIN)/python -m pytest -n auto -m "slow and not faults" $(ARGS)

# Without servers, browsers and what takes several seconds each: while one works.
test-fast: install-dev
	$(BIN)/python -m pytest -n auto -m "not slow and not served and not browser" $(ARGS)

# Which lines and branches no test in this process goes through; what only served tests reach is among them.
coverage: install-dev
	$(BIN)/python -m pytest -n auto -m "not served and not browser and not faults" --cov --cov-report=term $(ARGS)

# Whole servers with which things go wrong, on SQLite and then on PostgreSQL: two hundred kills and twenty minutes of
# calls on each. CRASHES=10 SOAK=30 is enough to see that they work.
test-faults: export CRASHES ?= 200
test-faults: export SOAK ?= 1200
test-faults: export FACTS ?= 1000000
test-faults: install-dev
	$(BIN)/python -m pytest -m faults $(ARGS)
	$(BIN)/python -m tests.scaled -m faults $(ARGS)

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/bandit --quiet --configfile pyproject.toml --severity-level medium --recursive conferences dashboard
	$(BIN)/djangofmt --check templates
	$(BIN)/oxfmt --check static
	$(DEV) $(BIN)/mypy conferences dashboard
	$(BIN)/lint-imports
	$(BIN)/python -m tests.checks

bench: install-dev
	$(BIN)/python -m tests.bench $(ARGS)

test-scaled: install-dev
	$(BIN)/python -m tests.scaled $(ARGS)

# Every sentence into the catalogues of other languages, which are then compiled; names what is to be translated.
messages: install-dev
	$(BIN)/python -m tests.catalogues

# The pins and hashes, anew from pyproject.toml.
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-index-url \
	--no-emit-trusted-host --no-emit-options
lock: .venv/bin/python
	$(BIN)/python -m pip install --quiet pip-tools
	$(COMPILE) --output-file requirements/base.txt pyproject.toml
	$(COMPILE) --constraint requirements/base.txt --extra scale --output-file requirements/scale.txt pyproject.toml
	$(COMPILE) --constraint requirements/base.txt --extra scale --extra dev --output-file requirements/dev.txt pyproject.toml
