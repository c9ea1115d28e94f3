// Combinators shows that the order of layers means something. One workflow, which is never changed, goes shopping under
// one stack after the other, and every time something else comes of it.
//
// A stack is read from the outside in, as an action goes through it. Parallelize divides it: above, a group of actions
// is one thing; below, each action is one.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// Fetch fetches something from the market.
type Fetch struct {
	actions.Returns[actions.Void]
	Thing string
}

// Shop fetches three things at once.
func Shop(y actions.Yield) (actions.Void, error) {
	_, err := orchestrate.All(y, orchestrate.Each(Fetch{Thing: "bread"}, Fetch{Thing: "milk"}, Fetch{Thing: "honey"})...)
	return actions.Void{}, err
}

const (
	walk  = 40 * time.Millisecond  // the way to the market
	limit = 100 * time.Millisecond // two walks are in time, three are not
)

func run(w io.Writer) {
	parallelize, timed := combinators.Parallelize(), combinators.Timed(limit)
	retried := combinators.Retried(combinators.Retry{MaxAttempts: 2, Schedule: backoff.Constant(0)})
	bags := func(n int) combinators.Combinator { return combinators.Limited(combinators.NewSemaphore(n)) }

	fmt.Fprintln(w, "# The honey is sold out at first. Below, it alone is fetched again; above, everything is.")
	shop(w, &market{soldOut: true}, parallelize, retried)
	shop(w, &market{soldOut: true}, retried, parallelize)

	fmt.Fprintln(w, "# There are two bags. Below, each thing needs one; above, the whole trip needs one.")
	shop(w, &market{}, parallelize, bags(2))
	shop(w, &market{}, bags(2), parallelize)

	fmt.Fprintln(w, "# There is one bag, and little time. Below, each thing has that time; above, the whole trip has it.")
	shop(w, &market{}, parallelize, bags(1), timed)
	shop(w, &market{}, timed, parallelize, bags(1))

	fmt.Fprintln(w, "# On one side of Parallelize the order matters as well. Here the wait for the bag takes time, too.")
	shop(w, &market{}, parallelize, timed, bags(1))

	fmt.Fprintln(w, "# The way to the honey is blocked at first. Each attempt has its time, or both have it together.")
	shop(w, &market{blocked: true}, parallelize, retried, timed)
	shop(w, &market{blocked: true}, parallelize, timed, retried)
}

// shop runs the workflow under a stack of layers, and shows what came of it.
func shop(w io.Writer, m *market, layers ...combinators.Combinator) {
	exec := combinators.Chain(layers...)(executor.NewMux(executor.OnVoid(m.fetch)))
	fmt.Fprintln(w, executor.Layers(exec))

	_, err := orchestrate.Run(context.Background(), Shop, exec)

	var late *combinators.TimeoutError
	switch {
	case errors.As(err, &late):
		fmt.Fprintln(w, "  too late:", late)
	case err != nil:
		fmt.Fprintln(w, "  failed:", err)
	default:
		fmt.Fprintf(w, "  walks: %d for bread, %d for milk, %d for honey, at most %d at once\n",
			m.walks["bread"], m.walks["milk"], m.walks["honey"], m.most)
	}
}

// market is the world.
type market struct {
	soldOut, blocked bool // on the first walk for honey

	mu        sync.Mutex
	walks     map[string]int
	now, most int
}

func (m *market) fetch(ctx context.Context, a Fetch) error {
	trouble := m.setOut(a.Thing) == 1 && a.Thing == "honey"
	defer m.comeBack()
	way := walk
	switch {
	case trouble && m.soldOut:
		way = 2 * walk // looking for it everywhere
	case trouble && m.blocked:
		way = time.Hour
	}
	select {
	case <-time.After(way):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if trouble && m.soldOut {
		return errors.New("sold out")
	}
	return nil
}

// setOut sets out for a thing, and tells how many times that has been.
func (m *market) setOut(thing string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.walks == nil {
		m.walks = map[string]int{}
	}
	m.walks[thing]++
	m.now++
	m.most = max(m.most, m.now)
	return m.walks[thing]
}

func (m *market) comeBack() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now--
}

func main() { run(os.Stdout) }
