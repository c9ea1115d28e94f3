package mutants

import (
	"errors"
	"reflect"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/orchestrate"
)

// site is an action that a workflow yields, wherever it does.
type site struct {
	name     string // with the word "undo" in front of what is shielded
	action   actions.Action
	shielded bool
	usual    any  // its first answer
	answered bool // ever
	failed   bool // ever
	before   int  // how many others came after it on the same strand at most
}

// census is what a workflow yields under all schedules.
type census struct {
	sites []*site
	byKey map[string]*site
}

// nameOf is how a site is called.
func nameOf(a actions.Action) string {
	if s, ok := a.(actions.Shielded); ok {
		return "undo " + nameOf(s.Action)
	}
	return show.Action(a)
}

func (c *census) site(a actions.Action) *site {
	name := nameOf(a)
	if s := c.byKey[name]; s != nil {
		return s
	}
	s := &site{name: name, action: a}
	if inner, ok := a.(actions.Shielded); ok {
		s.action, s.shielded = inner.Action, true
	}
	if c.byKey == nil {
		c.byKey = map[string]*site{}
	}
	c.byKey[name] = s
	c.sites = append(c.sites, s)
	return s
}

// count is the flow, of which the census is taken.
func count[T any](c *census, flow orchestrate.Orchestration[T]) orchestrate.Orchestration[T] {
	return func(y actions.Yield) (T, error) { return flow(c.strand(y)) }
}

// strand is the yield of a strand that is counted.
func (c *census) strand(y actions.Yield) actions.Yield {
	var asked []*site
	return func(a actions.Action) (any, error) {
		s := c.site(a)
		for i, earlier := range asked {
			earlier.before = max(earlier.before, len(asked)-i)
		}
		asked = append(asked, s)
		v, err := y(branches(a, func(_ int, b actions.Branch) actions.Branch {
			if b.Leaf != nil {
				b.Flow = func(y actions.Yield) (any, error) { return y(b.Leaf) }
			}
			flow := b.Flow
			return actions.Branch{Flow: func(y actions.Yield) (any, error) { return flow(c.strand(y)) }}
		}))
		switch {
		case err != nil:
			s.failed = s.failed || !errors.Is(err, executor.ErrLent) // which is what deferred functions see in a crash
		case !s.answered:
			s.usual, s.answered = v, true
		}
		return v, err
	}
}

// branches is the action with its branches changed, if it has some.
func branches(a actions.Action, change func(i int, b actions.Branch) actions.Branch) actions.Action {
	switch a := a.(type) {
	case actions.Shielded:
		return actions.Shielded{Action: branches(a.Action, change)}
	case actions.Group:
		g := a
		g.Branches = make([]actions.Branch, len(a.Branches))
		for i, b := range a.Branches {
			g.Branches[i] = change(i, b)
		}
		return g
	}
	return a
}

// mutants lists the mutants of a site among others.
func (s *site) mutants(others []*site) []mutant {
	if actions.IsAside(s.action) {
		return nil
	}
	all := []mutant{{site: s, slip: dropped}}
	if _, group := s.action.(actions.Group); !group {
		all = append(all, mutant{site: s, slip: twice})
	}
	if s.failed {
		all = append(all, mutant{site: s, slip: swallowed})
	}
	if s.before > 0 {
		all = append(all, mutant{site: s, slip: later})
	}
	if s.before > 1 {
		all = append(all, mutant{site: s, slip: last})
	}
	if s.shielded {
		all = append(all, mutant{site: s, slip: exposed})
	}
	if wrong := mistaken(s.usual); wrong != nil {
		all = append(all, mutant{site: s, slip: misread, value: wrong})
	}
	for _, other := range others {
		if a := withKeyOf(s.action, other.action); a != nil && other.shielded == s.shielded {
			all = append(all, mutant{site: s, slip: keyReused, value: a})
			break
		}
	}
	return all
}

// mistaken is another answer than the given one, of the same type. It is nil if there is none.
func mistaken(answer any) any {
	switch v := answer.(type) {
	case nil, actions.Void, actions.GroupResult:
		return nil
	case bool:
		return !v
	}
	t := reflect.TypeOf(answer)
	wrong := reflect.Zero(t)
	if t.Kind() == reflect.Int && wrong.Interface() == answer {
		return reflect.ValueOf(1).Convert(t).Interface()
	}
	return wrong.Interface()
}

// withKeyOf is action a with the key of b, another action of its type. It is nil if they have no key, or the same.
func withKeyOf(a, b actions.Action) actions.Action {
	v, w := reflect.ValueOf(a), reflect.ValueOf(b)
	if v.Type() != w.Type() || v.Kind() != reflect.Struct {
		return nil
	}
	mine, others := v.FieldByName("Key"), w.FieldByName("Key")
	if !mine.IsValid() || mine.Kind() != reflect.String || mine.String() == others.String() {
		return nil
	}
	changed := reflect.New(v.Type()).Elem()
	changed.Set(v)
	changed.FieldByName("Key").Set(others)
	return changed.Interface().(actions.Action)
}
