# Every command a person needs. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
STACK := $(PY) -m dev.stack
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help up down reset logs status test check policies types lock \
	admin ingest-key job-host deploy-check verify-audit empty scenario bench proof evidence

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## install what is missing, start everything, print the address and the demo sign-ins
	@dev/setup
	@$(STACK) up

down: ## stop everything, keep the data
	@$(STACK) down

reset: ## stop everything and delete data and keys
	@$(STACK) reset

logs: ## follow every log
	@$(STACK) logs

status: ## what runs
	@$(STACK) status

test: ## every test; ends with "N passed, N failed"
	@dev/setup test
	@$(PY) -m dev.testing

check: ## formatters, linters and types only
	@dev/setup
	@$(PY) -m dev.testing --only check

policies: ## generate the last migration from policies/
	@$(PY) -m dev.policies

types: ## generate web/lib/database.types.ts from the running database
	@$(PY) -m dev.types

lock: ## refresh requirements*.lock and package-lock.json from pyproject.toml and package.json
	@dev/lock

# $(call module,NAME,ARGUMENTS): runs python -m dev.NAME, or says that it is not part of this checkout.
module = @test -e dev/$(1)/__main__.py -o -e dev/$(1).py || { echo "dev/$(1) is not in this checkout."; exit 1; }; \
	dev/setup $(3) >&2 && $(PY) -m dev.$(1) $(2)

admin: ## EMAIL=…: make an existing Auth user the first admin (DATABASE_URL selects the project)
	$(call module,admin,'$(EMAIL)')

ingest-key: ## COMPANY=<cnpj> [LABEL=…] [SERVICE=…] [MESSAGES=1], or PLATFORM=1: print a new ingest key, once
	$(call module,ingest_key,$(if $(PLATFORM),--platform,'$(COMPANY)') $(if $(LABEL),--label '$(LABEL)') $(if $(SERVICE),--service '$(SERVICE)') $(if $(MESSAGES),--messages))

job-host: ## HOST=<host[:port]> [REMOVE=1]: a host on which handlers of jobs may lie
	$(call module,job_host,'$(HOST)' $(if $(REMOVE),--remove))

deploy-check: ## check the project that DATABASE_URL names; changes nothing
	$(call module,deploy_check,)

verify-audit: ## recompute the audit trail that DATABASE_URL names; ARGS="--anchors FILE"
	$(call module,verify_audit,$(ARGS))

empty: ## an empty stack beside the demo; prints shell exports
	@dev/setup >&2
	$(call module,empty,)

scenario: ## NAME=…: play an incident into the running stack
	$(call module,simulator,scenario $(NAME))

bench: ## speed, memory and accuracy beside their goals and peers; ARGS="--size full --write"
	$(call module,bench,$(ARGS),bench)

proof: ## the full counts of every suite; hours
	$(call module,proof,$(ARGS),test bench)

evidence: ## what docs/evidence/*.json say
	$(call module,evidence,)
