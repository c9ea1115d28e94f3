package orchestrate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

func TestAnIteratorIsAnOrchestration(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("n", answers(7))
		got := 0
		_, err := run(t.Context(), h, w, orchestrate.FromSeq(func(yield func(actions.Action, *orchestrate.Reply) bool) {
			var reply orchestrate.Reply
			if !yield(Get{Name: "n"}, &reply) {
				t.Error("an orchestration ends by returning")
			}
			got = reply.Value.(int)
			yield(Put{Name: "x"}, nil)
		}))
		require.NoError(t, err)
		require.Equal(t, 7, got)
		require.Equal(t, []string{"n", "x"}, w.done())
	})
}

func TestTheErrorThatAnIteratorLeavesIsTheOrchestrations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		seq  func(yield func(actions.Action, *orchestrate.Reply) bool)
		want string
	}{
		"of its last action": {func(yield func(actions.Action, *orchestrate.Reply) bool) {
			yield(Get{Name: "bad"}, &orchestrate.Reply{})
		}, "step 0: orchestrate_test.Get: boom"},
		"though it has no reply": {func(yield func(actions.Action, *orchestrate.Reply) bool) {
			yield(Get{Name: "bad"}, nil)
		}, "step 0: orchestrate_test.Get: boom"},
		"not of one before": {func(yield func(actions.Action, *orchestrate.Reply) bool) {
			var reply orchestrate.Reply
			yield(Get{Name: "bad"}, &reply)
			yield(Get{Name: "good"}, &reply)
		}, ""},
		"not if it was handled": {func(yield func(actions.Action, *orchestrate.Reply) bool) {
			var reply orchestrate.Reply
			yield(Get{Name: "bad"}, &reply)
			reply.Err = nil
		}, ""},
		"not of nothing": {func(func(actions.Action, *orchestrate.Reply) bool) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachHost(t, func(t *testing.T, h host) {
				_, err := run(t.Context(), h, newWorld().on("bad", fails(errBoom)), orchestrate.FromSeq(c.seq))
				if c.want == "" {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, c.want)
				}
			})
		})
	}
}

// Stepping through a flow and making an orchestration of the steps changes nothing.
func TestFromSeqOfStepsIsTheFlow(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		for name, want := range stepFailures() {
			w := newWorld().on("x", fails(errBoom))
			s := orchestrate.Steps(want.flow)
			_, _ = run(t.Context(), h, w, orchestrate.FromSeq(s.All()))
			_, err := s.Result()
			direct := newWorld().on("x", fails(errBoom))
			_, wantErr := run(t.Context(), h, direct, want.flow)
			require.EqualError(t, err, wantErr.Error(), name)
			if h.name != inParallel.name { // there it is up to chance what a branch did before it was cancelled
				require.Equal(t, direct.done(), w.done(), name)
			}
		}
		s := orchestrate.Steps(sum)
		_, err := run(t.Context(), h, newWorld().on("a", answers(1)).on("b", answers(2)), orchestrate.FromSeq(s.All()))
		require.NoError(t, err)
		n, err := s.Result()
		require.NoError(t, err)
		require.Equal(t, 3, n)
	})
}
