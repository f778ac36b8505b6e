# Short verbs. CI runs `make test`, so that what passes here passes there.

GO         ?= go
FUZZTIME   ?= 5s
STATICCHECK = $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GORELEASER  = $(GO) run github.com/goreleaser/goreleaser/v2@v2.14.0

.PHONY: help build test lint fuzz bench generate truth truth-facts truth-loader truth-artifacts truth-wrapper truth-fix fix-corpus release-check

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' Makefile

build: ## build ./musllint and ./muslcc
	CGO_ENABLED=0 $(GO) build -trimpath -tags urfave_cli_no_docs -o musllint ./cmd/musllint
	CGO_ENABLED=0 $(GO) build -trimpath -o muslcc ./cmd/muslcc
	ln -sf muslcc muslc++

test: lint ## vet, gofmt, staticcheck and all tests: what CI runs
	$(GO) test ./...

lint: ## vet, gofmt and staticcheck only
	$(GO) vet ./...
	@unformatted=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	$(STATICCHECK) ./...

# Every fuzz target for $(FUZZTIME); go test takes one target of one package at a time. A run
# that ends in "context deadline exceeded" alone met a flaw of go test, not of ours.
fuzz: ## every fuzz target for FUZZTIME
	@set -e; $(GO) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... | while read -r package; do \
		for target in $$($(GO) test -list '^Fuzz' "$$package" | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5s "$$package"; \
		done; \
	done

# Go benchmarks, then whole processes against the linters that are installed.
bench: build ## benchmarks of Go, then of whole processes
	$(GO) test -run '^$$' -bench . -benchmem ./...
	testdata/bench/process ./musllint
	testdata/bench/loader ./musllint $(subst :, ,$(FILES))
	testdata/bench/wrapper ./muslcc $(SOURCES)

generate: ## rebuild what is derived
	$(GO) generate ./...

# Rebuilds what is derived and fails when the tree did not hold it already.
truth: generate ## rebuild what is derived, and fail when the tree did not hold it already
	git diff --exit-code

# Real loaders of musl, built from upstream's releases for $(ARCHES). Those of Alpine's images
# may be put beside them, as alpine_RELEASE-ARCH/lib/libc.so.
LOADERS ?= $(CURDIR)/testdata/truth/loaders
ARCHES  ?= amd64

# Fails when a build exports what the table of exports does not say, or does not export what
# it says.
truth-facts: ## compare the table of exports with real loaders of musl
	testdata/truth/build-loaders $(LOADERS) $(ARCHES)
	MUSLLINT_REQUIRE=1 MUSLLINT_LOADERS=$(LOADERS) $(GO) test -count=1 -run TestRealLoaders ./lint/facts

# Compares musllint ldd with the real loaders, on every program and library below the folders
# in $(FILES), which are separated by colons. testdata/truth/fetch-files brings some.
FILES ?= /usr/bin:/usr/sbin:/usr/lib
truth-loader: ## compare musllint ldd with real loaders of musl
	testdata/truth/build-loaders $(LOADERS) $(ARCHES)
	MUSLLINT_REQUIRE=1 MUSLLINT_LOADERS=$(LOADERS) MUSLLINT_TRUTH=$(FILES) MUSLLINT_TRUTH_MAX=0 \
		$(GO) test -count=1 -timeout 5h -run 'TestTruth|TestRules|TestDlopen' -v ./lint/loader

# Lays out every verdict and every repair of musllint check for the real loaders, on the files
# that testdata/truth/fetch-files brings, and compares docs/artifacts.md with them.
truth-artifacts: ## compare musllint check with real loaders of musl
	testdata/truth/build-loaders $(LOADERS) amd64
	test -d $(LOADERS)/../files || testdata/truth/fetch-files $(LOADERS)/../files
	MUSLLINT_REQUIRE=1 MUSLLINT_LOADERS=$(LOADERS) MUSLLINT_TRUTH=$(LOADERS)/../files MUSLLINT_TRUTH_MAX=0 \
		$(GO) test -count=1 -timeout 2h -run 'TestTruth|TestRecipes' -v ./lint/judge

# Builds projects through muslcc and compares what it finds with a plain compiler for musl, which
# compiles every unit again: all of testdata/truth/sources.txt that are in the folder $(SOURCES),
# or $(PROJECTS). What they need to be built has to be installed. A second run takes the builds
# and the truth of the first one. Flags of testdata/truth/wrapper: -rejudge -fast -verbose -fix …
WRAPPER       ?= $(CURDIR)/../wrapper
SOURCES       ?= $(WRAPPER)/sources
PROJECTS      ?=
WRAPPER_FLAGS ?= -recall 0.99 -precision 0.99
truth-wrapper: ## compare muslcc with a real compiler for musl, on PROJECTS in SOURCES
	testdata/truth/build-musl-gcc $(WRAPPER)/musl-gcc
	test -d $(SOURCES) || testdata/truth/fetch-sources $$(grep '^[a-z]' testdata/truth/sources.txt) $(SOURCES) || true
	CGO_ENABLED=0 $(GO) build -trimpath -o $(WRAPPER)/muslcc ./cmd/muslcc
	CGO_ENABLED=0 $(GO) build -trimpath -tags urfave_cli_no_docs -o $(WRAPPER)/musllint ./cmd/musllint
	$(GO) build -o $(WRAPPER)/truth ./testdata/truth/wrapper
	$(WRAPPER)/truth -sources $(SOURCES) -work $(WRAPPER)/work -musl $(WRAPPER)/musl-gcc \
		-muslcc $(WRAPPER)/muslcc -musllint $(WRAPPER)/musllint $(WRAPPER_FLAGS) $(PROJECTS)

# What takes long about repairs: thousands of generated patches that git has to agree about, and
# a process that is killed at a thousand moments.
truth-fix: ## thousands of patches that git has to agree about, and killed processes
	MUSLLINT_REQUIRE=1 MUSLLINT_FIX_CASES=10000 $(GO) test -count=1 -timeout 2h -run TestAgreesWithGit -v ./fix
	MUSLLINT_REQUIRE=1 MUSLLINT_KILLS=1000 $(GO) test -count=1 -timeout 2h -run TestFixKilled -v ./cmd/musllint

# Repairs the Dockerfiles of the folder $(BAD), where they are not changed, and checks the
# diffs; those of the folder $(CLEAN) must need none.
fix-corpus: ## repair the Dockerfiles of BAD; those of CLEAN must need no repair
	MUSLLINT_FIX_CORPUS=$(BAD) MUSLLINT_FIX_CLEAN=$(CLEAN) $(GO) test -count=1 -run TestFixCorpus -v ./cmd/musllint

release-check: ## build a release without publishing it
	$(GORELEASER) check
	$(GORELEASER) release --snapshot --clean
