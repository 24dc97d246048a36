# The front door. Each target installs the Debian packages that it misses (as root or by sudo) and says so.
#
#   make run      build, start a server with sample traffic, show the live map (Ctrl-C stops all)
#   make test     everything that must hold: layers, unit tests, end-to-end tests
#   make build    the release binary: build/release/tomo
#   make interop  heavy tests against programs that no one here wrote
#   make bench    the figures of docs/performance.md, peers beside them where they are installed
#   make format   clang-format over the tree

JOBS ?= $(shell nproc)

.PHONY: help run test build dev interop bench fuzz asan tsan lint format clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

run: build
	@scripts/run.sh build/release/tomo

build:
	@scripts/packages.sh build
	@mkdir -p build; cmake --preset release > build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	@cmake --build --preset release -j $(JOBS) --target tomo

dev:
	@scripts/packages.sh build test
	@cmake --preset dev
	@cmake --build --preset dev -j $(JOBS)

test: dev
	@ctest --preset dev -j $(JOBS)
	@scripts/python.sh -m pytest -q tests/e2e tests/interop/test_sdk_apps.py tests/interop/test_javascript_sdk.py tests/interop/test_http2.py --tomo build/dev/tomo

interop: build
	@scripts/packages.sh test
	@scripts/python.sh -m pytest -q tests/interop --tomo build/release/tomo

bench: build
	@scripts/packages.sh test
	@cmake --build --preset release -j $(JOBS)
	@bench/run.sh build/release

asan tsan:
	@scripts/packages.sh build test
	@cmake --preset $@
	@cmake --build --preset $@ -j $(JOBS)
	@ctest --preset $@ -j $(JOBS)

# make fuzz SECONDS=600: every fuzz target, one after the other.
SECONDS ?= 60
fuzz:
	@scripts/packages.sh build test lint
	@cmake --preset fuzz
	@cmake --build --preset fuzz -j $(JOBS)
	@fuzz/run.sh build/fuzz $(SECONDS)

lint:
	@scripts/packages.sh build test lint
	@cmake --preset tidy
	@cmake --build --preset tidy -j $(JOBS)

format:
	@scripts/packages.sh lint
	@git ls-files '*.h' '*.cpp' | xargs clang-format-19 -i

clean:
	@rm -rf build
