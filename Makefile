# Every verb is complete in itself: from a bare clone it makes the environment, starts the checkout's own PostgreSQL and
# migrates. Python 3.11+, make and git are all that has to be there.
#
#   make demo ARGS="--no-serve"   make test ARGS="-k posting"   PLIMSOLL_POSTGRES=system make test   make down FORCE=1

ifndef PYTHON
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$name; exit; }; done; echo python3)
endif
PLIMSOLL := .venv/bin/python tools/plimsoll.py
RUN := $(PLIMSOLL) run --
SQL := accounts ledger custody contracts clearing bench tools/database.sql
ARGS ?=
JOBS ?= 2

.PHONY: help demo test check bench-ledger bench-accrual format messages migrate up down reset status psql shell lock system-packages clean venv venv-bench venv-dev

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1: /p' Makefile

demo: migrate ## run the 2008 crash on real prices, then serve the admin
	@$(PLIMSOLL) run $(if $(findstring --workers,$(ARGS)),--broker) -- python manage.py demo $(ARGS)

test: venv-dev ## all tests; ARGS goes to pytest
	@$(RUN) pytest -n $(JOBS) $(ARGS)

check: venv-dev ## format, lint, types, import contracts, migrations, deployment settings, SQL, architecture
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@$(RUN) mypy
	@$(RUN) lint-imports
	@.venv/bin/sqlfluff lint --disable-progress-bar $(SQL)
	@$(RUN) python manage.py makemigrations --check --dry-run
	@PLIMSOLL_HTTPS=1 $(RUN) python manage.py check --deploy --fail-level WARNING
	@$(RUN) pytest tests/architecture

bench-ledger: venv-bench ## how fast the ledger is, against the floor and others; ARGS="--quick", "--only bulk", "--profile"
	@$(RUN) python -m bench ledger $(ARGS)

bench-accrual: venv-bench ## how fast a million contracts accrue, against one raw statement; ARGS="--quick", "--profile"
	@$(RUN) python -m bench accrual $(ARGS)

format: venv-dev ## let ruff and sqlfluff rewrite what they can
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .
	@.venv/bin/sqlfluff fix --disable-progress-bar --quiet $(SQL)

messages: venv-dev ## bring the catalogues of the languages up to date with the source
	@$(RUN) python -m tools.messages

migrate: venv ## start the database and bring it up to date
	@$(PLIMSOLL) migrate

up: venv ## start the database
	@$(PLIMSOLL) up

reset: venv ## an empty database, unless somebody uses it (FORCE=1: even then)
	@$(PLIMSOLL) reset $(if $(FORCE),--force)
	@$(PLIMSOLL) migrate

down: ## stop what runs here, unless somebody uses it (FORCE=1: even then)
	@$(PYTHON) tools/plimsoll.py down $(if $(FORCE),--force)

status: ## what runs, and who uses it
	@$(PYTHON) tools/plimsoll.py status

psql: venv ## psql as the application; ARGS=owner or ARGS=admin
	@$(PLIMSOLL) psql $(ARGS)

shell: migrate ## a Python shell with the models
	@$(RUN) python manage.py shell

lock: ## write the pins anew from requirements*.in
	@$(PYTHON) tools/lock.py

system-packages: ## what tests need besides, on Debian: Chromium, hledger, CJK fonts, PostgreSQL, gettext
	@sh tools/system-packages.sh

clean: ## stop the servers, delete this checkout's databases and everything that make made
	@$(PYTHON) tools/plimsoll.py remove $(if $(FORCE),--force)
	@rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@$(PYTHON) tools/venv.py run

venv-bench:
	@$(PYTHON) tools/venv.py bench

venv-dev:
	@$(PYTHON) tools/venv.py dev
