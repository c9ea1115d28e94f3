package policy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/policy"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

func ExampleStack() {
	for _, layer := range executor.Layers(policy.Stack(policy.Default())(executor.NewMux())) {
		fmt.Println(strings.ReplaceAll(fmt.Sprint(executor.Stack{layer}), " > ", "\n  > "))
	}
	// Output:
	// Parallelize
	// System
	// When(Cached(answers)
	//   > Coalesced)
	// When(Timed(30s, Abandon)
	//   > Limited)
	// For[check.Remote](down
	//   > For[check.Head](Retried(3))
	//   > For[check.Get](Retried(3))
	//   > RateLimitedBy
	//   > Limited
	//   > BreakerBy
	//   > Timed(15s))
	// Mux(0)
}

func TestTheStackHasNoneOfTheKnownMistakes(t *testing.T) {
	t.Parallel()
	p := policy.Default()
	p.Logger, p.Observer = zap.NewNop(), &observer{}
	require.Empty(t, combinators.Lint(policy.Stack(p)(executor.NewMux())))
}

func heads(format string, n int) (as []check.Head) {
	for i := range n {
		as = append(as, check.Head{URL: fmt.Sprintf(format, i)})
	}
	return as
}

func TestSoManyRequestsAreUnderWayAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(nil)
		p := generous()
		p.Concurrency = 5
		settle(t, w.executor(p), heads("http://h%d.site/", 20)...)
		require.Equal(t, 5, w.most)
		require.Equal(t, 4*time.Second, time.Since(w.began))
	})
}

func TestAHostGetsOnlySoManyRequestsInASecondAndOthersDoNotWaitForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(context.Context, string) error { return nil })
		p := generous()
		p.Rate, p.Concurrency = 10, 2
		settle(t, w.executor(p), append(heads("http://a.site/%d", 40), heads("http://b%d.site/", 40)...)...)
		a := w.times("http://a.site/")
		require.Len(t, a, 40)
		require.Zero(t, a[9], "as many as in a second may come at once")
		for i := 10; i < 40; i++ {
			require.Equal(t, time.Duration(i-9)*100*time.Millisecond, a[i])
		}
		b := w.times("http://b")
		require.Len(t, b, 40)
		require.Zero(t, b[39], "who waits for a host's turn has no permit")
	})
}

func TestAWaitForARetryTakesNoPermit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(ctx context.Context, url string) error {
			if strings.HasPrefix(url, "http://busy.site/") {
				return backoff.After(&check.StatusError{Status: 429}, 30*time.Second)
			}
			return wait(ctx, time.Second)
		})
		p := generous()
		p.Concurrency, p.Retries = 1, 1
		settle(t, w.executor(p), append(heads("http://busy.site/%d", 1), heads("http://h%d.site/", 5)...)...)
		busy := w.times("http://busy.site/")
		require.Len(t, busy, 2)
		require.Equal(t, 30*time.Second, busy[1]-busy[0])
		require.LessOrEqual(t, w.times("http://h")[4], 5*time.Second)
	})
}

func TestRetriesHonourWhatTheServerSaysWithinReason(t *testing.T) {
	t.Parallel()
	for asked, want := range map[time.Duration]time.Duration{
		7 * time.Second: 7 * time.Second,
		24 * time.Hour:  time.Minute,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(func(context.Context, string) error {
				return backoff.After(&check.StatusError{Status: 503}, asked)
			})
			p := generous()
			p.Retries = 2
			o := settle(t, w.executor(p), check.Get{URL: "http://a.site/"})
			require.Equal(t, []time.Duration{0, want, 2 * want}, w.times("http://a.site/"))
			require.Equal(t, "3 attempts: the server answers 503 Service Unavailable", check.Because(o[0].Err))
		})
	}
}

