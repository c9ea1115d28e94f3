module github.com/baton-go/baton/bench

go 1.26.0

require (
	github.com/baton-go/baton v0.0.0
	github.com/sourcegraph/conc v0.3.0
	golang.org/x/sync v0.24.0
)

require (
	go.uber.org/multierr v1.10.0 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
)

replace github.com/baton-go/baton => ../
