package combinators_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"golang.org/x/time/rate"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// journaled is a journal for the lint.
type journaled struct{ executor.Executor }

func (j *journaled) Unwrap() executor.Executor { return j.Executor }

func (*journaled) String() string { return "Journal" }

func (*journaled) KeepsJournal() {}

func journal(next executor.Executor) executor.Executor { return &journaled{next} }

// stackOf is layers around a mux.
func stackOf(cs ...combinators.Combinator) executor.Executor {
	return combinators.Chain(cs...)(answers())
}

var (
	parallelize = combinators.Parallelize()
	retry       = combinators.Retried(combinators.Retry{})
	total       = combinators.Timed(30 * time.Second)
	attempt     = combinators.Timed(5 * time.Second)
)

// stubborn retries whatever happens.
func stubborn() combinators.Combinator {
	return combinators.Retried(combinators.Retry{Class: func(_ context.Context, err error) combinators.Class {
		if err != nil {
			return combinators.Failure
		}
		return combinators.Success
	}})
}

func semaphoreOf(name string) combinators.Combinator {
	return combinators.Limited(combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Name: name, Size: 3}))
}

func circuitOf(name string) combinators.Combinator {
	return combinators.Breaker(combinators.NewCircuit(combinators.CircuitConfig{Name: name}))
}

func cacheOf(config combinators.CacheConfig) combinators.Combinator {
	return combinators.Cached(combinators.NewCache(config))
}

func TestTheLintFindsAPermitAroundAGroup(t *testing.T) {
	t.Parallel()
	want := combinators.Warning{
		Layer: "Limited(db)", Problem: "holds a permit while a whole group is carried out",
		Reason: "that bounds nothing inside the group, and is held while its branches wait",
		Remedy: "Put it below Parallelize",
	}
	db := semaphoreOf("db")
	groups := func(a actions.Action) bool { _, ok := a.(actions.Group); return ok }
	weightless := combinators.LimitedWith(combinators.NewSemaphore(1), combinators.Limit{
		Weight: func(a actions.Action) int {
			if groups(a) {
				return 0
			}
			return 1
		},
	})
	require.Equal(t, []combinators.Warning{want}, combinators.Lint(stackOf(db, parallelize)))
	require.Equal(t, []combinators.Warning{want}, combinators.Lint(stackOf(combinators.Named("quotes", db), parallelize)))
	require.Equal(t, []combinators.Warning{want}, combinators.Lint(stackOf(combinators.When(groups, db), parallelize)))
	require.Empty(t, combinators.Lint(stackOf(parallelize, db)))
	require.Empty(t, combinators.Lint(stackOf(combinators.For[ask](db), parallelize)), "which groups do not pass")
	require.Empty(t, combinators.Lint(stackOf(weightless, parallelize)))
	require.Equal(t, "Limited(db) holds a permit while a whole group is carried out: that bounds nothing inside the "+
		"group, and is held while its branches wait. Put it below Parallelize.", want.String())
}

