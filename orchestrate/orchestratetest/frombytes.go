package orchestratetest

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/paths"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/internal/turns"
)

// maxFuzzed is how many actions a run by bytes may have.
const maxFuzzed = 10_000

// Fuzzed is an executor whose answers are made of bytes. See [FromBytes].
type Fuzzed struct {
	t    TB
	exec executor.Executor // nil: results are made of bytes too
	errs []error

	mu    sync.Mutex
	bytes fuzzBytes
	trace Trace
	count int
	now   time.Time
}

// FromBytes makes an executor of the bytes of a fuzz test: they decide which actions fail, in which order those of the
// branches of a group are answered, and what the results are, of the type that each action has. The errors are a
// [FaultError] and those of errs.
//
//	func FuzzCheckout(f *testing.F) {
//		f.Fuzz(func(t *testing.T, data []byte) {
//			order, err := orchestrate.Run(t.Context(), checkout, orchestratetest.FromBytes(t, data, shop.ErrDeclined))
//			… // what must be true whatever the world does
//		})
//	}
//
// The same bytes make the same run. When they are used up, every action succeeds with its zero value, branches in
// order; a run that has not ended after 10 000 actions fails the test. Sleep takes no time, Now does not go backwards,
// NewID is always another one. If the test fails, its log tells what was done. FromBytes carries out groups itself; use
// it for one run.
func FromBytes(t TB, data []byte, errs ...error) *Fuzzed {
	require(t, "FromBytes")
	t.Helper()
	f := &Fuzzed{t: t, errs: errs, bytes: fuzzBytes{data}, now: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	t.Cleanup(func() {
		if l, ok := t.(interface {
			Logf(format string, args ...any)
		}); ok && failed(t) {
			l.Logf("the run by %d bytes%s", len(data), soFar(f.Trace()))
		}
	})
	return f
}

// FaultsFromBytes is [FromBytes] around an executor, a fake world for instance: the bytes decide over faults and over
// the order of branches, and the results are those of exec. It is asked for single actions, one at a time even in a
// group, so no handler may wait for what another branch does. FaultsFromBytes panics if exec is nil.
func FaultsFromBytes(t TB, data []byte, exec executor.Executor, errs ...error) *Fuzzed {
	if isNil(exec) {
		panic("orchestratetest.FaultsFromBytes: the executor is nil")
	}
	require(t, "FaultsFromBytes")
	t.Helper()
	f := FromBytes(t, data, errs...)
	f.exec = exec
	return f
}

// Trace is what was done so far.
func (f *Fuzzed) Trace() Trace {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.trace)
}

// String names the executor.
func (f *Fuzzed) String() string { return "FromBytes" }

// Execute answers the action as the bytes say.
func (f *Fuzzed) Execute(ctx context.Context, a actions.Action) (any, error) {
	f.t.Helper()
	if g, ok := a.(actions.Group); ok {
		return f.group(ctx, g)
	}
	f.bound(ctx, a)
	r := &recorder{next: executor.Func(f.answer), add: func(_ context.Context, c Call) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.trace = append(f.trace, c)
	}}
	return r.Execute(ctx, a)
}

type fuzzedKey struct{}

// group carries a group out: its strands, and those of groups in it, wait at each action for the bytes to choose one.
func (f *Fuzzed) group(ctx context.Context, g actions.Group) (result actions.GroupResult, err error) {
	if host := turns.HostOf(ctx); host != nil && host == ctx.Value(fuzzedKey{}) {
		return executor.RunGroup(ctx, g, f)
	}
	host := turns.New(func(parked []*turns.Parked) *turns.Parked {
		slices.SortFunc(parked, func(a, b *turns.Parked) int { return paths.Compare(a.Value.(string), b.Value.(string)) })
		f.mu.Lock()
		defer f.mu.Unlock()
		return parked[f.bytes.small(len(parked))]
	})
	host.Run(context.WithValue(ctx, fuzzedKey{}, host), func(ctx context.Context) {
		result, err = executor.RunGroup(ctx, g, f)
	})
	return result, err
}

// bound ends the test if the run does not end.
func (f *Fuzzed) bound(ctx context.Context, a actions.Action) {
	f.t.Helper()
	f.mu.Lock()
	f.count++
	endless := f.count > maxFuzzed
	f.mu.Unlock()
	if endless {
		f.t.Errorf("the orchestration does not end: step %s is %s", executor.StepFrom(ctx).Path(), show.Action(a))
		f.t.FailNow()
	}
}

func (f *Fuzzed) answer(ctx context.Context, a actions.Action) (any, error) {
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	path := executor.StepFrom(ctx).Path()
	if host := turns.HostOf(ctx); host != nil && host == ctx.Value(fuzzedKey{}) && !actions.IsAside(a) {
		if err := host.Park(ctx, path); err != nil {
			return nil, fmt.Errorf("%s: %w", actions.Name(a), err)
		}
		if ctx.Err() != nil { // meanwhile
			return nil, whyDone(ctx)
		}
	}
	if isStandard(a) {
		return f.standard(a)
	}
	fault, err := f.fault(path, a)
	switch {
	case fault == NotDone:
		return nil, err
	case f.exec != nil:
		result, failed := f.exec.Execute(ctx, a)
		if fault == Lost && failed == nil {
			return nil, err
		}
		return result, failed
	}
	return f.made(a, err)
}

// fault decides whether an action fails. One of errs counts as lost: who knows what was done.
func (f *Fuzzed) fault(path string, a actions.Action) (FaultKind, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.bytes.small(8) != 7 {
		return 0, nil
	}
	switch i := f.bytes.small(2 + len(f.errs)); i {
	case 0, 1:
		kind := FaultKind(i) + NotDone
		return kind, &FaultError{Kind: kind, Path: path, Action: clone(a)}
	default:
		return Lost, f.errs[i-2]
	}
}

// made makes a result, unless there is an error.
func (f *Fuzzed) made(a actions.Action, err error) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := resultType(a)
	if err != nil || t == nil || len(f.bytes.left) == 0 {
		return nil, err
	}
	return generate(&f.bytes, t), nil
}

func (f *Fuzzed) standard(a actions.Action) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch a := a.(type) {
	case actions.Sleep:
		f.now = f.now.Add(max(0, a.For))
	case actions.Now:
		f.now = f.now.Add(time.Duration(f.bytes.small(256)) * time.Second)
		return f.now, nil
	case actions.NewID:
		return fmt.Sprintf("00000000-0000-4000-8000-%012x", f.count), nil
	case actions.Random:
		return f.bytes.Uint64(), nil
	case actions.Version:
		if n := a.Max - a.Min + 1; n > 1 {
			return a.Max - f.bytes.small(min(n, 256)), nil
		}
		return a.Max, nil
	}
	return nil, nil
}

// fuzzBytes are chance that somebody else has made, and zeros behind it.
type fuzzBytes struct{ left []byte }

func (b *fuzzBytes) take(n int) []byte {
	taken := make([]byte, n)
	b.left = b.left[copy(taken, b.left):]
	return taken
}

func (b *fuzzBytes) small(n int) int { return int(b.take(1)[0]) % n }

func (b *fuzzBytes) Uint64() uint64 { return binary.LittleEndian.Uint64(b.take(8)) }
