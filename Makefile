# make demo: install, mine the bundled sample, show the findings. make test: the test suite. make soak: the long form
# of its faults, crashes and hostile input (SOAK="--seconds 300" for a shorter one). See README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe \
        --strip-extras --all-build-deps --quiet
SAMPLE := extractor/data/sample.jsonl
RUNTIME := $(VENV)/installed
DEV := $(VENV)/installed-dev

.DEFAULT_GOAL := demo
.PHONY: demo test soak lint lock clean python

demo: $(RUNTIME)
	@$(BIN)/extractor mine $(SAMPLE) --format table
	@rm -rf demo && mkdir demo
	@$(BIN)/extractor mine $(SAMPLE) --db demo/als.db -o demo/findings.jsonl --quiet
	@$(BIN)/extractor report --db demo/als.db -o demo/report \
	    --note "A sample: abstracts that this project wrote in its own words. They are no data on any paper."

test: $(DEV)
	@$(BIN)/python -m pytest -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true

# atheris, the coverage-guided fuzzer, has wheels for some systems only: without it that part is skipped, and said so.
soak: $(DEV)
	@$(PIP) install "atheris>=3,<4" || echo "make: atheris cannot be installed here"
	@PYTHONPATH=tests:. $(BIN)/python -m soak -o models/benchmark/soak.json $(SOAK)
	@$(BIN)/extractor benchmark render

lint: $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

python:
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is not installed: install Python 3.11 or 3.12, or say make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || { echo "make: $$($(PYTHON) --version) will not do: Python 3.11 or 3.12 is needed, say make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "make: $(PYTHON) has no venv module: install it (Debian, Ubuntu: apt install python3-venv)"; exit 1; }

# Stamp files: what is older than its lock is installed again; a half-made environment is made anew.
$(RUNTIME): requirements.txt pyproject.toml | python
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV) && $(PYTHON) -m venv $(VENV); }
	@echo "Installing the locked packages into $(VENV) (once, a few minutes) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.txt
	@echo "Installing the locked development packages into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

lock: $(DEV)
	$(BIN)/pip-compile $(LOCK) -o requirements.txt pyproject.toml
	$(BIN)/pip-compile $(LOCK) --extra dev --extra review -c requirements.txt -o requirements-dev.txt pyproject.toml

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