func TestTheLintFindsMistakes(t *testing.T) {
	t.Parallel()
	sink := &listener{}
	logger := zap.NewNop()
	logged := combinators.Logged(combinators.Log{Logger: logger})
	circuit := circuitOf("bank")
	circuits := combinators.BreakerBy(combinators.NewCircuits(actions.Name, combinators.CircuitConfig{}))
	observe := combinators.Observed(sink)
	perSecond := combinators.LimiterConfig{Name: "bank", Tokens: 1, Per: time.Second}
	limiter := combinators.RateLimited(combinators.NewLimiterWith(perSecond))
	perSecond.Name = "banks"
	limiters := combinators.RateLimitedBy(combinators.NewLimiters(actions.Name, perSecond))
	foreign := combinators.RateLimited(rate.NewLimiter(rate.Inf, 1))
	abandoning := combinators.TimedWith(combinators.Timeout{Limit: time.Second, Abandon: &combinators.Abandonment{}})
	replica := combinators.Fallback(combinators.Instead(stackOf(retry, attempt)))
	budget := combinators.NewRetryBudget(0.1, 10)
	for _, tt := range []struct {
		name  string
		stack executor.Executor
		want  []string // of each warning: the layer and the problem
	}{
		{"a limit that is never reached", stackOf(attempt, retry, total), []string{
			"Timed(30s) is never reached below Timed(5s)",
		}},
		{"the same limit twice", stackOf(total, retry, total), []string{
			"Timed(30s) is never reached below Timed(30s)",
		}},
		{"a limit for one type below another for all", stackOf(attempt, combinators.For[ask](total)), []string{
			"Timed(30s) is never reached below Timed(5s)",
		}},
		{"a limit for an interface above one for a type", stackOf(
			combinators.For[actions.Action](attempt), combinators.For[ask](total),
		), []string{"Timed(30s) is never reached below Timed(5s)"}},
		{"a mistake on two ways", stackOf(semaphoreOf("db"), combinators.Fallback(
			combinators.Instead(stackOf(parallelize)), combinators.Instead(stackOf(parallelize)),
		)), []string{"Limited(db) holds a permit while a whole group is carried out"}},
		{"an attempt that is never retried", stackOf(
			combinators.Retried(combinators.Retry{MaxElapsed: 5 * time.Second}), attempt,
		), []string{"Timed(5s) is too long to be retried"}},
		{"a retry of rejections by a circuit", stackOf(stubborn(), circuit), []string{
			"Retried(3) retries the rejections of Breaker(bank)",
		}},
		{"a retry of rejections by circuits", stackOf(stubborn(), circuits), []string{
			"Retried(3) retries the rejections of BreakerBy",
		}},
		{"a retry of rejections by a semaphore", stackOf(stubborn(), combinators.For[ask](semaphoreOf("db"))), []string{
			"Retried(3) retries the rejections of Limited(db)",
		}},
		{"a retry of rejections by limiters", stackOf(stubborn(), limiter, limiters), []string{
			"Retried(3) retries the rejections of RateLimited(bank)",
			"Retried(3) retries the rejections of RateLimitedBy(banks)",
		}},
		{"retries of retries", stackOf(retry, parallelize, retry), []string{"Retried(3) is retried by Retried(3)"}},
		{"retries of groups and of what is in them", stackOf(
			combinators.For[actions.Group](retry), parallelize, combinators.For[ask](retry),
		), []string{"Retried(3) is retried by Retried(3)"}},
		{"retries of what falls back on retries", stackOf(retry, replica), []string{"Retried(3) is retried by Retried(3)"}},
		{"a breaker that does not see what hangs", stackOf(total, circuit), []string{
			"Breaker(bank) does not see what hangs",
		}},
		{"breakers that do not", stackOf(total, retry, circuits), []string{
			"BreakerBy does not see what hangs",
		}},
		{"a breaker that sees what hangs of others", stackOf(
			total, combinators.For[other](circuit), combinators.For[ask](attempt),
		), []string{"Breaker(bank) does not see what hangs"}},
		{"a sink that is told twice", stackOf(observe, parallelize, observe), []string{
			"Observed(*combinators_test.listener) tells the same *combinators_test.listener what " +
				"Observed(*combinators_test.listener) tells it already",
		}},
		{"a logger that is told twice", stackOf(logged, combinators.Observed(
			&memory{}, combinators.ZapSink(combinators.Log{Logger: logger}),
		)), []string{"Observed(memory, zap) tells the logger what Logged(zap) tells it already"}},
		{"a circuit that counts twice", stackOf(circuit, circuit), []string{
			"Breaker(bank) uses what Breaker(bank) uses already",
		}},
		{"a budget that counts twice", stackOf(
			combinators.Retried(combinators.Retry{Budget: budget}),
			combinators.Hedged(combinators.Hedge{Safe: anything, Delay: time.Second, Budget: budget}),
		), []string{"Hedged(1s) uses what Retried(3) uses already"}},
		{"circuits that count twice", stackOf(circuits, retry, circuits), []string{
			"BreakerBy uses what BreakerBy uses already",
		}},
		{"limiters that count twice", stackOf(limiter, limiters, limiter, limiters), []string{
			"RateLimited(bank) uses what RateLimited(bank) uses already",
			"RateLimitedBy(banks) uses what RateLimitedBy(banks) uses already",
		}},
		{"one of golang.org/x/time that does", stackOf(foreign, retry, foreign), []string{
			"RateLimited uses what RateLimited uses already",
		}},
		{"policies above a journal", stackOf(retry, total, logged, circuit, journal, attempt), []string{
			"Breaker(bank) is a policy above a journal", "Timed(30s) is a policy above a journal",
			"Retried(3) is a policy above a journal",
		}},
		{"policies for some above a journal", stackOf(combinators.For[ask](combinators.Coalesced()), journal), []string{
			"Coalesced is a policy above a journal",
		}},
		{"groups and sleeps above a journal", stackOf(parallelize, executor.System, journal), []string{
			"System takes sleeps, times and identifiers away from a journal", "Parallelize takes groups away from a journal",
		}},
		{"a permit above a journal", stackOf(semaphoreOf("db"), journal), []string{
			"Limited(db) holds a permit while a whole group is carried out", "Limited(db) is a policy above a journal",
		}},
		{"sleeps under a limit", stackOf(parallelize, total, executor.System), []string{"Timed(30s) limits sleeps"}},
		{"clocks under what limits", stackOf(
			circuit, circuits, limiter, limiters, semaphoreOf("db"), executor.System,
		), []string{
			"Limited(db) stands above System", "RateLimitedBy(banks) stands above System",
			"RateLimited(bank) stands above System", "BreakerBy stands above System", "Breaker(bank) stands above System",
		}},
		{"a cache below what limits", stackOf(circuit, semaphoreOf("db"), cacheOf(combinators.CacheConfig{})), []string{
			"Limited(db) stands above Cached", "Breaker(bank) stands above Cached",
		}},
		{"a bound that does not hold", stackOf(semaphoreOf("db"), abandoning), []string{
			"Limited(db) does not bound what Timed(1s, Abandon) leaves behind",
		}},
		{"scopes that nobody carries out", stackOf(combinators.Named("payment", retry)), []string{
			"Named(payment)(Retried(3)) never applies",
		}},
	} {
		var got []string
		for _, w := range combinators.Lint(tt.stack) {
			got = append(got, w.Layer+" "+w.Problem)
			require.NotEmpty(t, w.Reason, tt.name)
			require.NotEmpty(t, w.Remedy, tt.name)
		}
		require.Equal(t, tt.want, got, tt.name)
	}
}

