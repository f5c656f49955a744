# `make try` runs the sandbox, `make test` runs every check. Both need Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --require-hashes

# Programs whose tests are skipped: make test WITHOUT="postgresql chromium node faketime nginx systemd"
WITHOUT ?=

# Optional features, each with a lock file of its own: make install WITH="scale teams"
EXTRAS := scale teams
WITH ?=

# Test processes that run in parallel.
JOBS ?= 2

# Container images set it, and then every process compiles every module again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install try try-teams quick test lint types contracts needs unit rules others bench lock release \
  release-files pythons audit

help:
	@echo 'make try        run the bot in a local sandbox of Slack          (PORT=, RESET=1)'
	@echo 'make try-teams  the same in Microsoft'"'"'s Agents Playground       (PORT=, RESET=1, WHO=supervisor)'
	@echo 'make quick      style, types, import contracts and unit tests; needs only Python'
	@echo 'make test       every check                                      (WITHOUT="postgresql chromium node faketime nginx systemd", JOBS=2)'
	@echo 'make install    install what the bot needs in .venv, for production (WITH="$(EXTRAS)")'
	@echo 'make bench      cost of requests and deliveries beside bare Bolt  (N=10000, NAMES=; 20 minutes)'
	@echo 'make lint       style;  make types  types;  make contracts  import contracts'
	@echo 'make pythons    make quick with each Python that is installed  (PYTHONS="$(PYTHONS)")'
	@echo 'make lock       pin all dependencies again;  make audit  known vulnerabilities of what is pinned'
	@echo 'make release VERSION=1.2.3  commit and tag a release here, with archive, SBOM and checksums in var/releases'

try: $(VENV)/runs
	@PORT='$(PORT)' RESET='$(RESET)' $(BIN)/python -m bot try

try-teams: $(VENV)/runs $(VENV)/with-teams
	@PORT='$(PORT)' RESET='$(RESET)' WHO='$(WHO)' $(BIN)/python -m bot try --teams

install: $(VENV)/runs $(WITH:%=$(VENV)/with-%)

quick: lint types contracts unit

# What only computes runs beside the tests that wait for processes, browsers and servers, and yields to
# them, so that no core is idle. It reports as soon as it fails, and after them.
CHECKS_LOG := $(VENV)/checks.log
test: needs
	@( nice $(MAKE) --no-print-directory lint types contracts rules >$(CHECKS_LOG) 2>&1 & make=$$!; \
	  trap "kill $$make" TERM; wait $$make || { cat $(CHECKS_LOG); exit 1; } ) & checks=$$!; \
	trap "kill $$checks" INT TERM; \
	$(MAKE) --no-print-directory others; others=$$?; wait $$checks; checks=$$?; \
	[ $$others -ne 0 ] && [ $$checks -eq 0 ] || cat $(CHECKS_LOG); \
	exit $$((others || checks))

# Sequential targets, so that the first failure is the last output.
.NOTPARALLEL:

# Each Python has an environment of its own in var/pythons. Of every library the lowest supported
# release is the pinned one, since requirements.in names exact releases.
PYTHONS ?= 3.11 3.12 3.13 3.14
pythons:
	@for version in $(PYTHONS); do \
	  if ! python$$version -c '' 2>/dev/null; then absent="$$absent $$version"; continue; fi; \
	  echo "Python $$version:"; \
	  $(MAKE) --no-print-directory quick VENV=var/pythons/$$version PYTHON=python$$version \
	    && passed="$$passed $$version" || failed="$$failed $$version"; \
	done; echo "passed:$${passed:- none}; failed:$${failed:- none}; not installed:$${absent:- none}"; \
	[ -n "$$passed" ] && [ -z "$$failed" ]

needs: $(VENV)/tests
	@$(BIN)/python -m tests.needs '$(WITHOUT)'

lint: $(VENV)/tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/tests
	$(BIN)/mypy

contracts: $(VENV)/tests
	$(BIN)/lint-imports --no-cache

