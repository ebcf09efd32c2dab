# make run: everything from a fresh clone to a dashboard with the demonstration cohort. make test: every test.
# make real: the same with the real calls, fetched from the public buckets: make real RELEASE=3.7.6 FETCH='--population GBR'.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8501
RELEASE ?= 3.5.7b
REAL ?= real-$(RELEASE)
FETCH ?=
BUILD ?=

.PHONY: run test test-fast lint unit bench clean

run: $(VENV)/.installed
	@test -e cnv.duckdb || $(MAKE) --no-print-directory demonstration
	$(BIN)/python -m dashboard --host $(HOST) --port $(PORT)

# Never builds over a database that is there; the VCFs are only needed while it is built, and stay for the curious.
.PHONY: demonstration
demonstration: $(VENV)/.installed
	@test ! -e cnv.duckdb || { echo "cnv.duckdb is there already: move it away to build the demonstration again" >&2; exit 1; }
	@test -e demo/samples.tsv || $(BIN)/python -m data_prep demo --out demo
	$(BIN)/python -m data_prep build --vcf demo/vcf --samples demo/samples.tsv --out cnv.duckdb

# Goes on where an earlier fetch was interrupted, and stops before the build where some files could not be fetched.
.PHONY: real
real: $(VENV)/.installed
	$(BIN)/python -m data_prep fetch --release $(RELEASE) --out $(REAL) $(FETCH)
	$(BIN)/python -m data_prep build --vcf $(REAL)/vcf --samples $(REAL)/20130606_g1k_3202_samples_ped_population.txt \
		--unrelated $(REAL)/samples_unrelated.txt $(BUILD) --out $(REAL)/cnv.duckdb
	CNV_DATABASE=$(REAL)/cnv.duckdb $(BIN)/python -m dashboard --host $(HOST) --port $(PORT)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..., say" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python cannot make a virtual environment: on Debian and Ubuntu install the package python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@touch $@

# DuckDB of the release before, and the S3 server of the tests, which wants an older python-dateutil than the pins: both apart.
$(VENV)/.installed-tests: tests/requirements.txt requirements-workflow.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt -c constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target .duckdb15 'duckdb>=1.5,<1.6'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target .moto 'moto[s3]>=5.2,<6' flask flask-cors
	@touch $@

# At once: mypy keeps one core busy for a minute, and the tests leave some of the other.
test: $(VENV)/.installed-tests
	@$(MAKE) --no-print-directory --jobs 2 lint unit

lint: $(VENV)/.installed-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Where Python is told to write no bytecode, pytest works out the assertions of 400 files anew in each process: 16 s of it.
unit test-fast: export PYTHONDONTWRITEBYTECODE =

# Three processes for two cores: a test waits a third of its time for a browser, a server or another process.
unit: $(VENV)/.installed-tests
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder --junitxml test-results/junit.xml $(PYTEST)

# For the loop while working: more than half of the tests, none of those that take long.
test-fast: $(VENV)/.installed-tests
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile -m 'not slow' -q $(PYTEST)

bench: $(VENV)/.installed-tests
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) .duckdb15 .moto demo test-results
