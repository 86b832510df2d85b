PROFILE ?= slim
SHELL := /bin/bash
PY := .venv/bin/python -W ignore
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

.PHONY: help run test bench check lint lock

help:            ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run:             ## install, train where needed, start the guide (PORT=, PROFILE=full, REGISTRY=replay)
	@scripts/install $(PROFILE) $(if $(wildcard .venv/.dev),dev)
	@exec $(PY) -m bot run

test:            ## install and run the whole test suite
	@scripts/install $(PROFILE) dev && touch .venv/.dev
	@scripts/test

bench:           ## the benchmarks, as a table
	@scripts/install $(PROFILE) dev && touch .venv/.dev
	@$(PY) -m tests.bench

check:           ## content, format, types
	@scripts/install $(PROFILE) dev && touch .venv/.dev
	@scripts/check

lock:            ## write the locked requirements anew
	@scripts/lock
