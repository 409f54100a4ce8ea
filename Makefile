# `make run` serves the dashboard and the emulator; `make test` checks everything.
# Everything is installed into .venv here; nothing else on the machine is changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: help run test lint bench

help:
	@echo 'make run    the dashboard at http://127.0.0.1:5000, with an emulator on the other side'
	@echo 'make test   lint, types, layers and all tests, in a browser too'
	@echo 'make lint   the checks without the tests'
	@echo 'make bench  how fast the pages, the scan, the start and the emulator are'

run: $(VENV)/runtime
	@$(BIN)/gangway demo

test: lint
	@$(BIN)/python -m tests.e2e.browsers
	$(BIN)/python -m pytest --ignore=tests/e2e --numprocesses=auto --maxprocesses=4 --dist=worksteal --cov --cov-report=term:skip-covered
	@# A journey is five processes and a browser: two at a time, and once more when the machine was too busy.
	$(BIN)/python -m pytest tests/e2e --numprocesses=2 --dist=worksteal --reruns=1

lint: $(VENV)/checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

bench: $(VENV)/checks
	$(BIN)/python -m tests.bench

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Gangway needs Python 3.11 or newer; say which one with PYTHON=/path/to/python3.")'
	@$(PYTHON) -m venv $(VENV) || { echo 'Could not make a virtual environment; on Debian: apt-get install python3-venv'; exit 1; }
	@touch $@

$(VENV)/runtime: pyproject.toml $(VENV)/python
	@echo 'Installing Gangway into $(VENV), once …'
	@$(PIP) --editable .
	@touch $@

$(VENV)/checks: pyproject.toml $(VENV)/python
	@echo 'Installing Gangway and its checks into $(VENV), once …'
	@$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/runtime
