package orchestratetest

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/paths"
	"github.com/baton-go/baton/internal/show"
)

// ChaosConfig says how much goes wrong. Rates are between 0 and 1, of the attempts at actions; those of Fail, Lose and
// Wrong exclude each other, so their sum is at most 1.
type ChaosConfig struct {
	// Seed determines everything: what happens to an action depends on the seed, its step, its attempt and its name, and
	// on nothing else.
	Seed uint64
	// Fail is the rate of actions that fail and are not carried out; their error says so. Lose is that of actions that
	// are carried out, and whose answer is lost. The error of both is a [FaultError], or that of Err.
	Fail, Lose float64
	// Wrong is the rate of actions that are carried out and answered with another result of their type, made by chance.
	// Actions without a result cannot be answered so.
	Wrong float64
	// Delay is the rate of actions that are delayed, by up to MaxDelay, or a second if that is 0. In a testing/synctest
	// bubble this takes no time.
	Delay    float64
	MaxDelay time.Duration
	// Only, if not nil, chooses the actions that something may happen to. Nothing ever happens to those that need only
	// the machine: Sleep, Now, NewID, Random, Progress, Log and Version.
	Only func(actions.Action) bool
	// Err, if not nil, makes the error of a fault. It should say that nothing was done if the fault does.
	Err func(*FaultError) error
}

// Fault is something that [Chaos] did to an action.
type Fault struct {
	Kind    FaultKind
	Path    string
	Attempt int
	Action  actions.Action
	// Delay is that of an action that was delayed.
	Delay time.Duration
}

// String is the step, the action and what happened to it.
func (f Fault) String() string {
	at := f.Path
	if f.Attempt > 1 {
		at += fmt.Sprintf(" (attempt %d)", f.Attempt)
	}
	text := fmt.Sprintf("%s  %s: %s", at, show.Action(f.Action), f.Kind)
	if f.Kind == Delayed {
		text += fmt.Sprintf(" by %v", f.Delay)
	}
	return text
}

// Chaos is an executor that has things go wrong, the same ones each time.
type Chaos struct {
	next   executor.Executor
	config ChaosConfig

	mu     sync.Mutex
	faults []Fault
	times  map[string]int // how often an action outside a run was seen
}

// NewChaos puts chaos around an executor. It belongs where the world begins: inside what carries out groups, and below
// the policies that are to cope with it. Outside of what carries out groups it sees the single actions in them too. It
// panics if exec is nil, or if the rates make no sense.
func NewChaos(exec executor.Executor, config ChaosConfig) *Chaos {
	if isNil(exec) {
		panic("orchestratetest.NewChaos: the executor is nil")
	}
	for _, r := range []struct {
		name string
		rate float64
	}{
		{"Fail", config.Fail},
		{"Lose", config.Lose},
		{"Wrong", config.Wrong},
		{"Delay", config.Delay},
		{"Fail + Lose + Wrong", config.Fail + config.Lose + config.Wrong},
	} {
		if math.IsNaN(r.rate) || r.rate < 0 || r.rate > 1+1e-9 {
			panic(fmt.Sprintf("orchestratetest.NewChaos: %s must be between 0 and 1, got %v", r.name, r.rate))
		}
	}
	if config.MaxDelay < 0 {
		panic(fmt.Sprintf("orchestratetest.NewChaos: MaxDelay must be at least 0, got %v", config.MaxDelay))
	}
	config.MaxDelay = cmp.Or(config.MaxDelay, time.Second)
	return &Chaos{next: exec, config: config, times: map[string]int{}}
}

// Execute has the action carried out, or not.
func (c *Chaos) Execute(ctx context.Context, a actions.Action) (any, error) {
	return c.execute(ctx, a, c.next)
}

// Unwrap returns the executor inside.
func (c *Chaos) Unwrap() executor.Executor { return c.next }

// String names the layer and its seed.
func (c *Chaos) String() string { return fmt.Sprintf("Chaos(%d)", c.config.Seed) }

