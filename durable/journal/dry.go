package journal

import (
	"context"
	"slices"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/paths"
)

// Stand is where a strand of a dry run has come to the end of its records.
type Stand struct {
	Path string
	// Action is what it yielded there. It is nil where a branch has ended, and its end would decide the group at the
	// path.
	Action actions.Action
}

// Stands tells where the strands of a dry run stand (see Config.Dry), in order, once Run has returned [ErrUnloaded].
func (j *Journal) Stands() []Stand {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.stands)
}

// stand has a strand of a dry run wait where its records end, until all of them do.
func (j *Journal) stand(ctx context.Context, s *strand, path string, a actions.Action) error {
	w := &waiter{
		strand: s, ctx: context.WithoutCancel(ctx), action: a, path: path, woken: make(chan struct{}, 1),
	}
	j.mu.Lock()
	if j.phase != live {
		j.mu.Unlock()
		return j.leave()
	}
	j.waiting = append(j.waiting, w)
	j.stands = append(j.stands, Stand{path, a})
	idle := j.rests()
	j.mu.Unlock()
	if idle {
		j.idle()
	}
	<-w.woken
	return j.leave()
}

// blinded notes that a strand of a dry run stops short of its records.
func (j *Journal) blinded() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.blind = true
}

// idle is called when every strand waits.
func (j *Journal) idle() {
	if j.Dry {
		j.dried()
	}
	if j.OnIdle != nil {
		j.OnIdle()
	}
}

// dried ends a dry run. Each strand has come as far as its records go, so that every record must have been visited.
func (j *Journal) dried() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, idle := j.rest(); !idle {
		return
	}
	slices.SortFunc(j.stands, func(a, b Stand) int { return paths.Compare(a.Path, b.Path) })
	if r := j.past.unvisited(""); r != nil && !j.blind {
		j.halted(dead, j.mismatched(r, nil, nil))
		return
	}
	j.halted(dead, ErrUnloaded)
}
