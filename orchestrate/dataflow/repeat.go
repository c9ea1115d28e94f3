package dataflow

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// Loop says how a [Repeat] goes on: [Until], [Every], [Max] and [FeedBack].
type Loop interface{ apply(l *repeat) }

type until struct {
	shape *shape
	err   error
	done  func(fr *frame, find []int) (bool, error)
}

// Until ends the loop when f is true of what a round gave. Its fields are found by their names, as the inputs of a step
// are. The function only decides: it has no effects, and returns the same for the same.
func Until[Result any](f func(r Result) bool) Loop {
	u := &until{}
	if f == nil {
		return u
	}
	u.shape, u.err = shapeOf(reflect.TypeFor[Result]())
	u.done = func(fr *frame, find []int) (bool, error) {
		var r Result
		in := make([]input, len(find))
		for i, slot := range find {
			in[i] = input{slot: int32(slot), checked: true}
			if f := u.shape.fields[i]; !f.optional && in[i].value(fr) == nil {
				return false, failed(ErrMissing, "", missing(f.name, fr.visible()))
			}
		}
		if err := u.shape.fill(reflect.ValueOf(&r).Elem(), fr, in); err != nil {
			return false, failed(ErrMap, "", err)
		}
		return decide(f, r)
	}
	return u
}

type every time.Duration

// Every waits between the rounds, by actions.Sleep.
func Every(d time.Duration) Loop { return every(d) }

type most int

// Max bounds the rounds. Without [Until] there are exactly so many; with it, to come to the bound is [ErrRepeat], and
// orchestrate.ErrNotReady.
func Max(rounds int) Loop { return most(rounds) }

type feedBack struct{}

// FeedBack gives what a round gave to the next, where that takes something of the same name. The rest of what it takes,
// and without FeedBack all of it, is the same in each round.
func FeedBack() Loop { return feedBack{} }

// Repeat runs a node again and again, until [Until] or [Max] say that it is enough. What it gives is what the last
// round gave. Between the rounds it can be cancelled, whatever the node does. It counts as one step. A sequence or a
// group in it is a flow of its own, but for the name.
func Repeat(node Part, how ...Loop) Part { return &repeat{node: node, how: how} }

type repeat struct {
	node  Part
	how   []Loop
	until *until
	every time.Duration
	max   int
	feed  bool
	bad   error
}

func (*repeat) part() {}

func (u *until) apply(l *repeat) {
	if u.done == nil {
		l.bad = errors.New("the function of Until is nil")
	}
	l.until = u
}

func (e every) apply(l *repeat) {
	if e < 0 {
		l.bad = fmt.Errorf("Every must not be negative, got %v", time.Duration(e))
	}
	l.every = time.Duration(e)
}

func (m most) apply(l *repeat) {
	if m < 1 {
		l.bad = fmt.Errorf("Max must be at least 1, got %d", m)
	}
	l.max = int(m)
}

func (feedBack) apply(l *repeat) { l.feed = true }

// loop is a Repeat in a flow.
type loop struct {
	ported // the body

	how    repeat
	in     []input // one for each port: itself
	outs   []string
	at     []int32  // itself, too
	find   []int    // the results that Until wants
	feeds  [][2]int // of what to what
	inside string
}

func (c *compiler) loop(n *repeat) ported {
	l := &loop{how: *n}
	for i, how := range n.how {
		if how == nil {
			l.how.bad = fmt.Errorf("part %d of Repeat is nil", i)
			continue
		}
		how.apply(&l.how)
	}
	if !c.enter() {
		c.leave()
		return nil
	}
	defer c.leave()
	l.ported = c.resolve(n.node)
	if l.ported == nil {
		return nil
	}
	l.inside = l.ported.label()
	switch {
	case l.how.bad != nil:
		c.fail(ErrSetting, l.inside, l.how.bad)
	case l.how.until == nil && l.how.max == 0:
		c.fail(ErrSetting, l.inside, errors.New("a Repeat without Until and Max does not end"))
	}
	return l
}

func (l *loop) ports(c *compiler) (in, out []port) {
	in, out = l.ported.ports(c)
	l.in, l.at, l.outs = make([]input, len(in)), make([]int32, len(out)), namesOf(out)
	for i := range in {
		l.in[i] = input{slot: int32(i)}
	}
	index := make(map[string]int, len(out))
	for i, p := range out {
		l.at[i], index[p.name] = int32(i), i
	}
	for i, p := range in {
		j, ok := index[p.name]
		switch {
		case !l.how.feed || !ok:
		case !fits(out[j].typ, p.typ):
			c.fail(ErrType, l.inside, typeError(p.name, p.typ, out[j].typ, out[j].by))
		default:
			l.feeds = append(l.feeds, [2]int{j, i})
			l.in[i].checked = true
		}
	}
	if l.how.feed && len(l.feeds) == 0 {
		c.fail(ErrSetting, l.inside, errors.New("FeedBack: nothing that a round gives is what the next takes"))
	}
	if l.how.until != nil && l.how.until.done != nil {
		l.wire(c, out, index)
	}
	return in, out
}

// wire finds what Until wants.
func (l *loop) wire(c *compiler, out []port, index map[string]int) {
	u := l.how.until
	if u.err != nil || u.shape.plain {
		c.fail(ErrBadFunction, l.inside, fmt.Errorf("the input of Until is of type %s, and must be a struct with "+
			"exported fields: %w", u.shape.typ, cmpErr(u.err)))
		return
	}
	for _, f := range u.shape.fields {
		j, ok := index[f.name]
		switch {
		case !ok && !f.optional:
			c.fail(ErrMissing, l.inside, missing(f.name, sorted(namesOf(out))))
		case !ok:
			j = -1
		case !fits(out[j].typ, f.typ):
			c.fail(ErrType, l.inside, typeError(f.name, f.typ, out[j].typ, out[j].by))
		}
		l.find = append(l.find, j)
	}
}

func (*loop) steps() int { return 1 }

func (l *loop) exec(y actions.Yield, r *run, outer *frame, in []input) (any, error) {
	fr := &frame{vals: make([]any, len(in))}
	for i := range in {
		fr.vals[i] = in[i].value(outer)
	}
	r = r.uncounted()
	for round := 1; ; round++ {
		raw, err := l.ported.exec(y, r, fr, l.in)
		if err != nil {
			return nil, err
		}
		out := make([]any, len(l.outs))
		if err := l.ported.spread(raw, out, l.at); err != nil {
			return nil, failed(ErrMap, "", err)
		}
		done, err := l.done(round, out)
		if done || err != nil {
			return out, err
		}
		for _, feed := range l.feeds {
			if v := out[feed[0]]; v != nil {
				fr.vals[feed[1]] = v
			}
		}
		if err := orchestrate.Tell(y, actions.Sleep{For: l.how.every}); err != nil {
			return nil, err
		}
	}
}

// done tells whether the loop ends after a round.
func (l *loop) done(round int, out []any) (bool, error) {
	if l.how.until != nil {
		if done, err := l.how.until.done(&frame{vals: out, names: l.outs}, l.find); done || err != nil {
			return done, err
		}
	}
	switch {
	case l.how.max == 0 || round < l.how.max:
		return false, nil
	case l.how.until == nil:
		return true, nil
	}
	return false, failed(ErrRepeat, "", fmt.Errorf("not done after %d rounds: %w", round, orchestrate.ErrNotReady))
}

func (l *loop) spread(raw any, into []any, at []int32) error { return spreadList(raw, into, at) }
