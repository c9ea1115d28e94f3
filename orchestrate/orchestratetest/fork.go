package orchestratetest

import (
	"strings"

	"github.com/baton-go/baton/internal/show"
)

// Fork splits the walk: the fork has come the same way, and goes its own from here. It is a run of its own, made by a
// replay of all answers; the test ends if the orchestration then asks for something else.
func (s *Stepper[T]) Fork() *Stepper[T] {
	s.t.Helper()
	return s.fork(s.moves)
}

// ForkBefore splits the walk at the action of the given step, which waits for another answer in the fork. The test ends
// if there was no such action.
func (s *Stepper[T]) ForkBefore(path string) *Stepper[T] {
	s.t.Helper()
	for i, m := range s.moves {
		if !m.cancel && m.Path == path {
			return s.fork(s.moves[:i])
		}
	}
	if s.walk.at(path) == nil || path == "" {
		s.failf("there is no fork before step %s, where nothing was answered%s", path, soFar(s.walk.trace))
	}
	return s.fork(s.moves)
}

func (s *Stepper[T]) fork(moves []move) *Stepper[T] {
	s.t.Helper()
	f := &Stepper[T]{t: s.t, flow: s.flow}
	f.start()
	for _, m := range moves {
		if m.cancel {
			if !f.walk.over {
				f.Cancel()
			}
			continue
		}
		at := f.walk.at(m.Path)
		if at == nil || !show.Equal(m.Action, at.action) {
			s.deterministic(m, at)
		}
		f.reply(m.Path, m.reply)
	}
	return f
}

// check replays the walk and compares how it ended.
func (s *Stepper[T]) check() {
	s.t.Helper()
	f := s.fork(s.moves)
	f.checked = true
	if at := f.walk.at(""); at != nil {
		s.deterministic(move{Pending: Pending{Path: at.path}}, at)
	}
	if want, got := show.Error(s.err), show.Error(f.err); want != got {
		s.failf("the orchestration is not deterministic: replayed, it fails differently\n  first:  %s\n  replay: %s%s%s",
			want, got, soFar(s.walk.trace), advice)
	}
	if diff := show.Results(s.result, f.result); len(diff) > 0 {
		s.failf("the orchestration is not deterministic: replayed, it returns another result\n  first:  %s\n"+
			"  replay: %s\n          %s%s%s", show.Value(s.result), show.Value(f.result),
			strings.Join(diff, "\n          "), soFar(s.walk.trace), advice)
	}
}

// deterministic fails the test: where m was answered, a replay has something else.
func (s *Stepper[T]) deterministic(m move, at *waiting) {
	s.t.Helper()
	first, replay, diff := "nothing", "nothing", ""
	if m.Action != nil {
		first = show.Action(m.Action)
	}
	if at != nil {
		replay = show.Action(at.action)
		if m.Action != nil {
			diff = "\n          " + strings.Join(show.Diff(m.Action, at.action), "\n          ")
		}
	}
	s.failf("the orchestration is not deterministic: replayed, step %s differs\n  first:  %s\n  replay: %s%s%s%s", m.Path,
		first, replay, diff, soFar(s.walk.trace), advice)
}
