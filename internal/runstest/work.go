package runstest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// workSteps is how many records a worker makes of a run, before it ends it.
const workSteps = 40

// workLease is for how long a worker has a run, unless nothing came of its last leases.
const workLease = 30 * time.Millisecond

// Work is what a process does that [Workers] starts. It claims runs for a very short time, and makes records until each
// has enough. It prints of each whether it was acknowledged, and of each lease that it was lost. It keeps no lease
// alive, so that others take over all the time; but where nobody gets anything done in such a time, it takes longer.
func Work(ctx context.Context, s store.Store, owner string) {
	for lease := workLease; ; {
		c, err := s.Claim(ctx, store.Claim{Owner: owner, Lease: lease, Max: 2, Flows: []string{Flow}})
		if err != nil {
			fmt.Println("failed", err)
			return
		}
		if len(c.Runs) == 0 && c.Next.IsZero() {
			fmt.Println("done")
			return
		}
		var all sync.WaitGroup
		var made atomic.Int64
		for _, h := range c.Runs {
			all.Go(func() { made.Add(workAt(ctx, s, h)) })
		}
		all.Wait()
		switch {
		case made.Load() > 0:
			lease = workLease
		case len(c.Runs) > 0:
			lease *= 2
		}
	}
}

// workAt makes a run's records, until it has enough or the lease is lost, and returns how many it has made.
func workAt(ctx context.Context, s store.Store, h store.History) (made int64) {
	for n := int64(len(h.Records)) + 1; n <= workSteps; n++ {
		err := TryCommit(ctx, s, Step(h.Run, n))
		if err != nil {
			fmt.Printf("lost %s %d %d %v\n", h.Run.ID, n, h.Run.Epoch, err)
			return made
		}
		made++
		fmt.Printf("made %s %d %d\n", h.Run.ID, n, h.Run.Epoch)
	}
	state := h.Run.State
	state.Status = store.Completed
	_ = TryCommit(ctx, s, store.Write{
		Run: h.Run.ID, Epoch: h.Run.Epoch, State: &state, Revision: h.Run.Revision, Release: true,
	})
	return made
}
