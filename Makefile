# Everything starts from nothing but `make` and a `python3`: scripts/bootstrap.py makes the locked environment.
.PHONY: help run test test-fast check format train bench screenshots clean env

PYTHON := .venv/bin/python
export PYTHONUTF8 := 1
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3

help:            ## Show this list
	@grep -E '^[a-z-]+: .*##' Makefile | sed -e 's/:[^#]*## /|/' | awk -F'|' '{printf "make %-14s %s\n", $$1, $$2}'

env:             ## Make the locked environment (skipped when it is current)
	@python3 scripts/bootstrap.py

run: env         ## Start the shop's chatbot: page, widget, desk (SQLite, one process)
	@exec $(PYTHON) -m bot run

train: env       ## Train the model anew
	@$(PYTHON) -m bot train

test: env        ## All tests; browser tests run where a Chromium is found
	@$(PYTHON) -m bot train --if-stale
	@$(PYTHON) -m pytest tests --ignore=tests/browser --ignore=tests/integration -n 2 --dist loadfile
	@$(PYTHON) -m pytest tests/integration tests/browser -n 2 --dist loadfile

test-fast: env   ## Unit and contract tests only
	@$(PYTHON) -m pytest tests/unit tests/contracts -n 2 --dist loadfile

check: env       ## Style, types, import directions, data files, rule files
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@$(PYTHON) -m bot rules check
	@$(PYTHON) -m bot kb lint
	@$(PYTHON) scripts/check_conventions.py
	@$(PYTHON) scripts/validate_rasa_data.py

format: env      ## Let ruff mend what it can
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

bench: env       ## Measure side by side with stock Rasa; results in bench/results
	@$(PYTHON) -m bot train --if-stale
	@$(PYTHON) -m bench

screenshots: env ## Make the pictures of the README from a running shop (give KEFU_DEMO_PASSWORD)
	@$(PYTHON) scripts/screenshots.py http://127.0.0.1:8000 docs/images

clean:           ## Remove everything that was made here (keeps ./var)
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
