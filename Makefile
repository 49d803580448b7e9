# The one list of commands. Every target sets up what it needs by itself: python3.11, pip, make and git are enough.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export UV_PYTHON_DOWNLOADS := never
# Trust what the system trusts (a city's own proxy, for one), as pip does; without a system store, uv's own.
export UV_SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs),true,false)
export PIP_ROOT_USER_ACTION := ignore
PY ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p >/dev/null && $$p -c 'import sys;sys.exit(sys.version_info<(3,11))' && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV = $(or $(shell command -v uv),.tools/bin/uv)
NEED_UV = $(if $(shell command -v uv),,.tools/bin/uv)
DEMO_DIR ?= var/demo
PORT ?= 8000
PYTEST_ARGS ?=
PEOPLE ?= 10000
FAULTS ?= 200
FUZZ ?= 25000
DOUBLES ?= 1200
SEED ?= 1
GUARDS ?=
LAST ?= 1
BEFORE ?=

help: ## This list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# uv goes into ./.tools with pip --target: that needs neither root nor venv, and Debian's pip allows it.
.tools/bin/uv:
	$(PY) -m pip install -q --disable-pip-version-check --no-warn-script-location --target .tools 'uv>=0.13'

$(VENV)/.run: requirements.txt | $(NEED_UV)
	$(UV) venv -q --allow-existing --python $(PY) $(VENV)
	VIRTUAL_ENV=$(VENV) $(UV) pip install -q --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(NEED_UV)
	$(UV) venv -q --allow-existing --python $(PY) $(VENV)
	VIRTUAL_ENV=$(VENV) $(UV) pip sync -q --require-hashes requirements-dev.txt
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run ## The OIT plan with sample activity; PORT=8000, DEMO_DIR=var/demo
	@PORT=$(PORT) DEMO_DIR=$(DEMO_DIR) $(BIN)/python manage.py demo

test: $(VENV)/.dev ## The whole suite; on PostgreSQL and Redis where DATABASE_URL and REDIS_URL name them; PYTEST_ARGS="--create-db tests/people"
	$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

# From Python 3.12 on the interpreter counts lines for next to nothing; before that the run takes two thirds longer.
coverage: $(VENV)/.dev ## The same, and which lines of the product no test reaches
	COVERAGE_CORE=$(shell $(PY) -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")') $(BIN)/python -m pytest -n 2 --cov --cov-report=term $(PYTEST_ARGS)

# Checkers of pages, for the sweep, and identity providers, to sign in with. Where npm is not, or fetches nothing, the
# run says what it leaves out.
CHECKERS := .tools/checkers
PROVIDERS := .tools/providers
.tools/%/.fetched: tests/e2e/%/package.json tests/e2e/%/package-lock.json
	@command -v npm >/dev/null || { echo "No npm here: what needs tests/e2e/$* is left out."; exit 0; }; \
	mkdir -p .tools/$* && cp $^ .tools/$*/ && cd .tools/$* && \
	if npm ci --silent --ignore-scripts --no-audit --no-fund; then touch .fetched; \
	else echo "npm could not fetch what tests/e2e/$* needs: it is left out."; fi

e2e: $(VENV)/.dev $(CHECKERS)/.fetched $(PROVIDERS)/.fetched ## Journeys in the system's Chromium, with an accessibility scan
	DJANGO_ALLOW_ASYNC_UNSAFE=true $(BIN)/python -m pytest -n 2 --dist worksteal -m e2e -p no:randomly -rs $(PYTEST_ARGS)

sweep: $(VENV)/.dev $(CHECKERS)/.fetched ## Of these, every kind of page a person can reach: both themes, phone to desk
	DJANGO_ALLOW_ASYNC_UNSAFE=true $(BIN)/python -m pytest -n 2 -m sweep -p no:randomly -rs $(PYTEST_ARGS)

mutants: $(VENV)/.dev ## Takes each protection from the sender, and each guard of every service, in turn: a named test has to fail
	$(BIN)/python -m pytest -n 2 -m 'slow or mutants' tests/mutants
	$(BIN)/python -m pytest -n 2 -p tests.mutants.sweep -m 'not slow and not e2e and not mutants and not fuzz' --every-guard --guards=$(GUARDS) $(PYTEST_ARGS)

fuzz: $(VENV)/.dev ## Asks the API what its own description allows, and what not; FUZZ=25000 SEED=1
	FUZZ=$(FUZZ) SEED=$(SEED) $(BIN)/python -m pytest -n 2 -m fuzz -p no:randomly -rP --show-capture=stdout tests/fuzz $(PYTEST_ARGS)

doubles: $(VENV)/.dev ## Sends every form twice at the same moment, over and over; needs DATABASE_URL; DOUBLES=1200
	DOUBLES=$(DOUBLES) $(BIN)/python -m pytest -n 2 -m doubles -rP --show-capture=stdout tests/house/test_double_posts.py $(PYTEST_ARGS)

chaos: $(VENV)/.dev ## Kills everything at random while mail flows, then counts; PEOPLE=10000 FAULTS=200 SEED=1
	$(BIN)/python -m tests.chaos --people $(PEOPLE) --faults $(FAULTS) --seed $(SEED)

versions: $(VENV)/.dev ## Both versions side by side over each new migration while people save; LAST=1, or BEFORE=a tag or commit
	$(BIN)/python -m tests.chaos.versions $(if $(BEFORE),--before $(BEFORE),--last $(LAST))

# .pre-commit-config.yaml runs the same lines; a test compares.
check: $(VENV)/.dev ## Format, lint, types, import rules, templates, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy .
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python manage.py makemigrations --check --dry-run --settings planapp.settings_test
	$(BIN)/python manage.py check --settings planapp.settings_test

fmt: $(VENV)/.dev ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## Speed and memory beside their limits; needs DATABASE_URL; BENCH="freeze lists", SCALE=1e6
	$(BIN)/python -m benchmarks $(BENCH) $(if $(SCALE),--scale $(SCALE)) $(if $(JSON),--json $(JSON))

vitals: $(VENV)/.dev ## What a slow browser feels on the demo that runs: paint, shift, press, kB; PORT=8000
	$(BIN)/python -m benchmarks.vitals http://127.0.0.1:$(PORT)

serve: $(VENV)/.run ## Production-like server, settings from the environment
	$(BIN)/python manage.py migrate --noinput
	$(BIN)/python manage.py collectstatic --noinput -v 0
	$(BIN)/gunicorn planapp.wsgi -c planapp/gunicorn.py

audit: $(VENV)/.dev ## Known weaknesses of the packages that requirements.txt installs
	$(BIN)/python -m tests.supply audit

sbom: $(VENV)/.dev ## Lists those packages with their licences, in dist/sbom.cdx.json (CycloneDX)
	$(BIN)/python -m tests.supply sbom

lock: | $(NEED_UV) ## Resolve pyproject.toml into the hashed requirements files
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --no-header --python-version 3.11 pyproject.toml --all-extras -o requirements.txt
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --no-header --python-version 3.11 pyproject.toml --all-extras --group dev -o requirements-dev.txt

.PHONY: help demo test coverage e2e sweep mutants fuzz doubles chaos versions bench vitals check fmt serve audit sbom lock
