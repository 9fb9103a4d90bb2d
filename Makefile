# Everything one types. `make run` and `make test` set up what they need by themselves.
.POSIX:
.SUFFIXES:
PY = .venv/bin/python
APT = $$(test "$$(id -u)" = 0 || echo sudo) apt-get

.PHONY: run demo story several torture audit test check lint types format locks docs schema tools bench conformance simulate curves rehearse soak clean

run: .venv/run  ## the daemon, with ./config and an embedded database
	.venv/bin/checker run

demo: .venv/dev  ## a cloud that breaks, on loopback, and what the engineer on call would see
	$(PY) -m tests.world.demo

story: .venv/dev  ## one outage with people in it: the room, the page, the document
	$(PY) -m tests.world.story

test: .venv/dev tools lint types  ## everything that CI does
	$(PY) -m pytest -n 3 --dist worksteal --ignore=tests/whole/test_several.py --cov=probes --cov=checker.core --cov-branch --cov-fail-under=100 --cov-report=term:skip-covered

check: test

lint: .venv/dev
	$(PY) -m ruff format --check --quiet .
	$(PY) -m ruff check --quiet .

types: .venv/dev
	$(PY) -m mypy

format: .venv/dev
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

docs: .venv/dev  ## the reference pages that are made from the code
	$(PY) -m docs.generate

schema: .venv/dev  ## config/schema.json, for editors
	.venv/bin/checker config schema > config/schema.json

bench: .venv/dev  ## the figures that we claim, printed as distributions
	$(PY) -m benchmarks.time_to_page
	$(PY) -m benchmarks.room
	$(PY) -m benchmarks.idle
	@command -v prometheus-blackbox-exporter >/dev/null || { $(APT) update -qq && $(APT) install -y -qq prometheus-blackbox-exporter; }
	$(PY) -m benchmarks.latency

several: .venv/dev tools  ## several daemons on one PostgreSQL: lag, ceiling, take-over, 50 deaths; half an hour
	$(PY) -m pytest tests/whole/test_several.py
	$(PY) -m benchmarks.several

# WRITE=--write makes docs/reference/torture.md of what was seen.
torture: .venv/dev tools  ## kills, floods, bad answers, full disks: each case of the promise, played; half an hour
	$(PY) -m tests.torture $(WRITE)

# Each *.txt of tests/conformance is an environment of its own: two versions of PostHog's SDK, and chdb (1 GB).
REAL = var/conformance
conformance: .venv/dev  ## the world of the tests beside PostHog's own SDKs and a real ClickHouse; heavy
	@for pins in tests/conformance/*.txt; do \
	  at=$(REAL)/$$(basename $$pins .txt); \
	  cmp -s $$pins $$at/installed || { echo "installing $$pins" && $(PY) -m venv --clear $$at \
	    && $$at/bin/python -m pip install --quiet --disable-pip-version-check -r $$pins && cp $$pins $$at/installed; } \
	  || { echo "conformance: $$pins cannot be installed; it needs a package index" >&2; exit 1; }; \
	done
	$(PY) -m tests.conformance $(REAL)

# Exit code 75: something could not be looked at (offline, no advisories are reached), which is not the same as clean.
AUDIT = var/audit
audit: .venv/dev  ## bandit, hadolint, zizmor and pip-audit; says what it could not look at
	@cmp -s requirements-audit.lock $(AUDIT)/installed || { echo "installing the auditors" && $(PY) -m venv --clear $(AUDIT) \
	  && $(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock \
	  && cp requirements-audit.lock $(AUDIT)/installed; } || echo "audit: not all tools can be installed" >&2
	@$(PY) -m tests.security.audit $(AUDIT)/bin

soak: .venv/dev  ## a day of one daemon at 48 times the speed: what it leaves behind; half an hour; WRITE=--write makes the page
	@ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || { $(APT) update -qq && $(APT) install -y -qq libfaketime; } \
	  || echo "libfaketime is missing: apt-get install libfaketime" >&2
	$(PY) -m tests.soak $(WRITE)

simulate: .venv/dev  ## what the detection rule is worth in years of weather, beside the usual rules
	$(PY) -m benchmarks.simulate
	$(PY) -m benchmarks.backtest

curves: .venv/dev  ## docs/explanation/detection.svg: how soon, how often for nothing, and why; some minutes
	$(PY) -m benchmarks.curves

rehearse: .venv/run  ## PostHog's outages and the handbook's examples, through ./config
	.venv/bin/checker rehearse tests/scenarios/*.yaml

# The real parts that some tests talk to. Without them those tests are skipped, and say so.
tools:
	@command -v promtool >/dev/null || { $(APT) update -qq && $(APT) install -y -qq prometheus; } \
	  || echo "promtool is missing: apt-get install prometheus" >&2
	@command -v prometheus-alertmanager >/dev/null || { $(APT) update -qq && $(APT) install -y -qq prometheus-alertmanager; } \
	  || echo "Alertmanager is missing: apt-get install prometheus-alertmanager" >&2
	@test -n "$$CHECKER_TEST_PG_URL" || command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 \
	  || { $(APT) update -qq && $(APT) install -y -qq postgresql; } \
	  || echo "PostgreSQL is missing: apt-get install postgresql, or set CHECKER_TEST_PG_URL" >&2

.venv/bin/python:
	python3 -m venv .venv || { $(APT) install -y -qq python3-venv && python3 -m venv --clear .venv; }

.venv/run: .venv/bin/python requirements.lock requirements-build.lock pyproject.toml
	.venv/bin/pip install --quiet --require-hashes -r requirements-build.lock
	.venv/bin/pip install --quiet --require-hashes -r requirements.lock
	$(THIS)
	@touch $@

.venv/dev: .venv/bin/python requirements-dev.lock pyproject.toml
	.venv/bin/pip install --quiet --require-hashes -r requirements-dev.lock
	$(THIS)
	@touch $@ .venv/run

THIS = .venv/bin/pip install --quiet --no-build-isolation --no-deps --editable .

# Pins with hashes and without hosts; needs uv (pip install uv).
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links
locks:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --extra dev -o requirements-dev.lock
	printf 'editables>=0.5\nhatchling>=1.27\n' | $(LOCK) - -o requirements-build.lock
	printf 'bandit\nhadolint-bin\npip-audit\nzizmor\n' | $(LOCK) - -o requirements-audit.lock

clean:
	rm -rf .venv $(REAL) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
