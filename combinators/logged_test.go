package combinators_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// zapLines is a logger at the given level and the lines that it wrote.
func zapLines(level zapcore.Level) (*zap.Logger, func() []string) {
	core, logs := observer.New(level)
	return zap.New(core), func() []string {
		lines := make([]string, logs.Len())
		for i, l := range logs.All() {
			lines[i] = l.Level.String() + " " + strings.ReplaceAll(l.Message, "combinators_test.", "")
			enc := zapcore.NewJSONEncoder(zapcore.EncoderConfig{EncodeDuration: zapcore.StringDurationEncoder})
			fields, _ := enc.EncodeEntry(zapcore.Entry{}, l.Context)
			lines[i] += " " + strings.ReplaceAll(strings.TrimSpace(fields.String()), "combinators_test.", "")
		}
		return lines
	}
}

// slogLines is a logger at the given level and the lines that it wrote, without their time.
func slogLines(level slog.Level) (*slog.Logger, func() []string) {
	var out bytes.Buffer
	return slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{
			Level: level,
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		})), func() []string {
			return strings.Split(strings.ReplaceAll(strings.TrimSpace(out.String()), "combinators_test.", ""), "\n")
		}
}

// flaky takes a second, and fails in the first attempt of a run.
func flaky() executor.Executor {
	return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		synctestSleep(time.Second)
		if executor.StepFrom(ctx).Attempt() == 1 {
			return nil, errDown
		}
		return a.(ask).N, nil
	})
}

func TestALineSaysWhatHappenedAndWhere(t *testing.T) {
	t.Parallel()
	stack := func(log combinators.Log) executor.Executor {
		return combinators.Chain(
			combinators.Logged(log),
			combinators.Parallelize(),
			combinators.Retried(combinators.Retry{Schedule: backoff.Constant(10 * time.Second)}),
		)(flaky())
	}
	flow := func(y actions.Yield) ([]int, error) {
		return orchestrate.Scope(y, "sums", func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, orchestrate.Lift(ask{N: 3}))
		})
	}
	synctest.Test(t, func(t *testing.T) {
		zapLogger, zapLines := zapLines(zap.DebugLevel)
		_, err := orchestrate.Run(executor.WithRun(t.Context(), "r-1"), flow, stack(combinators.Log{Logger: zapLogger}))
		require.NoError(t, err)
		require.Equal(t, []string{
			`warn ask: retry scheduled {"action":"ask","step":"0.0.0.0.0","run":"r-1","scope":"sums","attempt":1,` +
				`"by":"Retried","delay":"10s","error":"the quote service is down"}`,
			`debug ask: succeeded {"action":"ask","step":"0.0.0.0.0","run":"r-1","scope":"sums","class":"success",` +
				`"took":"12s"}`,
			`debug all: succeeded {"action":"all","branches":1,"step":"0.0.0","run":"r-1","scope":"sums","class":"success",` +
				`"took":"12s"}`,
			`debug scope sums: succeeded {"action":"scope sums","step":"0","run":"r-1","class":"success","took":"12s"}`,
		}, zapLines())

		slogLogger, slogLines := slogLines(slog.LevelDebug)
		_, err = orchestrate.Run(executor.WithRun(t.Context(), "r-1"), flow, stack(combinators.Log{Slog: slogLogger}))
		require.NoError(t, err)
		require.Equal(t, []string{
			`{"level":"WARN","msg":"ask: retry scheduled","action":"ask","step":"0.0.0.0.0","run":"r-1","scope":"sums",` +
				`"attempt":1,"by":"Retried","delay":10000000000,"error":"the quote service is down"}`,
			`{"level":"DEBUG","msg":"ask: succeeded","action":"ask","step":"0.0.0.0.0","run":"r-1","scope":"sums",` +
				`"class":"success","took":12000000000}`,
			`{"level":"DEBUG","msg":"all: succeeded","action":"all","branches":1,"step":"0.0.0","run":"r-1","scope":"sums",` +
				`"class":"success","took":12000000000}`,
			`{"level":"DEBUG","msg":"scope sums: succeeded","action":"scope sums","step":"0","run":"r-1","class":"success",` +
				`"took":12000000000}`,
		}, slogLines())
	})
}

