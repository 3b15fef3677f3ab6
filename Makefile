# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
WORKERS ?= 2

.PHONY: demo pictures page-pictures docs recordings lower-bounds test-release test-trackers test test-slow lint types arrows clean

$(VENV)/.core: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -q -c constraints.txt -e ".[figures]"
	@touch $@

$(VENV)/.test: $(VENV)/.core
	$(PIP) install -q -c constraints.txt -e ".[test]"
	@touch $@

# The CPU build of torch if the package index has one (26 s to install); never the GPU packages,
# which are gigabytes. Without it the tests of counted operations are skipped, and say so.
$(VENV)/.flop: $(VENV)/.test
	-$(PIP) install -q "torch==$$(sed -n 's/^torch==//p' constraints.txt)+cpu"
	@touch $@

# The lab's own extra and the runner for a cluster; torch comes from the line above, never a GPU build.
$(VENV)/.lab: $(VENV)/.flop
	-$(BIN)/python -c "import torch" && $(PIP) install -q -c constraints.txt -e ".[lab,ray]"
	@touch $@

# A real browser for the tests of the page: Debian's chromium, installed where this may be done.
$(VENV)/.browser:
	@mkdir -p $(VENV)
	-command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; }
	@touch $@

demo: $(VENV)/.core
	@mkdir -p demo
	$(BIN)/costlaw forecast imagenet --error 5% --figure demo/imagenet.svg

# The theory, 48 Fashion-MNIST cells, and a small table of strategies (no winner is claimed from it).
# All of it can be killed and called again: what is finished is not done twice.
.PHONY: lab
lab: $(VENV)/.lab
	@mkdir -p demo/lab
	for preset in exponents paper xray interpolation; do \
	  $(BIN)/costlaw lab theory --preset $$preset --figure demo/lab/$$preset.svg || exit 1; done
	$(BIN)/costlaw lab scale fashion-mnist --set time_uses=false --folder demo/lab/scale \
	  --figure demo/lab/scale.svg
	$(BIN)/costlaw lab strategies fashion-mnist --folder demo/lab/strategies \
	  --figure demo/lab/strategies.svg

# The pictures of the README and the pages, drawn again. Those of the lab are trained: about 13 CPU
# minutes the first time, then what is finished is not done twice.
pictures: $(VENV)/.lab
	$(BIN)/costlaw forecast imagenet --error 5% --figure docs/images/imagenet.svg
	$(BIN)/costlaw cost AlexNet --vs NASNet-A --figure docs/images/alexnet-nasnet.svg
	$(BIN)/costlaw lifecycle GPT-3 --uses "1 billion/day" --retrain "1 year" --map \
	  --figure docs/images/training-or-running.svg
	$(BIN)/costlaw lifecycle GPT-3 --uses 1e12 --strategy all --figure docs/images/break-even.svg
	$(BIN)/costlaw lab theory --preset exponents --figure docs/images/lab-theory.svg
	$(BIN)/costlaw lab scale fashion-mnist --seeds 3 --set time_uses=false --folder demo/lab/scale-3 \
	  --figure docs/images/lab-scale.svg
	$(BIN)/costlaw lab strategies fashion-mnist --preset full --folder demo/lab/strategies-full \
	  --figure docs/images/lab-strategies.svg
	$(BIN)/costlaw lab shift pictures --seeds 2 --figure docs/images/lab-shift.svg

page-pictures: $(VENV)/.test $(VENV)/.browser  # the page as a person sees it, photographed again
	$(BIN)/python scripts/page_pictures.py

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

arrows: $(VENV)/.test
	$(BIN)/lint-imports

test: $(VENV)/.lab $(VENV)/.browser lint types arrows
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow" --doctest-modules \
	  --doctest-ignore-import-errors src tests

# The libraries that the meter's callbacks belong to; large, and only the slow tests need them.
$(VENV)/.callbacks: $(VENV)/.lab
	-$(PIP) install -q -c constraints.txt -e ".[callbacks]"
	@touch $@

test-slow: $(VENV)/.lab $(VENV)/.browser $(VENV)/.callbacks
	$(BIN)/python -m pytest -n $(WORKERS) -m slow

docs: $(VENV)/.test  # the site, strict, in site/; nothing of it is loaded from elsewhere
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -q -d site
	@echo "open site/index.html"

# The wheel in fresh environments: without extras (the tutorial typed in) and with each extra.
test-release: $(VENV)/.test
	$(BIN)/python -m pytest -m slow tests/release

# The oldest versions that pyproject.toml allows; the tests of everything that needs no extra. One
# thread: the OpenBLAS of numpy before 2.0 hands systems of six unknowns to threads, which on a busy
# machine takes up to 25 times the CPU and 600 times the wall time.
lower-bounds: export OPENBLAS_NUM_THREADS = 1
lower-bounds:
	$(PYTHON) -m venv $(VENV)-lower
	$(PYTHON) scripts/lower_bounds.py figures meter oracles > $(VENV)-lower/pins.txt
	$(VENV)-lower/bin/pip install -q --disable-pip-version-check -r $(VENV)-lower/pins.txt \
	  pytest pytest-xdist hypothesis 'pandas==2.2.*' 'pyarrow==16.*' -e .
	$(VENV)-lower/bin/python -m pytest -n $(WORKERS) -m "not slow" tests/words tests/runs tests/laws \
	  tests/hardware tests/costs tests/compute tests/literature tests/cards tests/fitting \
	  tests/forecasting tests/trackers tests/figures tests/cli/test_spine.py tests/cli/test_import.py

# The trackers' own libraries, the heavy ones too (a real MLflow server).
$(VENV)/.trackers: $(VENV)/.lab
	$(PIP) install -q -c constraints.txt mlflow wandb tensorboard optuna lightning transformers \
	  accelerate keras codecarbon
	@touch $@

test-trackers: $(VENV)/.trackers
	$(BIN)/python -m pytest -m slow tests/trackers

# The recorded stores of tests/trackers/recordings, made again by the libraries themselves.
recordings: $(VENV)/.trackers
	for recipe in tests/trackers/recordings/make_*.py; do \
	  KERAS_BACKEND=torch $(BIN)/python $$recipe || exit 1; done

clean:
	rm -rf $(VENV) $(VENV)-lower demo site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
