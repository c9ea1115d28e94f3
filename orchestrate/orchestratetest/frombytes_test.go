package orchestratetest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// Everything asks for a value of all kinds.
type (
	Everything struct{ actions.Returns[Values] }
	Values     struct {
		Bool   bool
		Int8   int8
		Int    int
		Uint16 uint16
		Float  float32
		C      complex128
		Text   string
		List   []string
		Array  [2]int64
		Map    map[string]*int
		Keys   map[any]bool
		Next   *Values
		At     time.Time
		Err    error
		Any    any
		Odd    fmt.Stringer
		F      func()
		hidden int
	}
)

func noise(seed uint64, n int) []byte {
	data := make([]byte, n)
	for i, chance := 0, rand.New(rand.NewPCG(seed, 7)); i < n; i++ {
		data[i] = byte(chance.Uint32())
	}
	return data
}

func TestTheSameBytesMakeTheSameRun(t *testing.T) {
	t.Parallel()
	different := map[string]bool{}
	for seed := range uint64(200) {
		var traces []orchestratetest.Trace
		var texts []string
		for range 2 {
			exec := orchestratetest.FromBytes(t, noise(seed, 100), errBusy)
			sum, err := orchestrate.Run(t.Context(), orchestrate.Bind(Sum, []string{"bread", "butter", "jam"}), exec)
			traces, texts = append(traces, exec.Trace()), append(texts, fmt.Sprint(sum, err))
		}
		c := orchestratetest.Compare(traces[0], traces[1])
		require.True(t, c.Equal(), "%s", c)
		require.Equal(t, texts[0], texts[1])
		different[traces[0].String()] = true
	}
	require.Greater(t, len(different), 150)
}

func TestBytesReachEveryOutcome(t *testing.T) {
	t.Parallel()
	want := map[string]bool{"timeout": true, "not done": true, "lost": true, "busy": true, "price": true}
	for seed := range uint64(2000) {
		_, err := orchestrate.Run(t.Context(), orchestrate.Bind(Quote, "bread"),
			orchestratetest.FromBytes(t, noise(seed, 40), errBusy))
		var fault *orchestratetest.FaultError
		switch {
		case err == nil:
			delete(want, "price")
		case errors.As(err, &fault):
			require.Equal(t, fault.Kind == orchestratetest.NotDone, executor.NotDone(fault))
			require.Equal(t, "0.0.0", fault.Path)
			require.Equal(t, Price{Thing: "bread"}, fault.Action)
			delete(want, fault.Kind.String())
		case errors.Is(err, errBusy):
			delete(want, "busy")
		case errors.Is(err, context.DeadlineExceeded):
			delete(want, "timeout")
		default:
			require.NoError(t, err)
		}
	}
	require.Empty(t, want)
}

func TestBytesMakeValuesOfEveryType(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for seed := range uint64(500) {
		v, err := orchestrate.Run(t.Context(), orchestrate.Lift(Everything{}),
			orchestratetest.FromBytes(t, noise(seed, 400)))
		if err != nil {
			continue
		}
		require.Zero(t, v.hidden)
		require.Nil(t, v.F)
		require.Nil(t, v.Odd)
		for i, r := 0, reflect.ValueOf(v); i < r.NumField(); i++ {
			if !r.Field(i).IsZero() {
				seen[r.Type().Field(i).Name] = true
			}
		}
	}
	require.Len(t, seen, reflect.TypeFor[Values]().NumField()-3)
}

func TestWithoutBytesEverythingSucceedsInOrder(t *testing.T) {
	t.Parallel()
	exec := orchestratetest.FromBytes(t, nil)
	flow := func(y actions.Yield) (string, error) {
		sum, err := Sum(y, []string{"bread", "butter"})
		if err != nil {
			return "", err
		}
		price, err := Quote(y, "jam")
		if err != nil {
			return "", err
		}
		v, err := orchestrate.Do(y, Everything{})
		require.Zero(t, v)
		return fmt.Sprint(sum, price), err
	}
	got, err := orchestrate.Run(t.Context(), flow, exec)
	require.NoError(t, err)
	require.Equal(t, "0 0", got)
	require.Equal(t, `0.0.0  orchestratetest_test.Greet{Name: "bread"}
0.0.1  orchestratetest_test.Price{Thing: "bread"}
0.1.0  orchestratetest_test.Greet{Name: "butter"}
0.1.1  orchestratetest_test.Price{Thing: "butter"}
1.0.0  orchestratetest_test.Price{Thing: "jam"}
1.1.0  actions.Sleep{For: 1h0m0s} → error: branch 0 decided the group
2      orchestratetest_test.Everything{}`, exec.Trace().String())
}

