# Every target says what it does after its name; `make` lists them.
.DEFAULT_GOAL := help

GOLANGCI_LINT := .bin/golangci-lint
GOLANGCI_LINT_VERSION := v2.15.0
BENCHSTAT_COUNT ?= 5

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 15

.PHONY: check
check: ## everything that CI runs
	./.ci/run

.PHONY: test
test: ## the tests
	go test ./...

.PHONY: race
race: ## the tests under the race detector
	./.ci/race

.PHONY: lint
lint: $(GOLANGCI_LINT) ## golangci-lint, in every module
	$(GOLANGCI_LINT) run ./...
	cd bench && ../$(GOLANGCI_LINT) run ./...
	cd bench/peers && ../../$(GOLANGCI_LINT) run ./...

.PHONY: format
format: $(GOLANGCI_LINT) ## gofumpt and gci, in every module
	$(GOLANGCI_LINT) fmt ./...
	cd bench && ../$(GOLANGCI_LINT) fmt ./...
	cd bench/peers && ../../$(GOLANGCI_LINT) fmt ./...

.PHONY: vet
vet: ## go vet of every module, for every platform
	./.ci/vet

.PHONY: bench
bench: ## the benchmarks against floors and peers, as the table of docs/performance.md
	cd bench && go run ./cmd/table

.PHONY: bench-durable
bench-durable: ## durable runs beside their floors, and a million that sleep, as docs/performance.md has them
	cd bench && go run ./cmd/durable
	cd bench && go run ./cmd/million

.PHONY: bench-peers
bench-peers: ## durable runs beside DBOS, Temporal and others; building Temporal's server takes minutes
	cd bench/peers && go run -tags temporal .

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (default 20s)
	./.ci/fuzz $(FUZZTIME)

.PHONY: cover
cover: ## the coverage of the packages by their tests
	go test -coverpkg=./actions/...,./executor/...,./orchestrate/...,./combinators/...,./durable/... -coverprofile=coverage.out ./...
	go tool cover -func=coverage.out | tail -n 1

$(GOLANGCI_LINT): Makefile
	GOBIN=$(CURDIR)/.bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	@touch $@
