package explore_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// do does something that undo undoes.
type do struct {
	actions.Returns[int]
	N int
}

type undo struct {
	actions.Returns[actions.Void]
	N int
}

// world keeps what is done, and the order in which it was done.
type world struct {
	done  map[int]bool
	order []int
	calls int
}

func newWorld() *world { return &world{done: map[int]bool{}} }

func (w *world) mux() *executor.Mux {
	return executor.NewMux(
		executor.On(func(_ context.Context, a do) (int, error) {
			w.done[a.N] = true
			w.order = append(w.order, a.N)
			w.calls++
			return a.N, nil
		}),
		executor.OnVoid(func(_ context.Context, a undo) error {
			delete(w.done, a.N)
			w.calls++
			return nil
		}),
	)
}

// book does what book and undo ask for.
func (w *world) book(ctx context.Context, a actions.Action) (any, error) {
	if b, ok := a.(book); ok {
		a = do{N: b.N}
	}
	return w.mux().Execute(ctx, a)
}

// saga does n things, or none of them.
func saga(n int) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) {
		return orchestrate.Saga(y, func(y actions.Yield, u *orchestrate.Undo) (int, error) {
			for i := range n {
				if _, err := orchestrate.Undoable(y, u, do{N: i}, undo{N: i}); err != nil {
					return 0, err
				}
			}
			return n, nil
		})
	}
}

// sequence does the given things one after the other.
func sequence(ns ...int) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) {
		for _, n := range ns {
			if _, err := orchestrate.Do(y, do{N: n}); err != nil {
				return 0, err
			}
		}
		return len(ns), nil
	}
}

// recorder is a test that fails for a test to look at.
type recorder struct {
	mu     sync.Mutex
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Logf(string, ...any) {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

type failNow struct{}

func (r *recorder) FailNow() { panic(failNow{}) }

// failure runs an exploration that fails, and returns what it says.
func failure(f func(t explore.TB)) (text string) {
	r := &recorder{}
	defer func() {
		if p := recover(); p != nil && p != any(failNow{}) {
			panic(p)
		}
		text = strings.Join(r.errors, "\n")
	}()
	f(r)
	return ""
}

// schedule is the schedule that a failure names.
func schedule(text string) string {
	_, rest, _ := strings.Cut(text, "explore.Replay(t, bounds, ")
	quoted, _, _ := strings.Cut(rest, ", body)")
	s, err := strconv.Unquote(quoted)
	if err != nil {
		panic(quoted)
	}
	return s
}

// orders collects what comes of schedules, from several goroutines.
type orders struct {
	mu   sync.Mutex
	seen map[string]int
}

func (o *orders) add(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen == nil {
		o.seen = map[string]int{}
	}
	o.seen[fmt.Sprintf(format, args...)]++
}

func (o *orders) all() []string {
	var all []string
	for s := range o.seen {
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}
