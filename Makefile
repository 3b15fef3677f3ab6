# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
WORKERS ?= 2

.PHONY: demo pictures test test-slow lint types arrows clean

$(VENV)/.core: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -q -c constraints.txt -e ".[figures]"
	@touch $@

$(VENV)/.test: $(VENV)/.core
	$(PIP) install -q -c constraints.txt -e ".[test]"
	@touch $@

demo: $(VENV)/.core
	@mkdir -p demo
	$(BIN)/costlaw forecast imagenet --error 5% --figure demo/imagenet.svg

pictures: $(VENV)/.core  # the README's picture, drawn again
	$(BIN)/costlaw forecast imagenet --error 5% --figure docs/images/imagenet.svg

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

arrows: $(VENV)/.test
	$(BIN)/lint-imports

test: $(VENV)/.test lint types arrows
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow" --doctest-modules src tests

test-slow: $(VENV)/.test
	$(BIN)/python -m pytest -n $(WORKERS) -m slow

clean:
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
