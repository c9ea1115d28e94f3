// Table runs the benchmarks of the repository and prints them as Markdown. Each benchmark is a group whose first
// member is what the others are compared with: a floor, or a peer. A ratio is the median of the ratios of the single
// runs, so that it holds also on a machine whose speed drifts.
//
//	go run ./cmd/table [-count n] [-bench regexp] [package ...]
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
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
)

func main() {
	count := flag.Int("count", 5, "runs of each benchmark")
	pattern := flag.String("bench", ".", "the benchmarks to run")
	benchtime := flag.String("benchtime", "300ms", "time for each run")
	flag.Parse()
	packages := flag.Args()
	if len(packages) == 0 {
		packages = []string{"../actions", "../executor/...", "../orchestrate/...", "../combinators/...", "."}
	}
	command := append([]string{
		"test", "-run", "^$", "-bench", *pattern, "-benchmem", "-benchtime", *benchtime, "-count", strconv.Itoa(*count),
	}, packages...)
	if err := run(os.Stdout, command); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, command []string) error {
	var out bytes.Buffer
	test := exec.Command("go", command...)
	test.Stdout, test.Stderr = &out, os.Stderr
	if err := test.Run(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(command, " "), err, out.String())
	}
	packages, err := read(&out)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "`go %s`, %s, %s/%s, %d processors, %s\n", strings.Join(command, " "), runtime.Version(),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	for _, p := range packages {
		p.print(w)
	}
	return nil
}

// read reads the output of go test into tables, one for each package.
func read(r io.Reader) ([]*table, error) {
	var tables []*table
	reader := benchfmt.NewReader(r, "go test")
	for reader.Scan() {
		switch record := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, record
		case *benchfmt.Result:
			pkg := record.GetConfig("pkg")
			if len(tables) == 0 || tables[len(tables)-1].pkg != pkg {
				tables = append(tables, &table{pkg: pkg})
			}
			tables[len(tables)-1].add(record)
		}
	}
	if len(tables) == 0 {
		return nil, errors.New("no benchmark ran")
	}
	return tables, reader.Err()
}