# Tests without browsers and servers, and without those that enumerate thousands of cases (marker
# no_cover), which take nearly as long as all the others.
unit: $(VENV)/tests
	$(IN_MEMORY) $(BIN)/pytest -q -n $(JOBS) -m 'not no_cover' \
	  --without 'postgresql chromium node faketime nginx systemd' \
	  tests/domain tests/content tests/handlers tests/workflows tests/test_*.py

# Coverage of the domain is measured over the tests of its rules alone, without those of its callers
# and without tests that enumerate thousands of cases (marker no_cover): measuring more than doubles
# their time.
RULES := tests/domain
# Temporary files are in memory where it has room: stores commit to them thousands of times. exec lets
# make end pytest, and not only its shell.
IN_MEMORY = PYTEST_DEBUG_TEMPROOT="$$($(BIN)/python -m tests.memory_folder)"
PYTEST = $(IN_MEMORY) exec $(BIN)/pytest --dist worksteal --without '$(WITHOUT)'
rules: $(VENV)/tests
	$(PYTEST) -n $(JOBS) --cov --cov-report= $(RULES)
	$(BIN)/coverage report --fail-under=100

# Journeys and some attacks mostly wait for processes of their own, and the other tests fill their
# waits: twice as many processes as there are cores. tests/long_tests.py spreads the long tests.
OTHERS = $(filter-out $(RULES) %/__pycache__,$(patsubst %/,%,$(wildcard tests/*/))) $(wildcard tests/test_*.py)
MIXED_JOBS ?= $(shell expr $(JOBS) '*' 2)
others: $(VENV)/tests
	$(PYTEST) -n $(MIXED_JOBS) $(OTHERS)

# The bot beside its floors, and the bars that it is to meet: 10,000 check-ins, 5,000 teams, 10,000,000
# closed debriefs. A smaller N is quicker, and NAMES="killing routing" selects measurements. JSON is in
# var/bench. The exit status is 1 where a bar is not met.
N ?= 10000
NAMES ?=
bench: $(VENV)/tests
	nice $(BIN)/python -m tests.bench $(N) $(NAMES)

# Installed packages follow the lock files: a changed lock installs again.
$(VENV)/runs: requirements.lock | $(BIN)/python
	@echo 'Installing the dependencies of the bot (once) ...'
	@$(PIP) -r requirements.lock
	@touch $@

$(EXTRAS:%=$(VENV)/with-%): $(VENV)/with-%: requirements-%.lock | $(VENV)/runs
	@echo 'Installing the dependencies of "$*" (once) ...'
	@$(PIP) -r $<
	@touch $@

$(VENV)/tests: $(VENV)/runs $(EXTRAS:%=$(VENV)/with-%) requirements-test.lock
	@echo 'Installing the dependencies of the tests (once) ...'
	@$(PIP) -r requirements-test.lock
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Attune needs Python 3.11 or newer; "$(PYTHON)" is older or missing.'; \
	  echo 'Name another one: make PYTHON=python3.12 ...'; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo 'This Python cannot create a virtual environment. On Debian: apt-get install python3-venv'; exit 1; }

# pip-audit is not part of the tests either. It asks a database of vulnerabilities for each release, and
# fails (--strict) where that does not answer.
audit:
	for lock in requirements*.lock; do \
	  pip-audit --strict --disable-pip --require-hashes --requirement $$lock || exit 1; done

# A commit and an annotated tag on this machine, and the files that go with them; nothing is pushed.
# release-files writes the files of a tag again: the same bytes.
release:
	@$(PYTHON) -m tests.packaging prepare '$(VERSION)'

release-files:
	@$(PYTHON) -m tests.packaging write '$(VERSION)'

# pip-compile is not part of the tests: python -m pip install pip-tools
lock:
	pip-compile $(LOCK) --strip-extras --output-file=requirements.lock requirements.in
	for extra in $(EXTRAS) test; do pip-compile $(LOCK) --no-strip-extras \
	  --output-file=requirements-$$extra.lock requirements-$$extra.in || exit 1; done

# Extras are stripped only from a lock that is a constraint of another lock: a lock without them
# stops pinning pip's choice once a newer release of such a package is published.
LOCK := --quiet --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
