package orchestratetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/orchestrate"
)

// How often an orchestration is replayed: from that many prefixes at most, and that many times in whole.
const (
	maxPrefixes  = 100
	wholeReplays = 8
)

const advice = `
An orchestration decides by its input and by the results of its actions. Where it needs a clock, chance or an
identifier, it yields Now, Random or NewID; it sorts what a map holds; and it keeps nothing from run to run.`

// replays are the replays of one run.
type replays[T any] struct {
	flow    orchestrate.Orchestration[T]
	journal *journal
	result  T
	err     error
}

// all replays the run as often as need be, and says what is wrong.
func (r *replays[T]) all() (text string) {
	n := len(r.journal.calls)
	label := newLabel()
	for i := range min(n, maxPrefixes) {
		if text = r.from(label, i*n/min(n, maxPrefixes)); text != "" {
			return text
		}
	}
	for range wholeReplays {
		if text = r.from(label, n); text != "" {
			return text
		}
	}
	return label.leak()
}

// from replays the run from its first n answers. Then the goroutine exits, as it does when a run is unloaded.
func (r *replays[T]) from(l label, n int) string {
	p := &replay{journal: r.journal, prefix: n, seen: map[string]bool{}}
	<-l.Go(func() {
		result, err := orchestrate.Run(context.Background(), r.flow, p)
		p.returned(func() string { return r.returned(result, err) })
	})
	if p.text == "" {
		return ""
	}
	return "the orchestration is not deterministic: replayed " + r.journal.prefixName(n) + ", " + p.text + advice
}

// returned compares what a replay returned with what the run did.
func (r *replays[T]) returned(result T, err error) string {
	if want, got := show.Error(r.err), show.Error(err); want != got {
		return fmt.Sprintf("it fails differently\n  first:  %s\n  replay: %s%s", want, got, soFar(r.journal.before("")))
	}
	if diff := show.Results(r.result, result); len(diff) > 0 {
		return fmt.Sprintf("it returns another result\n  first:  %s\n  replay: %s\n          %s%s", show.Value(r.result),
			show.Value(result), strings.Join(diff, "\n          "), soFar(r.journal.before("")))
	}
	return ""
}

// replay is the executor of one replay.
type replay struct {
	journal *journal
	prefix  int

	mu   sync.Mutex
	seen map[string]bool
	text string // what differs
}

func (p *replay) Execute(ctx context.Context, a actions.Action) (any, error) {
	if actions.IsAside(a) {
		return p.journal.aside(ctx, a)
	}
	path := executor.StepFrom(ctx).Path()
	i, ok := p.compare(path, a)
	if !ok {
		runtime.Goexit()
	}
	if g, ok := a.(actions.Group); ok && p.journal.inside(path) {
		_, _ = inOrder(ctx, g, p) // what the group said then is what counts
	}
	if i >= p.prefix {
		runtime.Goexit()
	}
	c := p.journal.calls[i]
	return clone(c.Result), replayed(c.Err)
}

// compare finds the call that an action was in the run.
func (p *replay) compare(path string, a actions.Action) (i int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text != "" {
		return 0, false
	}
	i, ok = p.journal.at[path]
	switch {
	case !ok:
		p.text = fmt.Sprintf("step %s differs\n  first:  nothing\n  replay: %s%s", path, show.Action(a),
			soFar(p.journal.before(path)))
	case !show.Equal(p.journal.calls[i].Action, a):
		first := p.journal.calls[i].Action
		p.text = fmt.Sprintf("step %s differs\n  first:  %s\n  replay: %s\n          %s%s", path, show.Action(first),
			show.Action(a), strings.Join(show.Diff(first, a), "\n          "), soFar(p.journal.before(path)))
	}
	p.seen[path] = true
	return i, p.text == ""
}

// returned is called when the replay returned, with what compares its results.
func (p *replay) returned(compare func() string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text != "" {
		return
	}
	if i := slices.IndexFunc(p.journal.calls, func(c Call) bool { return !p.seen[c.Path] }); i >= 0 && !p.journal.again {
		c := p.journal.calls[i]
		p.text = fmt.Sprintf("step %s differs\n  first:  %s\n  replay: nothing%s", c.Path, show.Action(c.Action),
			soFar(p.journal.before(c.Path)))
		return
	}
	p.text = compare()
}

// replayedError is an error of the first run. A yield does not wrap what says where in the run it happened, and this
// says so although it is another run.
type replayedError struct {
	error
	step executor.StepError
}

func replayed(err error) error {
	if step, ok := errors.AsType[*executor.StepError](err); ok {
		return &replayedError{err, executor.StepError{Path: step.Path, Action: step.Action, Err: step.Err}}
	}
	return err
}

func (e *replayedError) Unwrap() error { return e.error }

func (e *replayedError) As(target any) bool {
	step, ok := target.(**executor.StepError)
	if ok {
		*step = &e.step
	}
	return ok
}
