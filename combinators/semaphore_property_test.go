package combinators_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

// queueModel is a semaphore as a list of those inside and a list of those who wait.
type queueModel struct {
	size, maxQueue int
	inside, queue  []*queueJob
}

type queueJob struct {
	*job
	weight   int
	deadline time.Time // zero: none
	cancel   context.CancelFunc
	want     string // "inside", "waiting", "rejected", "cancelled" or "over"
}

func (m *queueModel) inUse() int {
	sum := 0
	for _, j := range m.inside {
		sum += j.weight
	}
	return sum
}

func (m *queueModel) arrive(j *queueJob, noWait bool) {
	m.queue = append(m.queue, j)
	j.want = "waiting"
	alone := len(m.queue) == 1
	switch {
	case j.weight > m.size:
		m.leave(j, "rejected")
		return
	case alone && m.inUse()+j.weight <= m.size:
	case noWait, m.maxQueue > 0 && len(m.queue) > m.maxQueue:
		m.leave(j, "rejected")
		return
	}
	m.grant()
}

func (m *queueModel) leave(j *queueJob, how string) {
	j.want = how
	m.queue = slices.DeleteFunc(m.queue, func(other *queueJob) bool { return other == j })
	m.inside = slices.DeleteFunc(m.inside, func(other *queueJob) bool { return other == j })
	m.grant()
}

func (m *queueModel) grant() {
	for len(m.queue) > 0 && m.inUse()+m.queue[0].weight <= m.size {
		j := m.queue[0]
		m.queue, m.inside = m.queue[1:], append(m.inside, j)
		j.want = "inside"
	}
}

func (m *queueModel) resize(size int) {
	m.size = size
	for _, j := range slices.Clone(m.queue) {
		if j.weight > size {
			j.want = "rejected"
			m.queue = slices.DeleteFunc(m.queue, func(other *queueJob) bool { return other == j })
		}
	}
	m.grant()
}

// expire has those give up whose time has come, one after the other.
func (m *queueModel) expire() {
	for {
		var next *queueJob
		for _, j := range m.queue {
			due := !j.deadline.IsZero() && !j.deadline.After(time.Now())
			if due && (next == nil || j.deadline.Before(next.deadline)) {
				next = j
			}
		}
		if next == nil {
			return
		}
		m.leave(next, "rejected")
	}
}

func (j *queueJob) state() string {
	var limited *combinators.LimitedError
	switch {
	case !j.over() && j.began.Load():
		return "inside"
	case !j.over():
		return "waiting"
	case errors.As(j.err, &limited):
		return "rejected"
	case errors.Is(j.err, context.Canceled):
		return "cancelled"
	}
	return "over"
}

func TestASemaphoreDoesWhatItsModelDoes(t *testing.T) {
	t.Parallel()
	checkInBubbles(t, func(rt *rapid.T) {
		m := &queueModel{size: rapid.IntRange(1, 5).Draw(rt, "size"), maxQueue: rapid.IntRange(0, 4).Draw(rt, "MaxQueue")}
		s := combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Size: m.size, MaxQueue: m.maxQueue})
		d := &desk{}
		var all []*queueJob
		defer func() {
			for _, j := range all {
				j.cancel()
				if !j.over() {
					j.ends(well)
				}
			}
		}()
		pick := func(rt *rapid.T, from []*queueJob) *queueJob {
			if len(from) == 0 {
				rt.Skip("nobody")
			}
			return rapid.SampledFrom(from).Draw(rt, "who")
		}
		arrive := func(rt *rapid.T) {
			j := &queueJob{weight: rapid.IntRange(1, 4).Draw(rt, "weight")}
			limit := combinators.Limit{Weight: func(actions.Action) int { return j.weight }}
			switch rapid.IntRange(0, 5).Draw(rt, "patience") {
			case 0:
				limit.NoWait = true
			case 1, 2:
				limit.MaxWait = time.Second + time.Duration(len(all)) // no two give up at the same moment
				j.deadline = time.Now().Add(limit.MaxWait)
			}
			m.arrive(j, limit.NoWait)
			var ctx context.Context
			ctx, j.cancel = context.WithCancel(context.Background())
			j.job = begin(ctx, combinators.LimitedWith(s, limit)(d), task{})
			all = append(all, j)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) {
				synctest.Wait()
				for i, j := range all {
					require.Equal(rt, j.want, j.state(), "job %d", i)
				}
				require.Equal(rt, []int{m.size, m.inUse(), len(m.queue)}, []int{s.Size(), s.InUse(), s.Waiting()})
			},
			"arrive":  arrive,
			"arrive2": arrive,
			"end": func(rt *rapid.T) {
				j := pick(rt, m.inside)
				m.leave(j, "over")
				j.ends(rapid.SampledFrom([]func() (any, error){well, badly, panicking, exiting}).Draw(rt, "how"))
			},
			"cancel": func(rt *rapid.T) {
				j := pick(rt, m.queue)
				m.leave(j, "cancelled")
				j.cancel()
			},
			"resize": func(rt *rapid.T) {
				size := rapid.IntRange(1, 6).Draw(rt, "size")
				m.resize(size)
				require.NoError(rt, s.Resize(size))
			},
			"time passes": func(rt *rapid.T) {
				synctestSleep(time.Duration(rapid.IntRange(1, 12).Draw(rt, "tenths")) * 100 * time.Millisecond)
				synctest.Wait()
				m.expire()
			},
		})
	})
}
