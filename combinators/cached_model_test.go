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
	"github.com/baton-go/baton/executor"
)

// kept is a result in the model of a cache, which is a slice of them, the most recently used first.
type kept struct {
	n, answer int
	failed    bool
	until     time.Time
}

func TestACacheDoesWhatTheModelDoes(t *testing.T) {
	t.Parallel()
	errFailed := errors.New("failed")
	rapid.Check(t, func(rt *rapid.T) {
		config := combinators.CacheConfig{
			Size:     rapid.IntRange(1, 4).Draw(rt, "size"),
			TTL:      time.Duration(rapid.IntRange(0, 3).Draw(rt, "TTL")) * time.Second,
			ErrorTTL: time.Duration(rapid.IntRange(0, 3).Draw(rt, "error TTL")) * time.Second,
		}
		type op struct {
			kind    string
			n, wait int
			fails   bool
		}
		ops := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) op {
			return op{
				kind:  rapid.SampledFrom([]string{"ask", "ask", "ask", "ask", "forget", "purge"}).Draw(rt, "kind"),
				n:     rapid.IntRange(0, 5).Draw(rt, "n"),
				wait:  rapid.IntRange(0, 2).Draw(rt, "wait"),
				fails: rapid.Bool().Draw(rt, "fails"),
			}
		}), 1, 60).Draw(rt, "ops")
		synctest.Test(t, func(t *testing.T) {
			var model []kept
			var want combinators.CacheStats
			calls, fails := 0, false
			cache := combinators.NewCache(config)
			e := combinators.Cached(cache)(executor.Func(func(context.Context, actions.Action) (any, error) {
				if calls++; fails {
					return calls, errFailed
				}
				return calls, nil
			}))
			for _, o := range ops {
				synctestSleep(time.Duration(o.wait) * time.Second)
				i := slices.IndexFunc(model, func(k kept) bool { return k.n == o.n })
				switch o.kind {
				case "purge":
					cache.Purge()
					model = nil
				case "forget":
					require.Equal(t, i >= 0, cache.Forget(ask{N: o.n}))
					if i >= 0 {
						model = slices.Delete(model, i, i+1)
					}
				case "ask":
					if i >= 0 && !model[i].until.IsZero() && !time.Now().Before(model[i].until) {
						model = slices.Delete(model, i, i+1)
						want.Expirations++
						i = -1
					}
					k := kept{n: o.n, answer: calls + 1, failed: o.fails}
					ttl := config.TTL
					if o.fails {
						ttl = config.ErrorTTL
					}
					if ttl > 0 {
						k.until = time.Now().Add(ttl)
					}
					if i >= 0 {
						k = model[i]
						model = slices.Delete(model, i, i+1)
						want.Hits++
					} else {
						want.Misses++
					}
					if i >= 0 || !o.fails || ttl > 0 {
						model = slices.Insert(model, 0, k)
					}
					if len(model) > config.Size {
						model = model[:config.Size]
						want.Evictions++
					}
					fails = o.fails
					got, err := e.Execute(t.Context(), ask{N: o.n})
					require.Equal(t, k.answer, got)
					require.Equal(t, k.failed, err != nil)
				}
				want.Entries = len(model)
				require.Equal(t, want, cache.Stats())
			}
		})
	})
}