// Faults lists what went wrong so far, in the order of the steps.
func (c *Chaos) Faults() []Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	faults := slices.Clone(c.faults)
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(paths.Compare(a.Path, b.Path), a.Attempt-b.Attempt, strings.Compare(show.Action(a.Action),
			show.Action(b.Action)))
	})
	return faults
}

func (c *Chaos) execute(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
	if _, ok := a.(actions.Group); ok {
		ctx = executor.WithBranches(ctx, func(next executor.Executor) executor.Executor {
			return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
				return c.execute(ctx, a, next)
			})
		})
		return next.Execute(ctx, a)
	}
	if isStandard(a) || c.config.Only != nil && !c.config.Only(a) {
		return next.Execute(ctx, a)
	}
	return c.disturb(ctx, a, next)
}

// disturb does to one action what is due to it.
func (c *Chaos) disturb(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
	f := Fault{Path: executor.StepFrom(ctx).Path(), Attempt: executor.StepFrom(ctx).Attempt(), Action: a}
	chance := c.chance(f)
	kind, late, length := unit(chance), unit(chance), unit(chance)
	if late < c.config.Delay {
		f.Kind, f.Delay = Delayed, time.Duration(length*float64(c.config.MaxDelay)).Round(time.Microsecond)
		c.add(f)
		if wait(ctx, f.Delay) != nil {
			return nil, executor.Refuse(ctx)
		}
	}
	f.Delay = 0
	switch {
	case kind < c.config.Fail:
		f.Kind = NotDone
		if err := executor.Refuse(ctx); err != nil {
			return nil, err
		}
		return nil, c.fault(f)
	case kind < c.config.Fail+c.config.Lose:
		f.Kind = Lost
		if _, err := next.Execute(ctx, a); err != nil {
			return nil, err
		}
		return nil, c.fault(f)
	case kind < c.config.Fail+c.config.Lose+c.config.Wrong:
		result, err := next.Execute(ctx, a)
		if other, ok := another(chance, a, result); ok && err == nil {
			f.Kind = Wrong
			c.add(f)
			return other, nil
		}
		return result, err
	}
	return next.Execute(ctx, a)
}

// chance is that of an action: the same in each run.
func (c *Chaos) chance(f Fault) *chance {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\x00%d\x00%s", f.Path, f.Attempt, actions.Name(f.Action))
	if f.Path == "" { // all that tells one from another
		text := show.Action(f.Action)
		c.mu.Lock()
		c.times[text]++
		fmt.Fprintf(h, "\x00%s\x00%d", text, c.times[text])
		c.mu.Unlock()
	}
	return &chance{rand.NewPCG(c.config.Seed, h.Sum64())}
}

func (c *Chaos) add(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.Action = clone(f.Action)
	c.faults = append(c.faults, f)
}

func (c *Chaos) fault(f Fault) error {
	c.add(f)
	err := &FaultError{Kind: f.Kind, Path: f.Path, Action: f.Action}
	if c.config.Err != nil {
		return c.config.Err(err)
	}
	return err
}

// chance is chance from a seed.
type chance struct{ *rand.PCG }

func (c *chance) small(n int) int { return int(c.Uint64() >> 11 % uint64(n)) }

// unit is a number from 0 up to 1.
func unit(c *chance) float64 { return float64(c.Uint64()>>11) / (1 << 53) }

// another makes a result of the action's type that is not the right one.
func another(d draws, a actions.Action, right any) (any, bool) {
	t := resultType(a)
	if t == nil {
		return nil, false
	}
	if right == nil {
		right = reflect.Zero(t).Interface()
	}
	for range 8 {
		if v := generate(d, t); !show.Equal(right, v) {
			return v, true
		}
	}
	return nil, false
}

// isStandard tells whether an action needs only the machine.
func isStandard(a actions.Action) bool {
	switch a.(type) {
	case actions.Sleep, actions.Now, actions.NewID, actions.Random,
		actions.Progress, actions.Publish, actions.Log, actions.Version:
		return true
	}
	return false
}