func TestHeadIsTriedAgainOnlyIfTheServerAsksForIt(t *testing.T) {
	t.Parallel()
	status := func(code int) error { return &check.StatusError{Status: code} }
	for _, c := range []struct {
		err      error
		attempts int
	}{
		{errors.New("reset"), 1},
		{status(500), 1},
		{status(429), 3},
		{backoff.After(status(503), time.Second), 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(func(context.Context, string) error { return c.err })
			p := generous()
			p.Retries = 2
			settle(t, w.executor(p), check.Head{URL: "http://a.site/"})
			require.Len(t, w.calls, c.attempts, c.err)
		})
	}
}

func TestWhatNoRetryCuresIsTriedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(context.Context, string) error { return backoff.Permanent(errors.New("no such host")) })
		p := generous()
		p.Retries = 5
		o := settle(t, w.executor(p), check.Get{URL: "http://a.site/"})
		require.Len(t, w.calls, 1)
		require.Equal(t, "no such host", check.Because(o[0].Err))
	})
}

func TestAnAttemptHasItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(ctx context.Context, _ string) error { return wait(ctx, time.Hour) })
		p := generous()
		p.Timeout = 3 * time.Second
		o := settle(t, w.executor(p), check.Get{URL: "http://a.site/"})
		require.Equal(t, 3*time.Second, time.Since(w.began))
		require.Equal(t, "not done within 3s", check.Because(o[0].Err))
	})
}

func TestAHostThatDoesNotAnswerIsNotAskedForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("the connection was refused")
		w := newWorld(func(ctx context.Context, url string) error {
			if strings.HasPrefix(url, "http://dead.site/") {
				return refused
			}
			return wait(ctx, time.Second)
		})
		p := generous()
		p.Concurrency = 1 // so that they come one after the other
		e := w.executor(p)
		o := settle(t, e, append(heads("http://dead.site/%d", 20), heads("http://live.site/%d", 20)...)...)
		require.Len(t, w.times("http://dead.site/"), 5)
		require.Len(t, w.times("http://live.site/"), 20)
		explained := 0
		for _, o := range o[:20] {
			require.Error(t, o.Err)
			var down *policy.DownError
			if errors.As(o.Err, &down) {
				explained++
				require.ErrorIs(t, down.Last, refused)
				require.True(t, combinators.IsRejection(o.Err))
				require.Equal(t, "the host does not answer: the connection was refused", check.Because(o.Err))
			}
		}
		require.Equal(t, 15, explained)

		require.NoError(t, wait(t.Context(), 31*time.Second))
		settle(t, e, check.Head{URL: "http://dead.site/again"})
		require.Len(t, w.times("http://dead.site/"), 6, "after a while it is asked once more")
	})
}

func TestNobodyWaitsForTheTurnOfAHostThatIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(context.Context, string) error { return errors.New("the connection was refused") })
		p := generous()
		p.Rate = 1
		e := w.executor(p)
		settle(t, e, heads("http://dead.site/%d", 5)...)
		require.Equal(t, 4*time.Second, time.Since(w.began), "it has its five chances, one in a second")
		o := settle(t, e, heads("http://dead.site/more%d", 100)...)
		require.Equal(t, 4*time.Second, time.Since(w.began))
		for _, o := range o {
			require.True(t, combinators.IsRejection(o.Err))
		}
	})
}

func TestAHostOfWhichSomePagesHangIsNotGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(_ context.Context, url string) error {
			if strings.HasPrefix(url, "http://a.site/hangs") {
				return errors.New("reset")
			}
			return nil
		})
		e := w.executor(generous())
		settle(t, e, heads("http://a.site/%d", 20)...)
		settle(t, e, heads("http://a.site/hangs%d", 15)...)
		settle(t, e, check.Head{URL: "http://a.site/last"})
		require.Len(t, w.calls, 36)
	})
}

func TestAHostThatAnswersIsNotGivenUpWhateverItSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(context.Context, string) error { return &check.StatusError{Status: 503} })
		settle(t, w.executor(generous()), heads("http://a.site/%d", 50)...)
		require.Len(t, w.calls, 50)
	})
}

func TestEqualQuestionsAreAskedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(nil)
		e := w.executor(generous())
		same := check.Head{URL: "http://a.site/"}
		settle(t, e, same, same, same)
		settle(t, e, same)
		settle(t, e, check.Survey{Path: "a.md"}, check.Survey{Path: "a.md"})
		require.Len(t, w.calls, 2)
		settle(t, e, check.Get{URL: "http://a.site/"})
		settle(t, e, check.Get{URL: "http://a.site/"})
		require.Len(t, w.calls, 4, "pages are too large to be kept")
	})
}

func TestAnErrorIsNotRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(context.Context, string) error { return &check.StatusError{Status: 503} })
		e := w.executor(generous())
		settle(t, e, check.Head{URL: "http://a.site/"})
		settle(t, e, check.Head{URL: "http://a.site/"})
		require.Len(t, w.calls, 2)
	})
}

func TestFewDocumentsAreParsedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(nil)
		var documents []check.Read
		for i := range 10 * runtime.GOMAXPROCS(0) {
			documents = append(documents, check.Read{Path: fmt.Sprint(i, ".md")})
		}
		settle(t, w.executor(generous()), documents...)
		require.Equal(t, 2*runtime.GOMAXPROCS(0), w.most)
	})
}

func TestADocumentThatIsNeverDoneIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		done := make(chan struct{})
		w := newWorld(func(_ context.Context, path string) error {
			if path == "evil.md" {
				<-done
			}
			return nil
		})
		o := settle(t, w.executor(generous()), check.Read{Path: "evil.md"}, check.Read{Path: "good.md"})
		require.Equal(t, 30*time.Second, time.Since(w.began))
		require.Equal(t, "not done within 30s", check.Because(o[0].Err))
		require.NoError(t, o[1].Err)
		close(done)
	})
}

func TestTheLogHasWhatWasDoneAndTheRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		p := generous()
		p.Retries = 1
		encoder := zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig())
		p.Logger = zap.New(zapcore.NewCore(encoder, zapcore.AddSync(&log), zap.DebugLevel))
		w := newWorld(func(context.Context, string) error { return errors.New("reset") })
		e := w.executor(p)
		settle(t, e, check.Get{URL: "http://a.site/"})
		require.Contains(t, log.String(), "check.Get: retry scheduled")
		require.Contains(t, log.String(), "check.Get: failed")
		require.Contains(t, log.String(), "http://a.site/")
	})
}

func TestAnInterruptEndsEveryWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(context.Context, string) error {
			return backoff.After(&check.StatusError{Status: 429}, 30*time.Second)
		})
		p := generous()
		p.Retries, p.Concurrency = 3, 1
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := w.executor(p).Execute(ctx, check.Head{URL: "http://a.site/"})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, time.Second, time.Since(w.began))
	})
}

func TestAnObserverIsToldWhatIsAnnouncedAndWhatIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := generous()
		seen := &observer{}
		p.Observer = seen
		e := newWorld(nil).executor(p)
		flow := func(y actions.Yield) (check.Answer, error) {
			if err := orchestrate.Tell(y, actions.Progress{Message: "URL", Total: 1}); err != nil {
				return check.Answer{}, err
			}
			return orchestrate.Scope(y, "URL", orchestrate.Lift(check.Head{URL: "http://a.site/"}))
		}
		_, err := orchestrate.Run(t.Context(), flow, e)
		require.NoError(t, err)
		require.Equal(t, []string{"announced URL", "actions.Progress", "check.Head", "scope URL"}, seen.told)
	})
}

// observer notes what it is told. What it is told here comes one after the other.
type observer struct{ told []string }

func (o *observer) Announce(_ context.Context, p actions.Progress) error {
	o.told = append(o.told, "announced "+p.Message)
	return nil
}

func (o *observer) Enabled(context.Context) bool { return true }

func (o *observer) Start(ctx context.Context, _ *combinators.Started) context.Context { return ctx }

func (o *observer) Observe(_ context.Context, e combinators.Event) {
	if ended, ok := e.(*combinators.Ended); ok {
		o.told = append(o.told, actions.Name(ended.Action))
	}
}
