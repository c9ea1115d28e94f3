package storetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// atOnce is how many sequences of random calls are made at once, each under names of its own.
const atOnce = 4

func differentialChecks() []check {
	return []check{
		{"random calls do what they do in memory, until everything has happened", func(k *kit) {
			missing := map[string]bool{}
			for _, what := range happens() {
				missing[what] = true
			}
			least, most := 2*k.rounds, 2*k.rounds+25
			if k.quick {
				least, most = 1, 1
			}
			for round := 0; round < most && (round < least || len(missing) > 0); round++ {
				var seen [atOnce][]string
				k.together(atOnce, func(i int) (err error) {
					seen[i], err = k.differ(genOps(25).Example(round*atOnce + i))
					return err
				})
				for _, what := range slices.Concat(seen[:]...) {
					delete(missing, what)
				}
			}
			require.True(k, k.quick || len(missing) == 0, "these never happened: %v", slices.Sorted(maps.Keys(missing)))
		}},
	}
}

// differ makes calls on the store and on a store in memory, and returns what happened. If their answers differ the
// error says how, with as few of the calls as it takes.
func (k *kit) differ(ops []op) (seen []string, err error) {
	seen, difference := compareStores(k.Context(), k.store, k.prefix, ops)
	if difference == "" {
		return seen, nil
	}
	for i := len(ops) - 1; i >= 0 && !k.quick; i-- { // without one, from the last to the first
		fewer := slices.Delete(slices.Clone(ops), i, i+1)
		if _, still := compareStores(k.Context(), k.store, k.prefix, fewer); still != "" {
			ops, difference = fewer, still
		}
	}
	var calls strings.Builder
	for _, o := range ops {
		fmt.Fprintf(&calls, "%+v\n", o)
	}
	return nil, fmt.Errorf("the store does not do what one in memory does; calls:\n%s%s", calls.String(), difference)
}

// compareStores makes the same calls on a store and on one in memory, and tells how an answer differs, if one does.
func compareStores(ctx context.Context, s store.Store, prefix string, ops []op) (seen []string, difference string) {
	fresh := newKit(nil, nil, config{})
	start := fresh.past.Add(hour)
	got := &world{ctx: ctx, store: s, prefix: prefix + fresh.prefix, start: start}
	want := &world{ctx: ctx, store: memory.New(), prefix: got.prefix, start: start}
	if _, counts := s.(store.Counter); !counts {
		ops = slices.DeleteFunc(slices.Clone(ops), func(o op) bool { return o.Method == "Count" })
	}
	for run := range differRuns + 1 { // at the end, all that can be seen is looked at
		ops = append(ops[:len(ops):len(ops)], op{Method: "Load", Items: []item{{Run: run}}})
	}
	ops = append(ops, op{Method: "List", Query: query{Limit: 100}})
	for i, o := range ops {
		w, g := want.do(o), got.do(o)
		if g.problems != nil {
			return nil, fmt.Sprintf("call %d, %s: %v", i+1, o.Method, g.problems)
		}
		seen = append(seen, w.seen...)
		w.seen, g.seen = nil, nil
		if d := differs(w, g); d != "" {
			return nil, fmt.Sprintf("call %d, %s:%s", i+1, o.Method, d)
		}
	}
	return seen, ""
}

// differs tells how an answer differs from the one that was wanted.
func differs(want, got answer) string {
	var t text
	require.Equal(&t, want, got)
	return string(t)
}

// text keeps what a check says.
type text string

func (t *text) Errorf(format string, args ...any) { *t += text(fmt.Sprintf(format, args...)) }

func (t *text) FailNow() {}
