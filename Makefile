# Two commands set up a fresh machine: `make verify` checks the paper, `make test` runs the tests.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: verify test test-slow lint publish docs bench clean

verify: .venv/main.stamp
	@$(BIN)/greedylr verify --page build/ledger

test: .venv/dev.stamp
	@$(BIN)/python -m pytest -q -m "not slow"

test-slow: .venv/dev.stamp
	@$(BIN)/python -m pytest -q -m slow

lint: .venv/dev.stamp
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy

publish: .venv/main.stamp
	@$(BIN)/python -m verification.publish
	@$(BIN)/greedylr appendix

docs: .venv/docs.stamp
	@$(BIN)/python docs/reference.py

bench: .venv/main.stamp
	@$(BIN)/python benchmarks/verify.py

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# An environment is thrown away when it is not this checkout's, or when an install or an interpreter is broken.
# A stamp is stale when what it installed from is newer.
ifneq ($(wildcard .venv),)
ifneq ($(shell cat .venv/checkout 2>/dev/null),$(CURDIR))
$(shell rm -rf .venv)
else ifneq ($(shell $(BIN)/python -c "import importlib.util as u; print(all(map(u.find_spec, ('pip', 'sympy', 'typer', 'rich', 'numba', 'verification'))))" 2>/dev/null)$(wildcard $(BIN)/greedylr),True$(BIN)/greedylr)
$(shell rm -rf .venv)
endif
endif

.venv/checkout:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else f"Python 3.11 or later is needed, {sys.executable} is {v.major}.{v.minor}: run `make PYTHON=/path/to/python3.11 ...`.")'
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
	@echo '$(CURDIR)' >$@

.venv/main.stamp: pyproject.toml constraints.txt | .venv/checkout
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/dev.stamp: pyproject.toml constraints.txt | .venv/checkout
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/main.stamp

.venv/docs.stamp: pyproject.toml constraints.txt | .venv/checkout
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	@touch $@ .venv/main.stamp
