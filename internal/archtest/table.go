package archtest

import (
	"path"
	"slices"
	"strings"
)

// Table says what each package may do, by its directory. A directory that ends in "/..." stands for all below it that
// have no row of their own.
type Table map[string]Room

// Room is what one package may do. Tests may do more: they import what they like, but no nested module.
type Room struct {
	// Imports lists the packages that it imports, besides the standard library: those of this module by directory, others
	// by path. One that ends in "/..." stands for itself and all below it.
	Imports []string
	// Touches lists the files that may touch the machine: read a clock, start a goroutine, import os, net or randomness.
	// "*" stands for all files.
	Touches []string
	// Names bounds the number of exported names at the top level; 0 is no bound.
	Names int
}

var (
	core       = []string{"actions", "executor", "executor/backoff", "orchestrate"}
	everything = append([]string{"combinators/...", "durable/..."}, core...)
	anyFile    = []string{"*"}
)

// Baton is the table of this module. What is not in it is not there yet: to add a package or an arrow, add it here, and
// say why in the commit.
var Baton = Table{
	"actions": {Names: 30},
	"executor": {
		Imports: []string{"actions", "internal/nearest"},
		Touches: []string{"system.go", "strands.go"},
		Names:   37,
	},
	"executor/backoff": {Imports: []string{"executor"}},
	"executor/executortest": {
		Imports: []string{"actions", "executor"},
		Touches: anyFile,
	},
	"orchestrate": {Imports: []string{"actions", "executor", "executor/backoff"}, Names: 45},
	"orchestrate/dataflow": {
		Imports: []string{"actions", "executor", "orchestrate", "internal/nearest", "internal/show"},
		Names:   75,
	},
	"orchestrate/orchestratetest/explore": {
		Imports: []string{"actions", "executor", "orchestrate", "internal/paths", "internal/show", "internal/turns"},
		Touches: []string{
			"crew.go", "decide.go", "explore.go", "goroutines.go", "host.go", "plan.go", "schedule.go", "search.go",
		},
	},
	"orchestrate/orchestratetest/explore/lessons": {},
	"orchestrate/orchestratetest": {
		Imports: []string{"actions", "executor", "orchestrate", "internal/paths", "internal/show", "internal/turns"},
		Touches: anyFile,
	},
	"orchestrate/orchestratetest/cassette": {
		Imports: []string{
			"actions", "executor", "orchestrate/orchestratetest",
			"internal/failures", "internal/jsondiff", "internal/paths", "internal/show", "internal/turns",
		},
		Touches: anyFile,
	},
	"orchestrate/orchestratetest/golden": {
		Imports: []string{"actions", "executor", "orchestrate", "orchestrate/orchestratetest", "internal/show"},
		Touches: []string{"golden.go"},
	},
	"orchestrate/orchestratetest/plan": {
		Imports: append([]string{"internal/show", "internal/turns"}, core...),
		Touches: []string{"dry.go", "pretend.go", "record.go"},
	},
	"orchestrate/rules":          {Imports: core, Names: 35},
	"orchestrate/rules/calendar": {Imports: []string{"actions", "orchestrate", "orchestrate/rules"}, Names: 10},
	"orchestrate/rules/expr": {
		Imports: []string{"actions", "executor/backoff", "orchestrate/rules", "internal/nearest"},
		Names:   20,
	},
	"combinators": {
		Imports: []string{
			"actions", "executor", "executor/backoff", "internal/kinds", "internal/latency",
			"go.uber.org/zap", "go.uber.org/zap/zapcore", "golang.org/x/time/rate",
		},
		Touches: anyFile,
	},
	"combinators/telemetry": {
		Imports: []string{
			"actions", "executor", "combinators", "durable/fact", "durable/store", "internal/kinds",
			"go.opentelemetry.io/otel/...",
		},
		Touches: anyFile,
	},

	"durable": {
		Imports: append([]string{
			"combinators", "durable/codec", "durable/fact", "durable/journal", "durable/store", "internal/cron",
			"github.com/google/uuid", "golang.org/x/time/rate",
		}, core...),
		Touches: anyFile,
	},
	"durable/codec": {Imports: []string{"durable/store", "internal/failures"}},
	"durable/fact":  {Imports: []string{"executor", "combinators", "durable/store"}},
	"durable/journal": {
		Imports: append([]string{"durable/codec", "durable/store", "internal/jsondiff", "internal/paths"}, core...),
		Touches: anyFile,
	},
	"durable/durabletest": {
		Imports: append([]string{
			"durable", "durable/codec", "durable/journal", "durable/store", "durable/store/memory",
			"orchestrate/orchestratetest/...", "internal/jsondiff", "internal/paths", "internal/show",
			"github.com/stretchr/testify/require",
		}, core...),
		Touches: anyFile,
	},
	"durable/store":        {},
	"durable/store/memory": {Imports: []string{"durable/store"}, Touches: anyFile},
	"durable/store/sqlite": {
		Imports: []string{
			"actions", "executor", "durable/store", "internal/filelock", "internal/packed",
			"internal/shares", "modernc.org/sqlite/...",
		},
		Touches: anyFile,
	},
	"durable/store/postgres": {
		Imports: []string{
			"actions", "executor", "durable/store", "internal/clocks", "internal/packed",
			"internal/shares",
			"github.com/jackc/pgx/v5", "github.com/jackc/pgx/v5/...",
		},
		Touches: anyFile,
	},
	"durable/store/redis": {
		Imports: []string{
			"durable/store", "durable/store/whole", "internal/clocks", "internal/packed",
			"github.com/redis/go-redis/v9/...",
		},
		Touches: anyFile,
	},
	"durable/store/file": {
		Imports: []string{"durable/store", "durable/store/whole", "internal/filelock"},
		Touches: anyFile,
	},
	"durable/store/whole": {Imports: []string{"durable/store", "internal/shares"}},
	"durable/storetest": {
		Imports: []string{
			"durable/store", "durable/store/memory",
			"github.com/stretchr/testify/require", "github.com/anishathalye/porcupine", "pgregory.net/rapid",
		},
		Touches: anyFile,
	},

	"internal/archtest": {},
	"internal/clocks":   {Touches: []string{"clocks.go"}},
	"internal/cron":     {},
	"internal/disktest": {
		Imports: []string{"github.com/stretchr/testify/require", "golang.org/x/sys/unix"},
		Touches: anyFile,
	},
	// It knows the sentinels of packages that touch the machine.
	"internal/failures": {
		Imports: append([]string{"orchestrate/dataflow", "orchestrate/rules"}, core...),
		Touches: []string{"standard.go", "errno.go"},
	},
	"internal/filelock": {
		Imports: []string{"durable/store", "golang.org/x/sys/windows"},
		Touches: anyFile,
	},
	"internal/jsondiff": {},
	"internal/kinds":    {Imports: []string{"actions"}},
	"internal/latency":  {Touches: anyFile},
	"internal/lawtest": {
		Imports: append([]string{"github.com/stretchr/testify/require"}, everything...),
		Touches: anyFile,
	},
	"internal/mutants": {
		Imports: []string{"actions", "executor", "orchestrate", "orchestrate/orchestratetest/explore", "internal/show"},
	},
	"internal/nearest":     {},
	"internal/packed":      {Imports: []string{"durable/store"}},
	"internal/paths":       {},
	"internal/pgserver":    {Touches: anyFile},
	"internal/redisserver": {Touches: anyFile},
	"internal/runstest": {
		Imports: []string{
			"actions", "executor", "orchestrate", "durable", "durable/store", "durable/store/memory",
			"github.com/stretchr/testify/require", "go.uber.org/goleak",
		},
		Touches: anyFile,
	},
	"internal/shares":   {Imports: []string{"durable/store"}},
	"internal/show":     {Imports: []string{"actions"}},
	"internal/snippets": {},
	"internal/turns":    {Imports: []string{"executor"}, Touches: anyFile},

	"examples/...": {Imports: everything, Touches: anyFile},
	"examples/06-access-policy": {
		Imports: append([]string{"orchestrate/rules/...", "modernc.org/sqlite"}, everything...),
		Touches: anyFile,
	},
	"examples/07-pipeline": {
		Imports: append([]string{"orchestrate/dataflow", "golang.org/x/term", "modernc.org/sqlite"}, everything...),
		Touches: anyFile,
	},
	"examples/background": {Imports: append([]string{"golang.org/x/term"}, everything...), Touches: anyFile},
	// What decides about orders, or about links, is as pure as orchestrate is.
	"examples/checkout":                {Imports: []string{"examples/checkout/internal/..."}, Touches: anyFile},
	"examples/checkout/internal/order": {Imports: core},
	"examples/checkout/internal/...": {
		Imports: append([]string{
			"examples/checkout/internal/...", "modernc.org/sqlite", "golang.org/x/term",
		}, everything...),
		Touches: anyFile,
	},
	"examples/linkcheck": {Imports: []string{"examples/linkcheck/internal/..."}, Touches: anyFile},
	"examples/linkcheck/internal/check": {
		Imports: append([]string{"internal/nearest"}, core...),
	},
	"examples/linkcheck/internal/...": {
		Imports: append([]string{
			"examples/linkcheck/internal/...", "go.uber.org/zap", "go.uber.org/zap/zapcore",
			"github.com/yuin/goldmark/...", "golang.org/x/net/html/...", "golang.org/x/term",
		}, everything...),
		Touches: anyFile,
	},
}

// room finds the row of a directory: its own, or the nearest that stands for it.
func (t Table) room(dir string) (Room, bool) {
	if r, ok := t[dir]; ok {
		return r, true
	}
	for parent := dir; parent != "."; {
		parent = path.Dir(parent)
		if r, ok := t[path.Join(parent, "...")]; ok {
			return r, true
		}
	}
	return Room{}, false
}

// allows tells whether the room may import a package, by its directory or its path.
func (r Room) allows(imported string) bool {
	return slices.ContainsFunc(r.Imports, func(allowed string) bool {
		root, below := strings.CutSuffix(allowed, "/...")
		return imported == root || below && strings.HasPrefix(imported, root+"/")
	})
}

func (r Room) mayTouch(file string) bool {
	return slices.Contains(r.Touches, "*") || slices.Contains(r.Touches, file)
}
