// Peers measures the same flow in Baton and in its peers, on the same disk or the same PostgreSQL server, and prints
// Markdown tables: DBOS, go-workflows, durabletask-go and, with the build tag temporal, Temporal with its server in
// this process. A run is a hundred steps one after the other; the handler of a step returns 64 bytes. There is one run
// at a time, and 64 at a time; as soon as one has ended, the next is started.
//
// Each peer takes turns with a floor, one row that is inserted and committed on the same disk or server by this
// process, while its handlers wait; a ratio is the median of those of the turns. What a step takes is counted from one
// call of the handler to the next one of the same run, the turns of the floor left out.
//
//	go run [-tags temporal] . [-turns n] [-turn d] [-warm d] [-dir directory] [-only regexp]
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
	flag.IntVar(&c.turns, "turns", 8, "turns that each peer and its floor take")
	flag.DurationVar(&c.turn, "turn", time.Second, "how long a peer's turn takes; that of a floor is a quarter")
	flag.DurationVar(&c.warm, "warm", time.Second, "how long a peer works before the first turn")
	flag.StringVar(&c.dir, "dir", ".", "where database files are made: on the disk that is to be measured")
	flag.StringVar(&c.only, "only", "", "a regular expression: the peers to measure, such as 'PostgreSQL: (Baton|DBOS)'")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, c); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}
