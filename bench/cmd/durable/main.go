// Durable measures durable runs beside their floors, and prints Markdown tables. The floor is one row that is inserted
// and committed by the same driver, with the same settings, in this process; for plain files it is bytes that are
// appended and synced; for the store in memory it is the same workflow without a journal. PostgreSQL and Redis are
// measured where they are installed, on servers of their own. What is measured and its floor take turns of a few
// hundredths of a second; a ratio is the median of those of the turns, so that it holds also on a machine whose speed
// drifts.
//
//	go run ./cmd/durable [-rounds n] [-slices n] [-slice d] [-dir directory] [-only regexp] [-profiles directory]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	var c config
	flag.IntVar(&c.rounds, "rounds", 5, "rounds, each with files that are new")
	flag.IntVar(&c.slices, "slices", 20, "turns that each measurement and its floor take in each round")
	flag.DurationVar(&c.d, "slice", 50*time.Millisecond, "about how long a turn takes")
	flag.StringVar(&c.dir, "dir", ".", "where database files are made: on the disk that is to be measured")
	flag.StringVar(&c.only, "only", "", "a regular expression: the measurements to make")
	flag.StringVar(&c.profiles, "profiles", "", "a directory for CPU profiles, one of each measurement and its floor")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, c); err != nil {
		fmt.Fprintln(os.Stderr, "durable:", err)
		os.Exit(1)
	}
}
