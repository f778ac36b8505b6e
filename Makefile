# Short verbs. CI runs `make test`, so that what passes here passes there.

GO         ?= go
FUZZTIME   ?= 5s
STATICCHECK = $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GORELEASER  = $(GO) run github.com/goreleaser/goreleaser/v2@v2.14.0

.PHONY: build test lint fuzz bench generate truth release-check

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o musllint ./cmd/musllint

test: lint
	$(GO) test ./...

lint:
	$(GO) vet ./...
	@unformatted=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	$(STATICCHECK) ./...

# Every fuzz target for $(FUZZTIME); go test takes one target of one package at a time. A run
# that ends in "context deadline exceeded" alone met a flaw of go test, not of ours.
fuzz:
	@set -e; $(GO) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... | while read -r package; do \
		for target in $$($(GO) test -list '^Fuzz' "$$package" | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package"; \
		done; \
	done

# Go benchmarks, then whole processes against the linters that are installed.
bench: build
	$(GO) test -run '^$$' -bench . -benchmem ./...
	testdata/bench/process ./musllint

generate:
	$(GO) generate ./...

# Rebuilds what is derived and fails when the tree did not hold it already.
truth: generate
	git diff --exit-code

release-check:
	$(GORELEASER) check
	$(GORELEASER) release --snapshot --clean
