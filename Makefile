# What a checkout can do; every target sets up its own environment first. No root needed.
PYTHON ?= python3
UV ?= uv
VENV ?= .venv
WORKERS ?= 2
ARGS ?=
SECONDS := 1800

BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input install

.DEFAULT_GOAL := help
.PHONY: help demo test check bench bench-quick bench-kept soak reliability pictures profiles fmt lock setup clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

demo: $(READY) ## Simulate an orchestrator and watch its log
	@$(BIN)/voxtop demo $(ARGS)

test: $(READY) ## Run all tests; ARGS="-k follow" narrows it down
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -ra $(ARGS)

check: $(READY) ## Lint, format, types, import contracts, sizes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m bench.sizes

bench: $(READY) ## Measure beside others, which are brought first, and write it into docs/performance.md
	@$(BIN)/python -m bench.run --prepare --docs $(ARGS)

bench-quick: $(READY) ## Measure in two minutes: whether it runs, not what to rely on
	@$(BIN)/python -m bench.run --quick $(ARGS)

bench-kept: $(READY) ## Count the instructions of the hot paths and compare; ARGS=--store stores them
	@$(BIN)/python -m bench.kept $(ARGS)

soak: $(READY) ## A bad night in short: rotations, cut connections, kills; SECONDS=120 makes it shorter
	@$(BIN)/python -m bench.soak $(SECONDS)

reliability: $(READY) ## Simulate every fault and write docs/reliability.md
	@results=$$(mktemp) && trap 'rm -f "$$results"' EXIT && \
	    { $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -k test_fault_ --junitxml="$$results" $(ARGS) || true; } && \
	    $(BIN)/python -m tests.faults "$$results"

pictures: $(READY) ## Draw the pictures of the documentation and the key card
	@$(BIN)/python -m bench.pictures $(ARGS)
	@$(BIN)/python -m tests.key_card

profiles: $(READY) ## Draw where the time goes, for docs/where-time-goes.md
	@$(BIN)/python -m bench.profiles $(ARGS)

fmt: $(READY) ## Format and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: ## Pin every dependency with hashes; ARGS=--upgrade takes newer versions
	@command -v $(UV) >/dev/null || { echo 'make lock needs uv: pipx install uv' >&2; exit 1; }
	@$(UV) pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url $(ARGS) --output-file constraints.txt pyproject.toml >/dev/null

setup: $(READY) ## Only set up the environment

$(READY): constraints.txt pyproject.toml hatch_build.py $(wildcard tui/engine/bulk/kernel*.[ch])
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'voxtop needs Python 3.11 or newer: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo '$(PYTHON) cannot make environments: install python3-venv' >&2; exit 1; }
	@echo 'Setting up $(VENV), once; about a minute …' >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --require-hashes --requirement constraints.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@test -f tui/engine/bulk/kernel.bin || echo 'No C compiler that works: large logs take longer to read' >&2
	@touch $@

clean: ## Remove everything that was made
	@rm -rf $(VENV) .bench-venv dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis snapshot_report.html
	@rm -f tui/engine/bulk/kernel*.bin
	@find tui widgets themes tests bench -name __pycache__ -prune -exec rm -rf {} +
