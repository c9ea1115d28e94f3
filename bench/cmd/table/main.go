// Table runs the benchmarks of the repository and prints them as Markdown. Each benchmark is a group whose first
// member is what the others are compared with: a floor, or a peer. All of them run once, and again, and again: a ratio
// is the median of the ratios of the single rounds, so that it holds also on a machine whose speed drifts.
//
//	go run ./cmd/table [-count n] [-bench regexp] [-benchtime d] [package ...]
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
)

func main() {
	count := flag.Int("count", 5, "rounds")
	pattern := flag.String("bench", ".", "the benchmarks to run")
	benchtime := flag.String("benchtime", "300ms", "time for each benchmark in each round")
	flag.Parse()
	packages := flag.Args()
	if len(packages) == 0 {
		packages = []string{"../actions", "../executor/...", "../orchestrate/...", "../combinators/...", "."}
	}
	command := []string{"test", "-run", "^$", "-bench", *pattern, "-benchmem", "-benchtime", *benchtime}
	command = append(command, packages...)
	if err := run(os.Stdout, command, *count); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, command []string, rounds int) error {
	var out bytes.Buffer
	for range rounds {
		test := exec.Command("go", command...)
		test.Stdout, test.Stderr = &out, os.Stderr
		if err := test.Run(); err != nil {
			return fmt.Errorf("go %s: %w\n%s", strings.Join(command, " "), err, out.String())
		}
	}
	tables, err := read(&out)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "`go %s`, in %d rounds, %s, %s/%s, %d processors, %s\n", strings.Join(command, " "), rounds,
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	for _, t := range tables {
		t.print(w)
	}
	return nil
}

// read reads the output of go test, of one round or several, into tables, one for each package.
func read(r io.Reader) ([]*table, error) {
	var tables []*table
	reader := benchfmt.NewReader(r, "go test")
	for reader.Scan() {
		switch record := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, record
		case *benchfmt.Result:
			pkg := record.GetConfig("pkg")
			i := slices.IndexFunc(tables, func(t *table) bool { return t.pkg == pkg })
			if i < 0 {
				i = len(tables)
				tables = append(tables, &table{pkg: pkg})
			}
			tables[i].add(record)
		}
	}
	if len(tables) == 0 {
		return nil, errors.New("no benchmark ran")
	}
	return tables, reader.Err()
}
