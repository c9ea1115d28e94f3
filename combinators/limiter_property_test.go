package combinators_test

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

// bucketModel is a limiter in rational numbers, with a list of those who wait.
type bucketModel struct {
	rate   *big.Rat // tokens in a nanosecond
	burst  *big.Rat
	tokens *big.Rat
	at     time.Time
	queue  []*bucketJob
}

type bucketJob struct {
	*job
	cost   int
	cancel context.CancelFunc
	want   string        // "waiting", "rejected", "cancelled" or "begun"
	after  time.Duration // if it is rejected
}

func rat(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

// due is when there have been so many tokens, rounded up.
func (m *bucketModel) due(tokens int) time.Time {
	missing := new(big.Rat).Sub(rat(int64(tokens)), m.tokens)
	if missing.Sign() <= 0 {
		return m.at
	}
	wait := missing.Quo(missing, m.rate)
	up, rest := new(big.Int).QuoRem(wait.Num(), wait.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		up.Add(up, big.NewInt(1))
	}
	return m.at.Add(time.Duration(up.Int64()))
}

// flow lets time pass and tokens be taken. A waiter takes its tokens at the moment that they have come, which can be
// before the nanosecond is full, so that the bucket does not overflow.
func (m *bucketModel) flow(to time.Time, cost int) {
	flowed := new(big.Rat).Mul(rat(int64(to.Sub(m.at))), m.rate)
	m.tokens = flowed.Add(flowed, m.tokens).Sub(flowed, rat(int64(cost)))
	if m.tokens.Cmp(m.burst) > 0 {
		m.tokens.Set(m.burst)
	}
	m.at = to
}

// pass lets those begin whose tokens have come.
func (m *bucketModel) pass() {
	for len(m.queue) > 0 && !m.due(m.queue[0].cost).After(time.Now()) {
		m.flow(m.due(m.queue[0].cost), m.queue[0].cost)
		m.queue[0].want = "begun"
		m.queue = m.queue[1:]
	}
	m.flow(time.Now(), 0)
}

func (m *bucketModel) arrive(j *bucketJob, limit combinators.RateLimit, timeout time.Duration) {
	m.pass()
	ahead := j.cost
	for _, other := range m.queue {
		ahead += other.cost
	}
	wait := time.Until(m.due(ahead))
	switch {
	case len(m.queue) == 0 && wait == 0:
		m.flow(time.Now(), j.cost)
		j.want = "begun"
	case limit.NoWait, limit.MaxWait > 0 && wait > limit.MaxWait, timeout > 0 && timeout <= wait:
		j.want, j.after = "rejected", wait
	default:
		j.want = "waiting"
		m.queue = append(m.queue, j)
	}
}

func (j *bucketJob) state() string {
	var limited *combinators.RateLimitedError
	switch {
	case !j.over():
		return "waiting"
	case errors.As(j.err, &limited):
		return "rejected"
	case errors.Is(j.err, context.Canceled):
		return "cancelled"
	}
	return "begun"
}

// drawnBucket draws a limiter and its model.
func drawnBucket(rt *rapid.T) (*bucketModel, *combinators.Limiter) {
	tokens := rapid.SampledFrom([]int{1, 2, 3, 7, 10, 1000, 999_983}).Draw(rt, "tokens")
	per := rapid.SampledFrom([]time.Duration{1, 7, 999_983, time.Second, 999_999_937}).
		Filter(func(per time.Duration) bool { return int64(per) >= int64(tokens) }).Draw(rt, "per")
	burst := rapid.IntRange(1, 5).Draw(rt, "burst")
	m := &bucketModel{
		rate: big.NewRat(int64(tokens), int64(per)), burst: rat(int64(burst)), tokens: rat(int64(burst)), at: time.Now(),
	}
	return m, combinators.NewLimiter(tokens, per, burst)
}

func TestALimiterDoesWhatItsModelDoes(t *testing.T) {
	t.Parallel()
	checkInBubbles(t, func(rt *rapid.T) {
		m, limiter := drawnBucket(rt)
		burst := int(m.burst.Num().Int64())
		span := max(1, m.due(burst+1).Sub(m.at)) // about the time of a token
		var all []*bucketJob
		defer func() {
			for _, j := range all {
				j.cancel()
			}
		}()
		arrive := func(rt *rapid.T) {
			j := &bucketJob{cost: rapid.IntRange(1, burst).Draw(rt, "cost")}
			limit := combinators.RateLimit{Cost: func(actions.Action) int { return j.cost }}
			var timeout time.Duration
			ctx := context.Background()
			switch rapid.IntRange(0, 5).Draw(rt, "patience") {
			case 0:
				limit.NoWait = true
			case 1:
				limit.MaxWait = span * time.Duration(rapid.IntRange(1, 6).Draw(rt, "MaxWait"))
			case 2:
				timeout = span * time.Duration(rapid.IntRange(1, 6).Draw(rt, "timeout"))
			}
			m.arrive(j, limit, timeout)
			if timeout > 0 {
				ctx, j.cancel = context.WithTimeout(ctx, timeout)
			} else {
				ctx, j.cancel = context.WithCancel(ctx)
			}
			j.job = begin(ctx, combinators.RateLimitedWith(limiter, limit)(instant{}), task{})
			all = append(all, j)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) {
				synctest.Wait()
				m.pass()
				for i, j := range all {
					require.Equal(rt, j.want, j.state(), "job %d", i)
					var limited *combinators.RateLimitedError
					if errors.As(j.err, &limited) {
						require.Equal(rt, j.after, limited.RetryAfter)
					}
				}
				available := new(big.Int).Quo(m.tokens.Num(), m.tokens.Denom())
				if len(m.queue) > 0 {
					available.SetInt64(0)
				}
				require.Equal(rt, []int{len(m.queue), int(available.Int64())}, []int{limiter.Waiting(), limiter.Available()})
			},
			"arrive":  arrive,
			"arrive2": arrive,
			"cancel": func(rt *rapid.T) {
				if len(m.queue) == 0 {
					rt.Skip("nobody waits")
				}
				i := rapid.IntRange(0, len(m.queue)-1).Draw(rt, "who")
				j := m.queue[i]
				m.queue = slices.Delete(m.queue, i, i+1)
				j.want = "cancelled"
				j.cancel()
			},
			"time passes": func(rt *rapid.T) {
				synctestSleep(span*time.Duration(rapid.IntRange(0, 12).Draw(rt, "quarters"))/4 + 1)
			},
		})
	})
}
