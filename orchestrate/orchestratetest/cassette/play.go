package cassette

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/jsondiff"
	"github.com/baton-go/baton/internal/turns"
)

// Player is an executor that replays a cassette: it answers each action as the recorded one of the same step and
// attempt was answered, whatever its context says, and takes no time. Log and Progress need no record. It is safe for
// concurrent use, and serves one run.
//
// It is strict. For an action that was not recorded, or not in this form, the orchestration is told a [MismatchError],
// and the same one for whatever it yields then: no real executor is called, ever.
type Player struct {
	file   string
	writer writer

	mu    sync.Mutex
	tape  *tape
	calls map[string][]*call // not made yet, by key
	off   *MismatchError     // where the run left the tape
	last  *call
	run   any // the token of the run
}

// Load reads a cassette. The error says that it cannot be read, is none, or is one of another workflow. Load panics if
// two kinds of errors have one name.
func Load(file string, c Config) (*Player, error) {
	w := newWriter(c)
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cassette: %w", err)
	}
	return newPlayer(file, text, c.Workflow, w)
}

func newPlayer(file string, text []byte, workflow string, w writer) (p *Player, err error) {
	p = &Player{file: file, writer: w, calls: map[string][]*call{}}
	if p.tape, err = decode(text); err != nil {
		return nil, fmt.Errorf("cassette %s cannot be read: %w", file, err)
	}
	if p.tape.Workflow != workflow {
		return nil, fmt.Errorf("cassette %s is of the workflow %q, not of %q", file, p.tape.Workflow, workflow)
	}
	for _, call := range p.tape.Calls {
		p.calls[call.key()] = append(p.calls[call.key()], call)
	}
	return p, nil
}

// Execute answers the action as recorded.
func (p *Player) Execute(ctx context.Context, a actions.Action) (any, error) {
	switch a.(type) {
	case actions.Log, actions.Progress, actions.Publish:
		return nil, nil
	}
	c, off := p.take(ctx, a)
	if off != nil {
		return nil, off
	}
	if g, ok := a.(actions.Group); ok {
		return p.group(ctx, g, c)
	}
	if off := p.await(ctx, c); off != nil {
		return nil, off
	}
	result, err, problem := p.answer(a, c)
	if problem != nil {
		return nil, p.leave(&MismatchError{File: p.file, Step: c.at(), text: problem.Error()})
	}
	return result, err
}

// String names the executor.
func (p *Player) String() string { return "Cassette" }

// Done tells, once the run is over, whether it was the recorded one: the error is the [MismatchError] at which it left
// the tape, or it lists the calls that were recorded and not made.
func (p *Player) Done() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.off != nil {
		return p.off
	}
	var left []*call
	for _, calls := range p.calls {
		left = append(left, calls...)
	}
	if len(left) == 0 {
		return nil
	}
	slices.SortStableFunc(left, compareSteps)
	lines := make([]string, 0, maxLines)
	for i, c := range left {
		if i == maxLines-1 && len(left) > maxLines {
			lines = append(lines, fmt.Sprintf("… and %d more", len(left)-i))
			break
		}
		lines = append(lines, c.String())
	}
	return fmt.Errorf("cassette %s: %d of %d recorded calls were not made:\n  %s", p.file, len(left), len(p.tape.Calls),
		strings.Join(lines, "\n  "))
}

const maxLines = 20

// take takes the recorded call for an action off the tape.
func (p *Player) take(ctx context.Context, a actions.Action) (*call, error) {
	got, problem := p.writer.call(ctx, a)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.off != nil {
		return nil, p.off
	}
	step := executor.StepFrom(ctx)
	if problem != nil {
		return nil, p.leaveLocked(&MismatchError{File: p.file, Step: got.at(), text: problem.Error()})
	}
	off := &MismatchError{File: p.file, Step: got.at(), Got: got.line()}
	if token := step.RunToken(); token != nil {
		if p.run == nil {
			p.run = token
		} else if p.run != token {
			off.text = "the cassette was played already: a player serves one run"
			return nil, p.leaveLocked(off)
		}
	}
	if p.last != nil {
		off.Last = p.last.String()
	}
	calls := p.calls[got.key()]
	if len(calls) == 0 {
		off.text = p.missing(got)
		return nil, p.leaveLocked(off)
	}
	want := calls[0]
	if want.Action == got.Action {
		off.Diff = jsondiff.Lines(want.Request, got.Request)
	}
	if want.Action != got.Action || len(off.Diff) > 0 || want.branches() != got.branches() {
		off.Recorded = want.line()
		return nil, p.leaveLocked(off)
	}
	p.calls[got.key()] = calls[1:]
	p.last = want
	return want, nil
}

