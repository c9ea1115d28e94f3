// Durable measures durable runs beside their floors, and prints Markdown tables. The floor is one row that is inserted
// and committed by the same driver, with the same settings, in this process; for the store in memory it is the same
// workflow without a journal. Each measurement stands between two of its floor, in every round; a ratio is the median
// of those of the rounds, so that it holds also on a machine whose speed drifts.
//
//	go run ./cmd/durable [-rounds n] [-time d] [-dir directory] [-only regexp] [-profiles directory]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 9, "rounds")
	d := flag.Duration("time", 500*time.Millisecond, "time for each measurement in each round")
	dir := flag.String("dir", ".", "where database files are made: on the disk that is to be measured")
	only := flag.String("only", "", "a regular expression: the measurements to make")
	profiles := flag.String("profiles", "", "a directory for CPU profiles, one of each measurement without its floor")
	flag.Parse()
	c := config{*rounds, *d, *dir, *only, *profiles}
	if err := run(context.Background(), os.Stdout, c); err != nil {
		fmt.Fprintln(os.Stderr, "durable:", err)
		os.Exit(1)
	}
}