func TestStandardActionsMakeSense(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		_, err := orchestrate.Run(t.Context(), func(y actions.Yield) (int, error) {
			var last time.Time
			ids := map[string]bool{}
			for i := range 20 {
				now, err := orchestrate.Do(y, actions.Now{})
				require.NoError(t, err)
				require.False(t, now.Before(last))
				last = now
				require.NoError(t, orchestrate.Tell(y, actions.Sleep{For: time.Hour}))
				last = last.Add(time.Hour)
				id, err := orchestrate.Do(y, actions.NewID{})
				require.NoError(t, err)
				require.False(t, ids[id])
				ids[id] = true
				v, err := orchestrate.Do(y, actions.Version{Change: "x", Min: 1, Max: i + 1})
				require.NoError(t, err)
				require.True(t, v >= 1 && v <= i+1)
				_, err = orchestrate.Do(y, actions.Random{})
				require.NoError(t, err)
				require.NoError(t, orchestrate.Tell(y, actions.Log{}))
			}
			return 0, nil
		}, orchestratetest.FromBytes(t, noise(seed, 200)))
		require.NoError(t, err)
	}
}

func TestFaultsFromBytesKeepTheWorldHonest(t *testing.T) {
	t.Parallel()
	kinds := map[string]int{}
	for seed := range uint64(300) {
		done := 0
		world := executor.NewMux(executor.On(func(context.Context, Price) (int, error) {
			done++
			return 42, nil
		}))
		n, err := orchestrate.Run(t.Context(), orchestrate.Lift(Price{}),
			orchestratetest.FaultsFromBytes(t, noise(seed, 4), world, errBusy))
		if err == nil {
			require.Equal(t, []int{42, 1}, []int{n, done})
			kinds["done"]++
			continue
		}
		require.Equal(t, executor.NotDone(err), done == 0)
		kinds[err.Error()]++
	}
	require.Len(t, kinds, 4)

	failing := executor.Func(func(context.Context, actions.Action) (any, error) { return nil, errBusy })
	for seed := range uint64(50) {
		_, err := orchestrate.Run(t.Context(), orchestrate.Lift(Price{}),
			orchestratetest.FaultsFromBytes(t, noise(seed, 4), failing))
		var fault *orchestratetest.FaultError
		if errors.As(err, &fault) {
			require.Equal(t, orchestratetest.NotDone, fault.Kind, "a failure's answer is not lost")
			continue
		}
		require.ErrorIs(t, err, errBusy)
	}
}

func TestARunByBytesMustEnd(t *testing.T) {
	t.Parallel()
	f := run(func(t *fakeT) {
		_, _ = orchestrate.Run(context.Background(), func(y actions.Yield) (int, error) {
			for {
				_, _ = y(Price{Thing: "bread"})
			}
		}, orchestratetest.FromBytes(t, []byte("abc")))
	})
	require.Equal(t, `the orchestration does not end: step 10000 is orchestratetest_test.Price{Thing: "bread"}`, f.text())
	require.True(t, f.stopped)
}

// loggingT is a fakeT with a log.
type loggingT struct {
	*fakeT
	log []string
}

func (l *loggingT) Logf(format string, args ...any) {
	l.log = append(l.log, fmt.Sprintf(format, args...))
}

func TestAFailedRunByBytesIsLogged(t *testing.T) {
	t.Parallel()
	for _, fails := range []bool{true, false} {
		l := &loggingT{}
		run(func(f *fakeT) {
			l.fakeT = f
			_, _ = orchestrate.Run(context.Background(), orchestrate.Bind(Quote, "bread"), orchestratetest.FromBytes(l, nil))
			if fails {
				l.Errorf("no")
			}
		})
		if !fails {
			require.Empty(t, l.log)
			continue
		}
		require.Equal(t, []string{"the run by 0 bytes\nso far:\n  0.0.0  orchestratetest_test.Price{Thing: \"bread\"}\n" +
			"  0.1.0  actions.Sleep{For: 1h0m0s} → error: branch 0 decided the group"}, l.log)
	}
}

func TestMisuseOfBytesPanics(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "orchestratetest.FromBytes: the test is nil", func() {
		orchestratetest.FromBytes(nil, nil)
	})
	require.PanicsWithValue(t, "orchestratetest.FaultsFromBytes: the executor is nil", func() {
		orchestratetest.FaultsFromBytes(t, nil, nil)
	})
	require.PanicsWithValue(t, "orchestratetest.FaultsFromBytes: the test is nil", func() {
		orchestratetest.FaultsFromBytes(nil, nil, executor.NewMux())
	})
	require.Equal(t, "FromBytes", fmt.Sprint(orchestratetest.FromBytes(t, nil)))
}

func FuzzWelcome(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x07\x02 some bytes to begin with"))
	f.Fuzz(func(t *testing.T, data []byte) {
		users, err := orchestrate.Run(t.Context(), orchestrate.Bind(Welcome, "users"),
			orchestratetest.FromBytes(t, data, errBusy))
		require.True(t, err == nil || users == nil, "after a failure there are no users")
		require.NotContains(t, fmt.Sprint(err), "panic")
	})
}
