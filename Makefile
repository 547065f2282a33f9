# Two targets matter to a newcomer: `make demo` and `make test`.  Each makes its own .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed-run
STAMP := $(VENV)/.installed
DEEP := $(VENV)/.installed-deep

.PHONY: help demo test deep bench pictures dist sbom audit messages lint lock
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

# What running needs; `make test` adds the rest to the same folder.
$(RUN): requirements-run.lock pyproject.toml
	@PYTHON=$(PYTHON) sh install.sh --editable $(VENV) requirements-run.lock
	@touch $@

$(STAMP): requirements.lock $(RUN)
	@PYTHON=$(PYTHON) sh install.sh --editable $(VENV) requirements.lock
	@$(BIN)/python -I -m compileall -qq -j 0 $(VENV)/lib || true
	@touch $(RUN) $@

demo: $(RUN) ## plan and apply the demo state on the embedded sandbox
	@$(BIN)/reconciler demo

test: $(STAMP) ## lint, types, layers and every test, with the time of each
	@BIN=$(BIN) sh tests/run.sh

$(DEEP): $(STAMP) requirements-deep.lock
	@PYTHON=$(PYTHON) sh install.sh --editable $(VENV) requirements-deep.lock
	@touch $(RUN) $(STAMP) $@

deep: $(DEEP) ## long searches, 30 minutes a target; TARGETS="laws fields" chooses
	@BIN=$(BIN) sh tests/deep.sh

bench: $(DEEP) ## measure CPU, memory and requests for docs/performance.md; ROWS="1 2" chooses, ROUNDS=3; BASE=COMMIT compares with an older build
	@BASE="$(BASE)" ROWS="$(ROWS)" ROUNDS="$(ROUNDS)" $(BIN)/python -m tests.bench

pictures: $(DEEP) ## take the pictures of the documentation with Chromium; all of them are in build/pictures/
	@$(BIN)/python -m tests.pictures

dist: $(STAMP) ## wheel and sdist in dist/: the same bytes for the same commit
	@rm -rf dist && SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -I -m build --no-isolation --outdir dist
	@cd dist && sha256sum *

sbom: $(DEEP) ## bill of materials of the locked packages: dist/sbom.json, CycloneDX
	@mkdir -p dist && PYTHONWARNINGS=ignore::UserWarning $(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
	  --output-reproducible --output-file dist/sbom.json

audit: $(DEEP) ## known weaknesses of the locked packages; asks a public database
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements.lock

messages: $(STAMP) ## bring the catalogues up to the texts of the source, and compile them
	@$(BIN)/python -m tests.messages

lint: $(STAMP) ## ruff, mypy and the import layers alone
	@BIN=$(BIN) sh tests/run.sh lint

# Extras stay in the locks: where one is missing, an old pip takes the newest release for it, and refuses that.
COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host \
  --no-emit-find-links --no-strip-extras --allow-unsafe --extra sandbox

lock: $(STAMP) ## pin every requirement with its hashes, for Python 3.11 to 3.14; UPGRADE=--upgrade takes newer releases
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(UPGRADE) --extra dev \
	  --output-file requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock (this one is for Python 3.11 alone)" $(COMPILE) $(UPGRADE) --extra dev --extra deep \
	  --constraint requirements.lock --output-file requirements-deep.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --build-deps-for wheel \
	  --constraint requirements.lock --output-file requirements-run.lock pyproject.toml
	$(BIN)/python -m tests.install.requires
