# Two targets matter to a newcomer: `make demo` and `make test`.  Each makes its own .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEEP := $(VENV)/.installed-deep

.PHONY: help demo test deep bench dist sbom audit lint lock
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP) ## plan and apply the demo state on the embedded sandbox
	@$(BIN)/reconciler demo

test: $(STAMP) ## lint, types, layers and every test, with the time of each
	@BIN=$(BIN) sh tests/run.sh

$(DEEP): $(STAMP) requirements-deep.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-deep.lock
	@touch $(DEEP)

deep: $(DEEP) ## long searches, 30 minutes a target; TARGETS="laws fields" chooses
	@BIN=$(BIN) sh tests/deep.sh

bench: $(DEEP) ## measure CPU, memory and requests for docs/performance.md; ROWS="1 2" chooses, ROUNDS=3
	@ROWS="$(ROWS)" ROUNDS="$(ROUNDS)" $(BIN)/python -m tests.bench

dist: $(STAMP) ## wheel and sdist in dist/: the same bytes for the same commit
	@rm -rf dist && SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation --outdir dist
	@cd dist && sha256sum *

sbom: $(DEEP) ## bill of materials of the locked packages: dist/sbom.json, CycloneDX
	@mkdir -p dist && $(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
	  --output-reproducible --output-file dist/sbom.json

audit: $(DEEP) ## known weaknesses of the locked packages; asks a public database
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements.lock

lint: $(STAMP) ## ruff, mypy and the import layers alone
	@BIN=$(BIN) sh tests/run.sh lint

lock: ## pin every requirement with its hashes
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras \
	  --allow-unsafe --extra dev --extra sandbox --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras \
	  --allow-unsafe --extra dev --extra sandbox --extra deep --constraint requirements.lock \
	  --output-file requirements-deep.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras \
	  --allow-unsafe --extra sandbox --build-deps-for wheel --constraint requirements.lock \
	  --output-file requirements-run.lock pyproject.toml
