package durable

import "time"

// sweeper ends what is past its deadline and blocked, and deletes what has expired: at once, and from time to time.
func (rt *Runtime) sweeper() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-rt.root.Done():
			return
		}
		n, err := 0, rt.endOverdue(rt.root)
		if err == nil {
			n, err = rt.Sweep(rt.root)
		}
		switch {
		case rt.root.Err() != nil:
			return
		case err != nil: // it is tried again, and nothing waits for it
			rt.log.WarnContext(rt.root, "durable: a sweep failed", "removed", n, "error", err)
		case n > 0:
			rt.log.DebugContext(rt.root, "durable: runs that had expired were deleted", "removed", n)
		}
		timer.Reset(rt.config.SweepEvery)
	}
}
