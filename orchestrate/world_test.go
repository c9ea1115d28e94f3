package orchestrate_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Get asks the world for a number.
type Get struct {
	actions.Returns[int]
	Name string
}

// Put changes the world.
type Put struct {
	actions.Returns[actions.Void]
	Name string
}

// Spell asks the world for a text.
type Spell struct {
	actions.Returns[string]
	Name string
}

// errBoom is what goes wrong in the world.
var errBoom = errors.New("boom")

// world is what the tests' actions act upon. It writes down what was done to it, and how it behaves is set by name.
type world struct {
	behave map[string]behaviour

	mu  sync.Mutex
	did []string
}

// behaviour is what happens when the action of a name is carried out. It calls effect when it takes effect.
type behaviour func(ctx context.Context, effect func()) (int, error)

func newWorld() *world { return &world{behave: map[string]behaviour{}} }

// on sets the behaviour of the actions of a name. By default they take effect and answer 0.
func (w *world) on(name string, b behaviour) *world {
	w.behave[name] = b
	return w
}

// done lists the effects so far.
func (w *world) done() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.did)
}

func (w *world) mux() *executor.Mux {
	return executor.NewMux(
		executor.On(func(ctx context.Context, a Get) (int, error) { return w.act(ctx, a.Name) }),
		executor.OnVoid(func(ctx context.Context, a Put) error {
			_, err := w.act(ctx, a.Name)
			return err
		}),
		executor.On(func(ctx context.Context, a Spell) (string, error) {
			_, err := w.act(ctx, a.Name)
			return "«" + a.Name + "»", err
		}),
	)
}

func (w *world) act(ctx context.Context, name string) (int, error) {
	effect := func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.did = append(w.did, name)
	}
	if b, ok := w.behave[name]; ok {
		return b(ctx, effect)
	}
	effect()
	return 0, nil
}

// answers takes effect and answers n.
func answers(n int) behaviour {
	return func(_ context.Context, effect func()) (int, error) {
		effect()
		return n, nil
	}
}

// fails has no effect and says err.
func fails(err error) behaviour {
	return func(context.Context, func()) (int, error) { return 0, err }
}

// loses takes effect, but the answer is lost: it says err.
func loses(err error) behaviour {
	return func(_ context.Context, effect func()) (int, error) {
		effect()
		return 0, err
	}
}

// panics raises a panic with a value.
func panics(value any) behaviour {
	return func(context.Context, func()) (int, error) { panic(value) }
}

// exits leaves the goroutine.
func exits(context.Context, func()) (int, error) {
	runtime.Goexit()
	return 0, nil
}

// calls does f and then behaves as b.
func calls(f func(), b behaviour) behaviour {
	return func(ctx context.Context, effect func()) (int, error) {
		f()
		return b(ctx, effect)
	}
}

// after waits first, at most until the context is done.
func after(d time.Duration, b behaviour) behaviour {
	return func(ctx context.Context, effect func()) (int, error) {
		select {
		case <-time.After(d):
			return b(ctx, effect)
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

// hangs waits until the context is done.
func hangs(ctx context.Context, _ func()) (int, error) {
	<-ctx.Done()
	return 0, context.Cause(ctx)
}

// inTurn behaves as the first of bs the first time, then as the second, and so on; as the last from then on.
func inTurn(bs ...behaviour) behaviour {
	var mu sync.Mutex
	return func(ctx context.Context, effect func()) (int, error) {
		mu.Lock()
		b := bs[0]
		bs = bs[min(1, len(bs)-1):]
		mu.Unlock()
		return b(ctx, effect)
	}
}

// get and put are flows of one action.
func get(name string) orchestrate.Orchestration[int] { return orchestrate.Lift(Get{Name: name}) }

func put(name string) orchestrate.Orchestration[actions.Void] {
	return orchestrate.Lift(Put{Name: name})
}
