# Two commands are enough for a newcomer: `make run` and `make test`. Each installs what it misses.
# Needed beforehand: Go, and a Debian-like system.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

DATA_DIR ?= ./var
LISTEN ?= 127.0.0.1:8080
TEST_TIMEOUT ?= 40m
LINTER_VERSION := 2.15.0

RELEASE_ARCHITECTURES := amd64 arm64

.PHONY: run test pictures lint bench release release-test

run:
	@.ci/need postgresql fonts-wqy-microhei
	go run ./cmd/mingzhang serve --data-dir $(DATA_DIR) --listen $(LISTEN)

# hledger is the outside judge of our books; the C compiler links the race detector; curl and jq are what the README types;
# LibreOffice saves lists as offices do, Chromium sits at the pages. poppler reads printed forms.
test:
	@.ci/need postgresql hledger gcc curl jq soffice chromium fonts-wqy-microhei poppler-utils
	CGO_ENABLED=1 go test -race -timeout $(TEST_TIMEOUT) ./...

# Every page of everybody's day, on the office's screen and on a telephone, for somebody to look at: .pictures/_artifacts.
pictures:
	@.ci/need postgresql chromium fonts-wqy-microhei
	rm -rf .pictures && mkdir .pictures
	go test ./api -count=1 -timeout $(TEST_TIMEOUT) -run 'TestADayOfEachRole|InABrowser|AtABrowser' -artifacts -outputdir $(CURDIR)/.pictures

lint:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:" $$unformatted; exit 1; fi
	go vet ./...
	@.tools/golangci-lint version 2>/dev/null | grep -q 'version v\?$(LINTER_VERSION) ' || \
		GOBIN=$(CURDIR)/.tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(LINTER_VERSION)
	.tools/golangci-lint run ./...

bench:
	@.ci/need postgresql
	go run ./cmd/mingzhang bench

# dist/mingzhang-VERSION-ARCH.tar.gz: all that a Debian 12 server without internet needs. It needs apt sources of Debian 12.
release:
	@.ci/release $(RELEASE_ARCHITECTURES)

release-test:
	@.ci/need debootstrap iproute2
	.ci/release-test
