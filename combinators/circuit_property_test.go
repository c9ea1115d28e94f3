package combinators_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// drawnCircuit draws a configuration with every field set, so that the model needs no defaults.
func drawnCircuit(rt *rapid.T) combinators.CircuitConfig {
	rates := []float64{0, 0.2, 1.0 / 3, 0.5, 0.75, 1}
	config := combinators.CircuitConfig{
		Failures:       rapid.IntRange(0, 4).Draw(rt, "Failures"),
		FailureRate:    rapid.SampledFrom(rates).Draw(rt, "FailureRate"),
		SlowRate:       rapid.SampledFrom(rates).Draw(rt, "SlowRate"),
		OpenFor:        rapid.SampledFrom([]time.Duration{time.Second, 7 * time.Second}).Draw(rt, "OpenFor"),
		OpenGrowth:     rapid.SampledFrom([]float64{1, 1.5, 2}).Draw(rt, "OpenGrowth"),
		MaxOpenFor:     20 * time.Second,
		MaxTrials:      rapid.IntRange(1, 3).Draw(rt, "MaxTrials"),
		TrialSuccesses: rapid.IntRange(1, 3).Draw(rt, "TrialSuccesses"),
	}
	if config.SlowRate > 0 {
		config.SlowCall = 2 * time.Second
	}
	if config.FailureRate == 0 && config.SlowRate == 0 {
		config.Failures = max(config.Failures, 1)
		return config
	}
	config.MinCalls = rapid.IntRange(1, 5).Draw(rt, "MinCalls")
	if rapid.Bool().Draw(rt, "a window of time") {
		config.WindowTime = 10 * time.Second
	} else {
		config.WindowCalls = rapid.IntRange(config.MinCalls, 8).Draw(rt, "WindowCalls")
	}
	return config
}

// circuitCheck runs a circuit and its model side by side.
type circuitCheck struct {
	circuit *combinators.Circuit
	exec    executor.Executor
	model   *circuitModel
	told    []combinators.State
	calls   []*modelJob
}

type modelJob struct {
	*job
	id         int
	generation uint64
	since      time.Time
	cancel     context.CancelFunc
}

func newCircuitCheck(config combinators.CircuitConfig) *circuitCheck {
	c := &circuitCheck{model: newCircuitModel(config)}
	config.OnChange = func(change combinators.StateChange) { c.told = append(c.told, change.To) }
	c.circuit = combinators.NewCircuit(config)
	c.exec = combinators.Breaker(c.circuit)(&desk{})
	return c
}

func (c *circuitCheck) start(rt *rapid.T, ids *int) {
	*ids++
	ctx, cancel := context.WithCancel(context.Background())
	generation, ok := c.model.start(*ids)
	before := c.circuit.Stats()
	j := begin(ctx, c.exec, task{ID: *ids})
	require.Equal(rt, ok, j.began.Load())
	if !ok {
		cancel()
		var open *combinators.OpenError
		require.ErrorAs(rt, j.err, &open)
		require.Equal(rt, combinators.OpenError{State: before.State, RetryAfter: before.RetryAfter}, *open)
		return
	}
	c.calls = append(c.calls, &modelJob{j, *ids, generation, time.Now(), cancel})
}

func (c *circuitCheck) finish(rt *rapid.T) {
	if len(c.calls) == 0 {
		rt.Skip("nothing is under way")
	}
	i := rapid.IntRange(0, len(c.calls)-1).Draw(rt, "which")
	j := c.calls[i]
	c.calls = append(c.calls[:i], c.calls[i+1:]...)
	class, how := combinators.Success, well
	switch rapid.IntRange(0, 7).Draw(rt, "how") {
	case 0, 1, 2:
		class, how = combinators.Failure, badly
	case 3:
		class, how = combinators.Failure, panicking
	case 4:
		class, how = combinators.Neutral, exiting
	case 5:
		class, how = combinators.Neutral, badly
		j.cancel()
	}
	took := time.Since(j.since)
	j.ends(how)
	err := j.err
	if p, ok := j.panicked.(error); ok {
		err = p
	}
	c.model.end(j.id, j.generation, class, err, took)
	j.cancel()
}

func (c *circuitCheck) compare(rt *rapid.T) {
	want, got := c.model.stats(), c.circuit.Stats()
	require.Equal(rt, want.State, c.circuit.State())
	require.True(rt, errors.Is(got.LastError, want.LastError) || got.LastError == nil && want.LastError == nil)
	want.LastError, got.LastError = nil, nil
	require.Equal(rt, want, got)
	require.Equal(rt, c.model.changes, c.told)
}

func (c *circuitCheck) close() {
	for _, j := range c.calls {
		j.ends(well)
		j.cancel()
	}
}

func TestACircuitDoesWhatItsModelDoes(t *testing.T) {
	t.Parallel()
	checkInBubbles(t, func(rt *rapid.T) {
		c := newCircuitCheck(drawnCircuit(rt))
		defer c.close()
		ids := 0
		force := func(actual, model func()) func(*rapid.T) {
			return func(rt *rapid.T) {
				if rapid.IntRange(0, 3).Draw(rt, "rarely") > 0 {
					rt.Skip("not now")
				}
				actual()
				c.model.settle()
				model()
			}
		}
		unlessIsolated := func(state combinators.State) func() {
			return func() {
				if c.model.state != combinators.Isolated {
					c.model.begin(state, time.Now())
				}
			}
		}
		begin := func(rt *rapid.T) { c.start(rt, &ids) }
		rt.Repeat(map[string]func(*rapid.T){
			"":       c.compare,
			"begin":  begin,
			"begin2": begin,
			"end":    c.finish,
			"end2":   c.finish,
			"end3":   c.finish,
			"time passes": func(rt *rapid.T) {
				millis := rapid.SampledFrom([]int{1, 500, 999, 1000, 2000, 7000, 10_000}).Draw(rt, "ms")
				synctestSleep(time.Duration(millis) * time.Millisecond)
			},
			"reset":   force(c.circuit.Reset, func() { c.model.begin(combinators.Closed, time.Now()) }),
			"trip":    force(c.circuit.Trip, unlessIsolated(combinators.Open)),
			"isolate": force(c.circuit.Isolate, unlessIsolated(combinators.Isolated)),
		})
	})
}
