# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
# Needed: Python 3.11+ (PYTHON=python3.12 chooses one) and make; npm is borrowed where it is missing.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo serve test test-quick test-browser test-engines lint format messages docs lock \
        setup setup-dev machine screenshots benchmarks wheel clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r n t; \
	  do printf '  make %-14s %s\n' "$$n" "$$t"; done

# --- for people who try or run it ----------------------------------------------------------------

demo: setup ## set everything up and open a sample company (PORT=8000)
	@$(BIN)/banso demo --port $(PORT)

serve: setup ## run your own Banso here (PORT=8000)
	@$(BIN)/banso serve --port $(PORT)

# --- for people who change it --------------------------------------------------------------------

test: setup-dev machine ## everything that CI runs
	@$(BIN)/python tools/checks.py

test-quick: setup-dev ## the tests on SQLite only
	@$(BIN)/python tools/checks.py "tests on SQLite"

test-browser: setup-dev machine ## the tests in Chromium only
	@$(BIN)/python tools/checks.py "tests in a browser"

lint: setup-dev ## style, types, contracts, translations, docs
	@$(BIN)/python tools/checks.py lint format types contracts translations migrations docs

test-engines: setup-dev machine ## the tests that ask Spark and ClickHouse only
	@$(BIN)/python tools/checks.py "tests on other engines"

format: setup-dev ## let ruff mend style and imports
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format --quiet .

messages: setup-dev ## collect new strings into the django.po files, compile them
	@$(BIN)/python tools/messages.py update
	@$(BIN)/python tools/messages.py compile

docs: setup-dev ## check links and commands in the documents
	@$(BIN)/python tools/docs.py

screenshots: setup-dev machine ## make the README's pictures again
	@$(BIN)/python tools/screenshots.py

benchmarks: setup-dev ## print the tables of benchmarks/README.md
	@for script in benchmarks/[a-z]*.py; do echo "## $$script"; PYTHONPATH=. $(BIN)/python $$script || exit 1; done

lock: setup-dev ## write the lock files again (UPGRADE=1 takes the newest versions)
	@$(BIN)/python tools/lock.py $(if $(UPGRADE),--upgrade)

wheel: setup-dev ## build the wheel into dist/
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

clean: ## remove what was made; var/ (your data) stays
	rm -rf $(VENV) .venv-engines node_modules banso/shell/static/vendor banso/shared/sheets/fonts staticfiles dist build test-results \
	  .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find banso -name '*.mo' -delete
	find banso tools tests_tree -name __pycache__ -prune -exec rm -rf {} +

# --- set-up: each step leaves a stamp, so a second run does nothing --------------------------------

setup: $(STAMPS)/runtime assets-and-messages
setup-dev: $(STAMPS)/dev assets-and-messages

.PHONY: assets-and-messages
assets-and-messages: $(STAMPS)/runtime
	@$(BIN)/python tools/assets.py
	@$(BIN)/python tools/messages.py compile

machine: $(STAMPS)/dev
	@$(BIN)/python tools/machine.py install

$(STAMPS)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Banso needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) -V 2>&1 || echo missing)."; \
	  echo "Install one and name it: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "The virtual environment could not be made. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: requirements-build.lock pyproject.toml | $(STAMPS)/python
	@echo "installing what Banso runs on (a minute or two the first time) …"
	@$(PIP) install --require-hashes -r requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/runtime
	@echo "installing what the tests need …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
