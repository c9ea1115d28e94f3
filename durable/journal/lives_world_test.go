package journal_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// node is a piece of a random orchestration.
type node struct {
	ID   int
	Kind string
	// How an act ends.
	Ends string
	Wait time.Duration
	Mode actions.Mode
	Kids []*node
	// Alone says that it is all that a branch does.
	Alone bool
}

// act is the action of the random orchestrations.
type act struct {
	actions.Returns[string]
	Node int
	Ends string
	Wait time.Duration
}

func (n *node) String() string {
	text := fmt.Sprintf("%s%d", n.Kind, n.ID)
	if n.Kind == "act" {
		text += ":" + n.Ends
	}
	if n.Kind == "group" {
		text += ":" + n.Mode.String()
	}
	if len(n.Kids) > 0 {
		text += fmt.Sprint(n.Kids)
	}
	return text
}

func drawNode(t *rapid.T, next *int, depth int) *node {
	kinds := []string{
		"act", "act", "act", "sleep", "receive", "now", "id", "version", "batched", "read", "broken read", "pay",
	}
	if depth > 0 {
		kinds = append(kinds, "seq", "seq", "group", "group", "shield", "scope", "timeout", "leaves")
	}
	n := &node{ID: *next, Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	*next++
	kids := 0
	switch n.Kind {
	case "act", "batched":
		ends := []string{"well", "well", "well", "badly", "not done", "panic", "cancelled"}
		n.Ends = rapid.SampledFrom(ends).Draw(t, "ends")
		n.Wait = time.Duration(rapid.IntRange(0, 3).Draw(t, "takes")) * time.Second
	case "sleep", "timeout":
		n.Wait = time.Duration(rapid.IntRange(0, 5).Draw(t, "for")) * time.Second
	case "group", "leaves":
		n.Mode = actions.Mode(rapid.IntRange(0, 3).Draw(t, "mode"))
		kids = rapid.IntRange(1, 4).Draw(t, "kids")
	case "seq":
		kids = rapid.IntRange(1, 4).Draw(t, "kids")
	}
	switch n.Kind {
	case "shield", "scope", "timeout":
		kids = 1
	}
	for range kids {
		if n.Kind == "leaves" {
			kid := &node{ID: *next, Ends: "well"}
			leaves := []string{"act", "sleep", "leaf receive", "leaf receive", "pay", "read"}
			kid.Kind = rapid.SampledFrom(leaves).Draw(t, "leaf")
			kid.Wait = time.Duration(rapid.IntRange(0, 3).Draw(t, "takes")) * time.Second
			*next++
			n.Kids = append(n.Kids, kid)
			continue
		}
		kid := drawNode(t, next, depth-1)
		kid.Alone = n.Kind == "group" || n.Kind == "timeout"
		n.Kids = append(n.Kids, kid)
	}
	return n
}

// world is what the lives of one run have in common, and what must be true of them.
type world struct {
	mu       sync.Mutex
	rng      *rand.Rand
	seen     map[int]string // what the orchestration was told, by node
	done     map[int]int    // how often an action was carried out, by node
	lives    int
	before   map[int64]bool // records of the lives before this one
	brokenMu sync.Mutex
	broken   []string
	messages []store.Message
	cancelAt time.Time
	log      *ledger
	seed     uint64
}

// chance is a number below n that depends on the seed, the node and the life.
func (w *world) chance(node, n int) int {
	return rand.New(rand.NewPCG(w.seed, uint64(node)<<16|uint64(w.lives))).IntN(n) //nolint:gosec // a test
}

func (w *world) breaks(format string, args ...any) {
	w.brokenMu.Lock()
	defer w.brokenMu.Unlock()
	w.broken = append(w.broken, fmt.Sprintf(format, args...))
}

// slow is a log that takes its time.
type slow struct {
	*ledger
	w *world
}

func (l slow) Append(ctx context.Context, e journal.Entry) error {
	if len(e.Records) > 0 {
		<-time.After(time.Duration(l.w.chance(int(e.Records[0].N), 3)) * time.Second)
	}
	return l.ledger.Append(ctx, e)
}

// tells notes what the orchestration is told, which must be the same in every life.
func (w *world) tells(n *node, value any, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := fmt.Sprint(value)
	if times := w.done[n.ID]; err != nil && n.Kind == "act" && executor.NotDone(err) {
		if times > 1 || times == 1 && n.Ends != "not done" {
			w.breaks("%v was told that nothing was done, and it was carried out %d times", n, times)
		}
	}
	if err != nil {
		text = "error: " + err.Error() + " " + fmt.Sprint(executor.NotDone(err), errors.Is(err, context.Canceled))
	}
	if known, ok := w.seen[n.ID]; ok && known != text {
		w.breaks("%v was told %q, and %q in life %d", n, known, text, w.lives)
	}
	w.seen[n.ID] = text
}

func (w *world) execute(ctx context.Context, a actions.Action) (any, error) {
	do, ok := a.(act)
	if !ok {
		return nil, fmt.Errorf("unexpected %T", a)
	}
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	path := executor.StepFrom(ctx).Path()
	for _, r := range w.log.history() {
		if r.Kind == store.Step && r.Path == path {
			w.breaks("%v is carried out in life %d, although there is a record of %s", a, w.lives, path)
		}
		inside, _ := strings.CutPrefix(path, r.Path+".")
		if r.Kind == store.Decision && inside != path && ctx.Value(shieldKey{}) == nil && ctx.Err() == nil &&
			w.before[r.N] && !strings.Contains(do.Ends, "read") {
			w.breaks("%v begins at %s in life %d, although the group at %s was decided", a, path, w.lives, r.Path)
		}
	}
	w.mu.Lock()
	w.done[do.Node]++
	w.mu.Unlock()
	if do.Wait > 0 {
		select {
		case <-time.After(do.Wait):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	switch do.Ends {
	case "pay":
		return w.pay(ctx, do.Node)
	case "badly", "broken read":
		return nil, fmt.Errorf("act %d failed", do.Node)
	case "not done":
		return nil, fmt.Errorf("act %d: %w", do.Node, executor.ErrNotDone)
	case "panic":
		panic(fmt.Sprintf("act %d panicked", do.Node))
	case "cancelled":
		<-time.After(10 * time.Second)
		return "late", ctx.Err()
	}
	return fmt.Sprintf("result %d", do.Node), nil
}

// pay records its own step, if nothing comes between.
func (w *world) pay(ctx context.Context, node int) (any, error) {
	recorder, _ := store.RecorderFrom(ctx)
	write, done, err := recorder.Record(ctx, fmt.Sprintf("paid %d", node))
	if err != nil {
		return nil, err
	}
	end := []error{nil, nil, nil, errEmpty, store.ErrUnknown, fmt.Errorf("lost: %w", store.ErrUnknown)}[w.chance(node, 6)]
	if end == nil || end == store.ErrUnknown { //nolint:errorlint // this very one
		w.log.commit(write)
	}
	done(end)
	if w.chance(node, 2) == 0 {
		return nil, errEmpty // the answer is lost, or what the policy makes of it
	}
	return nil, end
}

// flow makes the orchestration of a node.
func (w *world) flow(n *node) orchestrate.Orchestration[string] {
	tells := func(value any, err error) (string, error) {
		w.tells(n, value, err)
		return fmt.Sprint(value), err
	}
	return func(y actions.Yield) (string, error) {
		switch n.Kind {
		case "batched": // until something else is durable, it may be told otherwise
			_, _ = y(n.action())
			return "batched", nil
		case "act", "read", "broken read", "sleep", "receive", "now", "id", "pay":
			return tells(y(n.action()))
		case "version":
			name := fmt.Sprint("v", n.ID)
			version, err := y(actions.Version{Change: name, Min: 1, Max: 1 + w.lives})
			for _, r := range w.log.history() {
				if r.Kind == store.Change && r.Name == name && version != any(int(r.Number)) {
					w.breaks("life %d follows version %v (%v) and not the recorded %d", w.lives, version, err, r.Number)
				}
			}
			return "version", err
		case "seq":
			var texts []string
			for _, k := range n.Kids {
				text, err := w.flow(k)(y)
				if err != nil {
					text = "error"
				}
				texts = append(texts, text)
			}
			return strings.Join(texts, ","), nil
		case "shield":
			return tells(orchestrate.Shield(y, w.flow(n.Kids[0])))
		case "scope":
			return tells(orchestrate.Scope(y, fmt.Sprint("scope", n.ID), w.flow(n.Kids[0])))
		case "timeout":
			return tells(orchestrate.WithTimeout(y, n.Wait, w.flow(n.Kids[0])))
		}
		g := actions.Group{Mode: n.Mode}
		for _, k := range n.Kids {
			b := actions.Branch{Flow: func(y actions.Yield) (any, error) { return w.flow(k)(y) }}
			if n.Kind == "leaves" {
				b = actions.Branch{Leaf: k.action()}
			}
			g.Branches = append(g.Branches, b)
		}
		r, err := y(g)
		if result, ok := r.(actions.GroupResult); ok && n.Mode != actions.Race && n.Mode != actions.Any {
			return tells(result.Decided, err)
		}
		return tells(r, err)
	}
}

func (n *node) action() actions.Action {
	switch n.Kind {
	case "sleep":
		return actions.Sleep{For: n.Wait}
	case "receive":
		if n.Alone {
			return actions.Receive[int]{Name: "only"}
		}
		return actions.Receive[int]{Name: []string{"a", "b"}[n.ID%2]}
	case "leaf receive":
		return actions.Receive[int]{Name: "leaf"}
	case "now":
		return actions.Now{}
	case "id":
		return actions.NewID{}
	}
	a := act{Node: n.ID, Ends: n.Ends, Wait: n.Wait}
	switch n.Kind {
	case "read", "broken read", "pay":
		a.Ends = n.Kind
	}
	if n.Kind == "batched" {
		a.Node = -n.ID
	}
	return a
}

func treat(a actions.Action) journal.Treatment {
	do, ok := a.(act)
	switch {
	case ok && (do.Ends == "read" || do.Ends == "broken read"):
		return journal.Treatment{Durability: journal.Unrecorded}
	case ok && do.Node < 0:
		return journal.Treatment{Durability: journal.Batched}
	}
	return journal.Treatment{}
}
