# `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The backtracer of Swift's runtime can hang where its output is a pipe.
export SWIFT_BACKTRACE := enable=no

SWIFT ?= swift
CONFIG ?= config
SEEDS ?= 2000
JOURNAL_SEEDS ?= 100000
IMAGE ?= itp
FUZZ_SECONDS ?= 60
PICTURES ?= .build/pictures
DESTDIR ?=
MINUTES ?= 10
RELEASE := .build/release/itp
SOURCES := Sources Tests Fuzz Package.swift

.PHONY: help packages run build check test lint format soak bench fuzz sanitize compare clients senders browser slow image idle install clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

packages: ## install the Debian packages that are missing (as root or through sudo)
	@command -v $(SWIFT) >/dev/null || { echo "Swift 6.3 is needed: https://www.swift.org/install/linux/" >&2; exit 1; }
	@scripts/install-packages

run: build ## build, and run the demonstration: service and simulated PSA, no credentials needed
	$(RELEASE) demo

build: packages ## build the release program: .build/release/itp
	$(SWIFT) build -c release --static-swift-stdlib --product itp

check: build ## examine the configuration in CONFIG=config
	$(RELEASE) check --config $(CONFIG)

test: packages lint ## lint, build without warnings, and run all tests
	$(SWIFT) build --build-tests
	SWIFT="$(SWIFT)" scripts/run-tests
	scripts/clients --installed .build/debug/itp

lint: ## the form of the sources
	$(SWIFT) format lint --strict -r $(SOURCES)

format: ## bring the sources into that form
	$(SWIFT) format -i -r $(SOURCES)

soak: build ## the simulation with SEEDS=2000 seeds, the journal's model with JOURNAL_SEEDS=100000, every failing call, delivery with faults and kills, a long backlog
	ITP_SOAK_SEEDS=$(SEEDS) $(SWIFT) test --filter Simulation
	ITP_JOURNAL_SEEDS=$(JOURNAL_SEEDS) $(SWIFT) test --filter JournalModelTests
	scripts/fault-sweep $(RELEASE)
	scripts/delivery-soak $(RELEASE)
	Benchmarks/backlog

bench: build ## accept path against nginx and Redis, journal, the whole way; see docs/performance.md
	Benchmarks/accept
	$(RELEASE) bench journal
	Benchmarks/whole

fuzz: ## libFuzzer on all readers of what comes from outside, and of the journal, each for FUZZ_SECONDS=60; what is found is kept in .build/fuzz
	scripts/fuzz $(FUZZ_SECONDS)

sanitize: packages ## all tests under Thread Sanitizer, then under Address Sanitizer
	$(SWIFT) build --build-tests --sanitize=thread --scratch-path .build/tsan -Xswiftc -DTSAN
	TSAN_OPTIONS="suppressions=$(CURDIR)/scripts/tsan-suppressions halt_on_error=0" \
	  $(SWIFT) test --skip-build --sanitize=thread --scratch-path .build/tsan -Xswiftc -DTSAN
	$(SWIFT) build --build-tests --sanitize=address --scratch-path .build/asan
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --skip-build --sanitize=address --scratch-path .build/asan

compare: build ## what we take, compared with nginx and h11
	scripts/compare-http $(RELEASE)

clients: build ## independent clients of the vendors against the sandbox; installs them from PyPI at the first time
	scripts/clients $(RELEASE)

senders: build ## a real Alertmanager and a real Postfix send to the service; what cannot be had is skipped
	Tests/EndToEnd/senders $(RELEASE)

browser: build ## the dashboard in a headless Chromium; pictures go into PICTURES=.build/pictures; skipped where it is not installed
	Tests/EndToEnd/browser --pictures $(PICTURES) $(RELEASE)

slow: build ## slow and greedy clients beside a healthy one
	scripts/slow-clients $(RELEASE)

image: ## build the container image IMAGE=itp, with docker, podman or buildah
	@if command -v docker >/dev/null 2>&1; then docker build -t $(IMAGE) .; \
	elif command -v podman >/dev/null 2>&1; then podman build --format docker -t $(IMAGE) .; \
	elif command -v buildah >/dev/null 2>&1; then buildah bud --format docker --isolation chroot -t $(IMAGE) .; \
	else echo "make image: neither docker nor podman nor buildah is installed" >&2; exit 1; fi

idle: build ## memory and processor of a service that has nothing to do, over MINUTES=10
	scripts/idle-figures $(RELEASE) $(MINUTES)

install: ## put what `make build` has built, manual, completions, systemd's units and an example configuration into place (below DESTDIR)
	scripts/install $(RELEASE) "$(DESTDIR)"

clean: ## remove what was built; data and configuration stay
	rm -rf .build