func TestTheLintIsSilentAboutWhatIsInOrder(t *testing.T) {
	t.Parallel()
	sink := &listener{}
	logged := combinators.Logged(combinators.Log{Slog: slog.New(slog.DiscardHandler)})
	circuit, another, cache := circuitOf("bank"), circuitOf("mail"), cacheOf(combinators.CacheConfig{})
	chosen := func(limit time.Duration) combinators.Combinator {
		return combinators.TimedWith(combinators.Timeout{
			Limit: limit, LimitOf: func(actions.Action) time.Duration { return time.Minute },
		})
	}
	uncomparable := combinators.Observed(several{})
	tokens := combinators.RateLimited
	never := func(actions.Action) bool { panic("a predicate that is not prepared for this") }
	for name, stack := range map[string]executor.Executor{
		"nothing":    nil,
		"a mux":      answers(),
		"in process": stackOf(combinators.Observed(sink), parallelize, executor.System, total, retry, circuit, attempt),
		"durable":    stackOf(combinators.Observed(sink), journal, executor.System, retry, circuit, attempt),
		"both sides": stackOf(combinators.For[actions.Group](combinators.Chain(total, retry)), parallelize,
			executor.System, attempt),
		"as in doc.go":  stackOf(parallelize, executor.System, logged, retry, attempt),
		"attempts seen": stackOf(combinators.Observed(sink), parallelize, retry, combinators.Observed(sink)),
		"two sinks":     stackOf(combinators.Observed(sink), logged, combinators.Observed(&listener{}, deaf{})),
		"by type": stackOf(
			combinators.For[ask](attempt), combinators.For[other](combinators.Chain(retry, total)),
			combinators.For[ask](retry),
		),
		"sleeps elsewhere": stackOf(
			parallelize, combinators.For[ask](combinators.Chain(semaphoreOf("db"), total)),
			combinators.When(never, attempt), executor.System,
		),
		"limits of the actions' own": stackOf(chosen(time.Second), retry, total, chosen(time.Hour)),
		"a breaker without timeouts": stackOf(parallelize, circuit),
		"two circuits":               stackOf(another, circuit, attempt),
		"sinks that do not compare":  stackOf(uncomparable, parallelize, uncomparable),
		"two limiters":               stackOf(tokens(unlimited{}), tokens(bounded{}), tokens(bounded{})),
		"rejections that pass":       stackOf(retry, circuit, semaphoreOf("db")),
		"a cache on top":             stackOf(cache, combinators.Coalesced(), semaphoreOf("db")),
		"a permit for what is left behind": stackOf(combinators.TimedWith(combinators.Timeout{
			Limit: time.Second, Abandon: &combinators.Abandonment{},
		}), semaphoreOf("db")),
		"scopes":                  stackOf(parallelize, combinators.Named("payment", retry)),
		"scopes, in a journal":    stackOf(journal, combinators.Named("payment", retry)),
		"scopes, somebody else's": combinators.Named("payment", retry)(executor.Func(answers().Execute)),
		"a fallback beside": stackOf(
			combinators.Fallback(combinators.Instead(stackOf(retry)), combinators.Answer(7)), retry,
		),
	} {
		require.Empty(t, combinators.Lint(stack), name)
	}
}

// several is a sink that cannot be compared.
type several struct {
	deaf
	_ []combinators.Sink
}

// unlimited and bounded are token sources of somebody else's, the latter one that cannot be compared.
type unlimited struct{}

func (unlimited) AllowN(time.Time, int) bool { return true }

func (unlimited) WaitN(context.Context, int) error { return nil }

type bounded struct {
	unlimited
	_ []int
}

func TestTheLintDoesNotMindFunctionsThatPanic(t *testing.T) {
	t.Parallel()
	broken := combinators.Retried(combinators.Retry{
		Class:   func(context.Context, error) combinators.Class { panic("class") },
		RetryIf: func(error) bool { panic("retry if") },
	})
	heavy := combinators.LimitedWith(combinators.NewSemaphore(1), combinators.Limit{
		Weight: func(actions.Action) int { panic(errors.New("weight")) },
	})
	require.Len(t, combinators.Lint(stackOf(heavy, parallelize, broken, circuitOf("bank"))), 1)
}
