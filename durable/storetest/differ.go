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

func differentialChecks() []check {
	return []check{
		{"random calls do what they do in memory, until everything has happened", func(k *kit) {
			missing := map[string]bool{}
			for _, what := range happens() {
				missing[what] = true
			}
			least, most := 8*k.rounds, 8*k.rounds+100
			if k.quick {
				least, most = 2, 2
			}
			for seed := 0; seed < most && (seed < least || len(missing) > 0); seed++ {
				for _, what := range k.differ(genOps(25).Example(seed)) {
					delete(missing, what)
				}
			}
			require.True(k, k.quick || len(missing) == 0, "these never happened: %v", slices.Sorted(maps.Keys(missing)))
		}},
	}
}

// differ makes calls on the store and on a store in memory, and fails if their answers differ, with as few of the calls
// as it takes. It returns what happened.
func (k *kit) differ(ops []op) []string {
	k.Helper()
	seen, difference := compareStores(k.Context(), k.store, k.prefix, ops)
	if difference == "" {
		return seen
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
	require.Fail(k, "the store does not do what the store in memory does", "calls:\n%s%s", calls.String(), difference)
	return nil
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
