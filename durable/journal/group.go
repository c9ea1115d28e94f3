package journal

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// group is a group of several branches that is being carried out.
type group struct {
	step     executor.Step
	path     string
	mode     actions.Mode
	branches []actions.Branch
	parent   *strand
	children []strand
	done     <-chan struct{} // the end of the context of the group as an action
	running  int             // branches that have not ended

	// Under the journal's lock:
	decided int  // the branch that decides the group, or -1
	written bool // there is a record of that, or there is about to be
	holds   int  // strands in all branches
	goesOn  bool // a strand in it has come to the end of its records, and goes on
	later   bool // a branch that held has been stopped: whether it decides is for another life to say
}

type groupKey struct{}

// group carries out a group: each branch of several is a strand of its own.
func (j *Journal) group(ctx context.Context, s *strand, a actions.Group) (any, error) {
	step := executor.StepFrom(ctx)
	path := step.Path()
	if err := j.spin(s, path); err != nil {
		return nil, err
	}
	if r := j.past.instead(path, a); r != nil {
		return nil, j.mismatch(r, a, nil)
	}
	a = j.guardAll(a)
	if len(a.Branches) < 2 {
		result, err := executor.RunGroup(ctx, a, j)
		return j.joined(path, result, err)
	}
	if err := j.flush(ctx, s); err != nil {
		return nil, err
	}
	g := &group{
		step: step, path: path, mode: a.Mode, branches: a.Branches, parent: s,
		done: ctx.Done(), running: len(a.Branches), decided: -1,
	}
	if decision := j.past.decisions[path]; decision != nil {
		decision.visited = true
		g.decided, g.written = int(decision.Number), true
	}
	defer func() { s.join(g.children) }() // also where the goroutine exits: all of them have ended
	result, err := executor.RunGroup(context.WithValue(ctx, groupKey{}, g), a, j)
	return j.joined(path, result, err)
}

// joined is the result of a group once its branches have ended. What they were recorded to do they must have done.
func (j *Journal) joined(path string, result actions.GroupResult, err error) (any, error) {
	if err := j.leave(); err != nil {
		return nil, err
	}
	if r := j.past.unvisited(path); r != nil {
		return nil, j.mismatch(r, nil, nil)
	}
	return result, err
}

// guardAll guards the yields of the branches.
func (j *Journal) guardAll(a actions.Group) actions.Group {
	if !j.exits {
		return a
	}
	a.Branches = slices.Clone(a.Branches)
	for i := range a.Branches {
		if flow := a.Branches[i].Flow; flow != nil {
			a.Branches[i].Flow = func(y actions.Yield) (any, error) { return flow(j.guard(y)) }
		}
	}
	return a
}

// decision is the record of which branch decides a group.
func (j *Journal) decision(g *group, at time.Time) store.Record {
	return store.Record{
		N: j.number.Add(1), Kind: store.Decision, Path: g.path, Name: g.mode.String(), Number: int64(g.decided),
		Started: at, Finished: at,
	}
}

// decides tells whether the end of a branch decides a group of the mode.
func decides(mode actions.Mode, err error) bool {
	switch mode {
	case actions.All:
		return err != nil
	case actions.Any:
		return err == nil
	case actions.Race:
		return true
	case actions.Settle:
	}
	return false
}

// isLeaf tells whether the path is that of the single action that a branch of the strand's group consists of.
func (s *strand) isLeaf(path string) bool {
	if !s.leaf {
		return false
	}
	rest, ok := strings.CutPrefix(path, s.group.path+".")
	return ok && rest == strconv.Itoa(s.branch)+".0"
}
