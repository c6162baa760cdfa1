# vmharness: `make run` shows what it is for, `make test` runs every test.

SWIFT ?= swift
KERNEL ?= debian:6.1 debian:6.12 debian:7.2
PLAN ?= virtiofs-kvec
BIN = .build/debug/vmharness
RELEASE = .build/release/vmharness

.PHONY: run test lint fuzz bench build release setup prepare clean

# The first of these kernels has the bug, so FAIL is the right verdict there
# (status 1), and only a wrong request or a broken host (2, 3) fails the target.
run: prepare
	$(BIN) run $(PLAN) $(KERNEL:%=--kernel %); status=$$?; [ $$status -le 1 ]

test: prepare
	$(BIN) image build filesystems lab-host
	$(SWIFT) test --disable-xctest

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Fuzz Package.swift

# FUZZ_SECONDS (60) of mutated logs against the reader of kernel logs.
fuzz:
	ci/fuzz.sh

# Each part can be called alone; ci/README.md says what it measures.
bench: setup release
	$(RELEASE) image build
	$(RELEASE) kernel add $(firstword $(KERNEL))
	ci/bench-start.sh $(RELEASE) $(firstword $(KERNEL))
	ci/bench-guests.sh $(RELEASE) $(firstword $(KERNEL))
	ci/bench-waiting.sh $(RELEASE) $(firstword $(KERNEL))
	ci/bench-log.sh $(RELEASE)
	ci/bench-store.sh $(RELEASE)

build: setup
	$(SWIFT) build --build-tests

release: setup
	$(SWIFT) build -c release

setup:
	ci/setup.sh

# The image and the kernels that the tests and `make run` boot.
prepare: build
	$(BIN) image build
	$(BIN) kernel add $(KERNEL)

clean:
	rm -rf .build
