package dataflow

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/orchestrate"
)

type par struct{ parts []Part }

// Par runs nodes side by side: a group. Each member sees what the group sees; what they give is merged in the order
// in which they are defined. Two members may give one name only if they give it equal values, unless [Overwrite] lists
// it: of one type, and equal in every part, by its own method Equal where it has one, as times do. The first failure
// cancels the others, and all have ended when the group has, unless [CollectErrors] says otherwise.
//
// Limit, Overwrite and CollectErrors among the parts are for this group.
func Par(parts ...Part) Part { return par{parts} }

func (par) part() {}

// group is a group in a flow.
type group struct {
	members []op
	out     []port
	at      [][]int32 // where each member's outputs are among the group's
	// merged lists, for each member, which of its outputs others give too; nil if there are none.
	merged  [][]int
	shared  bool   // whether any member does
	replace []bool // whether a later value of an output takes the place of an earlier one
	limit   int
	collect bool
	sure    bool
}

func (c *compiler) group(n par, s *scope) op {
	g := &group{}
	if !c.enter() {
		c.leave()
		return g
	}
	defer c.leave()
	nodes, set := c.split(n.parts, "Par", false)
	g.limit, g.collect = set.limit, set.collect || c.collect
	if len(nodes) == 0 {
		c.fail(ErrEmpty, "", errors.New("a group has no members"))
		return g
	}
	for _, n := range nodes {
		if o := c.member(n, s); o != nil {
			g.members = append(g.members, o)
		}
	}
	g.merge(func(name string) bool { return c.overwrite[name] || set.overwrite[name] })
	for _, p := range g.out {
		delete(set.overwrite, p.name)
		if c.unused[p.name] {
			delete(c.unused, p.name)
		}
	}
	c.unusedOverwrite(set.overwrite)
	return g
}

// unusedOverwrite reports names that no member gives.
func (c *compiler) unusedOverwrite(names map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		c.fail(ErrSetting, "", fmt.Errorf("Overwrite: no member of a group gives %q", shorten(name)))
	}
}

// merge finds out which member gives what, and what several do.
func (g *group) merge(replaced func(name string) bool) {
	index, givers := map[string]int32{}, []int{}
	for _, m := range g.members {
		sure := m.certain()
		g.sure = g.sure || sure
		outs := m.outputs()
		at := make([]int32, len(outs))
		for i, p := range outs {
			at[i] = g.give(index, &givers, p, sure, replaced)
		}
		g.at = append(g.at, at)
	}
	g.merged = make([][]int, len(g.members))
	for m, at := range g.at {
		for i, to := range at {
			if givers[to] > 1 {
				g.merged[m] = append(g.merged[m], i)
				g.shared = true
			}
		}
	}
}

// give adds an output of a member to those of the group.
func (g *group) give(index map[string]int32, givers *[]int, p port, sure bool, replaced func(string) bool) int32 {
	p.optional = p.optional || !sure
	to, ok := index[p.name]
	if !ok {
		to = int32(len(g.out))
		index[p.name] = to
		g.out, g.replace = append(g.out, p), append(g.replace, replaced(p.name))
		*givers = append(*givers, 1)
		return to
	}
	(*givers)[to]++
	g.out[to].origins = either(g.out[to].origins, p.origins)
	if g.out[to].typ != p.typ {
		g.out[to].typ = nil
	}
	g.out[to].optional = g.out[to].optional && p.optional
	return to
}

// outcome is what came of a member.
type outcome struct {
	raw any
	ran bool
}

func (g *group) exec(y actions.Yield, r *run, fr *frame) (any, bool, error) {
	r = r.limited(g.limit)
	flows := make([]orchestrate.Orchestration[outcome], len(g.members))
	for i, m := range g.members {
		flows[i] = func(y actions.Yield) (o outcome, err error) {
			o.raw, o.ran, err = m.exec(y, r, fr)
			return o, err
		}
	}
	outcomes, err := g.gather(y, flows)
	if err != nil {
		return nil, true, err
	}
	raw := make([]any, len(g.out))
	var from []int // the member that gave each output
	if g.shared {
		from = make([]int, len(g.out))
	}
	ran := false
	for i, o := range outcomes {
		if !o.ran {
			continue
		}
		ran = true
		if err := g.take(i, o.raw, raw, from); err != nil {
			return nil, true, err
		}
	}
	return raw, ran, nil
}

func (g *group) gather(y actions.Yield, flows []orchestrate.Orchestration[outcome]) ([]outcome, error) {
	if !g.collect {
		all, err := orchestrate.All(y, flows...)
		return all, located(err)
	}
	settled, err := orchestrate.Settle(y, flows...)
	if err != nil {
		return nil, err
	}
	all, errs := make([]outcome, len(settled)), []error{}
	for i, o := range settled {
		all[i] = o.Value
		if o.Err != nil {
			errs = append(errs, located(o.Err))
		}
	}
	if len(errs) > 0 {
		return nil, collect(errs)
	}
	return all, nil
}

// take merges what member m gave.
func (g *group) take(m int, raw any, into []any, from []int) error {
	shared := g.merged[m]
	if len(shared) == 0 {
		return g.members[m].spread(raw, into, g.at[m])
	}
	before := make([]any, len(shared))
	for i, out := range shared {
		to := g.at[m][out]
		before[i], into[to] = into[to], nil
	}
	if err := g.members[m].spread(raw, into, g.at[m]); err != nil {
		return err
	}
	for i, out := range shared {
		to := g.at[m][out]
		was, is := before[i], into[to]
		switch {
		case is == nil:
			into[to] = was
		case was == nil || g.replace[to]:
			from[to] = m
		case show.Same(was, is):
			into[to] = was
		default:
			return failed(ErrMerge, "", &MergeError{
				Name: g.out[to].name, Steps: [2]string{g.giver(from[to], to), g.giver(m, to)},
				Values: [2]any{unwired(was), unwired(is)},
			})
		}
	}
	return nil
}

// giver is the step by which member m gives an output.
func (g *group) giver(m int, to int32) string {
	i := slices.Index(g.at[m], to)
	return g.members[m].outputs()[i].by
}

func (g *group) spread(raw any, into []any, at []int32) error { return spreadList(raw, into, at) }

func (g *group) outputs() []port { return g.out }

func (g *group) certain() bool { return g.sure }