func TestEveryLineOfALaterAttemptSaysSo(t *testing.T) {
	t.Parallel()
	logger, lines := zapLines(zap.DebugLevel)
	exec := combinators.Chain(
		combinators.Retried(combinators.Retry{MaxAttempts: 2, Schedule: backoff.Constant(0)}),
		combinators.Logged(combinators.Log{Logger: logger, Before: true}),
	)(answers())
	_, err := orchestrate.Run(t.Context(), orchestrate.Lift(ask{N: -1}), exec)
	require.Error(t, err)
	require.Len(t, lines(), 4)
	for i, l := range lines() {
		require.Equal(t, i >= 2, strings.Contains(l, `"step":"0","attempt":2`), l)
	}
}

func TestTheLevelOfALineIsThatOfItsClass(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	run := func(log combinators.Log) []string {
		logger, lines := zapLines(zap.DebugLevel)
		log.Logger = logger
		exec := combinators.Logged(log)(executor.Func(func(_ context.Context, a actions.Action) (any, error) {
			return nil, map[int]error{1: errDown, 2: cancelled.Err()}[a.(ask).N]
		}))
		for n, ctx := range []context.Context{context.Background(), context.Background(), cancelled} {
			_, _ = exec.Execute(ctx, ask{N: n})
		}
		levels := lines()
		for i, l := range levels {
			levels[i], _, _ = strings.Cut(l, " {")
		}
		return levels
	}
	require.Equal(t, []string{"debug ask: succeeded", "error ask: failed", "info ask: ended"}, run(combinators.Log{}))
	require.Equal(t, []string{"warn ask: succeeded", "debug ask: failed"}, run(combinators.Log{
		Success: combinators.LevelWarn, Failure: combinators.LevelDebug, Neutral: combinators.LevelOff,
	}))
	require.Equal(t, []string{"info ask: started", "info ask: succeeded", "info ask: started", "info ask: started"},
		run(combinators.Log{
			Success: combinators.LevelInfo, Failure: combinators.LevelOff, Neutral: combinators.LevelOff, Before: true,
		}))
	require.Equal(t, []string{"debug ask: succeeded", "info ask: ended", "info ask: ended"}, run(combinators.Log{
		Class: func(_ context.Context, err error) combinators.Class {
			if err != nil {
				return combinators.Neutral
			}
			return combinators.Success
		},
	}))
}

func TestInProductionFailuresAreLoggedAndSuccessesAreNot(t *testing.T) {
	t.Parallel()
	logger, lines := zapLines(zap.InfoLevel)
	exec := combinators.Logged(combinators.Log{Logger: logger})(answers())
	_, _ = exec.Execute(context.Background(), ask{N: 1})
	_, _ = exec.Execute(context.Background(), ask{N: -1})
	require.Len(t, lines(), 1)
	require.Contains(t, lines()[0], `error ask: failed {"action":"ask","class":"failure"`)
	require.Contains(t, lines()[0], `"error":"negative"`)
}

func TestWhatCombinatorsDoHasLevelsOfItsOwn(t *testing.T) {
	t.Parallel()
	denied := combinators.Tapped(combinators.Tap{Before: func(_ context.Context, a actions.Action) error {
		if a.(ask).N == 0 {
			panic("oh")
		}
		return &combinators.DeniedError{Action: a, Reason: "of its size"}
	}})
	logger, lines := zapLines(zap.DebugLevel)
	exec := combinators.Chain(
		combinators.Logged(combinators.Log{Logger: logger, Success: combinators.LevelOff}),
		denied,
	)(answers())
	for n := range 2 {
		_, err := exec.Execute(context.Background(), ask{N: n})
		require.Error(t, err)
	}
	for i, want := range []string{
		`error callback panicked {"callback":"Tap.Before","error":"panic: oh","stack":"goroutine `,
		`debug ask: rejected {"action":"ask","by":"Tapped","error":"panic: oh"`,
		`error ask: failed {"action":"ask","class":"failure"`,
		`debug ask: rejected {"action":"ask","by":"Tapped","error":"ask denied: of its size"}`,
		`info ask: ended {"action":"ask","class":"neutral"`,
	} {
		require.Contains(t, lines()[i], want)
	}
}