// missing says why nothing is recorded for a call.
func (p *Player) missing(got *call) string {
	switch {
	case len(p.tape.Calls) == 0:
		return "the cassette is empty"
	case got.Branches != nil && p.inside(got.Path):
		return "no group is recorded here, but steps in one: what carries out groups stood outside the recorder, so put " +
			"it outside the player too"
	case !slices.ContainsFunc(p.tape.Calls, func(c *call) bool { return c.key() == got.key() }):
		return "nothing is recorded for this step"
	}
	return "it was made more often than is recorded"
}

func (p *Player) inside(path string) bool {
	return slices.ContainsFunc(p.tape.Calls, func(c *call) bool { return strings.HasPrefix(c.Path, path+".") })
}

// answer is what was recorded for a call.
func (p *Player) answer(a actions.Action, c *call) (result any, err, problem error) {
	if c.Error != nil {
		err, problem = p.writer.kinds.Decode(c.Error)
	}
	if len(c.Result) > 0 && problem == nil {
		if result, problem = decodeResult(a, c.Result); problem != nil {
			problem = fmt.Errorf("the recorded result of %s cannot be decoded: %w", c.Action, problem)
		}
	}
	return result, err, problem
}

// await waits until it is the call's turn to be answered.
func (p *Player) await(ctx context.Context, c *call) error {
	host := turns.HostOf(ctx)
	if host == nil {
		if c.Late {
			<-ctx.Done()
		}
		return nil
	}
	t := &turn{call: c}
	if err := host.Park(ctx, t); err != nil {
		return p.leave(&MismatchError{File: p.file, Step: c.at(), Got: c.line(), text: err.Error()})
	}
	if t.off != nil {
		return p.leave(t.off)
	}
	return nil
}

// turn is a call that waits for its turn.
type turn struct {
	call *call
	off  *MismatchError
}

// group carries a group out. Its branches, and those of groups in it, are answered in the recorded order.
func (p *Player) group(ctx context.Context, g actions.Group, c *call) (result any, err error) {
	if turns.HostOf(ctx) != nil {
		return executor.RunGroup(ctx, g, p)
	}
	host := turns.New(p.inOrder(c))
	host.Run(ctx, func(ctx context.Context) { result, err = executor.RunGroup(ctx, g, p) })
	return result, err
}

// inOrder chooses the calls in the group c in the order in which they ended.
func (p *Player) inOrder(c *call) func([]*turns.Parked) *turns.Parked {
	order := c.Order
	if order == nil {
		for _, in := range p.tape.Calls { // sorted
			if strings.HasPrefix(in.Path, c.Path+".") && in.Branches == nil {
				order = append(order, in.key())
			}
		}
	}
	return func(parked []*turns.Parked) *turns.Parked {
		if len(order) > 0 {
			isNext := func(t *turns.Parked) bool { return t.Value.(*turn).call.key() == order[0] }
			if i := slices.IndexFunc(parked, isNext); i >= 0 {
				order = order[1:]
				return parked[i]
			}
		}
		slices.SortFunc(parked, func(a, b *turns.Parked) int { // else the order is up to chance
			return compareSteps(a.Value.(*turn).call, b.Value.(*turn).call)
		})
		t := parked[0].Value.(*turn)
		t.off = &MismatchError{File: p.file, Step: t.call.at(), Got: t.call.line(), text: p.outOfOrder(order)}
		return parked[0]
	}
}

func (p *Player) outOfOrder(order []string) string {
	if len(order) == 0 {
		return "nothing is recorded to be answered any more in this group"
	}
	for _, c := range p.tape.Calls {
		if c.key() == order[0] {
			return "what was answered next in this group is not asked for any more: " + c.String()
		}
	}
	return "the order of the group names a call that is not recorded: " + order[0]
}

// leave remembers where the run left the tape: the first time counts.
func (p *Player) leave(off *MismatchError) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.leaveLocked(off)
}

func (p *Player) leaveLocked(off *MismatchError) error {
	if p.off == nil {
		p.off = off
	}
	return p.off
}
