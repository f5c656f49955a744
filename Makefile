# Attune: `make try` shows it, `make test` proves it. Both need Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --require-hashes

# Tests that need a program which is not here: make test WITHOUT="postgresql chromium node"
WITHOUT ?=

# What a practice may want besides, each with a lock of its own: make install WITH="scale teams"
EXTRAS := scale teams
WITH ?=

.DEFAULT_GOAL := help
.PHONY: help install try try-teams test lint types contracts needs claims bench lock

help:
	@echo 'make try      use Attune in a practice workspace on this machine  (PORT=, RESET=1)'
	@echo 'make try-teams  the same in Microsoft'"'"'s Agents Playground, with Node.js (PORT=, RESET=1, WHO=supervisor)'
	@echo 'make test     every check there is                           (WITHOUT="postgresql chromium node")'
	@echo 'make install  only what the bot runs on, in .venv, for a clinic    (WITH="$(EXTRAS)")'
	@echo 'make bench    how fast it sends, beside the least the limits allow (N=10000; 20 minutes)'
	@echo 'make lint     style;  make types  types;  make contracts  who may import whom'
	@echo 'make lock     pin everything that is installed again'

try: $(VENV)/runs
	@PORT='$(PORT)' RESET='$(RESET)' $(BIN)/python -m bot try

try-teams: $(VENV)/runs $(VENV)/with-teams
	@PORT='$(PORT)' RESET='$(RESET)' WHO='$(WHO)' $(BIN)/python -m bot try --teams

install: $(VENV)/runs $(WITH:%=$(VENV)/with-%)

test: needs lint types contracts claims

# One after another, so that the first thing to mend is the last thing read.
.NOTPARALLEL:

needs: $(VENV)/tests
	@$(BIN)/python -m tests.needs '$(WITHOUT)'

lint: $(VENV)/tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/tests
	$(BIN)/mypy

contracts: $(VENV)/tests
	$(BIN)/lint-imports --no-cache

# Whole trips and attacks cover no line that its own room's claims do not, and counting lines
# makes them take twice as long.
LONG := attacks journeys
claims: $(VENV)/tests
	$(BIN)/pytest --without '$(WITHOUT)' --cov --cov-report= $(LONG:%=--ignore=tests/%)
	$(BIN)/coverage report --include='bot/domain/*' --fail-under=100
	$(BIN)/pytest --without '$(WITHOUT)' $(LONG:%=tests/%)

# 10,000 check-ins over 1, 10 and 100 workspaces, once with a kill half-way, and ten times as many
# people planned at once; a smaller N is quicker and says the same.
N ?= 10000
bench: $(VENV)/tests
	nice $(BIN)/python -m tests.bench $(N)

# What is installed follows the locks: a changed lock installs again, anything else is quick.
$(VENV)/runs: requirements.lock | $(BIN)/python
	@echo 'Installing what Attune runs on (once) ...'
	@$(PIP) -r requirements.lock
	@touch $@

$(EXTRAS:%=$(VENV)/with-%): $(VENV)/with-%: requirements-%.lock | $(VENV)/runs
	@echo 'Installing what "$*" needs (once) ...'
	@$(PIP) -r $<
	@touch $@

$(VENV)/tests: $(VENV)/runs $(EXTRAS:%=$(VENV)/with-%) requirements-test.lock
	@echo 'Installing what the tests need (once) ...'
	@$(PIP) -r requirements-test.lock
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Attune needs Python 3.11 or newer; "$(PYTHON)" is older, or not here.'; \
	  echo 'Name another one: make PYTHON=python3.12 ...'; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo 'This Python cannot make an environment. On Debian: apt-get install python3-venv'; exit 1; }

# pip-compile is not part of the tests: python -m pip install pip-tools
lock:
	pip-compile $(LOCK) --strip-extras --output-file=requirements.lock requirements.in
	for one in $(EXTRAS) test; do pip-compile $(LOCK) --no-strip-extras \
	  --output-file=requirements-$$one.lock requirements-$$one.in || exit 1; done

# Only what serves as a constraint of another lock may lose its extras: a lock without them
# no longer holds pip once a newer release of such a package is out.
LOCK := --quiet --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