func TestWhatIsAsItShouldBeIsForDebugging(t *testing.T) {
	t.Parallel()
	logger, lines := zapLines(zap.DebugLevel)
	exec := combinators.Chain(
		combinators.Logged(combinators.Log{Logger: logger, Success: combinators.LevelInfo}),
		combinators.Cached(combinators.NewCache(combinators.CacheConfig{})),
	)(answers())
	for range 2 {
		_, err := exec.Execute(context.Background(), ask{N: 1})
		require.NoError(t, err)
	}
	require.Len(t, lines(), 3)
	require.Equal(t, `debug ask: reused {"action":"ask","by":"Cached"}`, lines()[1])
}

func TestAPanicIsLoggedWithItsStack(t *testing.T) {
	t.Parallel()
	logger, lines := zapLines(zap.DebugLevel)
	exec := combinators.Logged(combinators.Log{Logger: logger})(executor.Func(
		func(context.Context, actions.Action) (any, error) { panic("oh") }))
	require.Panics(t, func() { _, _ = exec.Execute(context.Background(), ask{}) })
	require.Contains(t, lines()[0], `"error":"panic: oh","stack":"goroutine `)
	require.Contains(t, lines()[0], "TestAPanicIsLoggedWithItsStack")
}

func TestOfSuccessesASampleIsLoggedAndOfFailuresAll(t *testing.T) {
	t.Parallel()
	logger, lines := zapLines(zap.DebugLevel)
	exec := combinators.Logged(combinators.Log{Logger: logger, Sample: 3})(executor.NewMux(answers(),
		executor.On(func(context.Context, getQuote) (string, error) { return "", nil })))
	for range 7 {
		_, _ = exec.Execute(context.Background(), ask{N: 1})
		_, _ = exec.Execute(context.Background(), ask{N: -1})
	}
	_, _ = exec.Execute(context.Background(), getQuote{})

	counts := map[string]int{}
	for _, l := range lines() {
		message, _, _ := strings.Cut(l, " {")
		counts[message]++
	}
	require.Equal(t, map[string]int{
		"debug ask: succeeded": 3, "error ask: failed": 7, "debug getQuote: succeeded": 1,
	}, counts, "the first, fourth and seventh, and each action by itself")
}

func TestZapsOwnSamplerSamplesEachActionByItself(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.DebugLevel)
	logger := zap.New(zapcore.NewSamplerWithOptions(core, time.Hour, 1, 0))
	exec := combinators.Logged(combinators.Log{Logger: logger})(executor.NewMux(answers(),
		executor.On(func(context.Context, getQuote) (string, error) { return "", nil })))
	for range 3 {
		_, _ = exec.Execute(context.Background(), ask{N: 1})
		_, _ = exec.Execute(context.Background(), getQuote{})
	}
	require.Equal(t, 2, logs.Len())
}

// countingClock counts how often it is asked for the time.
type countingClock struct{ asked int }

func (c *countingClock) Now() time.Time { c.asked++; return time.Time{} }

func (*countingClock) NewTicker(time.Duration) *time.Ticker { return nil }

func TestALineHasTheTimeOfItsEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.DebugLevel)
		clock := &countingClock{}
		logger := zap.New(core, zap.WithClock(clock), zap.AddCaller(), zap.AddStacktrace(zap.DebugLevel)).Named("baton")
		exec := combinators.Logged(combinators.Log{Logger: logger, Before: true})(flaky())
		clock.asked = 0
		began := time.Now()

		_, err := exec.Execute(t.Context(), ask{})

		require.NoError(t, err)
		require.Zero(t, clock.asked, "the lines share the readings of the observation")
		before, after := logs.All()[0], logs.All()[1]
		require.Equal(t, began, before.Time)
		require.Equal(t, began.Add(time.Second), after.Time)
		require.Equal(t, "baton", after.LoggerName)
		require.False(t, after.Caller.Defined)
		require.Empty(t, after.Stack)
	})
}

// failing is a place where nothing can be written.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func (failing) Sync() error { return nil }

func TestALineThatCannotBeWrittenIsToldWhereTheLoggerTellsIt(t *testing.T) {
	t.Parallel()
	var complaints bytes.Buffer
	enc := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	logger := zap.New(zapcore.NewCore(enc, failing{}, zap.DebugLevel), zap.ErrorOutput(zapcore.AddSync(&complaints)))
	_, err := combinators.Logged(combinators.Log{Logger: logger})(answers()).Execute(context.Background(), ask{})
	require.NoError(t, err)
	require.Contains(t, complaints.String(), "the disk is full")
}

func TestAtADisabledLevelNothingIsComputed(t *testing.T) {
	never := func(actions.Action) any { panic("asked for fields") }
	ctx, a := context.Background(), actions.Action(ask{N: 1})
	for _, log := range []combinators.Log{
		{Logger: zapAt(zap.FatalLevel), Redact: never},
		{Slog: slogAt(slog.LevelError + 1), Redact: never},
		{
			Logger: zapAt(zap.DebugLevel), Redact: never,
			Success: combinators.LevelOff, Failure: combinators.LevelOff,
			Neutral: combinators.LevelOff, Events: combinators.LevelOff,
		},
	} {
		exec := combinators.Logged(log)(answer{})
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = exec.Execute(ctx, a) }))
	}
}

func TestABadLogIsRefused(t *testing.T) {
	t.Parallel()
	l, s := zap.NewNop(), slog.Default()
	for want, build := range map[string]func(){
		"combinators.Logged: either Logger or Slog is required, and not both": func() {
			combinators.Logged(combinators.Log{})
		},
		"combinators.ZapSink: Logger is required, and Slog is not used": func() {
			combinators.ZapSink(combinators.Log{Slog: s})
		},
		"combinators.SlogSink: Slog is required, and Logger is not used": func() {
			combinators.SlogSink(combinators.Log{Slog: s, Logger: l})
		},
		"combinators.ZapSink: Failure must be a level, got Level(9)": func() {
			combinators.ZapSink(combinators.Log{Logger: l, Failure: 9})
		},
		"combinators.SlogSink: Sample must be at least 0, got -1": func() {
			combinators.SlogSink(combinators.Log{Slog: s, Sample: -1})
		},
		"combinators.Logged: Sample must be at most 1 with Before, got 2": func() {
			combinators.Logged(combinators.Log{Logger: l, Sample: 2, Before: true})
		},
	} {
		require.PanicsWithValue(t, want, build)
	}
}

func TestLayersNameTheLogger(t *testing.T) {
	t.Parallel()
	exec := combinators.Chain(
		combinators.Logged(combinators.Log{Logger: zap.NewNop()}),
		combinators.Observed(combinators.SlogSink(combinators.Log{Slog: slog.Default()}), combinators.NewCollector()),
	)(answers())
	require.Equal(t, "Logged(zap) > Observed(slog, collector) > Mux(1)", executor.Layers(exec).String())
}

func TestLevelsHaveNames(t *testing.T) {
	t.Parallel()
	var names []string
	for l := range combinators.LevelOff + 2 {
		names = append(names, l.String())
	}
	require.Equal(t, []string{"default", "debug", "info", "warn", "error", "off", "Level(6)"}, names)
}
